"""One page of the shop: fills its placements in a fixed number of queries.

However many tags a product page has, it costs six queries: the cart, the placements, everything
related (one UNION), the ladder, the bundles and the details. A cart or checkout costs five: no
ladder and no bundles, but the offers. A product page whose placement asks for offers costs seven.
Where an anchor is a variant, what its parent has costs as much again, the cart and the placements
aside. A placement for a segment alone adds the segments and, of a customer, what was bought and its
details.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.models import Placement
from xsell.selection.attention import Attention
from xsell.selection.bundles import bundle_offers
from xsell.selection.conditions import Occasion
from xsell.selection.holdings import Held
from xsell.selection.matching import NOT_HONOURED, Matching
from xsell.selection.offers import StoredOffer
from xsell.selection.pipeline import Scene, fill_placement, why_not_eligible
from xsell.selection.placements import UPGRADE, named
from xsell.selection.standing import Standing
from xsell.selection.steps import Stairs
from xsell.selection.surroundings import Knowledge, Surroundings
from xsell.selection.tiers import RUNGS_COMPARED, tier_rungs, upgrades
from xsell.values import (
    BenefitKind,
    BundleOffer,
    Candidate,
    Cart,
    Evidence,
    PlacementContent,
    ProductDetails,
    ProductId,
    ShopContext,
    Source,
    TierRung,
    Upgrade,
)

NOT_IN_SEGMENT = "the placement is for a segment that this shopper is not in"


class Page:
    """What one request (or preview) shows.

    A product is suggested once per page, by the placement that comes first.
    """

    def __init__(
        self,
        adapter: BaseAdapter,
        context: ShopContext,
        cart: Cart,
        now: datetime,
        *,
        tells_all: bool = False,
    ) -> None:
        self.context = context
        self.cart = cart
        self._honoured = adapter.honoured_benefits | {BenefitKind.NONE}
        self._knowledge = Knowledge(adapter, context, cart.product_ids, now)
        self.now = now
        self._tells_all = tells_all
        self._standing = Standing(context, now)
        self._shown: set[ProductId] = set()

    @property
    def placements(self) -> dict[str, Placement]:
        """Every placement by slug."""
        return self._knowledge.book.placements

    @property
    def _segments(self) -> frozenset[int]:
        """The shopper's segments, where an offer asks for them."""
        asked = self._knowledge.book.asks_for_segments
        return self._knowledge.segments if asked else frozenset()

    @functools.cached_property
    def _attention(self) -> Attention:
        return Attention(self._knowledge.book, self.now)

    @property
    def currency(self) -> str:
        """The currency in which this shopper pays."""
        return self.context.currency or self.cart.currency

    def placement(
        self,
        slug: str,
        *,
        product_id: ProductId | None = None,
        anchors: Iterable[ProductId] | None = None,
    ) -> PlacementContent:
        """Fill the placement around a product, around some anchors, or around the cart.

        Raise UnknownPlacement for a slug that no row has.
        """
        placement = named(self.placements, slug)
        if not placement.is_live:
            return PlacementContent(slug, placement.heading, (), (), is_live=False)
        segment_id = placement.segment_id
        if segment_id is not None and segment_id not in self._knowledge.segments:
            return PlacementContent(slug, placement.heading, (), (), withheld=NOT_IN_SEGMENT)
        around = self._around(product_id, anchors)
        sources = {source: around.looked_at(source) for source in around.related.candidates}
        held = {Source.OFFERS: self._offers(placement, around)}
        stairs = self._stairs(product_id, around)
        steps = stairs.candidates(placement, sources) if stairs else {Source.STEP_UP: []}
        content = fill_placement(placement, self._scene(around), {**sources, **held, **steps})
        self._shown.update(it.product.product_id for it in content.suggestions)
        return content

    def upgrades(self, product_id: ProductId) -> tuple[PlacementContent, tuple[Upgrade, ...]]:
        """The next steps up from the product, with the heading that the placement gives them."""
        content = self.placement(UPGRADE, product_id=product_id)
        around = self._product(product_id)
        stairs = self._stairs(product_id, around)
        if stairs is None or stairs.current.price is None:
            return content, ()
        shown = content.suggestions
        sources = {key: stairs.source_of(key) for key in (it.product.product_id for it in shown)}
        return content, upgrades(shown, around.ladder, stairs.current, sources)

    def tier_table(self, product_id: ProductId, most: int = RUNGS_COMPARED) -> tuple[TierRung, ...]:
        """The rungs of the product's ladder: a description of it, which counts as no suggestion.

        Raise ValueError for fewer than two.
        """
        ladder = self._product(product_id).ladder
        return tier_rungs(ladder, product_id, self._knowledge.details, most)

    def bundles(self, product_id: ProductId) -> tuple[BundleOffer, ...]:
        """Live bundles with the product that can be bought whole."""
        offers, _hidden = self._bundles(product_id)
        return offers

    def hidden_bundles(self, product_id: ProductId) -> dict[str, str]:
        """Why the other live bundles with the product do not show: source -> reason."""
        _offers, hidden = self._bundles(product_id)
        return hidden

    def _bundles(self, product_id: ProductId) -> tuple[tuple[BundleOffer, ...], dict[str, str]]:
        stored = self._product(product_id).bundles
        rules = [rule for rule in stored if rule.benefit.kind in self._honoured]
        offers, hidden = bundle_offers(
            rules, self._knowledge.details, self.cart, self.currency, product_id
        )
        return offers, {**{it.source: NOT_HONOURED for it in stored if it not in rules}, **hidden}

    def offered(
        self, offer_id: int | None, slug: str, anchors: Collection[ProductId]
    ) -> Candidate | None:
        """The offer as it stands, if the placement may offer it to this shopper now.

        Whether it was among the few that the placement showed is not asked: what a shopper was
        shown on one page must still hold when it is clicked. Without anchors: around the cart.
        """
        placement = self.placements.get(slug)
        if placement is None:
            return None
        only = next(iter(anchors)) if len(anchors) == 1 else None
        around = self._around(only, anchors or None)
        scene = self._scene(around)
        for candidate in self._offers(placement, around, is_click=True):
            if candidate.offer is not None and candidate.offer.offer_id == offer_id:
                return None if why_not_eligible(candidate, scene) else candidate
        return None

    def stored(self, offer_id: int | None) -> StoredOffer | None:
        """The offer's rules, if it is live or in shadow."""
        return self._knowledge.book.offers.get(offer_id or 0)

    def may_add(self, product: ProductDetails) -> bool:
        """Whether the page's own product can be bought now and is not in the cart yet."""
        if product.product_id in self.cart.product_ids:
            return False
        return product.is_available and product.price is not None

    def may_replace(self, current: ProductId, better: ProductId, slug: str = UPGRADE) -> bool:
        """Whether `better` is a step up from `current`, or a rung of its ladder, and can be had.

        A computed step up must be one where the placement shows it. What the shopper said to it
        before is not asked: now it is wanted.
        """
        around = self._product(current)
        stairs = self._stairs(current, around)
        if stairs is None or better == current:
            return False
        return stairs.lead_to(better, self.placements.get(slug), self._scene(around))

    def known(self) -> tuple[dict[ProductId, ProductDetails], dict[ProductId, Evidence]]:
        """Details and mined evidence of everything that this page has looked at, by product."""
        evidence = {
            candidate.product_id: candidate.evidence
            for around in self._knowledge.surroundings
            for source in (Source.MINED, Source.PINNED)
            for candidate in around.related.candidates[source]
            if candidate.evidence is not None
        }
        return dict(self._knowledge.details), evidence

    def _stairs(self, product_id: ProductId | None, around: Surroundings) -> Stairs | None:
        """Where the page's product stands; none without one that the shop knows."""
        details = self._knowledge.details
        if product_id not in details:
            return None
        return Stairs(
            current=details[product_id],
            ladder=around.ladder,
            related=around.related,
            details=details,
            standing=self._standing,
            attention=self._attention,
            now=self.now,
        )

    def _product(self, product_id: ProductId) -> Surroundings:
        return self._knowledge.around([product_id], is_product_page=True)

    def _around(
        self, product_id: ProductId | None, anchors: Iterable[ProductId] | None
    ) -> Surroundings:
        """What surrounds the product, the anchors or the cart."""
        if product_id is not None:
            return self._product(product_id)
        wanted = self.cart.product_ids if anchors is None else anchors
        return self._knowledge.around(wanted, is_product_page=False)

    def _offers(
        self, placement: Placement, around: Surroundings, *, is_click: bool = False
    ) -> list[Candidate]:
        """Offers that may stand in the placement and whose conditions hold here."""
        if Source.OFFERS not in placement.sources:
            return []
        who = Occasion(context=self.context, now=self.now, segments=self._segments)
        matching = Matching(
            knowledge=self._knowledge,
            standing=self._standing,
            attention=self._attention,
            held=Held(who, self.cart, self._knowledge.details),
            currency=self.currency,
            honoured=self._honoured,
            tells_all=self._tells_all,
            asks_attention=not is_click,
        )
        return matching.candidates(placement, around.anchors)

    def _scene(self, around: Surroundings) -> Scene:
        return Scene(
            anchors=around.anchors,
            cart=self.cart,
            currency=self.currency,
            details=self._knowledge.details,
            related=around.related,
            attention=self._attention,
            standing=self._standing,
            shown=self._shown,
        )
