"""One address takes everything: what it answers, and what it leaves alone."""

import logging
import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from demo_shop.models import CartLine
from tests import factories as make
from tests.queries import reads_and_writes
from tests.tokens import click, send, taken_by, token_for, tokens_in
from xsell.models import Acceptance

TAKE = reverse("xsell:take")


def held():
    """The cart: product title -> quantity."""
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def complaints(caplog):
    return [it.getMessage() for it in caplog.records if it.name == "xsell"]


@pytest.fixture
def refuse(shop, client, monkeypatch):
    """Post a token that is refused for this reason, with these fields beside it."""

    def post(reason, **fields):
        click(client, "add", shop["camera"])
        token, sender = token_for(client, "add", shop["strap"]), client
        if reason == "expired":
            later = timezone.now() + timedelta(hours=25)
            monkeypatch.setattr(signing.time, "time", later.timestamp)
        elif reason == "forged":
            token = token.swapcase()
        elif reason == "another shopper's":
            sender = Client()
            click(sender, "add", shop["case"])
        else:
            session = client.session
            session["cart_id"] = str(make.CartFactory().pk)
            session.save()
        return send(sender, token, **fields)

    return post


REASONS = {"expired": 410, "forged": 403, "another shopper's": 403, "another cart's": 403}


@pytest.mark.parametrize(("reason", "status"), REASONS.items())
def test_a_refused_click_changes_nothing_and_is_one_line_in_the_log(refuse, reason, status, caplog):
    with caplog.at_level(logging.DEBUG, "xsell"):
        response = refuse(reason)
    assert response.status_code == status
    assert complaints(caplog) == [f"xsell: a click was refused: {reason}"]
    assert caplog.records[0].levelno == logging.WARNING
    assert "strap" not in held()
    assert not Acceptance.objects.filter(product__title="strap").exists()


@pytest.mark.parametrize("reason", REASONS)
def test_the_page_of_a_refusal_says_what_happened_and_leads_back(refuse, reason):
    html = refuse(reason, next="/cart/").content.decode()
    assert '<html lang="en' in html
    assert html.count("<h1>") == 1
    assert "Your cart has not changed" in re.search("<title>(.*?)</title>", html)[1]
    assert '<a href="/cart/">' in html
    assert re.search(r"<p>[A-Z][^<]+\.</p>", html)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", html)


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", '"><script>', "/" * 9999],
)
def test_the_page_of_a_refusal_leads_nowhere_else(refuse, target):
    html = refuse("forged", next=target).content.decode()
    (link,) = re.findall(r'<a href="([^"]*)"', html)
    assert link in {"/", "&quot;&gt;&lt;script&gt;"}, "ours, or a path that is no page of ours"
    assert "<script" not in html


@pytest.mark.parametrize(("language", "said"), [("ar", "ar rtl"), ("de", "de ltr")])
def test_a_refusal_is_told_in_the_direction_of_the_shopper_s_language(db, client, language, said):
    with translation.override(language):
        html = send(client, "no token").content.decode()
    assert " ".join(re.search('<html lang="(.*?)" dir="(.*?)"', html).groups()) == said


def test_no_name_of_a_shopper_is_in_the_page_and_in_the_log(refuse, client, caplog):
    html = refuse("another cart's").content.decode()
    key = client.session.session_key
    assert key
    assert key not in html
    assert key not in caplog.text


def good(shop, client):
    return token_for(client, "add", shop["camera"])


@pytest.mark.parametrize(
    "field",
    ["product", "quantity", "price", "unit_price", "offer", "current", "preselected", "TOKEN", ""],
)
def test_a_field_that_no_button_has_is_refused(shop, client, field):
    response = send(client, good(shop, client), **{field: "1"})
    assert (response.status_code, held()) == (400, {})


@pytest.mark.parametrize("fields", [{}, {"token": []}, {"next": "/"}])
def test_without_a_token_there_is_nothing_to_take(db, client, fields):
    assert client.post(TAKE, fields).status_code == 400


def test_two_tokens_are_one_too_many(shop, client):
    response = client.post(TAKE, {"token": [good(shop, client), good(shop, client)]})
    assert (response.status_code, held()) == (400, {})


def test_a_ticked_box_and_the_way_back_are_no_strangers(shop, client):
    response = send(client, good(shop, client), accept="on", next="/cart/")
    assert (response.status_code, response["Location"], held()) == (302, "/cart/", {"camera": 1})


def test_a_token_in_the_address_takes_nothing(shop, client):
    address = reverse("xsell:take", query={"token": good(shop, client)})
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 400
    assert held() == {}


def test_a_guest_s_first_page_still_works_once_there_is_a_session_and_a_cart(shop, client):
    shop.bought_with("camera", "strap", "case")
    page = client.get(shop["camera"].get_absolute_url()).content.decode()
    strap, case, *_ = tokens_in(page)
    assert send(client, strap).status_code == 302
    assert send(client, case).status_code == 302
    assert sorted(held()) == ["case", "strap"]


def test_the_first_click_of_a_guest_made_twice_counts_once(shop, client):
    shop.bought_with("camera", "strap", "case")
    page = client.get(shop["camera"].get_absolute_url()).content.decode()
    token, *_ = tokens_in(page)
    first, again = send(client, token), send(client, token)
    assert [str(it) for it in get_messages(first.wsgi_request)] == ["1 product is in your cart."]
    assert again.status_code == 302
    assert held() == {"strap": 1}


def test_nobody_else_takes_a_guest_s_first_click_after_the_guest(shop, client, caplog):
    token = good(shop, client)
    send(client, token)
    somebody = Client()
    click(somebody, "add", shop["case"])
    response = send(somebody, token)
    assert (response.status_code, held()) == (403, {"camera": 1, "case": 1})
    assert len(complaints(caplog)) == 1


def test_a_page_from_before_the_login_is_refused(shop, client):
    token = good(shop, client)
    client.force_login(make.UserFactory())
    assert send(client, token).status_code == 403
    assert held() == {}


def test_every_button_of_a_page_names_its_place_and_has_a_key_of_its_own(shop, client):
    shop.bought_with("camera", "strap", "case")
    shop.ladder("camera", "better camera")
    shop.bundle(10, {"camera": 1, "bag": 1})
    page = client.get(shop["camera"].get_absolute_url()).content.decode()
    taken = [taken_by(token) for token in tokens_in(page)]
    assert {(str(it.kind), it.placement) for it in taken} == {
        ("add", "product-page"),
        ("upgrade", "upgrade"),
        ("decline", "upgrade"),
        ("upgrade", "tiers"),
        ("bundle", "bundles"),
    }
    assert len({it.key for it in taken}) == len(taken)
    assert page.count(f'action="{TAKE}"') == len(taken)


@pytest.mark.parametrize("place", [0, 1, -1])
def test_what_a_page_s_button_says_is_what_it_does(shop, client, place):
    shop.bought_with("camera", "strap", "case")
    page = client.get(shop["camera"].get_absolute_url()).content.decode()
    token = tokens_in(page)[place]
    send(client, token)
    assert held() == {shop.name_of(product_id): 1 for product_id in taken_by(token).product_ids}


def test_a_refused_token_writes_nothing(shop, client):
    click(client, "add", shop["camera"])
    with CaptureQueriesContext(connection) as queries:
        send(client, "no token")
    assert reads_and_writes(queries)[1] == 0
