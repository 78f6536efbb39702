"""Goods that come back: into the stock, the order's figures and xsell's ledger."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils import timezone

from demo_shop.models import Order, OrderLine, Product, Refund
from demo_shop.totals import NOTHING
from xsell.services.orders import record_refund
from xsell.values import RefundedLine

CENT = Decimal("0.01")


RETURN_WITHIN = timedelta(days=30)


class CannotReturn(Exception):
    """That cannot come back; the message says why, in words for the shopper."""


def returnable(order: Order, lines: Iterable[OrderLine]) -> list[OrderLine]:
    """Lines of which something can come back."""
    if order.status == Order.Status.CANCELLED or order.placed_at < timezone.now() - RETURN_WITHIN:
        return []
    return [line for line in lines if line.left and not line.is_gift]


@transaction.atomic
def cancel_order(order: Order) -> Refund | None:
    """Take back what is left of the order, gifts and delivery included; None if it was before."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    if order.status == Order.Status.CANCELLED:
        return None
    order.status = Order.Status.CANCELLED
    units = {line.pk: line.left for line in order.lines.all()}
    return take_back(order, units, shipping=order.shipping)


@transaction.atomic
def return_items(order: Order, units: Mapping[int, int]) -> Refund:
    """Take back so many units of the order's lines, by their keys. Raise CannotReturn."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    left = {line.pk: line.left for line in returnable(order, order.lines.all())}
    if not left:
        raise CannotReturn("Nothing of this order can come back any more.")
    if not any(units.values()):
        raise CannotReturn("Please say how many of what come back.")
    if any(not 0 <= n <= left.get(line, 0) for line, n in units.items()):
        raise CannotReturn("That is more than can come back.")
    return take_back(order, units)


def take_back(order: Order, units: Mapping[int, int], shipping: Decimal = NOTHING) -> Refund:
    """Write the refund of a locked order; what was brought and comes back was still brought."""
    # Products are locked in the order in which placing an order locks them.
    every = order.lines.order_by("product_id", "pk")
    lines = [line for line in every if units.get(line.pk, 0) > 0]
    refund = Refund.objects.create(order=order, amount=NOTHING)
    shares = record_refund(
        order_ref=str(order.pk),
        refund_ref=str(refund.pk),
        lines=[
            RefundedLine(line.product_id, units[line.pk])
            for line in lines
            if line.product_id is not None and not line.is_gift
        ],
    )
    refund.amount = sum((worth(line, units[line.pk]) for line in lines), shipping)
    refund.amount -= sum((share.saving for share in shares), NOTHING)
    refund.save()
    order.refunded += refund.amount
    order.save()
    for line in lines:
        line.returned += units[line.pk]
        put_back(line, units[line.pk])
    OrderLine.objects.bulk_update(lines, ["returned"])
    return refund


def worth(line: OrderLine, units: int) -> Decimal:
    """Price and tax of the units, before what xsell says was saved on them."""
    amount = part_of(line.amount, line, units) + part_of(line.tax, line, units)
    if line.product_id is None:  # deleted since, so xsell was not asked
        amount -= part_of(line.saving, line, units)
    return amount


def part_of(amount: Decimal, line: OrderLine, units: int) -> Decimal:
    """Such a part for the next units to come back that all parts make the whole."""
    before, after = (
        (amount * n / line.quantity).quantize(CENT, ROUND_HALF_UP)
        for n in (line.returned, line.returned + units)
    )
    return after - before


def put_back(line: OrderLine, units: int) -> None:
    products = Product.objects.select_for_update().filter(pk=line.product_id)
    for product in products:
        product.stock += units
        product.save(update_fields=["stock"])
