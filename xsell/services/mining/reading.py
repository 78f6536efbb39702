"""Orders from the shop's database as the engine takes them, in one pass over the lines.

Three columns are read for each line; date and customer once for each order, which costs a tenth of
reading them with every line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from xsell.adapters import BaseAdapter
from xsell.engine import OrderLines
from xsell.exceptions import MiningFailed
from xsell.services.mining.columns import Kind, Names, named
from xsell.services.mining.fetching import fetch
from xsell.services.progress import Progress

LINE_COLUMNS = ("xsell_order", "xsell_product", "xsell_quantity")
ORDER_COLUMNS = ("xsell_order", "xsell_placed_at", "xsell_customer")
READING = gettext_noop("reading")
REASONS: Mapping[str, str] = {
    "order_missing": gettext_noop("without order"),
    "product_missing": gettext_noop("without product"),
    "quantity_not_positive": gettext_noop("quantity not above 0"),
    "placed_at_missing": gettext_noop("without a date"),
}


@dataclass(frozen=True, slots=True)
class OrderNames:
    """What the numbers in order lines stand for."""

    order: Names
    product: Names
    customer: Names


@dataclass(frozen=True, slots=True, eq=False)
class ShopOrders:
    """Order lines in numbers, and what these stand for.

    `touched`: numbers of the orders that changed, whether or not they have lines that count; None
    where all were read.
    """

    lines: OrderLines
    names: OrderNames
    touched: NDArray[Any] | None = None

    @property
    def source(self) -> OrderLines:
        """What the engine takes."""
        return self.lines


def read_orders(
    adapter: BaseAdapter,
    *,
    since: datetime | None,
    until: datetime | None,
    progress: Progress,
    expected: int = 0,
) -> ShopOrders:
    """All order lines of [since, until) that count. `expected`: about so many, for progress."""
    lines = adapter.order_lines(since, until)
    orders = adapter.order_changes(None)
    if orders is None:
        orders = lines.values(*ORDER_COLUMNS).distinct()
    else:
        orders = _between(orders, since, until)
    return _read(lines, orders, progress, expected)


def read_some(
    adapter: BaseAdapter,
    *,
    since: datetime | None,
    until: datetime | None,
    progress: Progress,
    expected: int = 0,
) -> ShopOrders:
    """As `read_orders`. Raise MiningFailed where there are none."""
    found = read_orders(adapter, since=since, until=until, progress=progress, expected=expected)
    if not len(found.lines):
        raise MiningFailed(
            f"The adapter gives no order lines {span_in_words(since, until)}: nothing to mine, "
            "nothing changed."
        )
    return found


def span_in_words(since: datetime | None, until: datetime | None) -> str:
    """From when to when orders were placed."""
    return f"placed from {since or 'the beginning'} until {until or 'now'}"


def read_changes(
    adapter: BaseAdapter,
    *,
    changed_since: datetime,
    since: datetime | None,
    until: datetime | None,
    progress: Progress,
) -> ShopOrders | None:
    """The orders that changed, with their lines as they now are; None if the shop cannot tell."""
    orders = adapter.order_changes(changed_since)
    if orders is None:
        return None
    lines = adapter.order_lines(since, until)
    lines = lines.filter(xsell_order__in=orders.order_by().values("xsell_order"))
    return _read(lines, orders, progress, 0, keeps_touched=True)


def _between(
    orders: QuerySet[Any, Any], since: datetime | None, until: datetime | None
) -> QuerySet[Any, Any]:
    if since is not None:
        orders = orders.filter(xsell_placed_at__gte=since)
    if until is not None:
        orders = orders.filter(xsell_placed_at__lt=until)
    return orders


def _read(
    lines: QuerySet[Any, Any],
    orders: QuerySet[Any, Any],
    progress: Progress,
    expected: int,
    *,
    keeps_touched: bool = False,
) -> ShopOrders:
    # Orders first: one that is placed meanwhile has lines without a date, and is left out; the
    # other way round one that is cancelled meanwhile would stay.
    heads = fetch(orders, ORDER_COLUMNS, lambda done: None)
    rows = fetch(
        lines,
        LINE_COLUMNS,
        lambda done: progress(READING, done, max(done, expected)),
        is_whole_table=not keeps_touched,
    )
    for column, name in ((rows[2], LINE_COLUMNS[2]), (heads[1], ORDER_COLUMNS[1])):
        if column.kind is Kind.KEY:
            raise MiningFailed(f"The adapter's {name} is neither a number nor a date.")
    order_names, (order, head_order) = named([rows[0], heads[0]])
    product_names, (product,) = named([rows[1]])
    customer_names, (customer,) = named([heads[2]])
    placed_at = heads[1].array()
    head = _places(np.ma.getdata(order), head_order)
    return ShopOrders(
        OrderLines(
            order,
            product,
            placed_at=_of_orders(placed_at, head, np.datetime64("NaT", "us")),
            customer=_of_orders(customer, head, 0),
            quantity=rows[2].array(),
        ),
        OrderNames(order_names, product_names, customer_names),
        head_order if keeps_touched else None,
    )


def _places(order: NDArray[Any], heads: NDArray[Any]) -> NDArray[np.int32]:
    """Where each line's order is among the heads; -1 where it is not."""
    heads = np.ma.getdata(heads)
    if not heads.size or not order.size:
        return np.full(order.size, -1, np.int32)
    low, high = int(heads.min()), int(heads.max())
    number = np.arange(heads.size, dtype=np.int32)
    if high - low < max(8 * heads.size, 1 << 20):
        table = np.full(high - low + 1, -1, np.int32)
        table[heads - low] = number
        is_inside = (order >= low) & (order <= high)
        return np.where(is_inside, table[np.clip(order, low, high) - low], -1).astype(np.int32)
    ascending = np.argsort(heads, kind="stable")
    place = np.minimum(np.searchsorted(heads[ascending], order), heads.size - 1)
    found = ascending[place].astype(np.int32)
    return np.where(heads[found] == order, found, -1).astype(np.int32)


def _of_orders(values: NDArray[Any], head: NDArray[np.int32], nothing: Any) -> NDArray[Any]:
    """The value of each line's order; missing where the order is, or has none."""
    if not values.size:
        plain = np.full(head.size, nothing, values.dtype)
        return np.ma.array(plain, mask=np.ones(head.size, np.bool_))
    plain = np.ma.getdata(values)[head]
    is_missing = head < 0
    if np.ma.isMaskedArray(values):
        is_missing |= np.ma.getmaskarray(values)[head]
    return np.ma.array(plain, mask=is_missing) if is_missing.any() else plain
