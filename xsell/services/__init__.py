"""What happens: everything that writes."""
