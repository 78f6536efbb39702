"""GET placements/<slug>/: what a placement shows, as JSON."""

import logging
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from demo_shop.models import Cart
from tests import factories as make
from tests.queries import reads_and_writes
from tests.tokens import taken_by
from xsell.models import Placement
from xsell.selection.pages import Page
from xsell.selection.rulebook import rulebook

MALFORMED = ["camera", "1.5", "", "9" * 30, "\x00", "1;DROP TABLE", "١\u202e"]


def test_it_gives_everything_that_a_card_needs(shop, ask):
    shop.bought_with("camera", "strap", "case", n_both=40, n_anchor=100, n_suggested=80)
    answer = ask("product-page", product=shop["camera"].pk).json()
    assert (answer["slug"], answer["heading"]) == ("product-page", "Frequently bought together")
    assert [answer["seen_token"], answer["product_seen_token"]] == [None, None]
    assert taken_by(answer["product_token"]).product_ids == (shop["camera"].pk,)
    token = answer["suggestions"][0].pop("token")
    assert taken_by(token).product_ids == (shop["strap"].pk,)
    assert answer["suggestions"][0] == {
        "product": {
            "id": str(shop["strap"].pk),
            "title": "strap",
            "url": shop["strap"].get_absolute_url(),
            "image_url": shop["strap"].picture_url,
            "image_alt": "",
            "price": "12.50",
            "currency": "USD",
        },
        "source": "mined",
        "evidence": {
            "n_both": 40,
            "n_anchor": 100,
            "n_suggested": 80,
            "n_baskets": 10_000,
            "confidence": 0.4,
            "lift": 50.0,
            "lift_lower": 40.0,
        },
        "because": None,
        "offer": None,
        "discount": None,
        "step": None,
        "decline_token": None,
        "stop_token": None,
    }


def test_without_a_product_it_is_about_the_cart(shop, ask, hold, titles):
    shop.relate("camera", "strap", "case")
    assert titles(ask("cart")) == []
    hold("camera")
    assert titles(ask("cart")) == ["strap", "case"]


def test_it_never_suggests_what_is_already_in_the_cart(shop, ask, hold, titles):
    shop.relate("camera", "strap", "case", "tripod")
    hold("strap")
    assert titles(ask("product-page", product=shop["camera"].pk)) == ["case", "tripod"]


def test_one_more_for_the_discount_says_what_it_saves_and_is_taken(shop, ask, hold, client):
    bundle = shop.bundle(10, {"camera": 1, "strap": 1}, name="Ready to go")
    hold("camera")
    (told,) = ask("discount").json()["suggestions"]
    assert told["discount"] == {"bundle_id": bundle.pk, "name": "Ready to go", "saving": "26.15"}
    take = client.post(
        reverse("xsell-api:take"), {"token": told["token"]}, content_type="application/json"
    )
    assert take.json()["changes"][0]["done"] is True
    quote = client.get(reverse("xsell-api:quote")).json()
    assert quote["saving"] == "26.15"


def test_what_closes_the_gap_to_free_shipping_is_a_placement_like_any(shop, ask, hold, titles):
    shop.stock("film", price=Decimal("25.00"))
    shop.bought_with("strap", "film")
    hold("strap")
    assert titles(ask("free-shipping")) == ["film"]


def test_a_bump_comes_with_its_words(shop, ask, hold):
    offer = shop.offer("strap", {"has_product": "camera"}, headline="Hold on", text="Leather.")
    hold("camera")
    (bump,) = ask("checkout-bump").json()["suggestions"]
    said = {"id": offer.pk, "kind": "bump", "headline": "Hold on", "text": "Leather."}
    assert said.items() <= bump["offer"].items()
    assert (bump["source"], bump["evidence"]) == ("offers", None)


def test_it_says_what_the_tag_shows(shop, ask, hold, client, rf):
    shop.bought_with("camera", "strap", "case", "tripod")
    shop.relate("camera", "tripod")
    hold("camera")
    request = rf.get("/")
    request.session = client.session
    page = Template('{% load xsell %}{% xsell_placement "cart" %}').render(
        Context({"request": request})
    )
    told = [it["product"]["title"] for it in ask("cart").json()["suggestions"]]
    assert told == ["tripod", "strap", "case"]
    assert sorted(told, key=page.index) == told


def test_an_unknown_placement_is_not_found_and_the_known_ones_are_named(shop, ask):
    answer = ask("no-such-place")
    assert answer.status_code == 404
    assert "'no-such-place'" in answer.json()["detail"]
    assert "product-page" in answer.json()["detail"]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_product_id_is_refused_by_name(shop, ask, text):
    answer = ask("product-page", product=text)
    assert answer.status_code == 400
    assert list(answer.json()) == ["product"]
    assert "is no product id" in answer.json()["product"][0]


@pytest.mark.parametrize("is_live", [True, False])
def test_a_product_that_the_shop_does_not_have_is_not_found(shop, ask, is_live):
    shop.place("product-page", is_live=is_live)
    answer = ask("product-page", product=987654)
    assert answer.status_code == 404
    assert answer.json() == {"detail": "There is no product 987654."}


def test_a_placement_that_is_switched_off_is_empty(shop, ask, titles):
    shop.relate("camera", "strap", "case")
    shop.place("product-page", is_live=False)
    assert titles(ask("product-page", product=shop["camera"].pk)) == []


def test_a_shop_without_orders_and_people_is_empty_and_well(db, ask, titles):
    product = make.ProductFactory()
    for slug in Placement.objects.values_list("slug", flat=True):
        assert titles(ask(slug)) == []
        assert titles(ask(slug, product=product.pk)) == []


def test_a_product_deleted_after_mining_is_left_out(shop, ask, titles):
    shop.bought_with("camera", "strap", "case", "tripod")
    shop["strap"].delete()
    assert titles(ask("product-page", product=shop["camera"].pk)) == ["case", "tripod"]


def test_a_failing_selection_is_an_empty_answer_and_one_log_line(
    shop, ask, settings, monkeypatch, caplog
):
    def fail(*args, **kwargs):
        raise RuntimeError("a broken shelf")

    settings.XSELL_FAIL_LOUDLY = False
    monkeypatch.setattr(Page, "placement", fail)
    with caplog.at_level(logging.ERROR, "xsell"):
        answer = ask("cart")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "slug": "cart",
            "heading": "",
            "suggestions": [],
            "product_token": None,
            "seen_token": None,
            "product_seen_token": None,
        },
    )
    assert len(caplog.records) == 1
    assert "a broken shelf" in caplog.text


def test_a_failing_adapter_is_an_empty_answer_too(shop, ask, settings, monkeypatch, caplog):
    def fail(request):
        raise RuntimeError("a broken till")

    settings.XSELL_FAIL_LOUDLY = False
    monkeypatch.setattr("xsell.api.views.page_of", fail)
    assert ask("cart").json()["suggestions"] == []
    assert [record.name for record in caplog.records] == ["xsell"]


def test_while_developing_it_fails_loudly(shop, ask, settings, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a broken shelf")

    settings.XSELL_FAIL_LOUDLY = True
    monkeypatch.setattr(Page, "placement", fail)
    with pytest.raises(RuntimeError, match="a broken shelf"):
        ask("cart")


def test_it_opens_no_session_and_no_cart(shop, ask):
    answer = ask("cart")
    assert answer.cookies == {}
    assert (Session.objects.count(), Cart.objects.count()) == (0, 0)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_only_reads(shop, client, method):
    answer = getattr(client, method)(reverse("xsell-api:placement", args=["cart"]))
    assert answer.status_code == 405


@pytest.mark.parametrize("n_products", [2, 20])
def test_a_cart_costs_as_many_queries_as_its_tag(shop, ask, hold, n_products):
    names = [f"product {number}" for number in range(n_products)]
    for name in names:
        shop.bought_with(name, *(f"{name}'s mate {number}" for number in range(20)))
    hold(*names)
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        answer = ask("cart")
    assert len(answer.json()["suggestions"]) == 4
    n_reads, n_writes = reads_and_writes(queries)
    assert n_reads == 1 + 4, "the session, and xsell's four"
    assert n_writes == 0


@pytest.mark.parametrize("n_mates", [2, 40])
def test_a_product_costs_as_many_queries_as_its_tag(shop, ask, hold, n_mates):
    shop.bought_with("camera", *(f"mate {number}" for number in range(n_mates)), score=9.0)
    hold("tripod")
    rulebook()
    with CaptureQueriesContext(connection) as queries:
        answer = ask("product-page", product=shop["camera"].pk)
    assert len(answer.json()["suggestions"]) >= 2
    n_reads, n_writes = reads_and_writes(queries)
    assert n_reads == 1 + 6, "the session, and xsell's six"
    assert n_writes == 0


def test_prices_are_exact_and_text(shop, ask, settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "COERCE_DECIMAL_TO_STRING": False}
    shop.stock("lens", price=Decimal("0.10"))
    shop.relate("camera", "lens", "strap")
    answer = ask("product-page", product=shop["camera"].pk).json()
    assert [it["product"]["price"] for it in answer["suggestions"]] == ["0.10", "12.50"]


def test_markup_in_a_name_stays_text(shop, ask, client):
    shop.stock("<script>alert(1)</script>")
    shop.relate("camera", "<script>alert(1)</script>", "strap")
    answer = ask("product-page", product=shop["camera"].pk)
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["suggestions"][0]["product"]["title"] == "<script>alert(1)</script>"
    in_a_browser = client.get(
        answer.request["PATH_INFO"],
        {"product": shop["camera"].pk},
        headers={"Accept": "text/html"},
    ).content.decode()
    assert "&lt;script&gt;alert(1)" in in_a_browser
    assert "<script>alert(1)" not in in_a_browser


def test_headings_come_in_the_shoppers_words(shop, ask):
    shop.place("product-page", heading="Passt dazu <b>")
    shop.relate("camera", "strap", "case")
    assert ask("product-page", product=shop["camera"].pk).json()["heading"] == "Passt dazu <b>"
