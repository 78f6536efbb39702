"""What goes with a cart: the products that complete it best."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xsell.engine.arguments import check_at_least
from xsell.engine.counting import available_threads, in_threads
from xsell.engine.filling import fill_carts
from xsell.engine.ids import as_ids
from xsell.engine.relations import Habit, Relations

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]

CHUNK = 2_000  # carts a task


@dataclass(frozen=True, slots=True, eq=False)
class Carts:
    """Product codes cart by cart, and the shoppers' earlier lines (empty arrays for none)."""

    offset: Int64s
    items: Int32s
    past_offset: Int64s
    past_items: Int32s
    past_rank: Int32s


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Scores of consequents by antecedent code, and every product's score for any cart."""

    offset: Int64s
    partner: Int32s
    scores: Floats
    prior: Floats
    is_sum: bool


def complete(
    relations: Relations,
    carts: Sequence[ArrayLike],
    histories: Sequence[tuple[ArrayLike, ArrayLike] | None] | None = None,
    k: int = 10,
) -> tuple[NDArray[Any], Floats]:
    """The `k` best products for each cart, and their scores, both of shape (carts, k).

    carts: ids of products, repeats and ids that were never sold allowed. A product's score is its
    prior plus the sum (scoring "rules": the largest) of the scores of the relations that lead to
    it from the cart; what is in the cart is not suggested. A cart of nothing but unknown or cold
    products therefore gets the best sellers.
    histories: for each cart the shopper's earlier order lines, as (product ids, order numbers or
    times: larger is later), or None; `Relations.habit` says how they count.

    Where fewer than `k` products are left, rows end with the masked entries of a masked array,
    and nan scores. Raise ValueError where histories and carts differ in number, and TypeError
    where a cart is a string.
    """
    if histories is not None and len(histories) != len(carts):
        raise ValueError(f"{len(histories)} histories for {len(carts)} carts")
    check_at_least(1, k=k)
    if any(isinstance(cart, str) for cart in carts):
        raise TypeError("a cart is a list of product ids, not a string")
    number = {product: code for code, product in enumerate(relations.products.tolist())}
    coded = _coded_carts(carts, histories, number)
    found, scores = fill(_rows(relations, number), coded, relations.habit, k, available_threads())
    is_left = found >= 0
    ids = np.empty(found.shape, relations.products.dtype)
    ids[is_left] = relations.products[found[is_left]]
    return np.ma.array(ids, mask=~is_left), scores


def fill(rows: Rows, carts: Carts, habit: Habit, k: int, threads: int) -> tuple[Int32s, Floats]:
    """`complete` in codes; -1 where no product is left."""
    n_carts = carts.offset.size - 1
    out = np.full(n_carts * k, -1, np.int32)
    scores = np.full(n_carts * k, np.nan)
    by_prior = np.argsort(-rows.prior, kind="stable").astype(np.int32)
    in_threads(
        lambda begin, end: fill_carts(
            rows.offset, rows.partner, rows.scores, rows.is_sum, rows.prior, by_prior,
            carts.offset, carts.items, carts.past_offset, carts.past_items, carts.past_rank,
            habit.array(), k, begin, end, out, scores,
        ),
        [*range(0, n_carts, CHUNK), n_carts],
        threads,
    )  # fmt: skip
    return out.reshape(n_carts, k), scores.reshape(n_carts, k)


def _rows(relations: Relations, number: dict[Any, int]) -> Rows:
    antecedent = np.array([number[a] for a in relations.antecedent.tolist()], np.int32)
    partner = np.array([number[b] for b in relations.consequent.tolist()], np.int32)
    sizes = np.bincount(antecedent, minlength=len(number))
    offset = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    return Rows(offset, partner, relations.score, relations.prior, relations.is_sum)


def _coded_carts(
    carts: Sequence[ArrayLike],
    histories: Sequence[tuple[ArrayLike, ArrayLike] | None] | None,
    number: dict[Any, int],
) -> Carts:
    items = [list(dict.fromkeys(_known(cart, number))) for cart in carts]
    nothing = np.empty(0, np.int32)
    offset, flat = _joined(items)
    if histories is None:
        return Carts(offset, flat, np.empty(0, np.int64), nothing, nothing)
    pasts = [_past(history, number) for history in histories]
    past_offset, past_items = _joined([past[0] for past in pasts])
    return Carts(offset, flat, past_offset, past_items, _joined([past[1] for past in pasts])[1])


def _known(ids: ArrayLike, number: dict[Any, int]) -> list[int]:
    return [number[each] for each in as_ids(ids).tolist() if each in number]


def _past(
    history: tuple[ArrayLike, ArrayLike] | None, number: dict[Any, int]
) -> tuple[list[int], list[int]]:
    """Codes and order ranks (0 the newest) of a shopper's distinct lines, order by order."""
    if history is None:
        return [], []
    products, orders = as_ids(history[0]), np.asarray(history[1])
    if products.shape != orders.shape:
        raise ValueError("a history's products and orders differ in length")
    distinct, order = np.unique(orders, return_inverse=True)
    lines = {
        (int(distinct.size - 1 - place), number[product])
        for product, place in zip(products.tolist(), order.tolist(), strict=True)
        if product in number
    }
    ordered = sorted(lines)
    return [code for _, code in ordered], [rank for rank, _ in ordered]


def _joined(lists: list[list[int]]) -> tuple[Int64s, Int32s]:
    sizes = [len(each) for each in lists]
    offset = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    return offset, np.array([code for each in lists for code in each], np.int32)
