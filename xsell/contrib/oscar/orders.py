"""Oscar's orders, by number; children are mined as their parent."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model

from xsell.adapters import ORDER_COLUMNS, ORDER_LINE_COLUMNS, BaseAdapter
from xsell.values import Order, OrderLine, ShopContext


class OrdersFromOscar(BaseAdapter):
    """Orders whose status counts."""

    cancelled_statuses: ClassVar[frozenset[str]] = frozenset({"Cancelled", "Canceled"})
    """Statuses of orders and of single lines that do not count; Oscar leaves their names to you."""

    def order_lines(
        self, since: datetime | None = None, until: datetime | None = None
    ) -> QuerySet[Any, dict[str, Any]]:
        cancelled = self.cancelled_statuses
        lines = self._all_order_lines().exclude(order__status__in=cancelled)
        lines = lines.exclude(status__in=cancelled)
        if since is not None:
            lines = lines.filter(order__date_placed__gte=since)
        if until is not None:
            lines = lines.filter(order__date_placed__lt=until)
        return lines.values(*ORDER_LINE_COLUMNS)

    def order_changes(self, since: datetime | None = None) -> QuerySet[Any, dict[str, Any]] | None:
        """Oscar writes down each change of an order's status, each payment and each shipment.

        A line whose status alone changes is not among them: the next full run sees it.
        """
        orders: QuerySet[Any] = get_model("order", "Order").objects.order_by()
        if since is not None:
            happened = [
                Exists(
                    get_model("order", name).objects.filter(
                        order=OuterRef("pk"), date_created__gte=since
                    )
                )
                for name in ("OrderStatusChange", "PaymentEvent", "ShippingEvent")
            ]
            orders = orders.filter(
                Q(date_placed__gte=since) | Q(happened[0]) | Q(happened[1]) | Q(happened[2])
            )
        named: QuerySet[Any, dict[str, Any]] = orders.annotate(
            xsell_order=F("number"),
            xsell_placed_at=F("date_placed"),
            xsell_customer=F("user_id"),
        ).values(*ORDER_COLUMNS)
        return named

    def order(self, order_ref: str, context: ShopContext) -> Order | None:
        order = get_model("order", "Order").objects.filter(number=order_ref).first()
        if order is None or not self.may_see(order, context):
            return None
        lines = self._all_order_lines().filter(order=order).order_by("pk")
        return Order(
            ref=order.number,
            placed_at=order.date_placed,
            lines=tuple(
                OrderLine(line["xsell_product"], line["xsell_quantity"], line["xsell_unit_price"])
                for line in lines.values(*ORDER_LINE_COLUMNS)
            ),
        )

    def may_see(self, order: Any, context: ShopContext) -> bool:
        """Whether the order is the customer's own, or the one that this session has just placed."""
        if order.user_id is not None and context.customer_id == str(order.user_id):
            return True
        return bool(order.pk == context.facts.get("oscar.placed_order"))

    def _all_order_lines(self) -> QuerySet[Any]:
        lines: QuerySet[Any] = get_model("order", "Line").objects.order_by()
        mapped: QuerySet[Any] = lines.annotate(
            xsell_order=F("order__number"),
            xsell_product=Coalesce("product__parent_id", "product_id"),
            xsell_customer=F("order__user_id"),
            xsell_placed_at=F("order__date_placed"),
            xsell_quantity=F("quantity"),
            xsell_unit_price=Coalesce("unit_price_incl_tax", "unit_price_excl_tax"),
        )
        return mapped
