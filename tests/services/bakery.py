"""A bakery with four products and a month of orders."""

from datetime import timedelta

from django.utils import timezone

from demo_shop.models import Order
from tests import factories as make
from xsell.models import CoPurchase


def shelves():
    return {name: make.ProductFactory(title=name) for name in ("bread", "butter", "jam", "soap")}


def order(products, *names, days_ago=1, quantity=1, **fields):
    placed = make.OrderFactory(placed_at=timezone.now() - timedelta(days=days_ago), **fields)
    for name in names:
        make.OrderLineFactory(
            order=placed, product=products[name] if name else None, quantity=quantity
        )


def a_month_of_orders(products):
    """Bread goes with butter; soap goes alone."""
    for _ in range(8):
        order(products, "bread", "butter")
    for _ in range(2):
        order(products, "bread", "jam")
    for _ in range(20):
        order(products, "soap")


def forty_breakfasts(products):
    """One a day, of two products each, and until lately a bar of soap after it."""
    for day in range(40, 0, -1):
        order(products, "bread", "jam" if day % 4 == 3 else "butter", days_ago=day)
        if day > 4:
            order(products, "soap", days_ago=day)


def cancel(order):
    order.status = Order.Status.CANCELLED
    order.save()


def refund(order, title, quantity=0):
    order.lines.filter(product__title=title).update(quantity=quantity)
    order.save()


def pairs():
    """What pages show: (anchor, suggested) -> (together, with the anchor, with the suggested)."""
    rows = CoPurchase.objects.filter(run__is_active=True, on_pages=True).select_related(
        "anchor", "suggested"
    )
    return {
        (row.anchor.title, row.suggested.title): (row.n_both, row.n_anchor, row.n_suggested)
        for row in rows
    }
