"""What to show: reads only, from a context, a cart and a moment, never from a request."""
