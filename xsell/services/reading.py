"""Order lines from the shop's database into arrays, without a copy in between."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_noop

from xsell.adapters import BaseAdapter
from xsell.values import ProductId

CHUNK = 20_000
UNKNOWN = -1
Progress = Callable[[str, int, int], None]
"""Called with the step's name, how much is done, and how much there is."""


@dataclass(slots=True)
class Codes:
    """Distinct ids numbered in the order in which they come: any kind of id becomes an integer."""

    numbers: dict[Hashable, int] = field(default_factory=dict)

    def encode(self, keys: Iterable[Hashable]) -> list[int]:
        """Number of each id; new ids get the next numbers."""
        numbers = self.numbers
        return [numbers.setdefault(key, len(numbers)) for key in keys]


@dataclass(frozen=True, slots=True)
class OrderLineCodes:
    """Order lines that count, as codes: orders[i] holds products[i], an index into product_ids.

    `placed_at` and `customers` have one element for each order code: None, and UNKNOWN, where the
    order does not say (any more).
    """

    orders: array[int]
    products: array[int]
    product_ids: list[ProductId]
    placed_at: list[datetime | None]
    customers: array[int]
    n_read: int
    n_dropped: dict[str, int]


def read_order_lines(
    adapter: BaseAdapter,
    *,
    since: datetime | None,
    until: datetime | None,
    progress: Progress,
) -> OrderLineCodes:
    """Read the order lines of [since, until); lines without product or quantity are counted only.

    Two columns are read for each line, and date and customer once for each order: reading them with
    each line costs three times as much.
    """
    lines = adapter.order_lines(since, until)
    usable = Q(xsell_product__isnull=False, xsell_quantity__gt=0)
    counts = lines.aggregate(
        n_read=Count("pk"),
        n_without_product=Count("pk", filter=Q(xsell_product__isnull=True)),
        n_usable=Count("pk", filter=usable),
    )
    n_usable, n_without_product = counts["n_usable"], counts["n_without_product"]
    orders, products = Codes(), Codes()
    order_codes, product_codes = array("q"), array("q")
    sold = lines.filter(usable).values_list("xsell_order", "xsell_product")
    for chunk in chunks(sold):
        order_codes.extend(orders.encode(order for order, _ in chunk))
        product_codes.extend(products.encode(product for _, product in chunk))
        progress("reading", len(order_codes), n_usable)
    placed_at, customers = _headers(lines.filter(usable), orders)
    return OrderLineCodes(
        orders=order_codes,
        products=product_codes,
        product_ids=list(products.numbers),
        placed_at=placed_at,
        customers=customers,
        n_read=counts["n_read"],
        n_dropped={
            gettext_noop("without product"): n_without_product,
            gettext_noop("quantity not above 0"): counts["n_read"] - n_usable - n_without_product,
        },
    )


def _headers(lines: QuerySet[Any, Any], orders: Codes) -> tuple[list[datetime | None], array[int]]:
    """When each order was placed and by whom, by order code.

    A shop goes on while it is read: orders placed or cancelled since the lines were read are met
    here, or missed.
    """
    placed_at: list[datetime | None] = [None] * len(orders.numbers)
    codes = array("q", [UNKNOWN]) * len(orders.numbers)
    customers = Codes()
    headers = lines.values_list("xsell_order", "xsell_placed_at", "xsell_customer").distinct()
    for chunk in chunks(headers):
        for order, moment, customer in chunk:
            code = orders.numbers.get(order)
            if code is None:
                continue
            placed_at[code] = moment
            if customer is not None:
                (codes[code],) = customers.encode([customer])
    return placed_at, codes


def chunks(rows: QuerySet[Any, Any]) -> Iterable[list[tuple[Any, ...]]]:
    """The queryset's rows in lists, through a server-side cursor where the database has one."""
    iterator = rows.iterator(chunk_size=CHUNK)
    while chunk := list(itertools.islice(iterator, CHUNK)):
        yield chunk
