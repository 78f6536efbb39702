"""The order part of `ModelAdapter`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet

from xsell.adapters.base import ORDER_COLUMNS, ORDER_LINE_COLUMNS, BaseAdapter
from xsell.adapters.mapping import OrderLineFields, prefixed
from xsell.values import Order, OrderLine, ShopContext


class OrdersFromModel(BaseAdapter):
    """Orders, from an `order_line` mapping."""

    order_line: ClassVar[OrderLineFields]

    def order_lines(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> QuerySet[Any, dict[str, Any]]:
        lines = self._all_order_lines().filter(self.order_line.counts)
        if since is not None:
            lines = lines.filter(xsell_placed_at__gte=since)
        if until is not None:
            lines = lines.filter(xsell_placed_at__lt=until)
        return lines.values(*ORDER_LINE_COLUMNS)

    def order_changes(self, since: datetime | None = None) -> QuerySet[Any, dict[str, Any]] | None:
        if since is None:
            return self._orders().values(*ORDER_COLUMNS)
        if self.order_line.changed_at is None:
            return None
        return self._orders().filter(xsell_changed_at__gte=since).values(*ORDER_COLUMNS)

    def order(self, order_ref: str, context: ShopContext) -> Order | None:
        try:
            found = self._all_order_lines().filter(xsell_order=order_ref)
        except (ValueError, ValidationError):
            return None  # a reference that is none in this shop, from an address that was typed
        lines = list(found.values(*ORDER_LINE_COLUMNS))
        if not lines or not self.may_see(lines[0], context):
            return None
        return Order(
            ref=str(order_ref),
            placed_at=lines[0]["xsell_placed_at"],
            lines=tuple(
                OrderLine(line["xsell_product"], line["xsell_quantity"], line["xsell_unit_price"])
                for line in lines
            ),
        )

    def may_see(self, line: dict[str, Any], context: ShopContext) -> bool:
        """Whether the order of this line is the shopper's own."""
        customer = line["xsell_customer"]
        if customer is not None and context.customer_id == str(customer):
            return True
        return str(line["xsell_order"]) in context.facts.get("order_refs", ())

    def _all_order_lines(self) -> QuerySet[Any]:
        model = apps.get_model(self.order_line.model)
        columns = prefixed(self.order_line.line_columns())
        rows: QuerySet[Any] = model._default_manager.annotate(**columns)
        return rows.order_by()

    def _orders(self) -> QuerySet[Any]:
        """One row for each order, of the order's own table where the mapping tells which it is."""
        own = self.order_line
        columns = own.order_columns()
        lines = apps.get_model(own.model)
        relation = own.order_relation()
        target = lines._meta.get_field(relation) if relation else None
        # The base managers: an order that a default manager hides has changed, too.
        if not isinstance(target, ForeignKey):
            rows: QuerySet[Any] = lines._base_manager.annotate(**prefixed(columns))
            return rows.order_by().distinct()
        key = target.target_field.attname
        paths = {name: str(path).partition("__")[2] or key for name, path in columns.items()}
        orders: QuerySet[Any] = target.related_model._base_manager.annotate(**prefixed(paths))
        return orders.order_by()
