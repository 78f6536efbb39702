"""HTML for shoppers, and the views behind its buttons."""
