"""GET cart/quote/: what the cart costs, as JSON."""

from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demo_shop.models import Cart, CartLine
from tests.queries import reads_and_writes
from tests.tokens import click_offer

QUOTE = reverse("xsell-api:quote")


@pytest.fixture
def quote(client):
    def ask():
        answer = client.get(QUOTE)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


def test_a_bundle_in_the_cart_saves_what_its_page_said(shop, hold, quote):
    bundle = shop.bundle(10, {"camera": 1, "strap": 1}, name="Ready to go")
    hold("camera", "strap")
    told = quote()
    assert (told["saving"], told["total"], told["currency"]) == ("26.15", "235.35", "USD")
    assert told["applied"] == [
        {"source": f"bundle:{bundle.pk}", "name": "Ready to go", "times": 1, "amount": "26.15"}
    ]
    camera, strap = told["lines"]
    assert (camera["product_id"], camera["quantity"]) == (str(shop["camera"].pk), 1)
    assert (camera["amount"], camera["saving"], camera["to_pay"]) == ("249.00", "24.90", "224.10")
    assert Decimal(strap["amount"]) - Decimal(strap["saving"]) == Decimal(strap["to_pay"])
    assert (told["gifts"], told["codes"], told["has_free_shipping"]) == ([], [], False)
    assert told["withheld"] == []
    untaxed = {"tax_rate": "0.0000", "net": "235.35", "tax": "0.00", "gross": "235.35"}
    assert told["taxes"] == [untaxed]


def test_an_offer_whose_condition_went_says_so_to_the_shopper(shop, hold, quote, client):
    offer = shop.offer(
        "strap",
        {"has_product": "camera"},
        benefit="percent",
        saving_percent=Decimal(50),
        headline="Half a strap",
    )
    hold("camera")
    click_offer(client, offer)
    assert quote()["saving"] == "6.25"
    CartLine.objects.filter(product=shop["camera"]).delete()
    told = quote()
    assert told["saving"] == "0"
    (withheld,) = told["withheld"]
    assert set(withheld) == {"name", "why", "text"}
    assert withheld["why"] == "condition"
    assert withheld["text"]


def test_it_says_what_is_missing_to_free_shipping(shop, hold, quote):
    assert quote()["shipping_gap"] is None, "an empty cart"
    hold("strap")
    assert quote()["shipping_gap"] == {
        "threshold": "35.00",
        "missing": "22.50",
        "currency": "USD",
        "is_reached": False,
    }
    hold("camera")
    assert quote()["shipping_gap"]["is_reached"] is True


def test_every_amount_is_text(shop, hold, quote, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "COERCE_DECIMAL_TO_STRING": False}
    shop.bundle(10, {"camera": 1, "strap": 1})
    hold("camera", "strap")
    told = quote()
    rows = [told, *told["lines"], *told["applied"]]
    names = ("saving", "total", "amount", "to_pay")
    assert {type(row[name]) for row in rows for name in names if name in row} == {str}


def test_without_a_cart_there_is_nothing_to_price_and_none_is_made(db, quote):
    told = quote()
    assert (told["lines"], told["saving"], told["total"]) == ([], "0", "0")
    assert (Cart.objects.count(), Session.objects.count()) == (0, 0)


@pytest.mark.parametrize("n_lines", [2, 20])
def test_it_reads_only_and_four_times_at_most(shop, hold, quote, n_lines):
    names = [f"product {number}" for number in range(n_lines)]
    shop.bundle(10, dict.fromkeys(names[:2], 1))
    hold(*names)
    with CaptureQueriesContext(connection) as queries:
        assert Decimal(quote()["saving"]) > 0
    n_reads, n_writes = reads_and_writes(queries)
    assert n_reads <= 1 + 4, "the session, and xsell's four"
    assert n_writes == 0


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_only_reads(db, client, method):
    assert getattr(client, method)(QUOTE).status_code == 405
