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

from collections.abc import Collection, Iterable
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.models import Placement
from xsell.selection.bundles import bundle_offers
from xsell.selection.encounters import Met
from xsell.selection.matching import NOT_HONOURED
from xsell.selection.nearly_bundles import completes
from xsell.selection.offers import StoredOffer
from xsell.selection.pipeline import fill_placement, why_not_eligible
from xsell.selection.placements import UPGRADE, named
from xsell.selection.sourcing import Sourcing
from xsell.selection.surroundings import Surroundings
from xsell.selection.tiers import RUNGS_COMPARED, tier_rungs, upgrades
from xsell.values import (
    REPLACING_SOURCES,
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
    Suggestion,
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
        self.now = now
        self._sourcing = Sourcing(adapter, context, cart, now, tells_all=tells_all)
        self._knowledge = self._sourcing.knowledge

    @property
    def placements(self) -> dict[str, Placement]:
        """Every placement by slug."""
        return self._knowledge.book.placements

    @property
    def currency(self) -> str:
        """The currency in which this shopper pays."""
        return self._sourcing.currency

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
        anchors = None if anchors is None else tuple(anchors)
        own = self.cart.product_ids if anchors is None else anchors
        self._sourcing.expect(placement, own if product_id is None else (product_id,))
        around = self._around(product_id, anchors)
        found = self._sourcing.candidates(placement, product_id, around)
        content = fill_placement(placement, self._sourcing.scene(around), found)
        self._sourcing.shown.update(it.product.product_id for it in content.suggestions)
        return content

    @property
    def shipping_gap(self) -> ShippingGap | None:
        """What the cart lacks to free shipping; none without a cart or without a rule for it."""
        return self._sourcing.prospects.gap

    def completes(self, bundle_id: int | None, product_ids: Collection[ProductId]) -> bool:
        """Whether one more unit, which is all that is wanted, makes the bundle whole and saves."""
        if bundle_id is None or len(product_ids) != 1:
            return False
        return completes(self._sourcing.prospects, bundle_id, next(iter(product_ids)))

    def has_seen(self, source: str) -> bool:
        """Whether the shopper saw or answered the source in this visit."""
        return source in self._sourcing.standing.encounters.seen_here

    def has_answered_at(self, slug: str) -> bool:
        """Whether the shopper said yes or no to something in the placement in this visit."""
        return self._sourcing.standing.encounters.answered_at(slug)

    def upgrades(
        self, product_id: ProductId, slug: str = UPGRADE
    ) -> tuple[PlacementContent, tuple[Upgrade, ...]]:
        """The next steps up from the product, with the heading that the placement gives them."""
        content = self.placement(slug, product_id=product_id)
        return content, self.steps(product_id, content.suggestions)

    def steps(
        self, product_id: ProductId, suggestions: Iterable[Suggestion]
    ) -> tuple[Upgrade, ...]:
        """Those of the product's suggestions that take its place: what is gained, and the price."""
        shown = [it for it in suggestions if it.source in REPLACING_SOURCES]
        around = self._product(product_id)
        stairs = self._sourcing.stairs(product_id, around) if shown else None
        if stairs is None or stairs.current.price is None:
            return ()
        sources = {key: stairs.source_of(key) for key in (it.product.product_id for it in shown)}
        return upgrades(shown, around.ladder, stairs.current, sources)

    def imagine_noes(self, product_id: ProductId, declined: Iterable[ProductId]) -> None:
        """Show from now on what shows where this visit declined the steps to these products."""
        stairs = self._sourcing.stairs(product_id, self._product(product_id))
        if stairs is not None:
            no = Met(declined_at=self.now, declined_here_at=self.now)
            self._sourcing.standing.imagine({stairs.source_of(it): no for it in declined})

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
        rules = [rule for rule in stored if rule.benefit.kind in self._sourcing.honoured]
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
        scene = self._sourcing.scene(around)
        candidate = self._sourcing.clicked(offer_id or 0, placement, around)
        if candidate is None or candidate.offer is None or why_not_eligible(candidate, scene):
            return None
        return candidate

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
        stairs = self._sourcing.stairs(current, around)
        if stairs is None or better == current:
            return False
        return stairs.lead_to(better, self.placements.get(slug), self._sourcing.scene(around))

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
