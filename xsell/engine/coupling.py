"""The pairs that recur, as one sparse symmetric matrix that every model scores."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.counting import Index, chunk_bounds, even_bounds, in_threads
from xsell.engine.gram import best_places, move_values, pair_rows, symmetric_places

# unordered pairs kept at most: 32 bytes each once symmetric. Beyond, min_count rises.
MAX_PAIRS = 12_000_000
Float32s = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Coupling:
    """Recurring pairs, both ways: row offset, column (code) and values, columns ascending.

    n_both: baskets that hold both; evidence: those less the repeats of the pair's heaviest
    customer (the same array where nobody's are taken out); one, two: summed basket weights,
    brought down to the evidence, `two` empty where only one weighting was asked for.
    min_count: pairs of less evidence are left out.
    """

    offset: NDArray[np.int64]
    column: NDArray[np.int32]
    n_both: NDArray[np.int32]
    evidence: NDArray[np.int32]
    one: Float32s
    two: Float32s
    min_count: int

    @property
    def row(self) -> NDArray[np.int32]:
        """The row (code) of each pair."""
        return np.repeat(np.arange(self.offset.size - 1, dtype=np.int32), np.diff(self.offset))


def couple(
    index: Index,
    one: NDArray[Any],
    two: NDArray[Any],
    *,
    threads: int,
    min_count: int = 1,
    customer: NDArray[np.int32] | None = None,
    keeps_repeats: bool = False,
) -> Coupling:
    """Pairs in at least `min_count` baskets, or as many more as keep them under MAX_PAIRS.

    `one` and `two` weigh baskets; `two` may be empty. `customer` per basket says whose repeats
    are no evidence (with `keeps_repeats`: none if they are a machine's); baskets of one customer
    stand together. None: every basket is evidence.
    """
    whose = np.empty(0, np.int32) if customer is None else customer
    if min_count < 2 and int(index.work.sum()) > MAX_PAIRS:
        min_count = 2
    while True:
        rows = _half_rows(index, one, two, whose, keeps_repeats, threads, min_count)
        if rows[1].size <= MAX_PAIRS:
            break
        min_count += 1
    offset, column, place = symmetric_places(rows[0], rows[1], index.work.size)
    moved: list[Any] = [np.empty(place.size if half.size else 0, half.dtype) for half in rows[2:]]
    in_threads(
        lambda begin, end: move_values(place, begin, end, *rows[2:], *moved),
        even_bounds(place.size, threads),
    )
    n_both, evidence, first, second = moved
    return Coupling(
        offset, column, n_both, evidence if whose.size else n_both, first, second, min_count
    )


def _half_rows(
    index: Index,
    one: NDArray[Any],
    two: NDArray[Any],
    whose: NDArray[np.int32],
    keeps_repeats: bool,
    threads: int,
    min_count: int,
) -> list[Any]:
    """Row sizes, partners, counts and weights, put together in the order of codes."""
    n_products = index.work.size
    row_sizes = np.zeros(n_products, np.int64)
    bounds = chunk_bounds(index.work)
    weights = one.astype(np.float32), two.astype(np.float32)
    kinds = (np.int32, np.int32, np.int32, np.float32, np.float32)
    is_used = (True, True, whose.size > 0, True, two.size > 0)
    parts: dict[int, list[NDArray[Any]]] = {}

    def count_chunk(begin: int, end: int) -> None:
        most = int(index.work[begin:end].sum())
        columns: list[Any] = [
            np.empty(most if used else 0, kind) for kind, used in zip(kinds, is_used, strict=True)
        ]
        written = pair_rows(
            index.items.view(np.uint32), index.offset, index.bounds.view(np.uint32),
            index.basket, *weights, whose, keeps_repeats, n_products, min_count, begin, end,
            row_sizes, *columns,
        )  # fmt: skip
        parts[begin] = [column[:written].copy() for column in columns]

    in_threads(count_chunk, bounds, threads)
    found = [parts[begin] for begin in sorted(parts)]
    return [row_sizes, *(np.concatenate(column) for column in zip(*found, strict=True))]


def best_of_rows(
    coupling: Coupling, scores: Float32s, k: int, threads: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Rank (from 1) and place of the `k` best positive scores of every row, row by row."""
    n_products = coupling.offset.size - 1
    k = max(1, min(k, int(np.diff(coupling.offset).max(initial=1))))
    chosen = np.empty(n_products * k, np.int64)
    sizes = np.zeros(n_products, np.int32)
    in_threads(
        lambda begin, end: best_places(coupling.offset, scores, k, begin, end, chosen, sizes),
        [0, *range(n_products // 8 + 1, n_products, n_products // 8 + 1), n_products],
        threads,
    )
    rank = np.tile(np.arange(1, k + 1, dtype=np.int32), n_products)
    is_kept = rank <= np.repeat(sizes, k)
    return rank[is_kept], chosen[is_kept]
