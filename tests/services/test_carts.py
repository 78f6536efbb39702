"""Shoppers take suggestions."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from demo_shop.models import CartLine
from tests.tokens import click, click_bundle, click_offer, send, token_for
from xsell.services.pricing import price_cart
from xsell.signals import products_added


def held():
    """The cart: product title -> quantity."""
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def said(response):
    return [str(it) for it in get_messages(response.wsgi_request)]


def test_add_all_puts_one_of_each_into_the_cart(shop, client):
    chosen = [shop["camera"], shop["strap"], shop["strap"]]
    response = send(client, token_for(client, "add", *chosen), next="/shelves/")
    assert (response.status_code, response["Location"]) == (302, "/shelves/")
    assert held() == {"camera": 1, "strap": 1}
    assert said(response) == ["2 products are in your cart."]


def test_what_cannot_be_had_is_said_and_the_rest_is_added(shop, client):
    shop.stock("strap", stock=0)
    response = click(client, "add", shop["camera"], shop["strap"], 10**9)
    assert held() == {"camera": 1}
    assert said(response) == [
        "1 product is in your cart.",
        "This product is not available any more.",
    ]


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/checkout/?a=1", "/checkout/?a=1"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_it_leads_back_into_the_shop_and_nowhere_else(shop, client, target, goes_to):
    response = send(client, token_for(client, "add", shop["camera"]), next=target)
    assert response["Location"] == goes_to


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_the_buttons_answer_to_post_alone(shop, client, method):
    token = token_for(client, "add", shop["camera"])
    address = reverse("xsell:take", query={"token": token})
    assert getattr(client, method)(address).status_code == 405
    assert held() == {}


def test_listeners_hear_what_was_added(shop, client, django_capture_on_commit_callbacks):
    heard = []

    def listen(sender, request, changes, **kwargs):
        heard.extend((it.product_id, it.done) for it in changes)

    products_added.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            click(client, "add", shop["camera"])
    finally:
        products_added.disconnect(listen)
    assert heard == [(shop["camera"].pk, True)]


def test_an_upgrade_takes_the_place_of_the_line_and_keeps_its_quantity(shop, client):
    shop.ladder("good", "better")
    click(client, "add", shop["good"])
    CartLine.objects.update(quantity=3)
    click(client, "upgrade", shop["better"], current_id=shop["good"].pk)
    assert held() == {"better": 3}


def test_an_upgrade_of_what_is_not_in_the_cart_is_added(shop, client):
    shop.ladder("good", "better")
    click(client, "upgrade", shop["better"], current_id=shop["good"].pk)
    assert held() == {"better": 1}


@pytest.mark.parametrize("better", ["camera", "sold out"])
def test_what_is_no_upgrade_is_refused_and_the_cart_stays(shop, client, better):
    shop.stock("sold out", stock=0)
    shop.ladder("good", "sold out")
    click(client, "add", shop["good"])
    response = click(client, "upgrade", shop[better], current_id=shop["good"].pk)
    assert held() == {"good": 1}
    assert said(response) == ["1 product is in your cart.", "This is not on offer any more."]


def test_a_bump_adds_its_line(shop, client):
    offer = shop.offer("batteries", {"has_product": "camera"})
    click(client, "add", shop["camera"])
    click_offer(client, offer)
    assert held() == {"camera": 1, "batteries": 1}


def test_a_bump_whose_conditions_do_not_hold_is_refused(shop, client):
    offer = shop.offer("batteries", {"has_product": "camera"})
    response = click_offer(client, offer)
    assert held() == {}
    assert said(response) == ["This offer does not hold any more."]


def test_a_bump_that_there_never_was_is_refused(shop, client):
    response = click(client, "offer", shop["camera"], offer_id=987654, placement="checkout-bump")
    assert said(response) == ["This offer does not hold any more."]


def test_a_bundle_is_added_whole(shop, client):
    bundle = shop.bundle(10, {"bread": 1, "egg": 6})
    click_bundle(client, bundle)
    assert held() == {"bread": 1, "egg": 6}


def test_a_bundle_with_a_part_that_is_short_leaves_the_cart_as_it_was(shop, client):
    shop.stock("egg", stock=5)
    bundle = shop.bundle(10, {"bread": 1, "egg": 6})
    response = click_bundle(client, bundle)
    assert held() == {}
    assert said(response) == ["Only 5 of egg are left."]


def test_a_bundle_that_is_not_live_is_refused(shop, client):
    bundle = shop.bundle(10, {"bread": 1, "egg": 6}, is_live=False)
    response = click_bundle(client, bundle)
    assert held() == {}
    assert said(response) == ["This bundle is not on offer any more."]


def test_the_cart_pays_what_the_bundle_said(shop, client, rf):
    shop.stock("bread", price=Decimal("2.50"))
    shop.stock("egg", price=Decimal("0.30"))
    bundle = shop.bundle(10, {"bread": 1, "egg": 6})
    request = rf.get("/")
    request.session = client.session
    assert price_cart(request).saving == 0
    click_bundle(client, bundle)
    request.session = client.session
    assert price_cart(request).saving == Decimal("0.43")
    CartLine.objects.filter(product=shop["egg"]).update(quantity=5)
    assert price_cart(request).saving == 0


def test_every_form_wants_its_token(shop):
    strict = Client(enforce_csrf_checks=True)
    response = click(strict, "add", shop["camera"])
    assert response.status_code == 403
    assert held() == {}


def test_a_bundle_that_could_not_be_had_leaves_nobody_in_anothers_cart(shop, client):
    """SQLite gives the number of a cart that was rolled back to the next shopper."""
    shop.stock("egg", stock=0)
    bundle = shop.bundle(10, {"bread": 1, "egg": 1})
    click_bundle(client, bundle)
    somebody = Client()
    click(somebody, "add", shop["camera"])
    assert "camera" not in client.get(reverse("cart")).content.decode()
    assert client.session.get("cart_id") != somebody.session["cart_id"]


def test_a_bundle_that_could_not_be_had_gives_back_what_was_there_before(shop, client):
    shop.stock("egg", stock=0)
    bundle = shop.bundle(10, {"bread": 2, "egg": 1})
    click(client, "add", shop["bread"])
    click_bundle(client, bundle)
    assert held() == {"bread": 1}


def test_every_bump_that_a_page_showed_can_be_taken(shop, client):
    """The page shows two; what it showed elsewhere, or a third that came first, does not matter."""
    offers = [shop.offer(name, priority=place) for place, name in enumerate("xyz")]
    shop.bought_with("camera", "x")
    click(client, "add", shop["camera"])
    click_offer(client, offers[2])
    assert held() == {"camera": 1, "z": 1}


def test_every_step_up_that_a_page_showed_can_be_taken(shop, client):
    for better in ("first", "second", "third"):
        shop.relate("plain", better, kind="upsell")
    click(client, "add", shop["plain"])
    click(client, "upgrade", shop["third"], current_id=shop["plain"].pk)
    assert held() == {"third": 1}


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_does_not_undo_what_the_shopper_did(shop, client, caplog):
    def broken(**kwargs):
        raise ValueError("statistics are down")

    products_added.connect(broken)
    try:
        response = click(client, "add", shop["camera"])
    finally:
        products_added.disconnect(broken)
    assert response.status_code == 302
    assert held() == {"camera": 1}
    assert "statistics are down" in caplog.text
