"""What customers do next: what they go on to buy, and when they buy the same again."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.arguments import check_at_least, check_between, check_limits
from xsell.engine.baskets import Baskets, collect_baskets
from xsell.engine.counting import available_threads, chunk_bounds, in_threads
from xsell.engine.lines import OrderLines
from xsell.engine.measures import confidence, lift_lower_bound
from xsell.engine.sequences import (
    DAY,
    count_work,
    group_by_product,
    median_lags,
    open_windows,
    tally_followers,
    walk_customers,
)
from xsell.engine.store import BasketStore
from xsell.engine.workshop import is_by_robot

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]

Source = OrderLines | BasketStore | Baskets


@dataclass(frozen=True, slots=True, eq=False)
class NextSteps:
    """What customers went on to buy some time after they had first bought something else.

    One element per pair, by antecedent, then by rank (1 is the best): n_both customers of the
    n_antecedent whose window is whole bought the consequent for the first time in it, at the
    median `lag_days` after. For comparison: of all `n_windows` windows, whatever product opened
    them, n_consequent saw a first purchase of the consequent. score: confidence times the binary
    logarithm of the lower bound of lift.
    """

    antecedent: NDArray[Any]
    consequent: NDArray[Any]
    rank: Int32s
    score: Floats
    n_both: Int64s
    n_antecedent: Int64s
    n_consequent: Int64s
    n_windows: int
    lag_days: Floats
    earliest_days: int
    latest_days: int

    def __len__(self) -> int:
        return int(self.antecedent.size)


@dataclass(frozen=True, slots=True, eq=False)
class RepurchaseGaps:
    """Days between a customer's successive purchases of a product, per product by id.

    n_gaps of n_customers; quartiles: linear interpolation between the two nearest.
    """

    product: NDArray[Any]
    n_gaps: Int64s
    n_customers: Int64s
    lower_quartile_days: Floats
    median_days: Floats
    upper_quartile_days: Floats

    def __len__(self) -> int:
        return int(self.product.size)


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Customers' purchases in time: firsts (see `sequences`) and gaps, products as codes.

    customer, time (microseconds): of each first; end: of the newest order of all.
    """

    products: NDArray[Any]
    product: Int32s
    customer: Int32s
    time: Int64s
    end: int
    gap_product: Int32s
    gap_days: Int32s
    gap_customers: Int64s


def purchase_sequences(source: Source | Sequences) -> Sequences:
    """The purchases of customers who are known and no robots; nothing without dates or customers.

    A day of the same customer is one purchase of a product, whatever orders it is in.
    """
    if isinstance(source, Sequences):
        return source
    baskets = collect_baskets(source)
    times, owner, chosen = np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32)
    if baskets.placed_at is not None and baskets.customer is not None:
        times, owner = baskets.placed_at.view(np.int64), baskets.customer
        known = np.flatnonzero((owner < baskets.n_customers) & ~is_by_robot(owner))
        chosen = known[np.lexsort((times[known], owner[known]))].astype(np.int32)
    end = int(times.max()) if times.size else 0
    owner, times = owner[chosen], times[chosen]
    product, value = np.empty((2, int(baskets.sizes[chosen].sum())), np.int32)
    n_customers = np.zeros(baskets.products.size, np.int64)
    n_firsts, n_gaps = walk_customers(
        baskets.items, baskets.starts, chosen, owner, (times // DAY).astype(np.int32),
        product, value, n_customers,
    )  # fmt: skip
    place, back = value[:n_firsts], product.size - n_gaps
    again, days = product[back:][::-1], value[back:][::-1]
    return Sequences(
        baskets.products, product[:n_firsts], owner[place], times[place], end, again, days,
        n_customers,
    )  # fmt: skip


def next_steps(
    source: Source | Sequences,
    *,
    k: int = 10,
    earliest_days: int = 30,
    latest_days: int = 90,
    min_count: int = 5,
    min_lift_lower: float = 1.0,
    threads: int | None = None,
) -> NextSteps:
    """The `k` products that most follow each product, `earliest_days` to `latest_days` later.

    A window opens with a customer's first purchase of a product. One that the end of the data cuts
    short is left out, bought or not: who could not be watched to its end counts neither for a pair
    nor against it. Each customer counts once for a pair, whatever they bought of it and how often.
    Pairs of fewer than `min_count` customers, and those that are no more than any other window saw
    (lower bound of lift not above `min_lift_lower`), are left out.

    Empty where lines have no customers or no times. Raise ValueError or TypeError for an argument
    out of range.
    """
    check_at_least(1, k=k, min_count=min_count, earliest_days=earliest_days)
    check_at_least(earliest_days, latest_days=latest_days)
    check_between("min_lift_lower", min_lift_lower, 0.0)
    check_limits(None, threads)
    found = purchase_sequences(source)
    windows = _windows(found, earliest_days, latest_days)
    n_threads = threads or available_threads()
    rows = _best_of_all(windows, k, min_count, min_lift_lower, n_threads)
    code, partner, n_both, score, rank = rows
    lag_days = _lags(found, windows, rows, latest_days, n_threads)
    return NextSteps(
        found.products[code], found.products[partner], rank, score, n_both.astype(np.int64),
        np.diff(windows.offset)[code], windows.n_seen[partner], int(windows.offset[-1]), lag_days,
        earliest_days, latest_days,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    """Windows by the product that opened them: `events` are places of firsts, see `sequences`."""

    product: Int32s
    low: Int32s
    high: Int32s
    offset: Int64s
    events: Int32s
    work: Int64s
    n_seen: Int64s


def _windows(found: Sequences, earliest_days: int, latest_days: int) -> _Windows:
    low, high = np.empty((2, found.product.size), np.int32)
    covering = np.zeros(found.product.size + 1, np.int64)
    open_windows(
        found.customer, found.time, earliest_days * DAY, latest_days * DAY, found.end,
        low, high, covering,
    )  # fmt: skip
    n_opened, work, n_seen = np.zeros((3, found.products.size), np.int64)
    count_work(found.product, low, high, covering, n_opened, work, n_seen)
    offset = np.concatenate(([0], np.cumsum(n_opened)))
    events = np.empty(int(offset[-1]), np.int32)
    group_by_product(found.product, low, offset, events)
    return _Windows(found.product, low, high, offset, events, work, n_seen)


def _best_of_all(
    windows: _Windows, k: int, min_count: int, min_lift_lower: float, threads: int
) -> tuple[NDArray[Any], ...]:
    """The columns of `_best`, for all products."""
    bounds = chunk_bounds(windows.work)
    parts: dict[int, tuple[NDArray[Any], ...]] = {}

    def take(begin: int, end: int) -> None:
        parts[begin] = _best(windows, begin, end, k, min_count, min_lift_lower)

    in_threads(take, bounds, threads)
    columns = zip(*map(parts.__getitem__, bounds[:-1]), strict=True)
    return tuple(np.concatenate(column) for column in columns)


def _best(
    windows: _Windows, begin: int, end: int, k: int, min_count: int, min_lift_lower: float
) -> tuple[NDArray[Any], ...]:
    """Codes, partners, counts, scores and ranks of the best rows of [begin, end)."""
    most = np.minimum(windows.work[begin:end] // min_count, windows.work.size)
    code, partner, count = np.empty((3, int(most.sum())), np.int32)
    n = tally_followers(
        windows.product, windows.low, windows.high, windows.offset, windows.events, min_count,
        begin, end, code, partner, count,
    )  # fmt: skip
    code, partner, count = code[:n], partner[:n], count[:n]
    n_opened = np.diff(windows.offset)[code]
    lower = lift_lower_bound(count, n_opened, windows.n_seen[partner], windows.offset[-1])
    is_kept = lower > min_lift_lower
    code, partner, count = code[is_kept], partner[is_kept], count[is_kept]
    score = confidence(count, n_opened[is_kept]) * np.log2(lower[is_kept])
    order = np.lexsort((partner, -score, code))
    rank = np.arange(code.size) - np.searchsorted(code[order], code[order]) + 1
    order, rank = order[rank <= k], rank[rank <= k]
    return code[order], partner[order], count[order], score[order], rank.astype(np.int32)


def _lags(
    found: Sequences, windows: _Windows, rows: tuple[NDArray[Any], ...], n_days: int, threads: int
) -> Floats:
    code, partner, n_both = rows[:3]
    medians = np.empty(code.size)
    row_offset = np.searchsorted(code, np.arange(windows.offset.size))
    in_threads(
        lambda begin, end: median_lags(
            found.product, found.time, windows.low, windows.high, windows.offset, windows.events,
            row_offset, partner, n_both, n_days, begin, end, medians,
        ),
        chunk_bounds(windows.work),
        threads,
    )  # fmt: skip
    return medians


def repurchase_gaps(source: Source | Sequences, *, min_customers: int = 5) -> RepurchaseGaps:
    """How long customers take to buy each product again, where at least `min_customers` did.

    One gap for each two successive days of a customer with it. Raise ValueError or TypeError for
    an argument out of range.
    """
    check_at_least(1, min_customers=min_customers)
    found = purchase_sequences(source)
    order = np.lexsort((found.gap_days, found.gap_product))
    days = found.gap_days[order].astype(np.float64)
    n_gaps = np.bincount(found.gap_product, minlength=found.products.size)
    kept = np.flatnonzero((found.gap_customers >= min_customers) & (n_gaps > 0))
    first = (np.cumsum(n_gaps) - n_gaps)[kept]
    quartiles = (_quantiles(days, first, n_gaps[kept], share) for share in (0.25, 0.5, 0.75))
    return RepurchaseGaps(found.products[kept], n_gaps[kept], found.gap_customers[kept], *quartiles)


def _quantiles(ascending: Floats, first: Int64s, n: Int64s, share: float) -> Floats:
    """The quantile of each run of `n` ascending values that begins at `first`."""
    place = share * (n - 1)
    below = np.floor(place).astype(np.int64)
    low, high = ascending[first + below], ascending[first + np.minimum(below + 1, n - 1)]
    result: Floats = low + (high - low) * (place - below)
    return result
