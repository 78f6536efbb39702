"""One row for each pair that a page or a cart may need: two rankings of the same orders.

What completes a cart best is what its kind of shopper takes again; what a product's page may call
"bought together" is what many different people took with it. One ranking for both is worse at
either: see docs/decisions.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine import Relations, lift, lift_lower_bound


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """One element for each pair, by anchor and suggested, as the unique index has them.

    anchor, suggested: places in `products`, which are ascending product numbers; position: those on
    pages first; score: 0 where the pair says nothing about carts.
    """

    products: NDArray[Any]
    anchor: NDArray[np.int64]
    suggested: NDArray[np.int64]
    position: NDArray[np.int64]
    on_pages: NDArray[np.bool_]
    score: NDArray[np.float64]
    n_both: NDArray[np.int64]
    n_anchor: NDArray[np.int64]
    n_suggested: NDArray[np.int64]
    lift: NDArray[np.float64]
    lift_lower: NDArray[np.float64]

    def __len__(self) -> int:
        return int(self.anchor.size)


def paired(pages: Relations, carts: Relations) -> Pairs:
    """The pairs of both. Where a pair is in both, its counts are those of `pages`."""
    numbers = np.unique(np.concatenate((pages.products, carts.products)))
    of_pages, by_page = _keys(pages, numbers)
    of_carts, by_cart = _keys(carts, numbers)
    keys = _either(of_pages, of_carts)
    page_place, cart_place = np.searchsorted(keys, of_pages), np.searchsorted(keys, of_carts)
    on_pages = np.zeros(keys.size, np.bool_)
    on_pages[page_place] = True
    score = np.zeros(keys.size)
    score[cart_place] = carts.score[by_cart]
    n_both, n_anchor, n_suggested = (
        _spread(keys.size, (cart_place, of_one[by_cart]), (page_place, of_other[by_page]))
        for of_one, of_other in (
            (carts.n_both, pages.n_both),
            (carts.n_antecedent, pages.n_antecedent),
            (carts.n_consequent, pages.n_consequent),
        )
    )
    n_baskets = np.where(on_pages, pages.n_baskets, carts.n_baskets)
    row = keys // max(numbers.size, 1)
    position = np.zeros(keys.size, np.int64)
    position[page_place] = pages.rank[by_page]
    is_rest = ~on_pages[cart_place]
    rest, rank = cart_place[is_rest], carts.rank[by_cart][is_rest]
    rest = rest[np.lexsort((rank, row[rest]))]
    position[rest] = _after(np.bincount(row[on_pages], minlength=numbers.size), row[rest])
    return Pairs(
        numbers,
        row,
        keys - row * numbers.size,
        position,
        on_pages,
        score,
        n_both,
        n_anchor,
        n_suggested,
        lift(n_both, n_anchor, n_suggested, n_baskets),
        lift_lower_bound(n_both, n_anchor, n_suggested, n_baskets),
    )


def _either(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """What is in either, ascending."""
    both = np.sort(np.concatenate((one, other)))
    return both[np.r_[True, both[1:] != both[:-1]]] if both.size else both


def _keys(
    relations: Relations, numbers: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """One number for each pair, ascending by anchor, then by suggested; and where each stands."""
    anchor, suggested = relations.antecedent, relations.consequent
    keys = _places(numbers, anchor) * numbers.size + _places(numbers, suggested)
    order = np.argsort(keys)
    return keys[order], order


def _places(numbers: NDArray[Any], sought: NDArray[Any]) -> NDArray[np.int64]:
    """Where each number is among the ascending ones."""
    if not sought.size or numbers[-1] - numbers[0] > max(8 * numbers.size, 1 << 20):
        return np.searchsorted(numbers, sought)
    table = np.zeros(int(numbers[-1] - numbers[0]) + 1, np.int64)
    table[numbers - numbers[0]] = np.arange(numbers.size)
    places: NDArray[np.int64] = table[sought - numbers[0]]
    return places


def _spread(size: int, *parts: tuple[NDArray[np.int64], NDArray[Any]]) -> NDArray[np.int64]:
    whole = np.zeros(size, np.int64)
    for place, values in parts:
        whole[place] = values
    return whole


def _after(n_before: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of rows that stand together and in order, after so many that their row has."""
    if not row.size:
        return row
    is_first = np.r_[True, row[1:] != row[:-1]]
    first = np.flatnonzero(is_first)
    turn = np.arange(row.size) - np.repeat(first, np.diff(np.append(first, row.size)))
    return n_before[row] + turn + 1
