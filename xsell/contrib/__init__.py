"""Bridges to shop frameworks, without tables; nothing else in xsell imports them."""
