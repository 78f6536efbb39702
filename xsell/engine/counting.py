"""Baskets inverted, on several threads: the index that all counting of pairs walks."""

import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xsell.engine.indexing import count_entries, fill_entries, recode_baskets

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


def even_bounds(n: int, parts: int) -> list[int]:
    """Bounds of `parts` ranges of about equal length."""
    return [n * part // parts for part in range(parts + 1)]


def chunk_bounds(work: NDArray[np.int64]) -> list[int]:
    """Bounds of at most 64 ranges of products with about equal work."""
    until = np.cumsum(work)
    shares = until[-1] * np.arange(1, MAX_CHUNKS) / MAX_CHUNKS if work.size else np.empty(0)
    inner = np.searchsorted(until, shares, side="left") + 1
    return [0, *(int(b) for b in np.unique(inner) if b < work.size), int(work.size)]
