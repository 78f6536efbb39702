"""What a cart costs less, from rows that are read once: imagined carts are then priced for free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from xsell.adapters import BaseAdapter
from xsell.pricing.nearness import with_one_more
from xsell.pricing.quoting import quote
from xsell.selection.acceptances import Taken, bundles_withheld, rules_for, taken_into
from xsell.selection.bundles import bundles_held
from xsell.selection.conditions import Occasion
from xsell.selection.holdings import Held
from xsell.selection.rulebook import rulebook
from xsell.selection.segments import shopper_segments
from xsell.selection.variants import variants_in, with_variants
from xsell.values import (
    BenefitKind,
    Cart,
    PriceContext,
    PriceRule,
    ProductDetails,
    ProductId,
    Quote,
    QuotedLine,
    ShippingGap,
    ShopContext,
)


@dataclass(frozen=True, slots=True)
class CartTerms:
    """Everything that prices a cart of these products, and those that differ by a unit of one.

    `bundles` must hold every bundle that such a cart could make; `details` its products and gifts.
    """

    context: ShopContext
    taken: Taken
    bundles: tuple[PriceRule, ...]
    details: Mapping[ProductId, ProductDetails]
    now: datetime
    segments: frozenset[int] = frozenset()
    """The shopper's segments, where an offer that was taken asks for them."""

    def quote(self, cart: Cart) -> Quote:
        """What the terms take off the cart, without a query."""
        variants = variants_in(cart, self.details)
        bundles = [with_variants(rule, variants) for rule in self.bundles]
        who = Occasion(context=self.context, now=self.now, segments=self.segments)
        holds = Held(who, cart, self.details)
        offers, lapsed = rules_for(self.taken.offers, holds=holds, now=self.now)
        priced = quote(cart, [*bundles, *offers], PriceContext(self.details), self.now)
        withheld = bundles_withheld(
            self.taken,
            priced.withheld,
            live={rule.source for rule in bundles},
            in_cart=[*cart.product_ids, *variants],
        )
        return replace(
            priced,
            withheld=(*withheld, *lapsed),
            cart_ref=cart.ref,
            shopper_key=self.context.shopper_key,
            customer_id=self.context.customer_id,
        )

    def with_one_more(self, cart: Cart, product_id: ProductId) -> Cart:
        """The cart with one more unit, at today's price of the product, which must have one."""
        return with_one_more(cart, product_id, self.details[product_id].price or Decimal(0))


def terms_for(adapter: BaseAdapter, context: ShopContext, cart: Cart, now: datetime) -> CartTerms:
    """The terms of the cart as it is, in three queries; none for an empty cart."""
    if not cart.lines:
        return CartTerms(context, Taken(), (), {}, now)
    taken = taken_into(cart.ref)
    details = adapter.details(dict.fromkeys([*cart.product_ids, *others_of(taken)]), context)
    products = [*cart.product_ids, *variants_in(cart, details)]
    held = bundles_held(products, now, also=taken.bundles_of(products))
    segments = segments_asked_for(adapter, taken, context, now)
    return CartTerms(context, taken, tuple(held), details, now, segments)


def segments_asked_for(
    adapter: BaseAdapter, taken: Taken, context: ShopContext, now: datetime
) -> frozenset[int]:
    """The shopper's segments, if an offer that was taken asks for them; else nobody reads them."""
    if not any(it.stored is not None and it.stored.segment_ids for it in taken.offers):
        return frozenset()
    return shopper_segments(adapter, rulebook().segments, context, now)


def others_of(taken: Taken) -> list[ProductId]:
    """Products that come with what was taken, or whose place it took."""
    return [product_id for offer in taken.offers for product_id in offer.other_ids]


def shipping_gap(
    adapter: BaseAdapter,
    context: ShopContext,
    cart: Cart,
    priced: Quote,
    details: Mapping[ProductId, ProductDetails],
) -> ShippingGap | None:
    """What the cart lacks to free shipping, by the shop's own rule and after what xsell takes off.

    None where the shop has no such rule for this shopper, or the cart is empty. What has sold out
    is not shipped, and so not counted. Free shipping by a bundle or an offer closes the gap, in
    shops that honour it.
    """
    if not cart.lines:
        return None
    shipped = replace(priced, lines=tuple(_shipped(priced, details)))
    gap = adapter.shipping_gap(context, cart, shipped)
    if priced.has_free_shipping and BenefitKind.FREE_SHIPPING in adapter.honoured_benefits:
        threshold = Decimal(0) if gap is None else gap.threshold
        return ShippingGap(threshold, Decimal(0), cart.currency)
    return gap


def _shipped(priced: Quote, details: Mapping[ProductId, ProductDetails]) -> Iterable[QuotedLine]:
    for line in priced.lines:
        product = details.get(line.product_id)
        if product is None or product.is_available:
            yield line
