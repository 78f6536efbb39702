"""What delivery costs, the same on every page and on the order."""

from decimal import Decimal

import pytest

from demo_shop.models import Order
from demo_shop.refunds import cancel_order, return_items
from demo_shop.shipping import shipping_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("goods", "is_free", "costs"),
    [
        ("0.01", False, "4.90"),
        ("34.99", False, "4.90"),
        ("35.00", False, "0"),
        ("34.99", True, "0"),
    ],
)
def test_goods_from_35_ship_free(goods, is_free, costs):
    assert shipping_of(Decimal(goods), is_free=is_free) == Decimal(costs)


@pytest.mark.parametrize(
    ("bought", "percent", "delivery", "words"),
    [
        ({"Milk": 1}, None, "$4.90", "$33.01 to free shipping"),
        ({"Soap": 7}, None, "$4.90", "$0.07 to free shipping"),  # its tax does not count
        ({"Bread": 14}, None, None, "Your order ships free"),
        ({"Bread": 14, "Milk": 1}, 15, "$4.90", "$0.93 to free shipping"),  # a saving does
    ],
)
def test_the_bar_says_what_the_checkout_charges(shelves, shopper, bought, percent, delivery, words):
    if percent:
        shelves.bundle(percent, {"Bread": 7, "Milk": 1}, name="Toast")
    for name, quantity in bought.items():
        shopper.puts(shelves[name], quantity)
    for page in ("cart", "checkout"):
        assert shopper.figures(page).get("Delivery") == delivery
        assert words in shopper.reads(page)
    shopper.orders(shown_total=shopper.shown_total())
    assert shopper.order_page()[1].get("Delivery") == delivery
    order = Order.objects.get()
    assert order.shipping == Decimal((delivery or "$0").removeprefix("$"))


def test_a_bundle_that_gives_free_shipping_reaches_the_order(shelves, shopper):
    shelves.bundle(None, {"Bread": 1, "Milk": 1}, benefit="free_shipping", name="On us")
    shopper.puts(shelves["Bread"])
    assert shopper.figures()["Delivery"] == "$4.90"
    shopper.puts(shelves["Milk"])
    assert "Delivery" not in shopper.figures()
    assert "Your order ships free" in shopper.reads("cart")
    shopper.orders(shown_total=shopper.shown_total())
    assert Order.objects.get().shipping == 0


def test_what_sold_out_is_not_brought_and_does_not_count(shelves, shopper):
    shopper.puts(shelves["Bread"], 2)
    shopper.puts(shelves["Camera"])
    type(shelves["Camera"]).objects.filter(pk=shelves["Camera"].pk).update(stock=0)
    assert shopper.figures()["Delivery"] == "$4.90"
    assert "$30.00 to free shipping" in shopper.reads("cart")


def test_delivery_is_paid_back_with_a_cancelled_order_and_with_no_returned_goods(shelves, shopper):
    shopper.puts(shelves["Bread"], 2)
    shopper.orders()
    order = Order.objects.get()
    one, _ = order.lines.values_list("pk", "quantity").get()
    assert return_items(order, {one: 1}).amount == Decimal("2.50")
    assert cancel_order(order).amount == Decimal("7.40")
    order.refresh_from_db()
    assert order.refunded == order.total == Decimal("9.90")
