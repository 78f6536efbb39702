"""POST seen/: what was really in view counts for caps, and for what is recommended."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from demo_shop.xsell_adapter import ShopAdapter
from tests import factories as make
from tests.tokens import token_for
from xsell.adapters.visits import PERSONAL
from xsell.models import Encounter, ProductView

SEEN = reverse("xsell-api:seen")


@pytest.fixture
def agreed(monkeypatch):
    monkeypatch.setattr(ShopAdapter, "consent", lambda self, request: frozenset({PERSONAL}))


@pytest.fixture
def bump(shop, hold, ask):
    """The placement with one bump that shows twice at most, to who holds a camera."""
    shop.offer("strap", shown_per_session=2)
    hold("camera")
    return lambda: ask("checkout-bump").json()


def test_an_offer_is_shown_as_often_as_it_may_be_seen(bump, see):
    n_shown = 0
    while (shown := bump())["suggestions"]:
        n_shown += 1
        assert see(shown["seen_token"]).status_code == 204
        assert see(shown["seen_token"], shown["seen_token"]).status_code == 204
    assert n_shown == 2
    assert Encounter.objects.get().n_seen == 2


def test_it_is_the_same_as_the_templates_token(bump, client):
    assert client.post(reverse("xsell:seen"), {"token": bump()["seen_token"]}).status_code == 204
    assert Encounter.objects.get().n_seen == 1


def test_a_product_is_remembered_with_consent(shop, ask, see, agreed):
    shown = ask("product-page", product=shop["camera"].pk).json()
    assert see(shown["product_seen_token"]).status_code == 204
    assert ProductView.objects.get().product_id == shop["camera"].pk


def test_without_session_and_consent_there_is_nothing_to_count(shop, ask, client):
    shop.place("product-page", sources=["offers"], min_items=1)
    shop.offer("strap", kind="cross_sell")
    shown = ask("product-page", product=shop["camera"].pk).json()
    assert len(shown["suggestions"]) == 1
    assert (shown["seen_token"], shown["product_seen_token"]) == (None, None)
    assert "sessionid" not in client.cookies


def test_parts_of_what_is_bought_are_not_counted(shop, ask, hold):
    shop.offer("strap", {"has_product": "camera"}, kind="add_on")
    hold("camera")
    shown = ask("add-ons", product=shop["camera"].pk).json()
    assert (len(shown["suggestions"]), shown["seen_token"]) == (1, None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"tokens": []},
        {"tokens": None},
        {"tokens": "text"},
        {"tokens": [7]},
        {"tokens": [None]},
        {"tokens": [""]},
        {"tokens": ["\ud800"]},
        {"tokens": ["x"] * 51},
        {"tokens": ["x"], "product": 1},
        {"token": "x"},
        [],
        "text",
    ],
)
def test_what_are_no_tokens_is_refused(bump, client, body):
    answer = client.post(SEEN, body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert not Encounter.objects.exists()


def test_one_wrong_token_and_nothing_is_counted(shop, bump, see, client):
    good = bump()["seen_token"]
    for wrong in ("x", good[:-1] + ("A" if good[-1] != "A" else "B")):
        assert see(good, wrong).status_code == 403
    click = token_for(client, "add", shop["strap"])
    assert see(good, click).status_code == 403
    assert not Encounter.objects.exists()


def test_nobody_says_for_another_what_they_saw(bump):
    token, other = bump()["seen_token"], Client()
    other.force_login(make.UserFactory())
    answer = other.post(SEEN, {"tokens": [token]}, content_type="application/json")
    assert (answer.status_code, Encounter.objects.exists()) == (403, False)


def test_the_hosts_rate_holds_here_too(bump, see, settings):
    token = bump()["seen_token"]
    cache.clear()
    settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"xsell": "2/min"}}
    assert [see(token).status_code for _ in range(3)] == [204, 204, 429]
    cache.clear()


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete"])
def test_it_is_posted_to(client, db, method):
    assert getattr(client, method)(SEEN).status_code == 405
