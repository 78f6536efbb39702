"""What bringing an order costs: the one rule, for the totals and for what xsell tells shoppers."""

from decimal import Decimal

FREE_FROM = Decimal("35.00")
"""Of goods, after every saving and before tax."""

CHARGE = Decimal("4.90")
"""Without tax, as the shop's own delivery is."""


def shipping_of(goods: Decimal, *, is_free: bool = False) -> Decimal:
    """What delivery costs for goods that come to so much; `is_free` by a bundle or an offer."""
    return Decimal(0) if is_free or goods >= FREE_FROM else CHARGE
