"""From the first click to the thank-you page."""

from decimal import Decimal

import pytest
from django.urls import reverse

from demo_shop.models import Cart, CartLine, Order
from tests import factories as make

CONTACT = {
    "name": "Robin Ames",
    "email": "robin@example.com",
    "street": "Elm Street 4",
    "town": "Albany",
    "postcode": "12207",
}


@pytest.fixture
def milk(db):
    return make.ProductFactory(title="Whole Milk", price=Decimal("2.50"), stock=5)


def add(client, product, quantity=1, **fields):
    address = reverse("cart-add", args=[product.sku])
    return client.post(address, {"quantity": quantity, **fields}, follow=True)


def held(cart):
    return {line.product.title: line.quantity for line in cart.lines.select_related("product")}


def shown(client):
    lines = client.get(reverse("cart")).context["totals"].lines
    return [each.line.product.title for each in lines]


def test_looking_at_an_empty_cart_does_not_make_one(client, db):
    assert "nothing in it yet" in client.get(reverse("cart")).content.decode()
    assert not Cart.objects.exists()


def test_adding_twice_makes_one_line(client, milk):
    add(client, milk)
    page = add(client, milk, 2).content.decode()
    assert held(Cart.objects.get()) == {"Whole Milk": 3}
    assert "Added to your cart: Whole Milk" in page


@pytest.mark.parametrize("quantity", [0, -1, 100, "many"])
def test_nonsense_quantities_are_refused(client, milk, quantity):
    page = add(client, milk, quantity).content.decode()
    assert "between 1 and 99" in page
    assert not CartLine.objects.exists()


def test_nobody_can_have_more_than_there_is(client, milk):
    add(client, milk, 4)
    page = add(client, milk, 2).content.decode()
    assert "Only 5 of Whole Milk are left" in page
    assert held(Cart.objects.get()) == {"Whole Milk": 4}


def test_adding_leads_back_to_where_the_shopper_was_but_never_elsewhere(client, milk):
    address = reverse("cart-add", args=[milk.sku])
    assert client.post(address, {"next": "/products/?q=milk"})["Location"] == "/products/?q=milk"
    elsewhere = client.post(address, {"next": "https://evil.example/"})
    assert elsewhere["Location"] == milk.get_absolute_url()


def test_quantities_are_changed_and_lines_removed(client, milk):
    add(client, milk)
    line = CartLine.objects.get()
    change = reverse("cart-change", args=[line.pk])
    client.post(change, {"quantity": 3})
    assert held(line.cart) == {"Whole Milk": 3}
    client.post(change, {"quantity": 9})
    assert held(line.cart) == {"Whole Milk": 3}
    client.post(change, {"quantity": 0})
    assert held(line.cart) == {}


def test_somebody_elses_line_cannot_be_changed(client, milk):
    add(client, milk)
    other = make.CartLineFactory()
    answer = client.post(reverse("cart-change", args=[other.pk]), {"quantity": 0})
    assert answer.status_code == 404


def test_a_guests_cart_joins_the_accounts_at_login(client, milk):
    user = make.UserFactory(username="robin")
    bread = make.ProductFactory(title="Rye Bread")
    kept = make.CartFactory(customer=user)
    make.CartLineFactory(cart=kept, product=milk, quantity=4)
    add(client, milk, 3)
    add(client, bread)
    client.post(reverse("login"), {"username": "robin", "password": "secret"})
    assert held(Cart.objects.get()) == {"Whole Milk": 5, "Rye Bread": 1}, "no more than in stock"
    assert shown(client)[0] == "Whole Milk"


def test_a_first_cart_becomes_the_accounts_and_is_there_on_the_next_visit(client, milk):
    make.UserFactory(username="robin")
    credentials = {"username": "robin", "password": "secret"}
    add(client, milk)
    client.post(reverse("login"), credentials)
    client.post(reverse("logout"))
    assert shown(client) == []
    client.post(reverse("login"), credentials)
    assert shown(client) == ["Whole Milk"]


def test_checkout_places_the_order_and_empties_the_cart(client, milk):
    add(client, milk, 2)
    answer = client.post(reverse("checkout"), CONTACT, follow=True)
    order = Order.objects.get()
    assert (order.shipping, order.total) == (Decimal("4.90"), Decimal("9.90"))
    assert order.number in answer.content.decode()
    assert [(line.title, line.quantity, line.amount) for line in order.lines.all()] == [
        ("Whole Milk", 2, Decimal("5.00"))
    ]
    milk.refresh_from_db()
    assert milk.stock == 3
    assert held(Cart.objects.get()) == {}


def test_the_thank_you_page_is_for_who_ordered(client, milk):
    order = make.OrderFactory()
    assert client.get(reverse("thank-you", args=[order.number])).status_code == 404


def test_an_account_keeps_what_it_ordered(client, milk):
    user = make.UserFactory()
    client.force_login(user)
    add(client, milk)
    client.post(reverse("checkout"), CONTACT)
    assert Order.objects.get().customer == user


def test_checkout_asks_again_for_what_is_missing(client, milk):
    add(client, milk)
    page = client.post(reverse("checkout"), {**CONTACT, "email": "nonsense"}).content.decode()
    assert "valid email" in page
    assert not Order.objects.exists()


def test_an_empty_cart_cannot_be_checked_out(client, db):
    assert client.post(reverse("checkout"), CONTACT)["Location"] == reverse("cart")
    assert not Order.objects.exists()


@pytest.mark.parametrize("gone", [{"stock": 0}, {"is_published": False}, {"price": None}])
def test_what_sold_out_meanwhile_must_be_removed_first(client, milk, gone):
    add(client, milk)
    type(milk).objects.update(**gone)
    assert "please remove it" in client.get(reverse("cart")).content.decode()
    page = client.post(reverse("checkout"), CONTACT, follow=True).content.decode()
    assert "remove what is sold out" in page
    assert not Order.objects.exists()


def test_stock_that_shrank_meanwhile_stops_the_order_with_nothing_changed(client, milk):
    add(client, milk, 4)
    type(milk).objects.update(stock=3)
    page = client.post(reverse("checkout"), CONTACT, follow=True).content.decode()
    assert "Only 3 of Whole Milk are left" in page
    assert not Order.objects.exists()
    assert held(Cart.objects.get()) == {"Whole Milk": 4}


def test_a_bundle_in_the_cart_is_charged_at_its_price(client, milk):
    bread = make.ProductFactory(title="Rye Bread", price=Decimal("1.50"))
    bundle = make.BundleFactory(saving_percent=Decimal(10), name="Breakfast")
    make.BundleItemFactory(bundle=bundle, product=milk)
    make.BundleItemFactory(bundle=bundle, product=bread)
    add(client, milk)
    add(client, bread)
    cart = client.get(reverse("cart")).content.decode()
    assert "Breakfast" in cart
    assert "$8.50" in cart
    client.post(reverse("checkout"), CONTACT)
    order = Order.objects.get()
    assert (order.saving, order.total) == (Decimal("0.40"), Decimal("8.50"))


def test_the_price_is_todays_not_the_pages(client, milk):
    add(client, milk)
    type(milk).objects.update(price=Decimal("3.00"))
    client.post(reverse("checkout"), {**CONTACT, "total": "0.01", "unit_price": "0.01"})
    assert Order.objects.get().total == Decimal("7.90")
