"""What shoppers pay, from the cart to the order's page and the ledger."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from demo_shop import orders
from demo_shop.models import Order
from tests.demo_shop.shoppers import Shopper, text
from tests.tokens import click_bundle, click_offer
from xsell.models import Acceptance
from xsell.services.pricing import price_cart

pytestmark = pytest.mark.django_db

# ---------------------------------------------------------------------- bundles, from cart to order

WHOLE = (
    {"Bread": 1, "Soap": 1},
    {
        "Goods": "$7.49",
        "Good morning": "−$0.75",
        "Tax, 7% of $4.49": "$0.31",
        "Delivery": "$4.90",
        "Total": "$11.95",
    },
    [
        ["Bread −$0.25 Good morning", "1", "$2.50", "$2.50"],
        ["Soap −$0.50 Good morning", "1", "$4.99", "$4.99"],
    ],
)
IN_PART = (
    {"Soap": 1},
    {
        "Goods": "$4.99",
        "Tax, 7% of $4.99": "$0.35",
        "Delivery": "$4.90",
        "Total": "$10.24",
    },
    [["Soap", "1", "$4.99", "$4.99"]],
)
TWICE = (
    {"Bread": 2, "Soap": 2},
    {
        "Goods": "$14.98",
        "Good morning": "−$1.50",
        "Tax, 7% of $8.98": "$0.63",
        "Delivery": "$4.90",
        "Total": "$19.01",
    },
    [
        ["Bread −$0.50 Good morning", "2", "$2.50", "$5.00"],
        ["Soap −$1.00 Good morning", "2", "$4.99", "$9.98"],
    ],
)
TWICE_AND_MORE = (
    {"Bread": 3, "Soap": 2},
    {
        "Goods": "$17.48",
        "Good morning": "−$1.50",
        "Tax, 7% of $8.98": "$0.63",
        "Delivery": "$4.90",
        "Total": "$21.51",
    },
    [
        ["Bread −$0.50 Good morning", "3", "$2.50", "$7.50"],
        ["Soap −$1.00 Good morning", "2", "$4.99", "$9.98"],
    ],
)


@pytest.mark.parametrize(
    ("bought", "figures", "lines"),
    [WHOLE, IN_PART, TWICE, TWICE_AND_MORE],
    ids=["whole", "in part", "twice", "twice and more"],
)
def test_a_bundle_is_charged_as_the_pages_say(shelves, shopper, morning, bought, figures, lines):
    for name, quantity in bought.items():
        shopper.puts(shelves[name], quantity)
    assert shopper.figures("cart") == figures
    assert shopper.figures("checkout") == figures
    shopper.orders(shown_total=shopper.shown_total())
    shown, foot = shopper.order_page()
    assert shown == lines
    assert foot == figures
    order = Order.objects.get()
    owed = [line.to_pay + line.tax for line in order.lines.all()]
    assert order.total == sum(owed) + order.shipping
    assert f"${order.total}" == figures["Total"]
    assert order.tax == sum(line.tax for line in order.lines.all())
    assert order.saving == sum(line.saving for line in order.lines.all())


def test_a_bundle_that_is_broken_up_saves_nothing_any_more_and_says_so(shelves, shopper, morning):
    click_bundle(shopper.client, morning)
    assert shopper.figures()["Total"] == "$11.95"
    assert shopper.line_savings() == [("−$0.25", "Good morning"), ("−$0.50", "Good morning")]
    shopper.sets(shelves["Soap"], 0)
    assert shopper.figures() == {"Goods": "$2.50", "Delivery": "$4.90", "Total": "$7.40"}
    for page in ("cart", "checkout"):
        assert "“Good morning” is not whole any more" in shopper.reads(page)
    shopper.orders()
    assert shopper.order_page() == (
        [["Bread", "1", "$2.50", "$2.50"]],
        {"Delivery": "$4.90", "Total": "$7.40"},
    )


KINDS = {
    "a price of its own": (
        {"benefit": "fixed_price", "benefit_amount": Decimal("8.00"), "benefit_currency": "USD"},
        "−$1.48",
    ),
    "an amount": (
        {"benefit": "amount", "benefit_amount": Decimal("1.00"), "benefit_currency": "USD"},
        "−$1.00",
    ),
    "the cheapest free": ({"benefit": "cheapest_free"}, "−$1.99"),
    "a percentage of a part": ({"saving_percent": Decimal(10), "fewest_items": 2}, "−$0.95"),
}


@pytest.mark.parametrize(("fields", "saved"), KINDS.values(), ids=KINDS)
def test_every_kind_of_bundle_reaches_the_order(shelves, shopper, fields, saved):
    fields = {"saving_percent": None, **fields}
    percent = fields.pop("saving_percent")
    shelves.bundle(percent, {"Bread": 1, "Milk": 1, "Soap": 1}, name="All three", **fields)
    for name in ("Bread", "Milk", "Soap"):
        shopper.puts(shelves[name])
    assert shopper.figures()["All three"] == saved
    shopper.orders()
    assert shopper.order_page()[1]["All three"] == saved


def test_two_tax_rates_are_told_apart(shelves, shopper):
    shelves.stock("Wine", price=Decimal("9.99"), tax_rate=Decimal("0.10"))
    shopper.puts(shelves["Wine"])
    shopper.puts(shelves["Soap"])
    figures = {
        "Goods": "$14.98",
        "Tax, 7% of $4.99": "$0.35",
        "Tax, 10% of $9.99": "$1.00",
        "Delivery": "$4.90",
        "Total": "$21.23",
    }
    assert shopper.figures() == figures
    shopper.orders()
    assert shopper.order_page()[1] == figures


def test_what_has_sold_out_is_not_charged(shelves, shopper):
    shopper.puts(shelves["Soap"])
    shopper.puts(shelves["Bread"])
    type(shelves["Soap"]).objects.filter(pk=shelves["Soap"].pk).update(stock=0)
    assert shopper.figures() == {"Goods": "$2.50", "Delivery": "$4.90", "Total": "$7.40"}


def test_a_cart_costs_no_more_queries_whatever_it_holds(shelves, shopper, morning):
    def n_queries():
        with CaptureQueriesContext(connection) as asked:
            shopper.reads("cart")
        return len(asked)

    shopper.puts(shelves["Bread"])
    few = n_queries()
    for name in ("Milk", "Soap", "Camera", "Batteries"):
        shopper.puts(shelves[name], 2)
    assert n_queries() <= few


# ------------------------------------------------------------------------------------------- offers


def test_a_bump_takes_off_what_it_says_as_long_as_its_trigger_is_there(shelves, shopper, batteries):
    shopper.puts(shelves["Camera"])
    click_offer(shopper.client, batteries)
    assert shopper.figures("checkout") == {
        "Goods": "$104.00",
        "Power to go": "−$2.00",
        "Tax, 7% of $102.00": "$7.14",
        "Total": "$109.14",
    }
    shopper.sets(shelves["Camera"], 0)
    assert shopper.figures("cart") == {}
    assert "There is nothing in it yet." in shopper.reads("cart"), "the bump went with its trigger"
    assert Acceptance.objects.get().expires_at <= timezone.now(), "it gave nothing: not used up"


def test_a_bump_that_may_stay_costs_what_it_always_does(shelves, shopper, batteries):
    batteries.leaves_with_trigger = False
    batteries.save()
    shopper.puts(shelves["Camera"])
    click_offer(shopper.client, batteries)
    shopper.sets(shelves["Camera"], 0)
    alone = {
        "Goods": "$4.00",
        "Tax, 7% of $4.00": "$0.28",
        "Delivery": "$4.90",
        "Total": "$9.18",
    }
    for page in ("cart", "checkout"):
        assert shopper.figures(page) == alone
        assert "“Power to go” does not hold any more" in shopper.reads(page)
    shopper.orders()
    assert shopper.order_page() == ([["Batteries", "1", "$4.00", "$4.00"]], alone)
    assert Acceptance.objects.get().order_ref == "", "it gave nothing, so it is not used up"


def test_what_was_ordered_is_in_the_ledger(shelves, shopper, morning, batteries):
    shopper.puts(shelves["Camera"])
    shopper.puts(shelves["Bread"])
    shopper.puts(shelves["Soap"])
    click_offer(shopper.client, batteries)
    shopper.orders()
    order = Order.objects.get()
    ordered = Acceptance.objects.filter(order_ref=str(order.pk)).order_by("kind")
    told = [(row.kind, row.saving, row.customer_id) for row in ordered]
    customer = str(shopper.user.pk)
    assert told == [
        ("bundle", Decimal("0.75"), customer),
        ("offer", Decimal("2.00"), customer),
    ]
    assert order.saving == Decimal("2.75")


def test_a_gift_comes_with_the_order_for_nothing(shelves, shopper):
    shelves.stock("Cable", price=Decimal("3.00"), stock=5)
    offer = shelves.offer(
        "Batteries", headline="A cable on us", benefit="gift", gift_product=shelves["Cable"]
    )
    shopper.puts(shelves["Bread"])
    click_offer(shopper.client, offer)
    assert "A gift: A cable on us" in shopper.reads("cart")
    assert shopper.figures("checkout")["Total"] == "$11.68"
    shopper.orders()
    lines, foot = shopper.order_page()
    assert ["Cable A gift", "1", "$0.00", "$0.00"] in lines
    assert foot["Total"] == "$11.68"
    shelves["Cable"].refresh_from_db()
    assert shelves["Cable"].stock == 4


def test_a_last_unit_that_went_to_somebody_else_meanwhile_leads_back_to_the_cart(
    shelves, shopper, batteries, monkeypatch
):
    """Priced while the offer was still held, written down when it no longer was."""
    type(batteries).objects.update(limit_in_all=1)
    shopper.puts(shelves["Camera"])
    click_offer(shopper.client, batteries)
    stale = price_cart(shopper.client.get(reverse("cart")).wsgi_request)
    Acceptance.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    faster = Shopper(Client())
    faster.puts(shelves["Camera"])
    click_offer(faster.client, batteries)
    monkeypatch.setattr(orders, "price_cart", lambda request: stale)
    page = shopper.orders()
    assert page.redirect_chain[-1][0] == reverse("cart")
    assert "others were faster" in text(page)
    assert not Order.objects.exists()
    shelves["Camera"].refresh_from_db()
    assert shelves["Camera"].stock == 20
    monkeypatch.undo()
    shopper.orders()
    assert Order.objects.get().saving == 0
