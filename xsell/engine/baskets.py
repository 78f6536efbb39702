"""From order lines to baskets: clean, window, group, order by popularity, weigh by age."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.ids import encode
from xsell.engine.indexing import distinct_items
from xsell.engine.lines import OUTSIDE_WINDOW, OrderLines

Bools = NDArray[np.bool_]
Times = NDArray[np.datetime64]

# weights below this have decayed to nothing; above zero, so that ratios of them stay defined
LEAST_WEIGHT = 1e-200


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """The distinct products of each order, and what was left out on the way.

    items: product numbers (positions in `products`), one basket after the other; starts: where
    each basket begins, one entry more than there are baskets. products: ids, ascending;
    n_baskets_with: baskets per product.
    placed_at: per basket, or None. n_dropped: lines left out, by reason.
    """

    items: NDArray[np.int32]
    starts: NDArray[np.int64]
    n_baskets_with: NDArray[np.int64]
    products: NDArray[Any]
    placed_at: Times | None
    n_lines: int
    n_dropped: dict[str, int]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Distinct products per basket."""
        return np.diff(self.starts)


def collect_baskets(lines: OrderLines, window: timedelta | None) -> Baskets:
    """Baskets of the usable lines of orders no older than `window` before the newest order."""
    is_usable, n_dropped = _usable(lines)
    order, order_ids = encode(np.ma.getdata(lines.order)[is_usable])
    product = np.ma.getdata(lines.product)[is_usable]
    placed_at = None
    if lines.placed_at is not None:
        times = np.ma.getdata(lines.placed_at)[is_usable]
        placed_at = _newest_per_order(times.astype("datetime64[us]"), order, order_ids.size)
    n_dropped[OUTSIDE_WINDOW] = 0
    if window is not None and placed_at is not None and placed_at.size:
        is_recent = placed_at >= placed_at.max() - np.timedelta64(window)
        is_kept = is_recent[order]
        n_dropped[OUTSIDE_WINDOW] = int(is_kept.size - np.count_nonzero(is_kept))
        order, product = _renumber(is_recent)[order[is_kept]], product[is_kept]
        placed_at = placed_at[is_recent]
    n_orders = order_ids.size if placed_at is None else placed_at.size
    codes, products = encode(product)
    items, starts, n_baskets_with = distinct_items(order, codes, n_orders, products.size)
    return Baskets(items, starts, n_baskets_with, products, placed_at, len(lines), n_dropped)


def _usable(lines: OrderLines) -> tuple[Bools, dict[str, int]]:
    """Lines to use, and how many are dropped; a line counts under its first reason only."""
    is_usable = np.ones(len(lines), np.bool_)
    n_dropped = {}
    for reason, is_missing in lines.missing_by_reason().items():
        n_dropped[reason] = int(np.count_nonzero(is_usable & is_missing))
        is_usable &= ~is_missing
    return is_usable, n_dropped


def _newest_per_order(times: Times, order: NDArray[np.int32], n_orders: int) -> Times:
    newest = np.full(n_orders, np.iinfo(np.int64).min, np.int64)
    np.maximum.at(newest, order, times.view(np.int64))
    return newest.view(times.dtype)


def _renumber(is_kept: Bools) -> NDArray[np.int32]:
    return (np.cumsum(is_kept) - 1).astype(np.int32)


def half_life_weights(age_days: NDArray[np.float64], half_life_days: float) -> NDArray[np.float64]:
    """Weight of each basket: 1 at age 0, half of that after every half-life.

    >>> half_life_weights(np.array([0.0, 30.0, 60.0]), 30).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.maximum(0.5 ** (age_days / half_life_days), LEAST_WEIGHT)


def basket_weights(placed_at: Times | None, half_life_days: float | None) -> NDArray[np.float64]:
    """Weight of each basket by its age against the newest; empty (= all alike) without decay."""
    if half_life_days is None or placed_at is None or not placed_at.size:
        return np.empty(0, np.float64)
    age_days = (placed_at.max() - placed_at).astype(np.float64) / 86_400e6
    return half_life_weights(age_days, half_life_days)
