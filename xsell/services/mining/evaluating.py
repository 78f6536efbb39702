"""How well the shop's own carts get completed, by ours and by the simple ways beside it.

Nothing is written: a run that evaluates stores these figures itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from xsell.adapters import BaseAdapter, get_adapter
from xsell.engine import (
    CONTESTANTS,
    Baskets,
    NothingToTest,
    OrderLines,
    Report,
    evaluate,
)
from xsell.engine.evaluation import Result
from xsell.exceptions import MiningFailed
from xsell.services.mining.columns import Names
from xsell.services.mining.reading import read_orders
from xsell.services.mining.wishes import Wishes
from xsell.services.progress import Progress, silent

EVALUATING = gettext_noop("evaluating")
AUTO = "auto"
OURS = (AUTO, "auto + history")
CHUNK = 5_000

CanBeBought = Callable[[NDArray[Any]], NDArray[np.bool_]]
"""Which of these products of a report the shop sells now."""


def evaluate_relations(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    window_days: float | None = None,
    k: int = 20,
    max_tests: int = 20_000,
    contestants: Sequence[str] | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Complete the newest tenth of the orders of [since, until) by each contestant; see `as_rows`.

    `window_days` in place of `since`: orders of the last so many days. Each learns from the older
    orders alone, and suggests from `k` rows a product. Raise MiningFailed where there is nothing to
    test on, ValueError for an argument out of range.
    """
    asked = Wishes(since=since, until=until, window_days=window_days, k=k)
    since = asked.beginning(timezone.now())
    orders = read_orders(get_adapter(), since=since, until=until, progress=progress)
    if not len(orders.lines):
        span = f"placed from {since or 'the beginning'} until {until or 'now'}"
        raise MiningFailed(f"The adapter gives no order lines {span}: nothing to evaluate.")
    found = evaluation_of(
        orders.lines,
        orders.names.product,
        k=k,
        max_tests=max_tests,
        contestants=contestants,
        progress=progress,
    )
    if not found["n_tests"]:
        raise MiningFailed(f"There is {found['reason']}.")
    return found


def evaluation_of(
    source: OrderLines | Baskets,
    product_names: Names,
    *,
    k: int,
    max_tests: int = 20_000,
    contestants: Sequence[str] | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """The same of orders that were read already; without results, and with the reason, where there
    is nothing to test on: a young shop's run is none the worse for it."""
    try:
        report = evaluate(
            source,
            k=k,
            max_tests=max_tests,
            contestants=CONTESTANTS if contestants is None else contestants,
            progress=lambda done, total: progress(EVALUATING, done, total),
        )
    except NothingToTest as nothing:
        return {"n_tests": 0, "results": [], "difference": None, "reason": str(nothing)}
    adapter = get_adapter()
    return as_rows(report, lambda codes: _for_sale(adapter, product_names.all_of(codes.tolist())))


def as_rows(report: Report, can_be_bought: CanBeBought) -> dict[str, Any]:
    """The report as JSON takes it, what is not a number as None; results best first.

    n_tests, n_known: products hidden, and older baskets to learn from. Of each result, besides the
    engine's figures: sold_out_share, of the suggested places those held by products that cannot be
    bought now: sold out, hidden or gone. difference: NDCG of "auto" less that of the best `other`
    that is not ours, with its 95% interval; None without the two.
    """
    suggested = np.unique(np.concatenate([result.suggested for result in report.results]))
    for_sale = suggested[can_be_bought(suggested)]
    return {
        "n_tests": report.n_tests,
        "n_known": report.n_known,
        "results": [_row(result, for_sale) for result in report.results],
        "difference": _difference(report),
    }


def _row(result: Result, for_sale: NDArray[Any]) -> dict[str, Any]:
    places = int(result.n_suggested.sum())
    lost = int(result.n_suggested[~np.isin(result.suggested, for_sale)].sum())
    return _json_safe(
        {
            "contestant": result.contestant,
            "is_ours": result.contestant in OURS,
            "parameters": dict(result.parameters),
            "ndcg": result.ndcg,
            "hit_rate": result.hit_rate,
            "hit_rate_again": result.hit_rate_again,
            "hit_rate_new": result.hit_rate_new,
            "coverage": result.coverage,
            "sold_out_share": lost / places if places else None,
            "seconds": round(result.seconds, 3),
        }
    )


def _difference(report: Report) -> dict[str, Any] | None:
    names = [result.contestant for result in report.results]
    others = [name for name in names if name not in OURS]
    if AUTO not in names or not others:
        return None
    gap, low, high = report.difference(AUTO, others[0])
    return _json_safe({"other": others[0], "ndcg": gap, "low": low, "high": high})


def _for_sale(adapter: BaseAdapter, product_ids: Sequence[Any]) -> NDArray[np.bool_]:
    """Which of the products any shopper can buy now."""
    products = adapter.products(adapter.context_for())
    found: set[Any] = set()
    for start in range(0, len(product_ids), CHUNK):
        chunk = products.filter(pk__in=product_ids[start : start + CHUNK])
        found.update(chunk.values_list("pk", flat=True))
    return np.array([product_id in found for product_id in product_ids], np.bool_)


def _json_safe(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures with None for numbers that JSON cannot hold.

    >>> _json_safe({"again": float("nan"), "habit": {"base": 0.7}})
    {'again': None, 'habit': {'base': 0.7}}
    """
    return {name: _safe(figure) for name, figure in figures.items()}


def _safe(figure: Any) -> Any:
    if isinstance(figure, Mapping):
        return _json_safe(figure)
    return None if isinstance(figure, float) and not math.isfinite(figure) else figure
