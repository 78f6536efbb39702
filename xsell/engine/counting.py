"""Baskets inverted, on several threads: the index that all counting of pairs walks."""

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xsell.engine.indexing import fill_entries, recode_baskets, summed_weights

MAX_CHUNKS = 64
# each thread holds heaps of its own, 8 or 16 bytes per product and rank
MAX_THREADS = 8


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

    def without_entries(self) -> "Index":
        """The sums alone: all that is told of the baskets once their pairs are counted."""
        ints, floats = np.empty(0, np.int32), np.empty(0, np.float64)
        return replace(
            self, items=ints, bounds=ints, basket=ints, entry_weight=floats, entry_customer=ints
        )


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
    inner = np.searchsorted(starts, np.linspace(0, items.size, threads + 1)[1:-1])
    parts = [0, *map(int, inner), starts.size - 1]
    recoded, n_first, entries_and_work = _recoded(items, starts, is_counted, code, parts)
    per_part, work = entries_and_work[:, :, 0], entries_and_work[:, :, 1].sum(axis=0)
    n_baskets_with = n_first + per_part.sum(axis=0)
    offset = np.concatenate(([0], np.cumsum(per_part.sum(axis=0))))
    # a code's entries stand in the order of baskets: those of each part after the parts before
    free = offset[:-1] + np.cumsum(per_part, axis=0) - per_part
    bounds = np.empty(2 * int(offset[-1]), np.int32)
    basket = np.empty(int(offset[-1]) if needs_basket else 0, np.int32)
    in_threads(
        lambda part, end: fill_entries(
            recoded, starts, is_counted, free[part], bounds, basket, parts[part], parts[end]
        ),
        list(range(len(parts))),
    )
    marginal: NDArray[np.float64] = n_baskets_with.astype(np.float64)
    if weight.size:
        marginal = summed_weights(recoded, starts, is_counted, weight, code.size)
    return Index(
        recoded, starts, is_counted, offset, bounds, basket, work, n_baskets_with,
        int(np.count_nonzero(is_counted)),
        weight[basket] if weight.size else weight,
        customer[basket] if customer.size else customer,
        marginal,
    )  # fmt: skip


def _recoded(
    items: NDArray[np.int32],
    starts: NDArray[np.int64],
    is_counted: NDArray[np.bool_],
    code: NDArray[np.int32],
    parts: list[int],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Items as codes, ascending in each basket; see `recode_baskets` for the sums."""
    recoded = np.empty(items.size, np.int32)
    n_first = np.zeros((len(parts) - 1, code.size), np.int64)
    entries_and_work = np.zeros((len(parts) - 1, code.size, 2), np.int64)
    in_threads(
        lambda part, end: recode_baskets(
            items,
            starts,
            is_counted,
            code,
            parts[part],
            parts[end],
            recoded,
            n_first[part],
            entries_and_work[part],
        ),
        list(range(len(parts))),
    )
    return recoded, n_first.sum(axis=0), entries_and_work


def in_threads(
    task: Callable[[int, int], object], bounds: list[int], threads: int | None = None
) -> None:
    """Call `task(begin, end)` for each range between neighbouring bounds, several at a time."""
    ranges = list(itertools.pairwise(bounds))
    with ThreadPoolExecutor(threads or max(1, len(ranges))) as pool:
        for future in [pool.submit(task, *each) for each in ranges]:
            future.result()


def even_bounds(n: int, parts: int) -> list[int]:
    """Bounds of `parts` ranges of about equal length."""
    return [n * part // parts for part in range(parts + 1)]


def chunk_bounds(work: NDArray[np.int64]) -> list[int]:
    """Bounds of at most 64 ranges of products with about equal work."""
    until = np.cumsum(work)
    shares = until[-1] * np.arange(1, MAX_CHUNKS) / MAX_CHUNKS if work.size else np.empty(0)
    inner = np.searchsorted(until, shares, side="left") + 1
    return [0, *(int(b) for b in np.unique(inner) if b < work.size), int(work.size)]
