"""What the active run knows for one shopper: two queries, however long the history.

One for the run's own facts; and one UNION of standings, of pairs that lead from the cart and from
what was viewed, of next steps, of gaps, and of what people banned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import FloatField, Q, QuerySet, Value

from xsell.models import (
    BestSeller,
    CoPurchase,
    MiningRun,
    NextPurchase,
    ProductRelation,
    RepurchaseGap,
)
from xsell.models.schedules import running
from xsell.selection.completion import active_run
from xsell.selection.rows import CROSS_SELL_KINDS
from xsell.values import Evidence, ProductId

NOTHING: Mapping[ProductId, int] = {}
STANDING, PAIR, STEP, GAP, BAN = "standing", "pair", "step", "gap", "ban"


class Row(NamedTuple):
    """One row of the UNION; what its kind has not is zero."""

    kind: str
    anchor_id: Any
    product_id: Any
    score: float
    prior: float
    position: int
    n_both: int
    n_anchor: int
    n_suggested: int
    lift: float
    lift_lower: float
    days: float


@dataclass(frozen=True, slots=True)
class Step:
    """What customers went on to: `evidence` counts customers, and windows in place of baskets."""

    anchor_id: ProductId
    product_id: ProductId
    score: float
    evidence: Evidence
    lag_days: float


@dataclass(frozen=True, slots=True)
class Stored:
    """What the active run knows around a shopper's cart, views and purchases.

    standings: prior and position among best sellers, of what the shop has; pairs: by anchor, others
    and their scores; gaps: median days until a product is bought again.
    """

    model: Mapping[str, Any] = field(default_factory=dict)
    following: Mapping[str, Any] = field(default_factory=dict)
    is_sum: bool = True
    standings: Mapping[ProductId, tuple[float, int]] = field(default_factory=dict)
    pairs: Mapping[ProductId, list[tuple[ProductId, float]]] = field(default_factory=dict)
    evidence: Mapping[tuple[ProductId, ProductId], Evidence] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    gaps: Mapping[ProductId, float] = field(default_factory=dict)
    banned: frozenset[tuple[ProductId, ProductId]] = frozenset()


def stored_around(
    *,
    now: datetime,
    cart: Collection[ProductId],
    viewed: Collection[ProductId] = (),
    owned: Mapping[ProductId, int] = NOTHING,
    k: int = 10,
    tells_all: bool = False,
) -> Stored:
    """What there is to complete the cart of a customer who owns these, `k` deep.

    `owned`: days since the first purchase. Next steps are those that are taken by now, unless one
    `tells_all`: of two thousand products that somebody has bought, a few dozen have any.
    """
    run = (
        MiningRun.objects.filter(is_active=True)
        .values("model", "following", "is_sum", "n_baskets")
        .first()
    )
    if run is None:
        return Stored()
    window = (run["following"].get("earliest_days", 0), run["following"].get("latest_days", 0))
    begun = [it for it, days in owned.items() if tells_all or window[0] <= days <= window[1]]
    branches = [*_mined(cart, viewed, owned, begun), _banned({*viewed, *begun}, now)]
    asked = first_by_prior(cart, owned, k).union(*branches, all=True)
    # As in rows.py: plain columns first, and no order that Django 6.1 would take from the model.
    rows = [Row(*row) for row in asked.order_by()]
    return _sorted(run, rows)


def _sorted(run: Mapping[str, Any], rows: list[Row]) -> Stored:
    """The rows by what they are."""
    pairs: dict[ProductId, list[tuple[ProductId, float]]] = {}
    for row in (it for it in rows if it.kind == PAIR):
        pairs.setdefault(row.anchor_id, []).append((row.product_id, row.score))
    n_windows = run["following"].get("n_windows", 0)
    return Stored(
        run["model"],
        run["following"],
        run["is_sum"],
        {it.product_id: (it.prior, int(it.position)) for it in rows if it.position},
        pairs,
        {
            (it.anchor_id, it.product_id): _evidence(it, run["n_baskets"])
            for it in rows
            if it.kind == PAIR
        },
        tuple(_step(it, n_windows) for it in rows if it.kind == STEP),
        {it.product_id: it.days for it in rows if it.kind == GAP},
        frozenset((it.anchor_id, it.product_id) for it in rows if it.kind == BAN),
    )


def _evidence(row: Row, n_baskets: int) -> Evidence:
    # MariaDB makes decimals of whole numbers where a UNION joins signed and unsigned ones.
    return Evidence(
        n_both=int(row.n_both),
        n_anchor=int(row.n_anchor),
        n_suggested=int(row.n_suggested),
        n_baskets=n_baskets,
        lift=row.lift,
        lift_lower=row.lift_lower,
    )


def _step(row: Row, n_windows: int) -> Step:
    evidence = _evidence(row, n_windows)
    return Step(row.anchor_id, row.product_id, row.score, evidence, row.days)


def first_by_prior(
    cart: Collection[ProductId], owned: Collection[ProductId], k: int
) -> QuerySet[Any, Any]:
    """Standings of what the shopper holds and owns, and of the first of all."""
    of_all = Q(prior_position__range=(1, k + len(cart)))
    rows = BestSeller.objects.filter(of_all | Q(product__in={*cart, *owned}), run=active_run())
    return rows.order_by().values_list(
        *(Value(STANDING), "product_id", "product_id", "prior", "prior", "position"),
        *("n_orders", "n_orders", "n_orders", "prior", "prior", "prior"),
    )


def _mined(
    cart: Collection[ProductId],
    viewed: Collection[ProductId],
    owned: Collection[ProductId],
    begun: Collection[ProductId],
) -> Iterator[QuerySet[Any, Any]]:
    run = active_run()
    measured = ("n_both", "n_anchor", "n_suggested", "lift", "lift_lower")
    pairs = CoPurchase.objects.filter(run=run, anchor__in={*cart, *viewed})
    yield pairs.order_by().values_list(
        *(Value(PAIR), "anchor_id", "suggested_id", "score", "suggested_prior"),
        *("suggested_position", *measured, _none()),
    )
    steps = NextPurchase.objects.filter(run=run, anchor__in=begun)
    yield steps.order_by().values_list(
        *(Value(STEP), "anchor_id", "suggested_id", "score", _none(), Value(0)),
        *(*measured, "lag_days"),
    )
    gaps = RepurchaseGap.objects.filter(run=run, product__in=owned)
    yield gaps.order_by().values_list(
        *(Value(GAP), "product_id", "product_id", _none(), _none(), Value(0)),
        *("n_gaps", "n_customers", Value(0), _none(), _none(), "median_days"),
    )


def _banned(anchors: Collection[ProductId], now: datetime) -> QuerySet[Any, Any]:
    bans = ProductRelation.objects.filter(
        running(now),
        anchor__in=anchors,
        verdict=ProductRelation.Verdict.BAN,
        kind__in=CROSS_SELL_KINDS,
    )
    return bans.order_by().values_list(
        *(Value(BAN), "anchor_id", "suggested_id", _none(), _none(), Value(0)),
        *(Value(0), Value(0), Value(0), _none(), _none(), _none()),
    )


def _none() -> Value:
    return Value(0.0, output_field=FloatField())
