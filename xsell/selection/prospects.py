"""What the cart would cost with one product more, and what it would lack to free shipping.

Each product is put into an imagined cart, which is priced as `price_cart` will price the real one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.pricing.nearness import brings_a_discount
from xsell.selection.acceptances import Taken, taken_into
from xsell.selection.bundles import bundles_held, bundles_near
from xsell.selection.quotes import CartTerms, others_of, shipping_gap
from xsell.selection.surroundings import Knowledge
from xsell.selection.variants import variants_in, with_variants
from xsell.values import (
    Cart,
    PriceContext,
    PriceRule,
    ProductDetails,
    ProductId,
    Quote,
    ShippingGap,
    ShopContext,
)

MOST_PRICED = 12
"""So many imagined carts are priced for one placement."""

UNPRICED = f"only the first {MOST_PRICED} that might do are looked at"


class Prospects:
    """The shopper's cart and what it could become; reads each thing once."""

    def __init__(
        self,
        adapter: BaseAdapter,
        context: ShopContext,
        cart: Cart,
        now: datetime,
        knowledge: Knowledge,
    ) -> None:
        self.cart = cart
        self._adapter = adapter
        self._context = context
        self._now = now
        self._knowledge = knowledge

    @property
    def details(self) -> Mapping[ProductId, ProductDetails]:
        """Details of everything that the page has looked at."""
        return self._knowledge.details

    @functools.cached_property
    def gap(self) -> ShippingGap | None:
        """What the cart lacks to free shipping; none where the shop has no rule for it."""
        if not self.cart.lines:
            return None
        return self.gap_of(self.cart, self.terms(()).quote(self.cart))

    def gap_of(self, cart: Cart, priced: Quote) -> ShippingGap | None:
        """The same of a cart that is imagined, at this quote."""
        return shipping_gap(self._adapter, self._context, cart, priced, self.details)

    def terms(self, more: Collection[ProductId]) -> CartTerms:
        """The terms of the cart, and of the cart with one of these, in one query for the bundles.

        What was taken is read once, and details where the page has not read them yet.
        """
        self._knowledge.learn([*more, *others_of(self._taken)])
        families = [self.details[it].family for it in more if it in self.details]
        wanted = [*dict.fromkeys([*self._in_cart(), *more, *families])]
        held = bundles_held(wanted, self._now, also=self._taken.bundles_of(self._in_cart()))
        asked = any(it.stored is not None and it.stored.segment_ids for it in self._taken.offers)
        segments = self._knowledge.segments if asked else frozenset[int]()
        return CartTerms(self._context, self._taken, tuple(held), self.details, self._now, segments)

    def brings_saving(self, product_ids: Collection[ProductId]) -> Callable[[ProductId], bool]:
        """Whether one more unit of one of these makes a bundle whole, as `price_cart` will say."""
        terms = self.terms(product_ids)
        variants = variants_in(self.cart, self.details)
        rules = [with_variants(rule, variants) for rule in terms.bundles]
        context = PriceContext(self.details)
        return lambda it: brings_a_discount(self.cart, it, rules, context, self._now)

    def bundles_near(self) -> list[PriceRule]:
        """Live bundles that the cart shares a product with, and that lack one item at most."""
        self._knowledge.learn(())
        variants = variants_in(self.cart, self.details)
        near = bundles_near(self._in_cart(), self._now)
        return [with_variants(rule, variants) for rule in near]

    def learn(self, product_ids: Collection[ProductId]) -> None:
        """Fetch details that are not known yet: in one query, or none."""
        self._knowledge.learn(product_ids)

    @functools.cached_property
    def _taken(self) -> Taken:
        return taken_into(self.cart.ref)

    def _in_cart(self) -> list[ProductId]:
        """The cart's products, and the parents of its variants."""
        return [*self.cart.product_ids, *variants_in(self.cart, self.details)]
