"""What a cart costs less, for the shop's own totals."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from xsell.adapters import BaseAdapter, get_adapter
from xsell.adapters.visits import context_of
from xsell.selection.quotes import shipping_gap, terms_for
from xsell.values import Cart, Quote, ShippingGap, ShopContext


def price_cart(request: HttpRequest) -> Quote:
    """What live bundles and the offers that were taken save on the shopper's cart.

    The shop calls this whenever it totals a cart, and again when it places the order. The quote is
    derived from the rows and the shop's prices each time, and never from the client. It reads
    only, in four queries, whatever the cart holds, and in one for an empty cart::

        quote = price_cart(request)
        total = goods - quote.saving
        said = [words_for(it) for it in quote.withheld]
    """
    adapter = get_adapter()
    return quote_for(
        adapter=adapter,
        context=context_of(adapter, request),
        cart=adapter.cart(request),
        now=timezone.now(),
    )


def price_cart_and_shipping(request: HttpRequest) -> tuple[Quote, ShippingGap | None]:
    """The same, and what the cart then lacks to free shipping by the shop's own rule, or none."""
    adapter = get_adapter()
    context, cart = context_of(adapter, request), adapter.cart(request)
    terms = terms_for(adapter, context, cart, timezone.now())
    priced = terms.quote(cart)
    return priced, shipping_gap(adapter, context, cart, priced, terms.details)


def quote_for(*, adapter: BaseAdapter, context: ShopContext, cart: Cart, now: datetime) -> Quote:
    """The same without a request, for previews and explanations; the cart may be imagined."""
    return terms_for(adapter, context, cart, now).quote(cart)
