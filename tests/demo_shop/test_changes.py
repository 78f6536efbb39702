"""What changes between the page and the click: log-ins, other tabs, prices."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from demo_shop.models import Cart, Order
from tests import factories as make
from tests.demo_shop.shoppers import Shopper, text
from tests.tokens import click_offer, send, token_for
from xsell.models import Acceptance

pytestmark = pytest.mark.django_db


def price_of(product, price):
    type(product).objects.filter(pk=product.pk).update(price=Decimal(price))


def test_what_a_guest_took_stays_theirs_at_login(shelves, client, batteries):
    robin = make.UserFactory(username="robin")
    make.CartLineFactory(cart=make.CartFactory(customer=robin), product=shelves["Bread"])
    guest = Shopper(client)
    guest.puts(shelves["Camera"])
    click_offer(client, batteries)
    client.post(reverse("login"), {"username": "robin", "password": "secret"})
    assert guest.figures() == {
        "Goods": "$106.50",
        "Power to go": "−$2.00",
        "Tax, 7% of $102.00": "$7.14",
        "Total": "$111.64",
    }
    guest.orders()
    row = Acceptance.objects.get()
    assert (row.order_ref, row.customer_id) == (str(Order.objects.get().pk), str(robin.pk))


def test_a_limit_per_customer_holds_across_a_login_and_says_so(shelves, client, batteries):
    type(batteries).objects.update(limit_per_customer=1)
    robin = make.UserFactory(username="robin")
    before = Shopper(Client(), robin)
    before.puts(shelves["Camera"])
    click_offer(before.client, batteries)
    before.orders()
    guest = Shopper(client)
    guest.puts(shelves["Camera"])
    click_offer(client, batteries)
    assert guest.figures()["Power to go"] == "−$2.00"
    credentials = {"username": "robin", "password": "secret"}
    page = text(client.post(reverse("login"), credentials, follow=True))
    assert "You have had “Power to go” as often as one shopper can." in page
    assert "Power to go" not in guest.figures()


def test_what_another_tab_added_is_not_ordered_unseen(shelves, shopper):
    shopper.puts(shelves["Bread"])
    agreed = shopper.shown_total()
    shopper.puts(shelves["Soap"])
    page = shopper.orders(shown_total=agreed)
    assert "the total is $12.74 now" in text(page)
    assert "robin@example.com" in text(page), "what was typed is still there"
    assert not Order.objects.exists()
    shopper.orders(shown_total=shopper.shown_total())
    assert Order.objects.get().total == Decimal("12.74")


def test_one_button_in_two_tabs_adds_once(shelves, shopper, batteries):
    shopper.puts(shelves["Camera"])
    token = token_for(
        shopper.client,
        "offer",
        batteries.product_id,
        offer_id=batteries.pk,
        placement="checkout-bump",
    )
    send(shopper.client, token)
    send(shopper.client, token)
    assert shopper.figures()["Goods"] == "$104.00"


def test_a_second_click_on_the_last_button_orders_nothing_more(shelves, shopper):
    shopper.puts(shelves["Bread"])
    agreed = shopper.shown_total()
    shopper.orders(shown_total=agreed)
    page = shopper.orders(shown_total=agreed)
    assert "Your cart is empty" in text(page)
    assert Order.objects.count() == 1


@pytest.mark.parametrize(("price", "total"), [("3.00", "$12.89"), ("2.00", "$11.89")])
def test_a_price_that_changed_on_the_way_is_told_before_it_is_charged(
    shelves, shopper, price, total
):
    shelves.stock("Jam", price=Decimal("4.99"))
    shopper.puts(shelves["Bread"])
    shopper.puts(shelves["Jam"])
    agreed = shopper.shown_total()
    price_of(shelves["Bread"], price)
    page = text(shopper.orders(shown_total=agreed))
    assert f"the total is {total} now" in page
    assert not Order.objects.exists()
    shopper.orders(shown_total=re.search(r'name="shown_total" value="(.*?)"', page)[1])
    lines, foot = shopper.order_page()
    assert lines[0] == ["Bread", "1", f"${price}", f"${price}"]
    assert foot["Total"] == total


@pytest.mark.parametrize("posted", ["0.01", "nonsense", "-5", "2.5"])
def test_no_total_that_a_page_posts_is_ever_charged(shelves, shopper, posted):
    shopper.puts(shelves["Bread"])
    assert "the total is $7.40 now" in text(shopper.orders(shown_total=posted))
    assert not Order.objects.exists()
    assert Cart.objects.get().lines.count() == 1
