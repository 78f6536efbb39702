"""The rules of the merchandisers, as this process keeps them until somebody changes one.

Reading thousands of offers for each page would cost more than deciding about them. One query tells
whether what was read still holds; only after a change is it read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import router

from xsell.models import AttentionBudget, Placement, RulesRevision
from xsell.selection.bought_once import BoughtOnceRules, bought_once_rules
from xsell.selection.conditions import Condition, Kind, Occasion
from xsell.selection.offers import StoredOffer, stored_followers, stored_offers
from xsell.selection.placements import placements_by_slug
from xsell.selection.segments import CompiledSegment, stored_segments
from xsell.values import ProductId

Key = tuple[str, Any]
"""By what an offer is found: a product, a category, a segment."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All that is decided for every shopper alike; nobody changes what is in it."""

    placements: dict[str, Placement]
    offers: Mapping[int, StoredOffer]
    follows: Mapping[int, tuple[tuple[str, bool], ...]]
    """Offer -> after which answers alone it comes: (source, whether that was a yes)."""
    budget: AttentionBudget
    segments: tuple[CompiledSegment, ...]
    asks_for_segments: bool
    """Whether an offer asks in which segments a shopper is."""
    bought_once: BoughtOnceRules
    by_key: Mapping[Key, tuple[int, ...]]
    for_all: tuple[int, ...]
    """Offers that no product, category or segment decides alone."""

    def has_offers_for(self, placement: Placement) -> bool:
        """Whether any offer could ever stand there."""
        return any(
            it.placement == placement.slug if it.placement else it.kind == placement.offer_kind
            for it in self.offers.values()
        ) or bool(self.follows)

    def considered(self, occasion: Occasion) -> list[StoredOffer]:
        """Offers whose conditions may hold, by priority: those of all others surely do not."""
        found = set(self.for_all)
        for key in _keys_of(occasion):
            found.update(self.by_key.get(key, ()))
        return sorted((self.offers[it] for it in found), key=lambda offer: offer.position)


def _keys_of(occasion: Occasion) -> Iterator[Key]:
    yield from (("product", it) for it in occasion.products)
    yield from (("category", it) for it in occasion.categories)
    yield from (("segment", it) for it in occasion.segments)


_KEPT: dict[str, tuple[str, Rulebook]] = {}
"""Database alias -> the revision that was read last, and what it said."""


def rulebook() -> Rulebook:
    """The rules of this moment: in one query, and seven more after a change."""
    alias = router.db_for_read(RulesRevision)
    token = RulesRevision.objects.using(alias).values_list("token", flat=True).first()
    kept = _KEPT.get(alias)
    if token is not None and kept is not None and kept[0] == token:
        return kept[1]
    # Read after the revision: what is newer than it is read again by the next request.
    book = _read()
    if token is not None:
        _KEPT[alias] = (token, book)
    return book


def _read() -> Rulebook:
    segments = stored_segments()
    traits = {it.segment_id: it.protected_traits for it in segments}
    offers = {offer.offer_id: offer for offer in stored_offers(traits)}
    by_key: dict[Key, list[int]] = {}
    for_all: list[int] = []
    for offer in offers.values():
        keys = [_key_of_group(group, offer.replaced_id) for group in offer.groups or ((),)]
        if all(keys):
            for key in dict.fromkeys(it for found in keys for it in found):
                by_key.setdefault(key, []).append(offer.offer_id)
        else:
            for_all.append(offer.offer_id)
    return Rulebook(
        placements=placements_by_slug(),
        offers=offers,
        follows=stored_followers(),
        segments=segments,
        asks_for_segments=any(it.segment_ids for it in offers.values()),
        budget=AttentionBudget.objects.first() or AttentionBudget(),
        bought_once=bought_once_rules(),
        by_key={key: tuple(found) for key, found in by_key.items()},
        for_all=tuple(for_all),
    )


def _key_of_group(group: Iterable[Condition], replaced_id: ProductId | None) -> tuple[Key, ...]:
    """Keys one of which an occasion has wherever the group holds; none where anything may be."""
    if replaced_id is not None:
        return (("product", replaced_id),)
    for condition in group:
        if condition.is_negated:
            continue
        match condition.kind:
            case Kind.HAS_PRODUCT:
                return (("product", condition.product_id),)
            case Kind.HAS_CATEGORY:
                return (("category", condition.category_id),)
            case Kind.ANY_PRODUCT:
                return tuple(("product", it) for it in condition.any_of)
            case Kind.ANY_CATEGORY:
                return tuple(("category", it) for it in condition.any_of)
            case Kind.IN_SEGMENT:
                return (("segment", condition.segment_id),)
    return ()
