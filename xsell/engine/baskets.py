"""From order lines to baskets: clean, window, group, order by popularity, weigh by age."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.arguments import check_window
from xsell.engine.ids import encode, is_missing
from xsell.engine.indexing import distinct_items
from xsell.engine.lines import OUTSIDE_WINDOW, OrderLines
from xsell.engine.store import BasketStore

Bools = NDArray[np.bool_]
Times = NDArray[np.datetime64]

# weights below this have decayed to nothing; above zero, also in single precision, so that ratios
# of them stay defined
LEAST_WEIGHT = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """The distinct products of each order, and what was left out on the way.

    items: product numbers (positions in `products`), one basket after the other; starts: where
    each basket begins, one entry more than there are baskets. products: ids, ascending;
    n_baskets_with: baskets per product. placed_at and customer (a number; an order without a
    customer has one of its own, from `n_customers` on): per basket, or None. Baskets stand by
    customer, then by order id. n_dropped: lines left out, by reason.
    """

    items: NDArray[np.int32]
    starts: NDArray[np.int64]
    n_baskets_with: NDArray[np.int64]
    products: NDArray[Any]
    placed_at: Times | None
    customer: NDArray[np.int32] | None
    n_lines: int
    n_dropped: dict[str, int]
    n_customers: int = 0

    @property
    def has_times(self) -> bool:
        """Whether the baskets say when they were filled."""
        return self.placed_at is not None

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Distinct products per basket."""
        return np.diff(self.starts)

    def without_items(self) -> "Baskets":
        """What is still told of them once they are indexed; a basket keeps its size."""
        return replace(self, items=np.empty(0, np.int32))

    def only(self, is_kept: Bools) -> "Baskets":
        """These baskets alone, of the same products, whether or not any of them is left."""
        items = self.items[np.repeat(is_kept, self.sizes)]
        return replace(
            self,
            items=items,
            starts=np.concatenate(([0], np.cumsum(self.sizes[is_kept]))).astype(np.int64),
            n_baskets_with=np.bincount(items, minlength=self.products.size),
            placed_at=None if self.placed_at is None else self.placed_at[is_kept],
            customer=None if self.customer is None else self.customer[is_kept],
        )


def collect_baskets(
    source: OrderLines | BasketStore | Baskets, window: timedelta | None = None
) -> Baskets:
    """Baskets of the usable lines of orders no older than `window` before the newest order.

    Raise ValueError for a window of what is collected already.
    """
    check_window(window, has_times=source.has_times)
    if isinstance(source, Baskets):
        if window is not None:
            raise ValueError("window: these baskets are collected already")
        return source
    return _collected(source, window)


def _collected(source: OrderLines | BasketStore, window: timedelta | None) -> Baskets:
    lines = source.lines if isinstance(source, BasketStore) else source
    is_usable, n_dropped = _usable(lines)
    order, order_ids = encode(_kept(lines.order, is_usable))
    product = _kept(lines.product, is_usable)
    placed_at, customer, n_customers = None, None, 0
    if lines.placed_at is not None:
        times = _kept(lines.placed_at, is_usable).astype("datetime64[us]")
        placed_at = _newest_per_order(times, order, order_ids.size)
    if lines.customer is not None:
        customer, n_customers = _customer_per_order(
            lines.customer, is_usable, order, order_ids.size
        )
        by_customer = np.argsort(customer, kind="stable")
        place = np.empty(by_customer.size, np.int32)
        place[by_customer] = np.arange(by_customer.size, dtype=np.int32)
        order, customer = place[order], customer[by_customer]
        placed_at = None if placed_at is None else placed_at[by_customer]
    n_dropped[OUTSIDE_WINDOW], n_orders = 0, order_ids.size
    if window is not None and placed_at is not None and placed_at.size:
        oldest = placed_at.min()
        if timedelta(microseconds=int((placed_at.max() - oldest).astype(np.int64))) > window:
            oldest = placed_at.max() - np.timedelta64(window)
        is_recent = placed_at >= oldest
        is_kept = is_recent[order]
        n_dropped[OUTSIDE_WINDOW] = int(is_kept.size - np.count_nonzero(is_kept))
        order, product = _renumber(is_recent)[order[is_kept]], product[is_kept]
        placed_at = placed_at[is_recent]
        customer = None if customer is None else customer[is_recent]
        n_orders = placed_at.size
    codes, products = encode(product)
    grouped = distinct_items(order, codes, n_orders, products.size)
    n_lines = len(lines)
    if isinstance(source, BasketStore):
        n_lines = source.n_lines
        n_dropped |= {reason: n_dropped[reason] + n for reason, n in source.n_dropped.items()}
    return Baskets(*grouped, products, placed_at, customer, n_lines, n_dropped, n_customers)


def _kept(values: NDArray[Any], is_kept: Bools) -> NDArray[Any]:
    plain: NDArray[Any] = np.ma.getdata(values)
    return plain if is_kept.all() else plain[is_kept]


def _customer_per_order(
    customers: NDArray[Any], is_usable: Bools, order: NDArray[np.int32], n_orders: int
) -> tuple[NDArray[np.int32], int]:
    """A number for each order's customer (the lowest of those that its lines name); how many.

    Orders without one go on from there, each with a number of its own.
    """
    is_known = ~is_missing(customers)[is_usable]
    codes, found = encode(_kept(customers, is_usable)[is_known])
    of_order = np.full(n_orders, found.size, np.int32)
    np.minimum.at(of_order, order[is_known], codes)
    is_guest = of_order == found.size
    of_order[is_guest] += np.arange(np.count_nonzero(is_guest), dtype=np.int32)
    return of_order, int(found.size)


def _usable(lines: OrderLines) -> tuple[Bools, dict[str, int]]:
    """Lines to use, and how many are dropped; a line counts under its first reason only."""
    is_usable = np.ones(len(lines), np.bool_)
    n_dropped = {}
    for reason, is_out in lines.missing_by_reason().items():
        n_dropped[reason] = int(np.count_nonzero(is_usable & is_out))
        is_usable &= ~is_out
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


def size_weights(sizes: NDArray[np.int64], exponent: float) -> NDArray[np.float64]:
    """Weight of each basket by its distinct products n: max(n - 1, 1) ** -exponent.

    A basket of n votes for n (n - 1) pairs: at 1 each of its products has one vote in all.

    >>> size_weights(np.array([1, 2, 5]), 0.5).tolist()
    [1.0, 1.0, 0.5]
    """
    weights: NDArray[np.float64] = np.maximum(sizes - 1, 1).astype(np.float64) ** -exponent
    return weights
