"""Statistics from the standard library: intervals for the numbers that xsell shows."""
