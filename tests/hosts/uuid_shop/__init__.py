"""A shop with UUID keys, variants, log-in by e-mail, no sites, naive times, right to left."""
