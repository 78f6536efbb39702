"""What the active run knows for one shopper: two queries, however long the history.

One for the run's own facts; and one UNION of standings, of pairs that lead from the cart and from
what was viewed, of next steps and of gaps.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import F, FloatField, Q, QuerySet, Value

from xsell.models import BestSeller, CoPurchase, MiningRun, NextPurchase, RepurchaseGap
from xsell.selection.completion import active_run
from xsell.values import Evidence, ProductId

STANDING, PAIR, STEP, GAP = "standing", "pair", "step", "gap"


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
    position: int
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


def stored_around(
    *,
    cart: Collection[ProductId],
    viewed: Collection[ProductId] = (),
    owned: Collection[ProductId] = (),
    k: int = 10,
) -> Stored:
    """What there is to complete the cart of a customer who owns (has bought) these, `k` deep."""
    run = (
        MiningRun.objects.filter(is_active=True)
        .values("model", "following", "is_sum", "n_baskets")
        .first()
    )
    if run is None:
        return Stored()
    rows = [Row(*row) for row in _rows(cart, viewed, owned, k)]
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
    # Its place among best sellers is another's.
    place = int(row.prior)
    return Step(row.anchor_id, row.product_id, place, row.score, evidence, row.days)


def _rows(
    cart: Collection[ProductId],
    viewed: Collection[ProductId],
    owned: Collection[ProductId],
    k: int,
) -> QuerySet[Any, Any]:
    asked = {*cart, *owned}
    run = active_run()
    standings = BestSeller.objects.filter(
        Q(prior_position__range=(1, k + len(cart))) | Q(product__in=asked), run=run
    )
    branches = [
        CoPurchase.objects.filter(run=run, anchor__in={*cart, *viewed})
        .order_by()
        .values_list(
            *(Value(PAIR), "anchor_id", "suggested_id", "score", "suggested_prior"),
            *("suggested_position", "n_both", "n_anchor", "n_suggested", "lift", "lift_lower"),
            _none(),
        ),
        NextPurchase.objects.filter(run=run, anchor__in=owned)
        .order_by()
        .values_list(
            *(Value(STEP), "anchor_id", "suggested_id", "score", F("position") * Value(1.0)),
            *(Value(0), "n_both", "n_anchor", "n_suggested", "lift", "lift_lower", "lag_days"),
        ),
        RepurchaseGap.objects.filter(run=run, product__in=owned)
        .order_by()
        .values_list(
            *(Value(GAP), "product_id", "product_id", _none(), _none(), Value(0)),
            *("n_gaps", "n_customers", Value(0), _none(), _none(), "median_days"),
        ),
    ]
    # As in rows.py: plain columns first, and no order that Django 6.1 would take from the model.
    first = standings.order_by().values_list(
        *(Value(STANDING), "product_id", "product_id", "prior", "prior", "position"),
        *("n_orders", "n_orders", "n_orders", "prior", "prior", "prior"),
    )
    return first.union(*branches, all=True).order_by()


def _none() -> Value:
    return Value(0.0, output_field=FloatField())
