"""Where the candidates of a placement come from: every source asked, each thing read once."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.models import Placement
from xsell.selection.attention import Attention
from xsell.selection.conditions import Occasion
from xsell.selection.gap_closers import gap_closers
from xsell.selection.holdings import Held
from xsell.selection.matching import Likely, Matching
from xsell.selection.nearly_bundles import nearly_bundles
from xsell.selection.personal import PERSONAL_SOURCES, Personal, personal_for
from xsell.selection.pipeline import Scene, why_not_eligible
from xsell.selection.prospects import Prospects
from xsell.selection.standing import Standing
from xsell.selection.steps import Stairs
from xsell.selection.surroundings import Knowledge, Surroundings
from xsell.values import BenefitKind, Candidate, Cart, ProductId, ShopContext, Source


class Sourcing:
    """What one page can choose from; `shown` are the products that it shows already."""

    def __init__(
        self,
        adapter: BaseAdapter,
        context: ShopContext,
        cart: Cart,
        now: datetime,
        *,
        tells_all: bool,
    ) -> None:
        self.context = context
        self.cart = cart
        self.now = now
        self.honoured = adapter.honoured_benefits | {BenefitKind.NONE}
        self.knowledge = Knowledge(adapter, context, cart.product_ids, now)
        self.standing = Standing(context, now)
        self.shown: set[ProductId] = set()
        self._adapter = adapter
        self._tells_all = tells_all
        self._found: dict[tuple[str, frozenset[ProductId]], Likely] = {}

    @property
    def currency(self) -> str:
        """The currency in which this shopper pays."""
        return self.context.currency or self.cart.currency

    @functools.cached_property
    def attention(self) -> Attention:
        return Attention(self.knowledge.book, self.now)

    @property
    def _segments(self) -> frozenset[int]:
        """The shopper's segments, where an offer asks for them."""
        asked = self.knowledge.book.asks_for_segments
        return self.knowledge.segments if asked else frozenset()

    def candidates(
        self, placement: Placement, product_id: ProductId | None, around: Surroundings
    ) -> dict[Source, Iterable[Candidate]]:
        """Candidates of every source that the placement may ask, best first."""
        looked_at = {source: around.looked_at(source) for source in around.related.candidates}
        found: dict[Source, Iterable[Candidate]] = {
            **looked_at,
            Source.OFFERS: self.offers(placement, around),
            **self._nudges(placement, around),
        }
        if not PERSONAL_SOURCES.isdisjoint(placement.sources):
            found |= self._personal.named(self.knowledge.details)
        stairs = self.stairs(product_id, around)
        steps = stairs.candidates(placement, looked_at) if stairs else {Source.STEP_UP: []}
        return {**found, **steps}

    def expect(self, placement: Placement, anchors: Iterable[ProductId]) -> None:
        """Have what offers and this shopper's own sources need learnt with what is learnt next."""
        if not PERSONAL_SOURCES.isdisjoint(placement.sources):
            self.knowledge.expect(self._personal.product_ids)
        if Source.OFFERS in placement.sources:
            found = self._likely(placement, frozenset(anchors))
            self.knowledge.expect(found.product_ids(with_named=self._tells_all))

    def _likely(self, placement: Placement, anchors: frozenset[ProductId]) -> Likely:
        key = (placement.slug, anchors)
        if not self.knowledge.book.has_offers_for(placement):
            return Likely(Occasion(context=self.context, now=self.now))
        if key not in self._found:
            self.knowledge.expect_traits(anchors)
            matching = self._matching()
            self._found[key] = matching.likely(placement, anchors)
        return self._found[key]

    def stairs(self, product_id: ProductId | None, around: Surroundings) -> Stairs | None:
        """Where the page's product stands; none without one that the shop knows."""
        details = self.knowledge.details
        if product_id not in details:
            return None
        return Stairs(
            current=details[product_id],
            ladder=around.ladder,
            related=around.related,
            details=details,
            standing=self.standing,
            attention=self.attention,
            now=self.now,
        )

    @functools.cached_property
    def _personal(self) -> Personal:
        return personal_for(
            self.context,
            self.cart,
            self.knowledge.history,
            self.now,
            tells_all=self._tells_all,
        )

    def offers(self, placement: Placement, around: Surroundings) -> list[Candidate]:
        """Offers that may stand in the placement and whose conditions hold here."""
        if Source.OFFERS not in placement.sources:
            return []
        found = self._likely(placement, around.anchors)
        if not found.offers and not found.others:
            return []
        return self._matching().candidates(placement, found)

    def clicked(
        self, offer_id: int, placement: Placement, around: Surroundings
    ) -> Candidate | None:
        """The offer as it stands in the placement, whatever else may stand there."""
        if Source.OFFERS not in placement.sources:
            return None
        self.knowledge.expect_traits(around.anchors)
        matching = self._matching(is_click=True)
        found = matching.likely(placement, around.anchors, only=offer_id)
        return next(iter(matching.candidates(placement, found)), None)

    def _matching(self, *, is_click: bool = False) -> Matching:
        who = Occasion(context=self.context, now=self.now, segments=self._segments)
        self.knowledge.learn_traits()
        return Matching(
            knowledge=self.knowledge,
            standing=self.standing,
            attention=self.attention,
            held=Held(who, self.cart, self.knowledge.traits),
            prospects=self.prospects,
            currency=self.currency,
            honoured=self.honoured,
            tells_all=self._tells_all,
            asks_attention=not is_click,
        )

    @functools.cached_property
    def prospects(self) -> Prospects:
        return Prospects(self._adapter, self.context, self.cart, self.now, self.knowledge)

    def _nudges(self, placement: Placement, around: Surroundings) -> dict[Source, list[Candidate]]:
        """What closes the gap to free shipping or makes a bundle whole, if the placement asks."""
        scene, found = self.scene(around), around.related.candidates
        looked_at = {source: around.looked_at(source) for source in found}
        is_out = functools.partial(why_not_eligible, scene=scene)
        nudges: dict[Source, list[Candidate]] = {}
        if Source.SHIPPING_GAP in placement.sources:
            nudges[Source.SHIPPING_GAP] = gap_closers(self.prospects, looked_at, is_out)
        if Source.NEARLY_BUNDLE in placement.sources:
            nudges[Source.NEARLY_BUNDLE] = nearly_bundles(
                self.prospects, looked_at, self.honoured, is_out
            )
        return nudges

    def scene(self, around: Surroundings) -> Scene:
        return Scene(
            anchors=around.anchors,
            cart=self.cart,
            currency=self.currency,
            details=self.knowledge.details,
            related=around.related,
            attention=self.attention,
            standing=self.standing,
            shown=self.shown,
            spent=self.knowledge.spent,
        )
