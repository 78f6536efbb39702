"""What comes back is paid back: the shop's own figures and the ledger's."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demo_shop.models import CartLine, Order
from tests import factories as make
from tests.demo_shop.shoppers import Shopper, text
from tests.tokens import click_offer
from xsell.models import Acceptance, AcceptanceRefund

pytestmark = pytest.mark.django_db


@pytest.fixture
def ordered(shelves, shopper, morning, batteries):
    """A camera, half-price batteries and two good mornings: $123.25."""
    shopper.puts(shelves["Camera"])
    shopper.puts(shelves["Bread"], 2)
    shopper.puts(shelves["Soap"], 2)
    click_offer(shopper.client, batteries)
    shopper.orders()
    order = Order.objects.get()
    assert order.total == Decimal("123.25")
    return order


def line_of(order, title):
    return order.lines.get(title=title)


def send_back(shopper, order, **units):
    posted = {str(line_of(order, title).pk): n for title, n in units.items()}
    page = text(shopper.client.post(order.get_absolute_url(), posted, follow=True))
    order.refresh_from_db()
    return page


def test_what_comes_back_is_paid_back_less_what_was_saved_on_it(shelves, shopper, ordered):
    page = send_back(shopper, ordered, Soap=1)
    # Half of the soap's 9.98, less half of its 1.00, and half of its tax.
    tax = (line_of(ordered, "Soap").tax / 2).quantize(Decimal("0.01"))
    assert ordered.refunded == Decimal("4.49") + tax
    assert f"You get ${ordered.refunded} back." in page
    assert "1 came back" in page
    (told,) = AcceptanceRefund.objects.filter(product_id=shelves["Soap"].pk)
    assert (told.saving, told.quantity) == (Decimal("0.50"), 1)
    shelves["Soap"].refresh_from_db()
    assert shelves["Soap"].stock == 19


def test_what_came_back_was_not_spent(shopper, ordered):
    send_back(shopper, ordered, Camera=1)
    spent = ordered.total - ordered.refunded
    assert f"1 order, ${spent} in all" in shopper.reads("order-history")


@pytest.mark.parametrize(
    "steps",
    [
        [{"Camera": 1, "Batteries": 1, "Bread": 2, "Soap": 2}],
        [{"Soap": 1}, {"Bread": 1}, {"Camera": 1}, {"Soap": 1, "Bread": 1}, {"Batteries": 1}],
    ],
    ids=["at once", "bit by bit"],
)
def test_all_of_an_order_comes_back_as_what_was_paid(shopper, ordered, steps):
    for units in steps:
        send_back(shopper, ordered, **units)
    assert ordered.refunded == ordered.total
    assert "Return items" not in text(shopper.client.get(ordered.get_absolute_url()))


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ({"Soap": 3}, "Please say how many"),
        ({"Soap": -1}, "Please say how many"),
        ({"Soap": "all"}, "Please say how many"),
        ({}, "Please say how many"),
    ],
)
def test_no_more_comes_back_than_was_bought(shopper, ordered, units, said):
    assert said in send_back(shopper, ordered, **units)
    assert ordered.refunded == 0


def test_nobody_sends_back_somebody_elses_order(ordered):
    other = Shopper(Client(), make.UserFactory())
    line = line_of(ordered, "Soap")
    assert other.client.post(ordered.get_absolute_url(), {str(line.pk): 1}).status_code == 404


def test_an_old_order_does_not_come_back(shopper, ordered):
    Order.objects.update(placed_at=timezone.now() - timedelta(days=31))
    assert "can come back any more" in send_back(shopper, ordered, Soap=1)
    assert ordered.refunded == 0


def test_a_cancelled_order_is_paid_back_once_and_its_offer_is_free_again(
    admin_client, shelves, ordered
):
    for _ in range(2):
        admin_client.post(
            reverse("admin:demo_shop_order_changelist"),
            {"action": "cancel", "_selected_action": [ordered.pk]},
        )
    ordered.refresh_from_db()
    assert (ordered.status, ordered.refunded) == ("cancelled", ordered.total)
    assert ordered.refunds.count() == 1
    shelves["Camera"].refresh_from_db()
    assert shelves["Camera"].stock == 20
    assert Acceptance.objects.get(kind="offer").expires_at <= timezone.now()


def test_a_product_that_was_deleted_comes_back_at_what_was_paid(shelves, shopper, ordered):
    soap = line_of(ordered, "Soap")
    CartLine.objects.all().delete()
    shelves["Soap"].delete()
    send_back(shopper, ordered, Soap=2)
    assert ordered.refunded == soap.to_pay + soap.tax
