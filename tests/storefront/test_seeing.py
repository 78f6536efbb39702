"""The address to which browsers say what was really seen, and the tag that makes them."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from demo_shop.xsell_adapter import ShopAdapter
from tests import factories as make
from xsell.adapters.visits import PERSONAL
from xsell.models import ProductView
from xsell.services import seen_tokens
from xsell.values import Seen, SeenKind, ShopContext

SEEN = reverse("xsell:seen")
TAG = "{% xsell_seen product=product %}"


@pytest.fixture
def agreed(monkeypatch):
    monkeypatch.setattr(ShopAdapter, "consent", lambda self, request: frozenset({PERSONAL}))


def a_guest_s_token(*products):
    return seen_tokens.issue(Seen(SeenKind.PRODUCT, tuple(it.pk for it in products)), ShopContext())


def test_a_browser_needs_no_form_and_gets_no_words(shop, agreed):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(SEEN, {"token": [a_guest_s_token(shop["camera"])] * 2})
    assert (answer.status_code, answer.content) == (204, b"")
    (row,) = ProductView.objects.all()
    assert row.visit == strict.session["xsell_visit"]


def test_without_consent_no_session_is_begun(shop, client):
    assert client.post(SEEN, {"token": a_guest_s_token(shop["camera"])}).status_code == 204
    assert "sessionid" not in client.cookies
    assert not ProductView.objects.exists()


@pytest.mark.parametrize(
    ("posted", "status"),
    [
        ({}, 400),
        ({"token": ["x"] * 51}, 400),
        ({"token": "x", "product": "1"}, 400),
        ({"token": "x"}, 403),
        ({"token": ""}, 403),
    ],
)
def test_what_is_no_token_of_ours_is_refused(shop, client, agreed, posted, status):
    assert client.post(SEEN, posted).status_code == status
    assert not ProductView.objects.exists()


def test_it_is_posted_to(client, db):
    assert client.get(SEEN).status_code == 405


def test_a_real_log_in_takes_views_along(shop, client, agreed):
    client.post(SEEN, {"token": a_guest_s_token(shop["camera"])})
    customer = make.UserFactory(username="ann")
    client.post(reverse("login"), {"username": "ann", "password": "secret"})
    assert ProductView.objects.get().customer_id == str(customer.pk)
    assert get_user_model().objects.count() == 1


def test_the_tag_draws_a_token_and_its_script(shop, browse, agreed):
    html = browse(TAG, product=shop["camera"])
    token = re.search(r'data-xsell-seen="([^"]+)"', html)[1]
    assert seen_tokens.read(token, ShopContext()).product_ids == (shop["camera"].pk,)
    assert f'data-xsell-to="{SEEN}"' in html
    assert 'data-xsell-after="3"' in html
    assert re.search(r'<script src="/static/xsell/seen\.js" defer></script>', html)


def test_the_tag_draws_nothing_without_consent(shop, browse):
    assert browse(TAG, product=shop["camera"]).strip() == ""
