"""What many customers bought: from order lines, one customer after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet

from xsell.adapters import BaseAdapter
from xsell.selection.history import MOST_LINES
from xsell.values import History, Purchase

COLUMNS = (
    *("xsell_customer", "xsell_order", "xsell_product", "xsell_placed_at", "xsell_quantity"),
    "xsell_unit_price",
)
Line = tuple[Any, ...]
"""Values of COLUMNS."""


def customers_lines(adapter: BaseAdapter) -> QuerySet[Any, Line]:
    """Order lines of customers as COLUMNS, customer by customer, each one's newest first."""
    lines = adapter.order_lines().filter(xsell_customer__isnull=False)
    ordered = lines.order_by("xsell_customer", "-xsell_placed_at", "xsell_order")
    return ordered.values_list(*COLUMNS)


def histories(lines: Iterable[Line]) -> Iterator[tuple[str, History]]:
    """Each customer's id and history, as `history_of` gives it, from lines in that order."""
    for customer, own in groupby(lines, key=itemgetter(0)):
        if customer == "":
            continue  # a guest, in a shop that has no NULL there
        purchases = (
            Purchase(str(order), product, placed_at, quantity, unit_price)
            for _, order, product, placed_at, quantity, unit_price in islice(own, MOST_LINES)
        )
        yield str(customer), History(tuple(purchases))
