"""Count pairs on several threads, in chunks of like work, with the same result for any number."""

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.indexing import count_entries, fill_entries, recode_baskets
from xsell.engine.pairs import count_pairs, drain_heaps, merge_heaps

MAX_CHUNKS = 64
# each thread holds heaps of its own, 16 bytes per product and rank
MAX_THREADS = 8

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which pairs to keep, and how to rank them. scoring: a constant of `engine.pairs`."""

    k: int
    scoring: int
    min_count: int
    min_lift_lower: float


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Counted baskets, inverted, products as codes by popularity; see `indexing.fill_entries`.

    items: codes, basket by basket; offset, bounds, basket: the entries of each code, one for
    each counted basket in which a more popular product stands before it; work: pair events a
    code. entry_weight, entry_customer: per entry, or empty. marginal: (decayed) baskets a code.
    """

    items: NDArray[np.int32]
    starts: NDArray[np.int64]
    is_counted: NDArray[np.bool_]
    offset: NDArray[np.int64]
    bounds: NDArray[np.int32]
    basket: NDArray[np.int32]
    work: NDArray[np.int64]
    n_baskets_with: NDArray[np.int64]
    n_baskets: int
    entry_weight: NDArray[np.float64]
    entry_customer: NDArray[np.int32]
    marginal: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The best partners of every product, by code, then by rank."""

    code: NDArray[np.int32]
    rank: NDArray[np.int32]
    partner: NDArray[np.int32]
    score: NDArray[np.float64]
    n_both: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class _Heaps:
    scores: NDArray[np.float64]
    partners: NDArray[np.int32]
    counts: NDArray[np.int32]
    sizes: NDArray[np.int32]
    least: NDArray[np.float64]

    @classmethod
    def empty(cls, n_products: int, k: int) -> "_Heaps":
        n = n_products * k
        return cls(
            np.empty(n, np.float64),
            np.empty(n, np.int32),
            np.empty(n, np.int32),
            np.zeros(n_products, np.int32),
            np.full(n_products, -np.inf),
        )

    def arrays(self) -> tuple[Any, Any, Any, Any]:
        return self.scores, self.partners, self.counts, self.sizes


def available_threads() -> int:
    """Threads that `mine` uses by default: the cores this process may use, at most 8."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MAX_THREADS)
    return min(os.cpu_count() or 1, MAX_THREADS)


def build_index(
    items: NDArray[np.int32],
    starts: NDArray[np.int64],
    is_counted: NDArray[np.bool_],
    code: NDArray[np.int32],
    weight: NDArray[np.float64],
    customer: NDArray[np.int32],
    threads: int,
    *,
    keep_basket: bool = False,
) -> Index:
    """Invert the counted baskets. `weight` and `customer` are per basket, or empty."""
    needs_basket = keep_basket or weight.size > 0 or customer.size > 0
    n_products = code.size
    recoded = _recoded(items, starts, code, threads)
    n_baskets_with, offset, work = count_entries(recoded, starts, is_counted, n_products)
    bounds = np.empty(2 * int(offset[-1]), np.int32)
    basket = np.empty(int(offset[-1]) if needs_basket else 0, np.int32)
    parts = np.searchsorted(offset, np.linspace(0, offset[-1], threads + 1)[1:-1])
    in_threads(
        lambda begin, end: fill_entries(
            recoded, starts, is_counted, offset, bounds, basket, begin, end
        ),
        [0, *(min(int(p), n_products) for p in parts), n_products],
    )
    marginal: NDArray[np.float64] = n_baskets_with.astype(np.float64)
    if weight.size:
        by_item = np.repeat(np.where(is_counted, weight, 0.0), np.diff(starts))
        marginal = np.bincount(recoded, by_item, n_products).astype(np.float64)
    return Index(
        recoded, starts, is_counted, offset, bounds, basket, work, n_baskets_with,
        int(np.count_nonzero(is_counted)),
        weight[basket] if weight.size else weight,
        customer[basket] if customer.size else customer,
        marginal,
    )  # fmt: skip


def _recoded(
    items: NDArray[np.int32], starts: NDArray[np.int64], code: NDArray[np.int32], threads: int
) -> NDArray[np.int32]:
    """Items as codes, ascending in each basket."""
    recoded = np.empty(items.size, np.int32)
    parts = np.searchsorted(starts, np.linspace(0, items.size, threads + 1)[1:-1])
    in_threads(
        lambda begin, end: recode_baskets(items, starts, code, recoded, begin, end),
        [0, *map(int, parts), starts.size - 1],
    )
    return recoded


def in_threads(
    task: Callable[[int, int], object], bounds: list[int], threads: int | None = None
) -> None:
    """Call `task(begin, end)` for each range between neighbouring bounds, several at a time."""
    ranges = list(itertools.pairwise(bounds))
    with ThreadPoolExecutor(threads or max(1, len(ranges))) as pool:
        for future in [pool.submit(task, *each) for each in ranges]:
            future.result()


def best_pairs(index: Index, rules: Rules, threads: int, progress: Progress | None) -> Pairs:
    """The best `rules.k` partners of every product.

    `progress(done, total)` is called in the caller's thread after each of at most 64 chunks, in
    units of pair events; what it raises stops the counting.
    """
    k = max(1, min(rules.k, index.work.size - 1))
    bounds = chunk_bounds(index.work)
    heaps = [_Heaps.empty(index.work.size, k) for _ in range(min(threads, len(bounds) - 1))]
    free: SimpleQueue[_Heaps] = SimpleQueue()
    for heap in heaps:
        free.put(heap)

    def count_chunk(begin: int, end: int) -> int:
        heap = free.get()
        count_pairs(
            index.items.view(np.uint32), index.offset, index.bounds.view(np.uint32),
            index.entry_weight, index.entry_customer,
            index.n_baskets_with, index.marginal, index.n_baskets, k, rules.min_count,
            rules.min_lift_lower, rules.scoring, begin, end, *heap.arrays(), heap.least,
        )  # fmt: skip
        free.put(heap)
        return int(index.work[begin:end].sum())

    _run_chunks(count_chunk, bounds, len(heaps), int(index.work.sum()), progress)
    for heap in heaps[1:]:
        merge_heaps(k, *heaps[0].arrays(), *heap.arrays())
    return Pairs(*drain_heaps(k, *heaps[0].arrays()))


def chunk_bounds(work: NDArray[np.int64]) -> list[int]:
    """Bounds of at most 64 ranges of products with about equal work."""
    until = np.cumsum(work)
    shares = until[-1] * np.arange(1, MAX_CHUNKS) / MAX_CHUNKS if work.size else np.empty(0)
    inner = np.searchsorted(until, shares, side="left") + 1
    return [0, *(int(b) for b in np.unique(inner) if b < work.size), int(work.size)]


def _run_chunks(
    count_chunk: Callable[[int, int], int],
    bounds: list[int],
    threads: int,
    total: int,
    progress: Progress | None,
) -> None:
    done = 0
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(count_chunk, *bounds[i : i + 2]) for i in range(len(bounds) - 1)]
        try:
            for future in as_completed(futures):
                done += future.result()
                if progress is not None:
                    progress(done, total)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
