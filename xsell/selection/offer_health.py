"""Live offers that cannot show, or lead nowhere, as they are written: only what is certain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from xsell.adapters import BaseAdapter
from xsell.models import Offer
from xsell.selection.conditions import Condition, Kind
from xsell.selection.offers import StoredOffer, followers, leading, stored_offers
from xsell.selection.segments import stored_segments
from xsell.values import ProductId
from xsell.values.hours import Dates, shop_time

EXAMPLES = 5
"""How many offers are named where many are counted."""


@dataclass(frozen=True, slots=True)
class FlaggedOffers:
    """How many live offers have this fault, and the keys and names of a few."""

    n_offers: int
    examples: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the offers are held against; `categories` is None where the shop names none."""

    now: datetime
    showing: frozenset[int]
    """Live offers that show, now or later."""
    waiting: frozenset[int]
    """Offers that wait for an answer to another one."""
    following: frozenset[int]
    """Those of them whose other one shows, now or later."""
    empty_segments: frozenset[int]
    categories: frozenset[str] | None
    not_on_sale: frozenset[ProductId]


def examine_offers(
    adapter: BaseAdapter, on_sale: QuerySet[Any], *, now: datetime
) -> dict[str, FlaggedOffers]:
    """Each fault of live offers -> the offers that have it; in at most six queries.

    An offer that is over has no other fault: it is done.
    """
    segments = stored_segments()
    traits = {it.segment_id: it.protected_traits for it in segments}
    stored = {it.offer_id: it for it in stored_offers(traits)}
    live = [it for it in stored.values() if not it.is_shadow]
    shown = [it for it in live if not is_over(it, now)]
    known = _Known(
        now=now,
        showing=frozenset(it.offer_id for it in shown),
        waiting=frozenset(followers(leading(stored.values()))),
        following=frozenset(followers(leading(shown))),
        empty_segments=frozenset(it.segment_id for it in segments if not it.groups),
        categories=_categories(adapter, live),
        not_on_sale=frozenset(
            Offer.objects.filter(state=Offer.State.LIVE, replaced_product__isnull=False)
            .exclude(replaced_product__in=on_sale.values("pk"))
            .values_list("replaced_product", flat=True)
            .order_by()
        ),
    )
    found = {"over": [it for it in live if is_over(it, now)]}
    for fault, has_it in FAULTS.items():
        found[fault] = [it for it in shown if has_it(it, known)]
    return _named(found)


def is_over(offer: StoredOffer, now: datetime) -> bool:
    """Whether its end has passed."""
    return offer.rule.ends_at is not None and offer.rule.ends_at <= now


def _categories(adapter: BaseAdapter, offers: Iterable[StoredOffer]) -> frozenset[str] | None:
    kinds = {it.kind for offer in offers for group in offer.groups for it in group}
    if not kinds & {Kind.HAS_CATEGORY, Kind.ANY_CATEGORY}:
        return None
    return frozenset(it.category_id for it in adapter.categories()) or None


def _named(found: Mapping[str, list[StoredOffer]]) -> dict[str, FlaggedOffers]:
    few = {fault: [it.offer_id for it in offers[:EXAMPLES]] for fault, offers in found.items()}
    wanted = {key for keys in few.values() for key in keys}
    names = dict(Offer.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return {
        fault: FlaggedOffers(len(offers), tuple((it, names.get(it, "")) for it in few[fault]))
        for fault, offers in found.items()
    }


# ------------------------------------------------------------------------------------------ faults


def _is_refused(offer: StoredOffer, known: _Known) -> bool:
    return bool(offer.objection)


def _never_holds(offer: StoredOffer, known: _Known) -> bool:
    return bool(offer.groups) and all(
        any(_is_impossible(it, known) for it in group) or _contradicts_itself(group)
        for group in offer.groups
    )


def _is_impossible(condition: Condition, known: _Known) -> bool:
    if condition.is_negated:
        return False
    match condition.kind:
        case Kind.IN_SEGMENT:
            return condition.segment_id in known.empty_segments
        case Kind.HAS_CATEGORY:
            return known.categories is not None and condition.category_id not in known.categories
        case Kind.ANY_CATEGORY:
            return known.categories is not None and known.categories.isdisjoint(condition.any_of)
        case Kind.DATES:
            dates = condition.clock
            return isinstance(dates, Dates) and dates.last < shop_time(known.now).date()
    return False


def _contradicts_itself(group: Iterable[Condition]) -> bool:
    conditions = set(group)
    return any(replace(it, is_negated=not it.is_negated) in conditions for it in conditions)


def _asks_for_itself(offer: StoredOffer, known: _Known) -> bool:
    """Whether all groups ask for the very product that is to be taken beside it."""
    if offer.kind != Offer.Kind.BUMP or not offer.groups:
        return False
    return all(
        any(
            it.kind == Kind.HAS_PRODUCT and not it.is_negated and it.product_id == offer.product_id
            for it in group
        )
        for group in offer.groups
    )


def _replaces_what_is_not_sold(offer: StoredOffer, known: _Known) -> bool:
    return offer.replaced_id is not None and offer.replaced_id in known.not_on_sale


def _leads_nowhere(offer: StoredOffer, known: _Known) -> bool:
    followed_by = (offer.columns["next_if_accepted_id"], offer.columns["next_if_declined_id"])
    return any(it is not None and it not in known.showing for it in followed_by)


def _follows_nothing(offer: StoredOffer, known: _Known) -> bool:
    waits = offer.kind == Offer.Kind.DOWNSELL or offer.offer_id in known.waiting
    return waits and offer.offer_id not in known.following


FAULTS: Mapping[str, Callable[[StoredOffer, _Known], bool]] = {
    "refused": _is_refused,
    "conditions never hold": _never_holds,
    "bump asks for itself": _asks_for_itself,
    "replaces what is not sold": _replaces_what_is_not_sold,
    "leads to what is not live": _leads_nowhere,
    "follows what does not show": _follows_nothing,
}
