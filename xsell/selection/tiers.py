"""Ladders as shoppers see them: the rungs compared, and the step up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xsell.models import Tier
from xsell.values import (
    ProductDetails,
    ProductId,
    Suggestion,
    TierFeature,
    TierRung,
    Upgrade,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung as the rows hold it."""

    product_id: ProductId
    rank: int
    label: str
    headline: str
    is_recommended: bool
    features: tuple[TierFeature, ...]


def ladder_of(product_ids: Collection[ProductId]) -> tuple[Rung, ...]:
    """Rungs of the live ladder of these (a product, and its parent), with features, in one query.

    The lowest comes first. A product on several ladders is compared on the oldest.
    """
    rows = (
        Tier.objects.filter(ladder__is_live=True, ladder__tiers__product__in=product_ids)
        .order_by("ladder_id", "rank", "benefits__position", "benefits__pk")
        .values_list(
            *("ladder_id", "product_id", "rank", "label", "headline", "is_recommended"),
            *("benefits__feature", "benefits__value", "benefits__is_included"),
        )
    )
    rungs: dict[int, Rung] = {}
    features: dict[int, list[TierFeature]] = {}
    oldest = None
    for ladder_id, rung_product, rank, label, headline, recommended, *feature in rows:
        oldest = ladder_id if oldest is None else oldest
        if ladder_id != oldest:
            break
        rungs.setdefault(rank, Rung(rung_product, rank, label, headline, recommended, ()))
        if feature[0] is not None:
            features.setdefault(rank, []).append(TierFeature(*feature))
    return tuple(
        Rung(it.product_id, it.rank, it.label, it.headline, it.is_recommended, tuple(cells))
        for it in rungs.values()
        for cells in [features.get(it.rank, [])]
    )


def tier_rungs(
    ladder: Iterable[Rung], current: ProductId, details: Mapping[ProductId, ProductDetails]
) -> tuple[TierRung, ...]:
    """The rungs that can be bought now, the current one in any case; none without a choice.

    Every rung lists the same features, in the order in which the ladder first names them.
    """
    here = details.get(current)
    if here is None or here.price is None:
        return ()
    own = {current, here.family}
    ladder = tuple(ladder)
    names = tuple(dict.fromkeys(cell.feature for rung in ladder for cell in rung.features))
    rungs = tuple(
        TierRung(
            product=product,
            rank=rung.rank,
            label=rung.label,
            headline=rung.headline,
            is_recommended=rung.is_recommended,
            is_current=rung.product_id in own,
            difference=product.price - here.price,
            features=_row(rung, names),
        )
        for rung in ladder
        if (product := details.get(rung.product_id)) is not None
        and product.price is not None
        and product.currency == here.currency
        and (product.is_available or rung.product_id in own)
    )
    return rungs if len(rungs) > 1 else ()


def _row(rung: Rung, names: Iterable[str]) -> tuple[TierFeature, ...]:
    """The rung's cell for each feature; what it does not name it does not have."""
    cells = {cell.feature: cell for cell in rung.features}
    return tuple(cells.get(name, TierFeature(name, "", is_included=False)) for name in names)


def upgrades(
    suggestions: Iterable[Suggestion],
    ladder: Iterable[Rung],
    current: ProductDetails,
) -> tuple[Upgrade, ...]:
    """The suggested products as steps up from the current one: what is gained, what it costs."""
    rungs = {rung.product_id: rung for rung in ladder}
    here = rungs.get(current.product_id) or rungs.get(current.family)
    had = set(here.features) if here is not None else set()
    return tuple(
        Upgrade(
            product=it.product,
            label=rung.label if rung else "",
            headline=rung.headline if rung else "",
            gains=tuple(
                cell
                for cell in (rung.features if rung else ())
                if cell.is_included and cell not in had
            ),
            difference=(it.product.price or Decimal(0)) - (current.price or Decimal(0)),
        )
        for it in suggestions
        for rung in [rungs.get(it.product.product_id)]
    )
