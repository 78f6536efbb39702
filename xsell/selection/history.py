"""What a customer has bought: read from the shop's own orders, at the moment it is asked."""

from __future__ import annotations

from xsell.adapters import BaseAdapter
from xsell.values import History, Purchase

MOST_LINES = 2_000
"""Order lines that are read of one customer, the newest ones: a canteen buys for years."""


PURCHASE_COLUMNS = (
    *("xsell_order", "xsell_product", "xsell_placed_at", "xsell_quantity", "xsell_unit_price"),
)
"""Of an order's line, in the order of Purchase's fields."""


def history_of(adapter: BaseAdapter, customer_id: str | None) -> History:
    """The customer's purchases, the newest first, in one query; a guest has none, and asks none."""
    if not customer_id:
        return History()
    lines = (
        adapter.order_lines()
        .filter(xsell_customer=customer_id)
        .order_by("-xsell_placed_at", "xsell_order")
        .values_list(*PURCHASE_COLUMNS)[:MOST_LINES]
    )
    return History(tuple(Purchase(str(order_ref), *rest) for order_ref, *rest in lines))
