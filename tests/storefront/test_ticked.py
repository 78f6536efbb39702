"""`also` and `units` of a click: what is ticked beside a product, and how many of it."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demo_shop.models import CartLine
from tests import factories as make
from tests.queries import reads_and_writes
from tests.tokens import click, token_for
from xsell.models import Acceptance

HTML, JSON = reverse("xsell:take"), reverse("xsell-api:take")
ADDRESSES = pytest.mark.parametrize("address", [HTML, JSON], ids=["html", "json"])


def held():
    """The cart: product title -> quantity."""
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def post(client, address, **fields):
    if address == HTML:
        return client.post(address, fields)
    return client.post(address, fields, content_type="application/json")


def messages_of(answer):
    return [str(it) for it in get_messages(answer.wsgi_request)]


@pytest.fixture
def add_on(shop):
    """An add-on of the camera, and the token of its box for a client."""

    def token(client, name, most_units=2, **fields):
        condition = {"has_product": "camera"}
        offer = shop.offer(name, condition, kind="add_on", most_units=most_units, **fields)
        camera = (shop["camera"].pk,)
        around = {"offer_id": offer.pk, "placement": "add-ons", "anchor_ids": camera}
        return token_for(client, "offer", shop[name], **around)

    return token


@pytest.fixture
def camera(shop, client):
    return token_for(client, "add", shop["camera"])


@ADDRESSES
def test_what_is_ticked_comes_along(client, address, camera, add_on):
    also = [add_on(client, "strap"), add_on(client, "case")]
    assert post(client, address, token=camera, also=also).status_code in {200, 302}
    assert held() == {"camera": 1, "strap": 1, "case": 1}
    assert Acceptance.objects.count() == 3


@ADDRESSES
def test_a_box_that_is_ticked_twice_is_ticked(client, address, camera, add_on):
    strap = add_on(client, "strap")
    answer = post(client, address, token=camera, also=[strap, camera, strap])
    assert held() == {"camera": 1, "strap": 1}
    if address == HTML:
        assert messages_of(answer) == ["2 products are in your cart."]


@ADDRESSES
def test_a_form_that_is_sent_again_adds_nothing(client, address, camera, add_on):
    also = [add_on(client, "strap")]
    for _ in range(3):
        assert post(client, address, token=camera, also=also).status_code in {200, 302}
    assert held() == {"camera": 1, "strap": 1}


@ADDRESSES
def test_an_add_on_that_cannot_be_had_takes_nothing_from_its_product(
    shop, client, address, camera, add_on
):
    also = [add_on(client, "strap"), add_on(client, "case")]
    shop["strap"].stock = 0
    shop["strap"].save()
    answer = post(client, address, token=camera, also=also)
    assert held() == {"camera": 1, "case": 1}
    if address == HTML:
        assert messages_of(answer)[-1] == "This offer does not hold any more."
    else:
        changes = [(it["done"], it["reason"]) for it in answer.json()["changes"]]
        assert changes == [(True, ""), (False, "This offer does not hold any more."), (True, "")]


@ADDRESSES
def test_without_its_product_no_add_on_is_taken(shop, client, address, camera, add_on):
    also = [add_on(client, "strap")]
    shop["camera"].stock = 0
    shop["camera"].save()
    assert post(client, address, token=camera, also=also).status_code in {302, 409}
    assert (held(), Acceptance.objects.count()) == ({}, 0)


@ADDRESSES
@pytest.mark.parametrize(
    "which", ["another shopper's", "a bundle's", "a plain product's", "a no's"]
)
def test_a_box_that_no_page_of_theirs_has_refuses_it_all(
    shop, client, address, camera, add_on, which
):
    other = Client()
    click(other, "add", shop["tripod"])
    bundle = shop.bundle(10, {"strap": 1, "case": 1})
    parts = (shop["strap"], shop["case"])
    wrong = {
        "another shopper's": lambda: add_on(other, "strap"),
        "a bundle's": lambda: token_for(client, "bundle", *parts, bundle_id=bundle.pk),
        "a plain product's": lambda: token_for(client, "add", shop["strap"]),
        "a no's": lambda: token_for(client, "decline", source="everything"),
    }[which]()
    also = [add_on(client, "film"), wrong]
    assert post(client, address, token=camera, also=also).status_code == 403
    assert held() == {"tripod": 1}


@ADDRESSES
@pytest.mark.parametrize("token", ["", "x", "\x00", "x" * 5000])
def test_a_box_that_holds_no_token_refuses_it_all(client, address, camera, token):
    assert post(client, address, token=camera, also=[token]).status_code in {400, 403}
    assert held() == {}


@ADDRESSES
@pytest.mark.parametrize(("n_boxes", "n_held"), [(12, 13), (13, 0)])
def test_twelve_boxes_and_no_more(client, address, camera, add_on, n_boxes, n_held):
    also = [add_on(client, f"part {number}") for number in range(n_boxes)]
    post(client, address, token=camera, also=also)
    assert len(held()) == n_held


@ADDRESSES
@pytest.mark.parametrize(
    "units",
    [
        *(0, -1, 10_000, 2**63, 10**40, "0", "-1", "+1", "1.0", "1e2", "½", "٣", "３", "²"),
        *(" 1", "1 ", "\x001", "00001", "many"),
    ],
)
def test_a_number_of_units_that_is_none_is_refused(shop, client, address, add_on, units):
    click(client, "add", shop["camera"])
    answer = post(client, address, token=add_on(client, "strap"), units=units)
    assert (answer.status_code, held()) == (400, {"camera": 1})


@pytest.mark.parametrize("units", ["1", True, 1.0, 1.5, [1], {"a": 1}])
def test_json_says_units_as_a_number(shop, client, add_on, units):
    click(client, "add", shop["camera"])
    answer = post(client, JSON, token=add_on(client, "strap"), units=units)
    assert (answer.status_code, list(answer.json())) == (400, ["units"])


@ADDRESSES
@pytest.mark.parametrize(("units", "n_held"), [(1, 1), (2, 2), (3, None), (9_999, None)])
def test_as_many_as_the_add_on_allows(shop, client, address, add_on, units, n_held):
    click(client, "add", shop["camera"])
    answer = post(client, address, token=add_on(client, "strap"), units=units)
    assert held().get("strap") == n_held
    assert answer.status_code in ({200, 302} if n_held else {302, 409})
    if n_held is None and address == HTML:
        assert messages_of(answer)[-1] == "You can choose up to 2 of these."


@ADDRESSES
@pytest.mark.parametrize(("units", "n_held"), [(1, 1), (2, None)])
def test_of_what_leaves_no_choice_one_is_taken(client, address, camera, units, n_held):
    post(client, address, token=camera, units=units)
    assert held().get("camera") == n_held


@ADDRESSES
def test_a_refused_click_writes_nothing(shop, client, address, camera):
    click(client, "add", shop["case"])
    token = token_for(client, "add", shop["camera"])
    with CaptureQueriesContext(connection) as queries:
        post(client, address, token=token, also=["no token"])
    assert reads_and_writes(queries)[1] == 0
    assert held() == {"case": 1}


@ADDRESSES
def test_what_leaves_with_its_product_is_said(shop, client, address):
    shop.ladder("camera", "better camera")
    shop.offer("strap", {"has_product": "camera"}, kind="bump")
    click(client, "add", shop["camera"])
    offer = {"offer_id": make.Offer.objects.get().pk, "placement": "checkout-bump"}
    click(client, "offer", shop["strap"], **offer)
    step = {"current_id": shop["camera"].pk, "placement": "upgrade"}
    answer = post(
        client, address, token=token_for(client, "upgrade", shop["better camera"], **step)
    )
    assert held() == {"better camera": 1}
    said = answer.content.decode() if address == JSON else str(messages_of(answer))
    assert "strap has left your cart" in said
