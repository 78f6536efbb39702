"""POST take/: what a suggestion's token stands for goes into the cart."""

import logging
from datetime import timedelta

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from demo_shop.models import CartLine
from tests import factories as make
from tests.tokens import token_for

TAKE = reverse("xsell-api:take")


def held():
    """The cart: product title -> quantity."""
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def take(client, token, **fields):
    return client.post(TAKE, {"token": token, **fields}, content_type="application/json")


def test_a_suggestion_is_taken_by_its_token(shop, client, ask):
    shop.bought_with("camera", "strap", "case")
    suggestion, _ = ask("product-page", product=shop["camera"].pk).json()["suggestions"]
    answer = take(client, suggestion["token"])
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "changes": [
                {"product_id": str(shop["strap"].pk), "done": True, "reason": "", "message": ""}
            ],
            "undo_token": None,
        },
    )
    assert held() == {"strap": 1}


def test_all_together_are_taken_by_one_token(shop, client, ask_together):
    shop.bought_with("camera", "strap", "case")
    answer = take(client, ask_together(shop["camera"].pk).json()["together_token"])
    assert [it["done"] for it in answer.json()["changes"]] == [True] * 3
    assert held() == {"camera": 1, "strap": 1, "case": 1}


def test_a_bump_is_taken_on_its_terms(shop, client, ask, hold):
    offer = shop.offer("strap", {"has_product": "camera"})
    hold("camera")
    (bump,) = ask("checkout-bump").json()["suggestions"]
    assert take(client, bump["token"]).status_code == 200
    assert held() == {"camera": 1, "strap": 1}
    assert offer.acceptance_set.count() == 1


def test_a_placement_s_suggestions_have_tokens_that_name_it(shop, client, ask, hold):
    shop.relate("camera", "strap", "case")
    hold("camera")
    tokens = [it["token"] for it in ask("cart").json()["suggestions"]]
    assert len(set(tokens)) == 2
    assert [take(client, it).status_code for it in tokens] == [200, 200]
    assert held() == {"camera": 1, "strap": 1, "case": 1}


def test_the_same_token_again_gives_the_first_result(shop, client):
    token = token_for(client, "add", shop["camera"])
    first, second = take(client, token), take(client, token)
    assert first.json() == second.json()
    assert held() == {"camera": 1}


def test_what_can_be_had_is_taken_and_the_rest_is_said(shop, client):
    shop.stock("strap", stock=0)
    answer = take(client, token_for(client, "add", shop["camera"], shop["strap"]))
    assert answer.status_code == 200
    assert [(it["done"], it["reason"]) for it in answer.json()["changes"]] == [
        (True, ""),
        (False, "This product is not available any more."),
    ]


def test_where_nothing_can_be_done_it_says_why(shop, client):
    token = token_for(client, "add", shop["camera"])
    type(shop["camera"]).objects.update(is_published=False)
    answer = take(client, token)
    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": "This product is not available any more."},
    )
    assert held() == {}


def test_an_offer_that_does_not_hold_is_a_conflict_too(shop, client):
    offer = shop.offer("strap", {"has_product": "camera"})
    token = token_for(client, "offer", shop["strap"], offer_id=offer.pk, placement="checkout-bump")
    answer = take(client, token)
    assert (answer.status_code, answer.json()) == (
        409,
        {"detail": "This offer does not hold any more."},
    )
    assert held() == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"token": None},
        {"token": ""},
        {"token": 7},
        {"token": True},
        {"token": ["text"]},
        {"token": {"a": 1}},
        {"token": "\x00"},
        {"token": "\ud800"},
        {"token": "any", "product": 1},
        {"token": "any", "quantity": 10**9},
        {"token": "any", "\ud800": 1},
        [],
        ["token"],
        "token",
        7,
        None,
    ],
)
def test_what_is_not_one_token_is_refused(shop, client, body):
    answer = client.post(TAKE, body, content_type="application/json")
    if body is None:
        answer = client.post(TAKE, "null", content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert held() == {}


def test_a_good_token_beside_another_field_does_nothing(shop, client):
    answer = take(client, token_for(client, "add", shop["camera"]), unit_price="0.01")
    assert answer.status_code == 400
    assert held() == {}


def test_a_token_of_the_day_before_yesterday_is_gone(shop, client, monkeypatch, caplog):
    token = token_for(client, "add", shop["camera"])
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(signing.time, "time", later.timestamp)
    with caplog.at_level(logging.WARNING, "xsell"):
        answer = take(client, token)
    assert answer.status_code == 410
    assert "more than a day old" in answer.json()["detail"]
    assert held() == {}
    assert "xsell: a click was refused: expired" in caplog.text


@pytest.mark.parametrize("whose", ["another shopper's", "another cart's", "forged"])
def test_a_token_that_is_not_this_shopper_s_is_forbidden(shop, client, hold, whose, caplog):
    hold("camera")
    token = token_for(client, "add", shop["strap"])
    if whose == "another shopper's":
        client = Client()
        client.force_login(make.UserFactory())
    elif whose == "another cart's":
        hold("case")
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    before = held()
    with caplog.at_level(logging.WARNING, "xsell"):
        answer = take(client, token)
    assert answer.status_code == 403
    assert set(answer.json()) == {"detail"}
    assert held() == before
    said = [it.getMessage() for it in caplog.records if it.name == "xsell"]
    assert said == [f"xsell: a click was refused: {whose}"]


def test_a_customer_s_click_wants_the_csrf_token(shop):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make.UserFactory())
    answer = take(strict, token_for(strict, "add", shop["camera"]))
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
    assert held() == {}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_json_alone_is_understood(shop, client, kind):
    """A page of another site can send forms and plain text without being asked, but no JSON."""
    body = f"token={token_for(client, 'add', shop['camera'])}"
    assert client.post(TAKE, body, content_type=kind).status_code == 415
    assert held() == {}


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_it_takes_by_post_alone(shop, client, method):
    assert getattr(client, method)(TAKE).status_code == 405


def test_the_hosts_rate_holds_for_clicks_too(shop, client, settings):
    cache.clear()
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"xsell": "2/min"}}
    token = token_for(client, "add", shop["camera"])
    assert [take(client, token).status_code for _ in range(3)] == [200, 200, 429]
    cache.clear()


def test_nothing_of_it_is_kept_by_a_cache(shop, client, ask):
    for answer in (ask("cart"), client.get(reverse("xsell-api:quote"))):
        assert "no-store" in answer["Cache-Control"]
