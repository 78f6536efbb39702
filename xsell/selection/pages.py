"""One page of the shop: loads what its placements need in a fixed number of queries.

However many tags a product page has, it costs six queries: the cart, the placements, everything
related (one UNION), the ladder, the bundles and the details. A cart or checkout costs five: no
ladder and no bundles, but the offers. A product page whose placement asks for offers costs seven.
Where an anchor is a variant, what is related to its parent costs two more.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.models import Placement
from xsell.selection.bundles import bundle_offers, live_bundles
from xsell.selection.offers import LiveOffer, holding, live_offers
from xsell.selection.pipeline import Scene, fill_placement
from xsell.selection.placements import named, placements_by_slug
from xsell.selection.related import Related, related_to
from xsell.selection.tiers import Rung, ladder_of, tier_rungs, upgrades
from xsell.values import (
    BundleOffer,
    BundleRule,
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

UPGRADE_SLUG = "upgrade"

CANDIDATES_LOOKED_AT = 60
"""How many candidates of each source are looked at; a placement shows 24 at most."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is stored about some anchors: the raw material of every placement around them.

    `ladder` and `bundles` belong to the product of a product page; elsewhere they are empty.
    """

    anchors: frozenset[ProductId]
    related: Related
    ladder: tuple[Rung, ...] = ()
    bundles: tuple[BundleRule, ...] = ()

    def product_ids(self) -> Iterator[ProductId]:
        """Every product that a placement could show or must compare with."""
        yield from self.anchors
        yield from (rung.product_id for rung in self.ladder)
        yield from (product_id for rule in self.bundles for product_id, _ in rule.quantities)
        for candidates in self.related.candidates.values():
            yield from (it.product_id for it in candidates[:CANDIDATES_LOOKED_AT])


class Page:
    """What one request (or preview) has loaded and shown.

    A product is suggested once per page, by the placement that comes first.
    """

    def __init__(
        self, adapter: BaseAdapter, context: ShopContext, cart: Cart, now: datetime
    ) -> None:
        self.context = context
        self.cart = cart
        self.now = now
        self._adapter = adapter
        self._shown: set[ProductId] = set()
        self._around: dict[frozenset[ProductId], Surroundings] = {}
        self._around_product: dict[ProductId, Surroundings] = {}
        self._details: dict[ProductId, ProductDetails] = {}
        self._asked: set[ProductId] = set()

    @functools.cached_property
    def placements(self) -> dict[str, Placement]:
        """Every placement by slug."""
        return placements_by_slug()

    @functools.cached_property
    def offers(self) -> list[LiveOffer]:
        """Every live offer, by priority."""
        return live_offers(self.now)

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
            return PlacementContent(slug, placement.heading, (), ())
        offers = self.offers if Source.OFFERS in placement.sources else []
        offered = [it.candidate.product_id for it in offers]
        if product_id is not None:
            around = self._product(product_id, offered)
        else:
            around = self._surroundings(
                self.cart.product_ids if anchors is None else anchors, offered
            )
        content = self._fill(placement, around, offers)
        self._shown.update(it.product.product_id for it in content.suggestions)
        return content

    def upgrades(self, product_id: ProductId) -> tuple[PlacementContent, tuple[Upgrade, ...]]:
        """The next steps up from the product, with the heading that the placement gives them."""
        content = self.placement(UPGRADE_SLUG, product_id=product_id)
        current = self._details.get(product_id)
        if current is None or current.price is None:
            return content, ()
        return content, upgrades(content.suggestions, self._product(product_id).ladder, current)

    def tier_table(self, product_id: ProductId) -> tuple[TierRung, ...]:
        """The rungs of the product's ladder: a description of it, which counts as no suggestion."""
        around = self._product(product_id)
        self._learn(around.product_ids())
        return tier_rungs(around.ladder, product_id, self._details)

    def bundles(self, product_id: ProductId) -> tuple[BundleOffer, ...]:
        """Live bundles with the product that can be bought whole."""
        around = self._product(product_id)
        self._learn(around.product_ids())
        return bundle_offers(around.bundles, self._details, self.cart, self.currency)

    def known(self) -> tuple[dict[ProductId, ProductDetails], dict[ProductId, Evidence]]:
        """Details and mined evidence of everything that this page has looked at, by product."""
        evidence = {
            candidate.product_id: candidate.evidence
            for around in (*self._around.values(), *self._around_product.values())
            for source in (Source.MINED, Source.PINNED)
            for candidate in around.related.candidates[source]
            if candidate.evidence is not None
        }
        return dict(self._details), evidence

    def _fill(
        self, placement: Placement, around: Surroundings, offers: Iterable[LiveOffer]
    ) -> PlacementContent:
        self._learn([*around.product_ids(), *(it.candidate.product_id for it in offers)])
        held = holding(
            offers,
            placement.offer_kind,
            cart=self.cart,
            anchors=around.anchors,
            details=self._details,
        )
        scene = Scene(
            anchors=around.anchors,
            cart=self.cart,
            currency=self.currency,
            details=self._details,
            related=around.related,
            shown=self._shown,
        )
        looked_at = {
            source: candidates[:CANDIDATES_LOOKED_AT]
            for source, candidates in around.related.candidates.items()
        }
        return fill_placement(placement, scene, {**looked_at, Source.OFFERS: held})

    def _product(self, product_id: ProductId, also: Iterable[ProductId] = ()) -> Surroundings:
        """Surroundings of the product of a product page; details of `also` come in passing."""
        if product_id not in self._around_product:
            key = frozenset([product_id])
            around = Surroundings(
                anchors=key,
                related=related_to(key, self.now),
                ladder=ladder_of(product_id),
                bundles=tuple(live_bundles(key, self.now)),
            )
            self._around_product[product_id] = self._with_parents(around, also)
        return self._around_product[product_id]

    def _surroundings(
        self, anchors: Iterable[ProductId], also: Iterable[ProductId]
    ) -> Surroundings:
        key = frozenset(anchors)
        if key not in self._around:
            around = Surroundings(anchors=key, related=related_to(key, self.now))
            self._around[key] = self._with_parents(around, also)
        return self._around[key]

    def _with_parents(self, around: Surroundings, also: Iterable[ProductId]) -> Surroundings:
        """With what is related to the parents of anchors that are variants.

        Shops mine and curate by the parent, but a cart holds variants.
        """
        self._learn([*around.product_ids(), *also])
        parents = {self._details[it].family for it in around.anchors if it in self._details}
        if parents <= around.anchors:
            return around
        return replace(around, related=related_to(around.anchors | parents, self.now))

    def _learn(self, product_ids: Iterable[ProductId]) -> None:
        """Fetch details that were not asked for before: in one query, or none."""
        wanted = dict.fromkeys(itertools.chain(product_ids, self.cart.product_ids))
        missing = [product_id for product_id in wanted if product_id not in self._asked]
        if missing:
            self._details.update(self._adapter.details(missing, self.context))
            self._asked.update(missing)
