"""One page of the shop: fills its placements in a fixed number of queries.

However many tags a product page has, it costs six queries: the cart, the revision of the rules,
everything related (one UNION), the ladder, the bundles and the details. A cart or checkout costs
four: no ladder and no bundles. Offers cost one more where they hold (their products), and one where
the shopper has answered any, or one of them is limited. Where an anchor is a variant, what its
parent has costs as much again, cart and rules aside. A segment that asks what a customer bought
adds that, and its details. What closes the gap to free shipping costs three more (what was taken,
and the bundles of the cart and of what might do), one more for the discount four.
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
from xsell.selection.gap_closers import gap_closers
from xsell.selection.holdings import Held
from xsell.selection.matching import NOT_HONOURED, Matching
from xsell.selection.nearly_bundles import completes, nearly_bundles
from xsell.selection.offers import StoredOffer
from xsell.selection.pipeline import Scene, fill_placement, why_not_buyable, why_not_eligible
from xsell.selection.placements import UPGRADE, named
from xsell.selection.prospects import Prospects
from xsell.selection.standing import Standing
from xsell.selection.surroundings import Knowledge, Surroundings
from xsell.selection.tiers import tier_rungs, upgrades
from xsell.values import (
    BenefitKind,
    BundleOffer,
    Candidate,
    Cart,
    Evidence,
    PlacementContent,
    ProductDetails,
    ProductId,
    ShippingGap,
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
        self._adapter = adapter
        self._honoured = adapter.honoured_benefits | {BenefitKind.NONE}
        self._knowledge = Knowledge(adapter, context, cart.product_ids, now)
        self._now = now
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
        return Attention(self._knowledge.book, self._now)

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
        nudges = self._nudges(placement, around)
        content = fill_placement(placement, self._scene(around), {**sources, **held, **nudges})
        self._shown.update(it.product.product_id for it in content.suggestions)
        return content

    @property
    def shipping_gap(self) -> ShippingGap | None:
        """What the cart lacks to free shipping; none without a cart or without a rule for it."""
        return self._prospects.gap

    def completes(self, bundle_id: int | None, product_ids: Collection[ProductId]) -> bool:
        """Whether one more unit, which is all that is wanted, makes the bundle whole and saves."""
        if bundle_id is None or len(product_ids) != 1:
            return False
        return completes(self._prospects, bundle_id, next(iter(product_ids)))

    def upgrades(self, product_id: ProductId) -> tuple[PlacementContent, tuple[Upgrade, ...]]:
        """The next steps up from the product, with the heading that the placement gives them."""
        content = self.placement(UPGRADE, product_id=product_id)
        current = self._knowledge.details.get(product_id)
        if current is None or current.price is None:
            return content, ()
        return content, upgrades(content.suggestions, self._product(product_id).ladder, current)

    def tier_table(self, product_id: ProductId) -> tuple[TierRung, ...]:
        """The rungs of the product's ladder: a description of it, which counts as no suggestion."""
        return tier_rungs(self._product(product_id).ladder, product_id, self._knowledge.details)

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

    def may_replace(self, current: ProductId, better: ProductId) -> bool:
        """Whether `better` is a step up from `current`, or a rung of its ladder, and can be had."""
        around = self._product(current)
        choices = {rung.product_id for rung in around.ladder}
        choices |= {it.product_id for it in around.related.candidates[Source.TIERS]}
        product = self._knowledge.details.get(better)
        if better == current or better not in choices or product is None:
            return False
        return not why_not_buyable(product, self._scene(around))

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
        who = Occasion(context=self.context, now=self._now, segments=self._segments)
        matching = Matching(
            knowledge=self._knowledge,
            standing=self._standing,
            attention=self._attention,
            held=Held(who, self.cart, self._knowledge.details),
            prospects=self._prospects,
            currency=self.currency,
            honoured=self._honoured,
            tells_all=self._tells_all,
            asks_attention=not is_click,
        )
        return matching.candidates(placement, around.anchors)

    @functools.cached_property
    def _prospects(self) -> Prospects:
        return Prospects(self._adapter, self.context, self.cart, self._now, self._knowledge)

    def _nudges(self, placement: Placement, around: Surroundings) -> dict[Source, list[Candidate]]:
        """What closes the gap to free shipping or makes a bundle whole, if the placement asks."""
        scene, found = self._scene(around), around.related.candidates
        looked_at = {source: around.looked_at(source) for source in found}
        is_out = functools.partial(why_not_eligible, scene=scene)
        nudges: dict[Source, list[Candidate]] = {}
        if Source.SHIPPING_GAP in placement.sources:
            nudges[Source.SHIPPING_GAP] = gap_closers(self._prospects, looked_at, is_out)
        if Source.NEARLY_BUNDLE in placement.sources:
            nudges[Source.NEARLY_BUNDLE] = nearly_bundles(
                self._prospects, looked_at, self._honoured, is_out
            )
        return nudges

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
