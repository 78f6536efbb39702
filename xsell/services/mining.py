"""The shop's orders in, live co-purchase relations out.

The only place where the engine and the rest of xsell meet; reached by name, through
`xsell.services.jobs`, so that no web worker loads the mining stack.
"""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connections, router, transaction
from django.utils.translation import gettext_noop

from xsell.adapters import BaseAdapter, get_adapter
from xsell.engine import MEASURES, OrderLines, Relations, lift, lift_lower_bound, mine
from xsell.exceptions import MiningFailed
from xsell.models import BestSeller, CoPurchase, MiningRun
from xsell.services.reading import UNKNOWN, OrderLineCodes, Progress, read_order_lines
from xsell.services.snapshots import (
    ensure_ours,
    fail_run,
    forget_old_runs,
    start_run,
    switch_to,
    write_rows,
)
from xsell.signals import relations_recomputed
from xsell.values import ProductId

# Windows has no such module.
resource = importlib.import_module("resource") if importlib.util.find_spec("resource") else None

CATEGORIES_CHUNK = 5_000

COPURCHASE_COLUMNS = (
    *("run_id", "anchor_id", "suggested_id", "position", "score"),
    *("n_both", "n_anchor", "n_suggested", "lift", "lift_lower"),
)
BEST_SELLER_COLUMNS = (
    *("run_id", "product_id", "category_id", "n_orders", "position", "category_position"),
)


def silent(step: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def recompute_relations(
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    k: int = 20,
    scoring: str = "information",
    min_count: int = 3,
    half_life_days: float | None = None,
    started_by: str = "",
    progress: Progress = silent,
) -> int:
    """Mine the orders of [since, until), write a snapshot and let it serve; return its run's id.

    Curated rows are not touched. Whatever goes wrong, the old snapshot goes on serving, and the
    new run is marked failed with the reason. With scoring "auto" the run's parameters say what was
    chosen and how each candidate did. Raise MiningFailed, also when no order line counts:
    an empty snapshot in the place of a good one would only hide the mistake.
    """
    parameters = {
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "k": k,
        "scoring": scoring,
        "min_count": min_count,
        "half_life_days": half_life_days,
    }
    run = start_run(started_by=started_by, parameters=parameters)
    run.since, run.until = since, until
    try:
        _mine_into(run, progress)
    except BaseException as error:
        fail_run(run, f"{type(error).__name__}: {error}")
        if isinstance(error, MiningFailed) or not isinstance(error, Exception):
            raise
        raise MiningFailed(f"Run {run.pk} failed: {error}") from error
    forget_old_runs()
    # Robust: the relations serve, whatever befalls those who listen.
    transaction.on_commit(lambda: relations_recomputed.send(sender=MiningRun, run=run), robust=True)
    return run.pk


def _mine_into(run: MiningRun, progress: Progress) -> None:
    adapter = get_adapter()
    parameters = run.parameters
    with _timed(run, gettext_noop("reading")):
        codes = read_order_lines(
            adapter,
            since=run.since,
            until=run.until,
            progress=progress,
        )
        if not codes.orders:
            raise MiningFailed(_no_lines(codes, run.since, run.until))
    with _timed(run, gettext_noop("mining")):
        relations = mine(
            _order_lines(codes, with_dates=_needs_dates(parameters)),
            k=parameters["k"],
            scoring=parameters["scoring"],
            min_count=parameters["min_count"],
            half_life_days=parameters["half_life_days"],
            progress=lambda done, total: progress("mining", done, total),
        )
    with _timed(run, gettext_noop("categories")):
        categories = _categories(adapter, codes, relations, progress)
    with _timed(run, gettext_noop("writing")):
        _write(run, codes.product_ids, relations, categories, progress)
    if parameters["scoring"] == "auto":
        chosen, trials = dict(relations.parameters), dict(relations.trials)
        run.parameters = {**parameters, "chosen": chosen, "trials": trials}
    run.n_lines, run.n_baskets = codes.n_read, relations.n_baskets
    run.n_products, run.n_pairs = len(relations.products), len(relations)
    run.dropped = {
        **codes.n_dropped,
        gettext_noop("without a date"): relations.n_dropped.get("placed_at_missing", 0),
        gettext_noop("in giant baskets (orders)"): relations.n_giant,
    }
    run.peak_memory_mb = _peak_memory_mb()
    switch_to(run)


def _needs_dates(parameters: dict[str, Any]) -> bool:
    """Models weigh orders by age, and "auto" is tried on the newest; a measure does neither."""
    return parameters["half_life_days"] is not None or parameters["scoring"] not in MEASURES


def _no_lines(codes: OrderLineCodes, since: datetime | None, until: datetime | None) -> str:
    span = f"placed from {since or 'the beginning'} until {until or 'now'}"
    if not codes.n_read:
        return f"The adapter gives no order lines {span}: nothing to mine, nothing changed."
    dropped = ", ".join(f"{count} {reason}" for reason, count in codes.n_dropped.items() if count)
    return f"None of {codes.n_read} order lines {span} counts ({dropped}): nothing changed."


def _order_lines(codes: OrderLineCodes, *, with_dates: bool) -> OrderLines:
    """The codes as the engine's arrays; the two long ones are not copied."""
    orders = np.frombuffer(codes.orders, np.int64)
    products = np.frombuffer(codes.products, np.int64)
    customers = np.frombuffer(codes.customers, np.int64)[orders]
    known = np.ma.masked_equal(customers, UNKNOWN)
    if not with_dates:
        return OrderLines(orders, products, customer=known)
    moments = np.array(
        ["NaT" if it is None else int(it.timestamp()) for it in codes.placed_at], "datetime64[s]"
    )
    return OrderLines(orders, products, placed_at=moments[orders], customer=known)


def _categories(
    adapter: BaseAdapter, codes: OrderLineCodes, relations: Relations, progress: Progress
) -> dict[ProductId, str]:
    """The closest category of every product sold that the shop still has."""
    sold = [codes.product_ids[code] for code in relations.products]
    categories: dict[ProductId, str] = {}
    for start in range(0, len(sold), CATEGORIES_CHUNK):
        chunk = sold[start : start + CATEGORIES_CHUNK]
        categories.update(adapter.closest_categories(chunk))
        progress("categories", start + len(chunk), len(sold))
    return categories


def _write(
    run: MiningRun,
    product_ids: Sequence[ProductId],
    relations: Relations,
    categories: dict[ProductId, str],
    progress: Progress,
) -> None:
    keys = _database_keys(product_ids)
    n_sellers = len(relations.products)

    def written(n_rows: int) -> None:
        ensure_ours(run)
        progress("writing", n_rows, n_sellers + len(relations))

    write_rows(
        BestSeller,
        BEST_SELLER_COLUMNS,
        _best_sellers(run, product_ids, keys, relations, categories),
        written,
    )
    write_rows(
        CoPurchase,
        COPURCHASE_COLUMNS,
        _copurchases(run, keys, relations),
        lambda n_written: written(n_sellers + n_written),
    )


def _database_keys(product_ids: Iterable[ProductId]) -> list[Any]:
    """Product ids as the database stores them, for statements that pass by Django's fields."""
    connection = connections[router.db_for_write(CoPurchase)]
    key = CoPurchase._meta.get_field("anchor")
    return [key.get_db_prep_save(product_id, connection) for product_id in product_ids]


def _best_sellers(
    run: MiningRun,
    product_ids: Sequence[ProductId],
    keys: Sequence[Any],
    relations: Relations,
    categories: dict[ProductId, str],
) -> Iterator[tuple[Any, ...]]:
    """Rows of products that the shop still has, most orders first."""
    places: Counter[str] = Counter()
    position = 0
    for code, n_orders in zip(
        relations.products.tolist(), relations.n_orders.tolist(), strict=True
    ):
        category = categories.get(product_ids[code])
        if category is None:
            continue
        position += 1
        places[category] += 1
        yield run.pk, keys[code], category, n_orders, position, places[category]


def _copurchases(
    run: MiningRun, keys: Sequence[Any], relations: Relations
) -> Iterator[tuple[Any, ...]]:
    """Rows of pairs, with measures stored for readers that do not load the engine."""
    counts = (relations.n_both, relations.n_antecedent, relations.n_consequent)
    columns = (
        relations.antecedent,
        relations.consequent,
        relations.rank,
        relations.score,
        *counts,
        lift(*counts, relations.n_baskets),
        lift_lower_bound(*counts, relations.n_baskets),
    )
    for anchor, suggested, *figures in zip(*(it.tolist() for it in columns), strict=True):
        yield run.pk, keys[anchor], keys[suggested], *figures


@contextlib.contextmanager
def _timed(run: MiningRun, step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    run.seconds[step] = round(time.perf_counter() - started, 3)


def _peak_memory_mb() -> int:
    """The most memory that this process has held so far, in MB; 0 where nobody can tell."""
    if resource is None:
        return 0
    units_per_mb = {"darwin": 1024 * 1024}.get(sys.platform, 1024)
    peak: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // units_per_mb
