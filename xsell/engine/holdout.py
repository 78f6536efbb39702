"""Leave one out: hide one product of each of the newest baskets, and see who guesses it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.baskets import Baskets
from xsell.engine.completion import Carts, Rows, fill
from xsell.engine.coupling import best_of_rows
from xsell.engine.members import Fit
from xsell.engine.relations import Habit
from xsell.engine.workshop import Workshop

Int32s = NDArray[np.int32]
Floats = NDArray[np.float64]
SEED = 20260101


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Carts in product numbers of `known`, the product hidden from each, what came before.

    known: baskets to learn from. is_repeat: whether the shopper had bought the hidden product
    before; all False without customers. customer: a number per cart, each its own if unknown.
    """

    known: Baskets
    carts: Carts
    hidden: Int32s
    is_repeat: NDArray[np.bool_]
    customer: NDArray[Any]


def by_time(baskets: Baskets) -> NDArray[np.int64]:
    """Basket numbers, oldest first; in a random order of fixed seed where times are unknown."""
    if baskets.placed_at is None:
        return np.random.default_rng(SEED).permutation(baskets.starts.size - 1)
    return np.argsort(baskets.placed_at, kind="stable")


def newest_as_task(
    baskets: Baskets,
    share: float,
    max_carts: int,
    *,
    rounds: int = 1,
    most_of_one: float = 1.0,
    max_basket: int | None = None,
) -> Task:
    """Hide one product of each of the newest `share` of baskets, of `max_carts` at most.

    Products that the older baskets do not know are left out, and then baskets of fewer than two
    or more than `max_basket`.
    Where there are fewer baskets than `max_carts`, each comes up to `rounds` times, with another
    product hidden each time. No customer fills more than `most_of_one` of the carts, or twice an
    even share where there are few customers.
    """
    ordered = by_time(baskets)
    n_known = ordered.size - int(ordered.size * share)
    is_known = np.zeros(ordered.size, np.bool_)
    is_known[ordered[:n_known]] = True
    known = baskets.only(is_known)
    rng = np.random.default_rng(SEED + 1)
    contents = _contents(baskets, ordered[n_known:], known.n_baskets_with > 0)
    most = max_basket or baskets.products.size
    contents = [each for each in contents if 2 <= each[1].size <= most]
    contents = _fair(contents, baskets.customer, most_of_one, rng)
    if len(contents) > max_carts:
        chosen = np.sort(rng.choice(len(contents), max_carts, replace=False))
        contents = [contents[i] for i in chosen]
    hiding = _hiding([items.size for _, items in contents], max_carts, rounds, rng)
    hidden = np.array([contents[cart][1][i] for cart, i in hiding], np.int32)
    kept = [np.delete(contents[cart][1], i) for cart, i in hiding]
    tested = np.array([contents[cart][0] for cart, _ in hiding], np.int64)
    past = _pasts(baskets, is_known, tested)
    carts = Carts(_offsets([x.size for x in kept]), _flat(kept), *past)
    customer = np.arange(tested.size) if baskets.customer is None else baskets.customer[tested]
    return Task(known, carts, hidden, _is_repeat(carts, hidden), customer)


def _contents(
    baskets: Baskets, numbers: NDArray[np.int64], is_sold: NDArray[np.bool_]
) -> list[tuple[int, Int32s]]:
    found = []
    for basket in numbers.tolist():
        items = baskets.items[baskets.starts[basket] : baskets.starts[basket + 1]]
        found.append((basket, np.sort(items[is_sold[items]])))
    return found


def _hiding(
    sizes: list[int], max_carts: int, rounds: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Which basket hides which of its products: all once, then all that can a second time ..."""
    orders = [rng.permutation(size) for size in sizes]
    pairs = [
        (basket, int(order[turn]))
        for turn in range(rounds)
        for basket, order in enumerate(orders)
        if turn < order.size
    ]
    return pairs[:max_carts]


def _fair(
    contents: list[tuple[int, Int32s]],
    customer: NDArray[np.int32] | None,
    most_of_one: float,
    rng: np.random.Generator,
) -> list[tuple[int, Int32s]]:
    """Baskets in their order, without a random part of those of customers who have too many."""
    if customer is None or most_of_one >= 1 or not contents:
        return contents
    owner = customer[[basket for basket, _ in contents]]
    _, n_own = np.unique(owner, return_counts=True)
    share = max(most_of_one, 2.0 / n_own.size)
    limit = int(n_own.max())
    # what is taken from one makes the others' shares larger: down to where it holds
    while limit > max(1, int(share * np.minimum(n_own, limit).sum())):
        limit = max(1, int(share * np.minimum(n_own, limit).sum()))
    shuffled = rng.permutation(owner.size)
    by_owner = shuffled[np.argsort(owner[shuffled], kind="stable")]
    turn = np.arange(owner.size) - np.searchsorted(owner[by_owner], owner[by_owner])
    return [contents[i] for i in np.sort(by_owner[turn < limit]).tolist()]


def _pasts(
    baskets: Baskets, is_known: NDArray[np.bool_], tested: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Int32s, Int32s]:
    """Every tested basket's customer's known baskets: lines and order ranks, newest first."""
    if baskets.customer is None:
        return np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32)
    # baskets stand by customer: a customer's are a slice
    first = np.searchsorted(baskets.customer, baskets.customer[tested], side="left")
    last = np.searchsorted(baskets.customer, baskets.customer[tested], side="right")
    lines: list[Int32s] = []
    ranks: list[Int32s] = []
    sizes: list[int] = []
    for begin, end in zip(first.tolist(), last.tolist(), strict=True):
        own = begin + np.flatnonzero(is_known[begin:end])
        if baskets.placed_at is not None:
            own = own[np.argsort(baskets.placed_at[own], kind="stable")]
        own = own[::-1]
        parts = [baskets.items[baskets.starts[b] : baskets.starts[b + 1]] for b in own.tolist()]
        lines += parts
        ranks += [np.full(part.size, x, np.int32) for x, part in enumerate(parts)]
        sizes.append(sum(part.size for part in parts))
    return _offsets(sizes), _flat(lines), _flat(ranks)


def _is_repeat(carts: Carts, hidden: Int32s) -> NDArray[np.bool_]:
    if not carts.past_offset.size:
        return np.zeros(hidden.size, np.bool_)
    cart = np.repeat(np.arange(hidden.size), np.diff(carts.past_offset))
    hits: NDArray[np.bool_] = (
        np.bincount(cart[carts.past_items == hidden[cart]], minlength=hidden.size) > 0
    )
    return hits


def _offsets(sizes: list[int]) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _flat(parts: list[Int32s]) -> Int32s:
    return np.concatenate(parts).astype(np.int32) if parts else np.empty(0, np.int32)


def in_codes(task: Task, shop: Workshop) -> Task:
    """The task in the workshop's codes (products by popularity) in place of product numbers."""
    code = np.empty(task.known.products.size, np.int32)
    code[np.argsort(-task.known.n_baskets_with, kind="stable")] = np.arange(code.size)
    carts = Carts(
        task.carts.offset, code[task.carts.items], task.carts.past_offset,
        code[task.carts.past_items], task.carts.past_rank,
    )  # fmt: skip
    return Task(task.known, carts, code[task.hidden], task.is_repeat, task.customer)


def top_rows(fit: Fit, k: int | None, threads: int) -> Rows:
    """The `k` best relations of every product (None: all), as they are stored."""
    coupling = fit.coupling
    if k is None:
        place = np.arange(coupling.column.size)
        offset = coupling.offset
    else:
        rank, place = best_of_rows(coupling, fit.scores, k, threads)
        starts = np.flatnonzero(rank == 1)
        sizes = np.zeros(coupling.offset.size - 1, np.int64)
        sizes[coupling.row[place[starts]]] = np.diff(np.append(starts, place.size))
        offset = np.concatenate(([0], np.cumsum(sizes)))
    return Rows(
        offset, coupling.column[place], fit.scores[place].astype(np.float64), fit.prior, fit.is_sum
    )


def ranks_of_hidden(
    task: Task, rows: Rows, habit: Habit, k: int = 10, *, threads: int = 1
) -> tuple[Int32s, Int32s]:
    """Rank (1..k, 0 for not among them) of each hidden product, and the suggestions."""
    found, _ = fill(rows, task.carts, habit, k, threads)
    is_hit = found == task.hidden[:, None]
    rank = np.where(is_hit.any(axis=1), is_hit.argmax(axis=1) + 1, 0).astype(np.int32)
    return rank, found


def ndcg(rank: Int32s) -> Floats:
    """Discounted gain of each test: 1 / log2(1 + rank), 0 beyond the list."""
    gain: Floats = np.where(rank > 0, 1.0 / np.log2(1.0 + np.maximum(rank, 1)), 0.0)
    return gain
