"""What a cart costs less, for the shop's own totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from xsell.adapters import BaseAdapter, get_adapter
from xsell.adapters.visits import context_of
from xsell.pricing.quoting import quote
from xsell.selection.acceptances import Taken, bundles_withheld, rules_for, taken_into
from xsell.selection.bundles import bundles_held
from xsell.selection.conditions import Occasion
from xsell.selection.holdings import Held
from xsell.selection.rulebook import rulebook
from xsell.selection.segments import shopper_segments
from xsell.selection.variants import variants_in, with_variants
from xsell.values import Cart, PriceContext, Quote, ShopContext


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


def quote_for(*, adapter: BaseAdapter, context: ShopContext, cart: Cart, now: datetime) -> Quote:
    """The same without a request, for previews and explanations; the cart may be imagined."""
    priced = _priced(adapter, context, cart, now) if cart.lines else Quote(cart.currency)
    return replace(
        priced,
        cart_ref=cart.ref,
        shopper_key=context.shopper_key,
        customer_id=context.customer_id,
    )


def _segments(
    adapter: BaseAdapter, taken: Taken, context: ShopContext, now: datetime
) -> frozenset[int]:
    """The shopper's segments, where an offer that was taken asks for them."""
    if not any(it.stored is not None and it.stored.segment_ids for it in taken.offers):
        return frozenset()
    return shopper_segments(adapter, rulebook().segments, context, now)


def _priced(adapter: BaseAdapter, context: ShopContext, cart: Cart, now: datetime) -> Quote:
    taken = taken_into(cart.ref)
    others = [it for offer in taken.offers for it in offer.other_ids]
    details = adapter.details(dict.fromkeys([*cart.product_ids, *others]), context)
    variants = variants_in(cart, details)
    products = [*cart.product_ids, *variants]
    held = bundles_held(products, now, also=taken.bundles_of(products))
    bundles = [with_variants(rule, variants) for rule in held]
    who = Occasion(context=context, now=now, segments=_segments(adapter, taken, context, now))
    holds = Held(who, cart, details)
    offers, lapsed = rules_for(taken.offers, holds=holds, now=now)
    priced = quote(cart, [*bundles, *offers], PriceContext(details), now)
    live = {rule.source for rule in bundles}
    withheld = bundles_withheld(taken, priced.withheld, live=live, in_cart=products)
    return replace(priced, withheld=(*withheld, *lapsed))
