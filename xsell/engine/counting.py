"""Count pairs on several threads, in chunks of like work, with the same result for any number."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.indexing import invert
from xsell.engine.pairs import count_pairs, drain_heaps, merge_heaps

MAX_CHUNKS = 64

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
    """Counted baskets, inverted, products as codes by popularity; see `indexing.invert`."""

    items: NDArray[np.int32]
    offset: NDArray[np.int64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    entry_weight: NDArray[np.float64]
    work: NDArray[np.int64]
    marginal: NDArray[np.float64]
    n_baskets: int

    @property
    def n_baskets_with(self) -> NDArray[np.int64]:
        """Counted baskets per product code."""
        return np.diff(self.offset)


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

    @classmethod
    def empty(cls, n_products: int, k: int) -> "_Heaps":
        n = n_products * k
        return cls(
            np.empty(n, np.float64),
            np.empty(n, np.int32),
            np.empty(n, np.int32),
            np.zeros(n_products, np.int32),
        )

    def arrays(self) -> tuple[Any, Any, Any, Any]:
        return self.scores, self.partners, self.counts, self.sizes


def build_index(
    items: NDArray[np.int32],
    starts: NDArray[np.int64],
    is_counted: NDArray[np.bool_],
    code: NDArray[np.int32],
    weight: NDArray[np.float64],
) -> Index:
    """Invert the counted baskets. `weight` is per basket, or empty for plain counts."""
    recoded, offset, first, last, entry_weight, work, marginal = invert(
        items, starts, is_counted, code, weight
    )
    if not weight.size:
        marginal = np.diff(offset).astype(np.float64)
    n_baskets = int(np.count_nonzero(is_counted))
    return Index(recoded, offset, first, last, entry_weight, work, marginal, n_baskets)


def best_pairs(index: Index, rules: Rules, threads: int, progress: Progress | None) -> Pairs:
    """The best `rules.k` partners of every product.

    `progress(done, total)` is called in the caller's thread after each of at most 64 chunks, in
    units of pair events; what it raises stops the counting.
    """
    k = max(1, min(rules.k, index.work.size - 1))
    bounds = _chunk_bounds(index.work)
    heaps = [_Heaps.empty(index.work.size, k) for _ in range(min(threads, len(bounds) - 1))]
    free: SimpleQueue[_Heaps] = SimpleQueue()
    for heap in heaps:
        free.put(heap)

    def count_chunk(begin: int, end: int) -> int:
        heap = free.get()
        count_pairs(
            index.items, index.offset, index.first, index.last, index.entry_weight,
            index.marginal, index.n_baskets, k, rules.min_count, rules.min_lift_lower,
            rules.scoring, begin, end, *heap.arrays(),
        )  # fmt: skip
        free.put(heap)
        return int(index.work[begin:end].sum())

    _run_chunks(count_chunk, bounds, len(heaps), int(index.work.sum()), progress)
    for heap in heaps[1:]:
        merge_heaps(k, *heaps[0].arrays(), *heap.arrays())
    return Pairs(*drain_heaps(k, *heaps[0].arrays()))


def _chunk_bounds(work: NDArray[np.int64]) -> list[int]:
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
