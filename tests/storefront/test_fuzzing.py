"""Whatever is sent to whatever address: no error of the server's, and no cart changed."""

import json

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from demo_shop.models import Cart, CartLine
from tests import factories as make
from tests.tokens import click, token_for
from xsell.models import Acceptance, Encounter, ProductView

TAKE, API_TAKE, QUOTE, SEEN, API_SEEN = (
    reverse(name)
    for name in ("xsell:take", "xsell-api:take", "xsell-api:quote", "xsell:seen", "xsell-api:seen")
)
POSTED_TO = [TAKE, API_TAKE, SEEN, API_SEEN]
FUZZED = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
QUANTITIES = [0, -1, 10**9, 2**63, "0", "-1", "1e9", "many", "", "\x00", "½", None]
TEXTS = st.text(max_size=60) | st.sampled_from(["\x00", "'; DROP TABLE", "../..", "9" * 400, "٣"])
BODIES = [
    b"",
    b"\x00",
    b"\xff\xfe\xfa",
    b"token",
    b"token=%00",
    b"token=%ff%fe&next=%00",
    b"token=a&" * 900,
    b"token=" + b"a" * 3_000_000,
    b"{}",
    b'{"token": 1e400}',
    b'{"token": ' + b"9" * 5000 + b"}",
    b'{"token": "\\ud800"}',
    b'{"token": "a", "token": ["b"]}',
    b'{"token": "a", "also": "b", "units": 1e400}',
    b'{"tokens": {"a": 1}}',
    b'{"tokens": ["\\ud800"]}',
    b'{"tokens": [' + b'"a",' * 60 + b'"a"]}',
    b"[" * 100_000,
    b'{"token":' * 50_000,
    b'{"token": "' + b"a" * 3_000_000 + b'"}',
    b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
]
CONTENT_TYPES = [
    "application/x-www-form-urlencoded",
    "application/json",
    "application/json; charset=no-such",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=\x01",
    "text/plain",
    "application/xml",
    "",
    "nonsense",
]


@pytest.fixture
def held(shop):
    """What all carts hold, the ledger says and is remembered, as one thing to compare."""

    def read():
        lines = sorted(CartLine.objects.values_list("cart", "product__title", "quantity"))
        rows = (Cart, Acceptance, Encounter, ProductView)
        return lines, [it.objects.count() for it in rows]

    return read


@pytest.fixture
def shopper(shop):
    """A browser that holds a camera, of a shop that has a hidden product, too."""
    browser = Client()
    click(browser, "add", shop["camera"])
    shop.stock("hidden", is_published=False)
    return browser


@pytest.fixture
def refused(shopper, held):
    """The answer to a request that must not change anything."""

    def check(response, before):
        assert response.status_code < 500, response.content[:300]
        assert held() == before
        return response

    return check


def test_every_address_of_ours_is_fuzzed_below():
    ours = {
        str(it.pattern): {str(one.pattern) for one in it.url_patterns}
        for it in get_resolver().url_patterns
        if "xsell" in str(it.pattern)
    }
    assert ours == {
        "xsell/": {"take/", "seen/"},
        "xsell/api/": {
            "take/",
            "seen/",
            "cart/quote/",
            "placements/<slug:slug>/",
            "products/<str:product_id>/frequently-bought-together/",
            "products/<str:product_id>/tiers/",
            "schema/",
        },
    }


@pytest.mark.parametrize("address", POSTED_TO)
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_bodies_that_no_button_sends(shopper, held, refused, address, content_type):
    before = held()
    for body in BODIES:
        # Not post(): that would have the charset translated by the client.
        response = refused(shopper.generic("POST", address, body, content_type), before)
        assert response.status_code in {400, 403, 413, 415}, body[:60]


@pytest.mark.parametrize("address", [TAKE, API_TAKE])
def test_a_body_beyond_what_the_host_allows_is_not_read(shop, shopper, settings, address):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    token = token_for(shopper, "add", shop["strap"])
    form = address == TAKE
    body = f"token={token}" if form else json.dumps({"token": token})
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    assert shopper.generic("POST", address, body, kind).status_code == 400
    assert not CartLine.objects.filter(product=shop["strap"]).exists()


@FUZZED
@given(body=st.binary(max_size=200), content_type=st.sampled_from(CONTENT_TYPES))
def test_bytes_that_nobody_means(shopper, held, refused, body, content_type):
    before = held()
    for address in POSTED_TO:
        refused(shopper.generic("POST", address, body, content_type), before)


@FUZZED
@given(token=TEXTS, target=TEXTS)
@example(token="a:b:c", target="http://[")
def test_texts_that_are_no_tokens(shopper, held, refused, token, target):
    before = held()
    form = shopper.post(TAKE, {"token": token, "next": target})
    assert refused(form, before).status_code == 403
    answer = shopper.post(API_TAKE, {"token": token}, content_type="application/json")
    assert refused(answer, before).status_code in {400, 403}
    assert refused(shopper.post(SEEN, {"token": [token, target]}), before).status_code == 403
    answer = shopper.post(API_SEEN, {"tokens": [target]}, content_type="application/json")
    assert refused(answer, before).status_code in {400, 403}


@FUZZED
@given(st.dictionaries(TEXTS | st.just("token"), st.lists(TEXTS, max_size=3), max_size=4))
def test_forms_that_no_browser_of_ours_sends(shopper, held, refused, fields):
    before = held()
    for address in (TAKE, SEEN):
        assert refused(shopper.post(address, fields), before).status_code in {400, 403}


@FUZZED
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_that_is_no_click(shopper, held, refused, body):
    before = held()
    for address in (API_TAKE, API_SEEN):
        answer = shopper.post(address, json.dumps(body), content_type="application/json")
        assert refused(answer, before).status_code == 400


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("name", ["quantity", "product", "product_ids", "offer_id", "price"])
def test_a_good_token_with_a_quantity_or_a_price_beside_it(
    shop, shopper, held, refused, name, quantity
):
    token, before = token_for(shopper, "add", shop["strap"]), held()
    form = {"token": token, name: "" if quantity is None else quantity}
    assert refused(shopper.post(TAKE, form), before).status_code == 400
    body = {"token": token, name: quantity}
    answer = shopper.post(API_TAKE, body, content_type="application/json")
    assert refused(answer, before).status_code == 400


@pytest.mark.parametrize("kind", ["add", "upgrade", "bundle", "offer"])
@pytest.mark.parametrize("which", ["hidden", "never", "huge"])
def test_a_signed_token_for_what_nobody_may_have(shop, shopper, held, kind, which):
    """A token of ours for a product that was hidden or deleted since."""
    product = {"hidden": shop["hidden"].pk, "never": 987_654, "huge": 2**63 - 1}[which]
    rows = {"bundle_id": 2**31, "offer_id": 2**31}
    token = token_for(shopper, kind, product, current_id=product, placement="checkout-bump", **rows)
    before = held()
    answer = shopper.post(API_TAKE, {"token": token}, content_type="application/json")
    assert (answer.status_code, held()) == (409, before)
    assert answer.json()["detail"]
    assert (shopper.post(TAKE, {"token": token}).status_code, held()) == (302, before)


@pytest.mark.parametrize("whose", ["another guest's", "a customer's", "nobody's cart"])
def test_a_foreign_token(shop, shopper, held, refused, whose):
    other = Client()
    if whose == "a customer's":
        other.force_login(make.UserFactory())
    click(other, "add", shop["case"])
    token, before = token_for(other, "add", shop["strap"]), held()
    sender = Client() if whose == "nobody's cart" else shopper
    assert refused(sender.post(TAKE, {"token": token}), before).status_code == 403
    answer = sender.post(API_TAKE, {"token": token}, content_type="application/json")
    assert refused(answer, before).status_code == 403


def test_a_token_that_was_used_is_used_up(shop, shopper, held, refused):
    token = token_for(shopper, "add", shop["strap"])
    shopper.post(TAKE, {"token": token})
    before = held()
    for _ in range(3):
        assert refused(shopper.post(TAKE, {"token": token}), before).status_code == 302
        answer = shopper.post(API_TAKE, {"token": token}, content_type="application/json")
        assert refused(answer, before).status_code == 200


@FUZZED
@given(product_id=TEXTS.filter(lambda it: it not in {"", ".", ".."}))
@example(product_id="0")
@example(product_id="-1")
@example(product_id=str(10**9))
@example(product_id=str(2**63))
@example(product_id=str(2**64))
def test_ids_that_are_no_product_s(shop, shopper, held, refused, product_id):
    before = held()
    if "/" not in product_id:
        for name in ("frequently-bought-together", "tiers"):
            address = reverse(f"xsell-api:{name}", args=[product_id])
            refused(shopper.get(address, {"rungs": product_id}), before)
    for slug in ("product-page", "no-such-place"):
        address = reverse("xsell-api:placement", args=[slug])
        for name in ("product", "order"):
            refused(shopper.get(address, {name: product_id}), before)
    refused(shopper.get(QUOTE, {product_id: product_id}), before)


def test_a_hidden_product_is_suggested_nothing_for_and_priced_at_nothing(
    shop, shopper, held, refused
):
    shop.bundle(10, {"camera": 1, "hidden": 1})
    before = held()
    address = reverse("xsell-api:frequently-bought-together", args=[shop["hidden"].pk])
    told = refused(shopper.get(address), before).json()
    assert (told["together"], told["together_token"], told["total"]) == ([], None, None)
    assert refused(shopper.get(QUOTE), before).json()["saving"] == "0"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace", "head", "get"])
@pytest.mark.parametrize("address", [*POSTED_TO, QUOTE, reverse("xsell-api:schema")])
def test_methods_that_nobody_uses(shopper, held, refused, address, method):
    before = held()
    refused(getattr(shopper, method)(address), before)
