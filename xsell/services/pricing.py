"""What a cart costs less, for the shop's own totals."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.pricing.quoting import quote
from xsell.selection.bundles import live_bundles
from xsell.values import PriceContext, Quote


def price_cart(request: HttpRequest) -> Quote:
    """Discounts of the live bundles that the shopper's cart holds whole.

    The shop calls this whenever it totals a cart, and again when it places the order: the quote is
    derived from the rows and the shop's prices each time, and never from the client.
    """
    adapter = get_adapter()
    cart = adapter.cart(request)
    if not cart.lines:
        return Quote(cart.currency)
    now = timezone.now()
    details = adapter.details(cart.product_ids, adapter.context(request))
    return quote(cart, live_bundles(cart.product_ids, now), PriceContext(details), now)
