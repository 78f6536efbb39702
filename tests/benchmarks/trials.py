"""What a peer learns from and is tried on, and how its parameters are tuned."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
import scipy.sparse

from tests.benchmarks.matrices import scaled, strongest, without_diagonal
from tests.benchmarks.placing import BEST, place_rows, place_sums
from xsell.engine.counting import in_threads
from xsell.engine.holdout import Task, in_codes, ndcg
from xsell.engine.tuning import validation_task
from xsell.engine.workshop import Workshop

THREADS = 2
CHUNK = 250  # carts a task


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Rank of each hidden product and the ten best codes of each cart."""

    rank: np.ndarray
    top: np.ndarray

    @property
    def gains(self) -> np.ndarray:
        return ndcg(np.where(self.rank <= BEST, self.rank, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A task in codes (products by popularity) and its known baskets as peers read them.

    baskets: known baskets x products, of ones; they stand by customer. age: of each basket in
    orders of its customer, 0 the newest. rows: how many values of a product a peer of pairs may
    store, None for all. is_slice: for tuning, not for the result. kept: what is costly and needed
    again, by kind.
    """

    task: Task
    baskets: scipy.sparse.csr_matrix
    n_baskets: np.ndarray
    age: np.ndarray
    rows: int | None = None
    is_slice: bool = False
    kept: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, task: Task, rows: int | None = None, *, is_slice: bool = False) -> "Trial":
        known = task.known
        shop = Workshop.open(known, None, THREADS)
        code = np.empty(shop.by_popularity.size, np.int32)
        code[shop.by_popularity] = np.arange(code.size, dtype=np.int32)
        shape = (known.starts.size - 1, code.size)
        ones = np.ones(known.items.size, np.float32)
        baskets = scipy.sparse.csr_matrix((ones, code[known.items], known.starts), shape)
        n_baskets = known.n_baskets_with[shop.by_popularity]
        return cls(in_codes(task, shop), baskets, n_baskets, _ages(known), rows, is_slice)

    def keep(self, kind: str, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for a key; a kind keeps its last only, for memory."""
        if self.kept.get(kind, (None,))[0] != (key,):
            self.kept[kind] = ((key,), make())
        return self.kept[kind][1]

    def forget(self) -> None:
        """Keep the pairs alone, for the next peer."""
        for kind in self.kept.keys() - {"pairs"}:
            del self.kept[kind]

    def pairs(self, weight: np.ndarray | None = None, key: Any = None) -> scipy.sparse.csr_matrix:
        """Summed weight of the common baskets of every pair of products, no product with itself."""
        return self.keep("pairs", key, lambda: without_diagonal(_gram(self.baskets, weight)))

    def place(
        self,
        pairs: scipy.sparse.csr_matrix | None = None,
        *,
        is_sum: bool = True,
        own: scipy.sparse.csr_matrix | None = None,
        own_row: np.ndarray | None = None,
    ) -> Placed:
        """By the sum (or the largest) of the rows of the cart, plus the shopper's own row."""
        carts, n = self.task.carts, self.n_baskets
        empty = scipy.sparse.csr_matrix((n.size, n.size), dtype=np.float32)
        if own_row is None:
            own_row = np.full(carts.offset.size - 1, -1, np.int64)
        if pairs is not None and self.rows:
            pairs = strongest(pairs, self.rows)
        rows = [_arrays(empty if each is None else each) for each in (pairs, own)]
        return self.placed(
            lambda begin, end, rank, top: place_sums(
                rows[0], is_sum, rows[1], own_row.astype(np.int64), (carts.offset, carts.items),
                self.task.hidden, n, begin, end, rank, top,
            )
        )  # fmt: skip

    def place_scores(self, scores_of: Callable[[int, int], np.ndarray]) -> Placed:
        """By the scores of every product that `scores_of` gives for the carts of a range."""
        carts = self.task.carts
        return self.placed(
            lambda begin, end, rank, top: place_rows(
                scores_of(begin, end), (carts.offset, carts.items), self.task.hidden,
                self.n_baskets, begin, end, rank, top,
            )
        )  # fmt: skip

    def placed(self, kernel: Callable[[int, int, np.ndarray, np.ndarray], object]) -> Placed:
        """What a kernel of `placing` writes, chunk by chunk of carts."""
        n_carts = self.task.hidden.size
        rank, top = np.zeros(n_carts), np.full((n_carts, BEST), -1, np.int32)
        bounds = [*range(0, n_carts, CHUNK), n_carts]
        in_threads(lambda begin, end: kernel(begin, end, rank, top), bounds, THREADS)
        return Placed(rank, top)

    def cart_matrix(self) -> scipy.sparse.csr_matrix:
        """Carts x products, of ones."""
        carts = self.task.carts
        ones = np.ones(carts.items.size, np.float32)
        shape = (carts.offset.size - 1, self.n_baskets.size)
        return scipy.sparse.csr_matrix((ones, carts.items, carts.offset), shape)


def opened(task: Task, rows: int | None = None) -> tuple[Trial, Trial]:
    """The validation slice that `auto` sees of the task's known baskets, and the task itself."""
    return Trial.of(validation_task(task.known), rows, is_slice=True), Trial.of(task, rows)


def _ages(known) -> np.ndarray:
    if known.customer is None:
        return np.zeros(known.starts.size - 1, np.int64)
    keys = (known.customer,) if known.placed_at is None else (known.placed_at, known.customer)
    ordered = np.lexsort(keys)
    last = np.searchsorted(known.customer, known.customer[ordered], side="right")
    age = np.empty(ordered.size, np.int64)
    age[ordered] = last - 1 - np.arange(ordered.size)
    return age


def _gram(baskets, weight):
    weighted = baskets if weight is None else scaled(baskets, rows=weight)
    return (weighted.T.tocsr() @ baskets).tocsr()


def _arrays(matrix) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        matrix.indptr.astype(np.int64),
        matrix.indices,
        matrix.data.astype(np.float32, copy=False),
    )


Parameters = Mapping[str, Any]
Peer = Callable[..., Placed]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A peer as it competes.

    Of `grid`, all combinations are tried from `start`; then, from the best so far, each value of
    each parameter of `sweep` in turn, `rounds` times.
    """

    name: str
    peer: Peer
    start: Parameters = field(default_factory=dict)
    grid: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    sweep: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    rounds: int = 1


def tuned(entry: Entry, slice_: Trial) -> Parameters:
    """The parameters that complete the validation slice best, by NDCG@10."""
    grid = (dict(zip(entry.grid, x, strict=True)) for x in itertools.product(*entry.grid.values()))
    candidates = [{**entry.start, **each} for each in grid]
    if len(candidates) == 1 and not entry.sweep:
        return candidates[0]
    score, best = _best(entry.peer, slice_, candidates)
    for parameter, values in [*entry.sweep.items()] * entry.rounds:
        tried = dict.fromkeys((entry.start[parameter], *values))
        others = [{**best, parameter: value} for value in tried if value != best[parameter]]
        found, other = _best(entry.peer, slice_, others)
        if found > score:
            score, best = found, other
    return best


def _best(peer: Peer, slice_: Trial, candidates: Iterable[Parameters]) -> tuple[float, Parameters]:
    scored = [(peer(slice_, **each).gains.mean(), each) for each in candidates]
    return max(scored, key=lambda each: each[0])


def competed(entry: Entry, slice_: Trial, test: Trial) -> tuple[Placed, Parameters, float]:
    """Where the peer puts the hidden products, its parameters, seconds to tune, fit and score."""
    started = perf_counter()
    parameters = tuned(entry, slice_)
    placed = entry.peer(test, **parameters)
    for trial in (slice_, test):
        trial.forget()
    return placed, parameters, perf_counter() - started
