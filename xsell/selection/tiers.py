"""Ladders as shoppers see them: the rungs compared, and the step up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xsell.models import Tier
from xsell.values import (
    ProductDetails,
    ProductId,
    Source,
    Suggestion,
    TierFeature,
    TierGain,
    TierRung,
    Upgrade,
)

RUNGS_COMPARED = 3
"""Rungs of a table unless a page asks for more: the eye compares three."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung as the rows hold it, with what its ladder says of noes."""

    tier_id: int
    product_id: ProductId
    rank: int
    label: str
    headline: str
    is_recommended: bool
    offers_downsell: bool
    cool_down_days: int
    features: tuple[TierFeature, ...] = ()


RUNG_COLUMNS = (
    *("pk", "product_id", "rank", "label", "headline", "is_recommended"),
    *("ladder__offers_downsell", "ladder__cool_down_days"),
)


def ladder_of(product_ids: Collection[ProductId]) -> tuple[Rung, ...]:
    """Rungs of the live ladder of these (a product, and its parent), with features, in one query.

    The lowest comes first. A product on several ladders is compared on the oldest.
    """
    rows = (
        Tier.objects.filter(ladder__is_live=True, ladder__tiers__product__in=product_ids)
        .order_by("ladder_id", "rank", "benefits__position", "benefits__pk")
        .values_list(
            "ladder_id",
            *("benefits__feature", "benefits__value", "benefits__is_included"),
            *RUNG_COLUMNS,
        )
    )
    rungs: dict[int, Rung] = {}
    # A variant and its parent on one ladder would tell each cell twice.
    features: dict[int, dict[TierFeature, None]] = {}
    oldest = None
    for ladder_id, feature, value, is_included, *rung in rows:
        oldest = ladder_id if oldest is None else oldest
        if ladder_id != oldest:
            break
        rungs.setdefault(rung[0], Rung(*rung))
        if feature is not None:
            features.setdefault(rung[0], {})[TierFeature(feature, value, is_included)] = None
    return tuple(replace(it, features=tuple(features.get(pk, ()))) for pk, it in rungs.items())


def own_rung(ladder: Iterable[Rung], current: ProductDetails) -> Rung | None:
    """The rung on which the product stands itself, or else its family; none without a ladder."""
    rungs = {rung.product_id: rung for rung in ladder}
    return rungs.get(current.product_id) or rungs.get(current.family)


def tier_rungs(
    ladder: Iterable[Rung],
    current: ProductId,
    details: Mapping[ProductId, ProductDetails],
    most: int = RUNGS_COMPARED,
) -> tuple[TierRung, ...]:
    """The rungs that can be bought now, the current one in any case; none without a choice.

    Of more than `most` those around the current one, and the recommended one. Where nobody
    recommends a rung it is the middle one. Every rung lists the same features, in the order in
    which the ladder first names them. Raise ValueError for fewer than two: that is no choice.
    """
    if most < 2:
        raise ValueError(f"rungs={most}: a table compares two rungs or more")
    here = details.get(current)
    if here is None or here.price is None:
        return ()
    ladder = tuple(ladder)
    rungs = _nearest(list(_comparable(ladder, here, here.price, details)), most)
    if len(rungs) < 2:
        return ()
    if not any(rung.is_recommended for rung in ladder) and len(rungs) % 2:
        middle = len(rungs) // 2
        rungs[middle] = replace(rungs[middle], is_recommended=True)
    return tuple(rungs)


def _comparable(
    ladder: Sequence[Rung],
    here: ProductDetails,
    price: Decimal,
    details: Mapping[ProductId, ProductDetails],
) -> Iterator[TierRung]:
    """The current rung, and those that can be bought in its currency."""
    own = own_rung(ladder, here)
    names = tuple(dict.fromkeys(cell.feature for rung in ladder for cell in rung.features))
    for rung in ladder:
        product = details.get(rung.product_id)
        if product is None or product.price is None or product.currency != here.currency:
            continue
        if product.is_available or rung is own:
            yield TierRung(
                product=product,
                rank=rung.rank,
                label=rung.label,
                headline=rung.headline,
                is_recommended=rung.is_recommended,
                is_current=rung is own,
                difference=product.price - price,
                features=_row(rung, names),
            )


def _nearest(rungs: Sequence[TierRung], most: int) -> list[TierRung]:
    """So many of the rungs, in their order: the current, the recommended, and what is nearest."""
    here = next((place for place, it in enumerate(rungs) if it.is_current), 0)

    def distance(place: int) -> tuple[bool, bool, int, bool]:
        rung = rungs[place]
        return not rung.is_current, not rung.is_recommended, abs(place - here), place < here

    chosen = sorted(range(len(rungs)), key=distance)[:most]
    return [rungs[place] for place in sorted(chosen)]


def _row(rung: Rung, names: Iterable[str]) -> tuple[TierFeature, ...]:
    """The rung's cell for each feature; what it does not name it does not have."""
    cells = {cell.feature: cell for cell in rung.features}
    return tuple(cells.get(name, TierFeature(name, "", is_included=False)) for name in names)


def upgrades(
    suggestions: Iterable[Suggestion],
    ladder: Iterable[Rung],
    current: ProductDetails,
    sources: Mapping[ProductId, str],
) -> tuple[Upgrade, ...]:
    """The suggested products in the place of the current one: what is gained, what it costs.

    `sources` names each step. A lower rung never claims a gain.
    """
    ladder = tuple(ladder)
    here = own_rung(ladder, current)
    rungs = {rung.product_id: rung for rung in ladder}
    found = []
    for it in suggestions:
        rung = rungs.get(it.product.product_id)
        is_lower = here is not None and rung is not None and rung.rank < here.rank
        found.append(
            Upgrade(
                product=it.product,
                label=rung.label if rung else "",
                headline=rung.headline if rung else "",
                gains=() if is_lower else _gains(rung, here),
                losses=_losses(rung, here, is_lower=is_lower),
                difference=(it.product.price or Decimal(0)) - (current.price or Decimal(0)),
                source=sources.get(it.product.product_id, ""),
                is_downsell=is_lower,
                is_computed=it.source is Source.STEP_UP,
            )
        )
    return tuple(found)


def _included(rung: Rung | None) -> dict[str, str]:
    """What the rung has: feature -> value, empty for a plain tick."""
    return {cell.feature: cell.value for cell in rung.features if cell.is_included} if rung else {}


def _gains(rung: Rung | None, here: Rung | None) -> tuple[TierGain, ...]:
    """What the rung has and the current one has not, or has otherwise.

    A tick in the place of a value says less than that value: it is no gain.
    """
    had = _included(here)
    return tuple(
        TierGain(feature, value, had.get(feature, ""))
        for feature, value in _included(rung).items()
        if feature not in had or (value and value != had[feature])
    )


def _losses(rung: Rung | None, here: Rung | None, *, is_lower: bool) -> tuple[TierGain, ...]:
    """What the current rung has and the other one has not; in a lower one also what is changed.

    Nothing where the other product is on no ladder: nobody entered what it has.
    """
    return tuple(_lost(_included(rung), _included(here), is_lower)) if rung else ()


def _lost(gets: Mapping[str, str], had: Mapping[str, str], is_lower: bool) -> Iterator[TierGain]:
    for feature, value in had.items():
        if feature not in gets:
            yield TierGain(feature, "", value)
        elif is_lower and gets[feature] != value and gets[feature]:
            yield TierGain(feature, gets[feature], value)
