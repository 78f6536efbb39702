"""A thin django-oscar shop: Oscar's own models, basket and pages, with xsell's tags in them."""
