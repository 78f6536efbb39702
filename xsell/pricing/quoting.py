"""What a cart costs less: the one place where rules become money."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from xsell.values import Cart, PriceContext, PriceRule, Quote


def quote(cart: Cart, rules: Iterable[PriceRule], context: PriceContext, now: datetime) -> Quote:
    """What the rules take off the cart."""
    raise NotImplementedError
