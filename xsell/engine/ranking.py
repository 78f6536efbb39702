"""Rank pairs on several threads, in chunks of like work, with the same result for any number."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.counting import Index, chunk_bounds, even_bounds, in_threads
from xsell.engine.pairs import CONFIDENCE, COUNT, count_pairs, drain_heaps, merge_heaps
from xsell.engine.tallies import drain_tallies, merge_tallies, tally_pairs

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which pairs to keep, and how to rank them. scoring: a constant of `engine.pairs`."""

    k: int
    scoring: int
    min_count: int
    min_lift_lower: float


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The best partners of every product, by code, then by rank."""

    code: NDArray[np.int32]
    rank: NDArray[np.int32]
    partner: NDArray[np.int32]
    score: NDArray[np.float64]
    n_both: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Heaps for `pairs`."""

    scores: NDArray[np.float64]
    links: NDArray[np.int64]
    sizes: NDArray[np.int32]
    least: NDArray[np.float64]

    @classmethod
    def empty(cls, n_products: int, k: int) -> "_Scores":
        n = n_products * k
        least = np.full(n_products, -np.inf)
        return cls(np.empty(n), np.empty(n, np.int64), np.zeros(n_products, np.int32), least)

    def count(self, index: Index, rules: Rules, k: int, begin: int, end: int) -> None:
        count_pairs(
            index.items.view(np.uint32), index.offset, index.bounds.view(np.uint32),
            index.entry_weight, index.entry_customer,
            index.n_baskets_with, index.marginal, index.n_baskets, k, rules.min_count,
            rules.min_lift_lower, rules.scoring, begin, end,
            self.scores, self.links, self.sizes, self.least,
        )  # fmt: skip

    def merge(self, other: "_Scores", k: int, begin: int, end: int) -> None:
        merge_heaps(
            k, begin, end, self.scores, self.links, self.sizes, self.least,
            other.scores, other.links, other.sizes,
        )  # fmt: skip

    def drain(self, k: int, begin: int, end: int, starts: NDArray[np.int64], pairs: Pairs) -> None:
        drain_heaps(
            k, begin, end, self.scores, self.links, self.sizes, starts,
            pairs.code, pairs.rank, pairs.partner, pairs.n_both, pairs.score,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Tallies:
    """Heaps for `tallies`."""

    keys: NDArray[np.uint64]
    sizes: NDArray[np.int32]
    least: NDArray[np.uint32]

    @classmethod
    def empty(cls, n_products: int, k: int) -> "_Tallies":
        return cls(
            np.empty(n_products * k, np.uint64),
            np.zeros(n_products, np.int32),
            np.zeros(n_products, np.uint32),
        )

    def count(self, index: Index, rules: Rules, k: int, begin: int, end: int) -> None:
        tally_pairs(
            index.items.view(np.uint32), index.offset, index.bounds.view(np.uint32),
            index.n_baskets_with, k, rules.min_count, begin, end,
            self.keys, self.sizes, self.least,
        )  # fmt: skip

    def merge(self, other: "_Tallies", k: int, begin: int, end: int) -> None:
        merge_tallies(k, begin, end, self.keys, self.sizes, self.least, other.keys, other.sizes)

    def drain(self, k: int, begin: int, end: int, starts: NDArray[np.int64], pairs: Pairs) -> None:
        drain_tallies(
            k, begin, end, self.keys, self.sizes, starts,
            pairs.code, pairs.rank, pairs.partner, pairs.n_both, pairs.score,
        )  # fmt: skip


_Heaps = _Scores | _Tallies


def best_pairs(index: Index, rules: Rules, threads: int, progress: Progress | None) -> Pairs:
    """The best `rules.k` partners of every product.

    `progress(done, total)` is called in the caller's thread after each of at most 64 chunks, in
    units of pair events; what it raises stops the counting.
    """
    k = max(1, min(rules.k, index.work.size - 1))
    heaps: list[Any] = _counted(index, rules, k, threads, progress)
    rows = even_bounds(index.work.size, threads)
    best = heaps.pop()
    while heaps:
        in_threads(partial(best.merge, heaps.pop(), k), rows)
    starts = np.cumsum(best.sizes, dtype=np.int64)
    pairs = _unfilled(int(starts[-1]) if starts.size else 0)
    starts -= best.sizes
    in_threads(lambda begin, end: best.drain(k, begin, end, starts, pairs), rows)
    if isinstance(best, _Tallies) and rules.scoring == CONFIDENCE:
        np.divide(pairs.score, index.marginal[pairs.code], out=pairs.score)
    return pairs


def _heaps_for(index: Index, rules: Rules) -> type[_Heaps]:
    """Tallies where a row's order is that of plain counts, with no floor besides."""
    has_extras = index.entry_weight.size or index.entry_customer.size
    is_by_count = rules.scoring in {COUNT, CONFIDENCE} and rules.min_lift_lower < 0
    return _Tallies if is_by_count and not has_extras else _Scores


def _unfilled(n: int) -> Pairs:
    code, rank, partner, n_both = (np.empty(n, np.int32) for _ in range(4))
    return Pairs(code, rank, partner, np.empty(n, np.float64), n_both)


def _counted(
    index: Index, rules: Rules, k: int, threads: int, progress: Progress | None
) -> list[_Heaps]:
    """Heaps of as many threads as there was work for; between them, they met every pair."""
    bounds = chunk_bounds(index.work)
    kind = _heaps_for(index, rules)
    heaps = [kind.empty(index.work.size, k) for _ in range(min(threads, len(bounds) - 1))]
    free: SimpleQueue[_Heaps] = SimpleQueue()
    for heap in heaps:
        free.put(heap)

    def count_chunk(begin: int, end: int) -> int:
        heap = free.get()
        try:
            heap.count(index, rules, k, begin, end)
        finally:  # or the other threads would wait for it for ever
            free.put(heap)
        return int(index.work[begin:end].sum())

    _run_chunks(count_chunk, bounds, len(heaps), int(index.work.sum()), progress)
    return heaps


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
