"""From orders to what a page suggests, with keys, users, times and variants of this shop."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.hosts.pages import suggested
from tests.hosts.uuid_shop.factories import OrderFactory, OrderLineFactory
from tests.hosts.uuid_shop.models import CartLine, Order
from tests.tokens import click, click_offer, offer_token_in, send, token_for, tokens_in
from xsell.adapters import get_adapter
from xsell.models import (
    Bundle,
    CoPurchase,
    MiningRun,
    Offer,
    OfferCondition,
    ProductRelation,
    Tier,
    TierLadder,
)
from xsell.pricing.currencies import rounded
from xsell.selection.completion import complete
from xsell.selection.explaining import imagined_cart
from xsell.selection.pages import Page
from xsell.services.mining import recomputing
from xsell.services.pricing import price_cart

pytestmark = pytest.mark.django_db


@pytest.fixture
def mined(orders, capsys):
    call_command("xsell_recompute", half_life_days=90)
    return MiningRun.objects.get(is_active=True)


def test_a_cart_is_completed_with_keys_of_this_shop(shop, mined):
    names = {product.pk: name for name, product in shop.items()}
    found = [names[it.product_id] for it in complete([shop["shirt"].pk])]
    assert sorted(found[:2]) == ["cap", "socks"]
    assert "shirt" not in found


def page(client, product):
    return client.get(product.get_absolute_url()).content.decode()


def held(shop):
    names = {product.pk: name for name, product in shop.items()}
    lines = CartLine.objects.values_list("product", "quantity")
    return {names[product]: quantity for product, quantity in lines}


def fill(client, *products):
    assert click(client, "add", *products).status_code == 302


def test_variants_are_mined_as_their_parent(shop, mined):
    pairs = CoPurchase.objects.filter(run=mined, anchor=shop["shirt"])
    assert {it.suggested_id for it in pairs} == {shop["cap"].pk, shop["socks"].pk}
    assert {it.n_anchor for it in pairs} == {12}
    assert not CoPurchase.objects.filter(anchor__in=[shop["S"], shop["L"]]).exists()


@pytest.mark.parametrize("name", ["shirt", "S", "L"])
def test_a_parent_and_its_variants_show_what_is_bought_with_any_of_them(client, shop, mined, name):
    assert suggested(page(client, shop[name])) == {"Cap", "Socks"}


def test_a_suggested_parent_is_put_into_the_cart_as_the_variant_whose_price_was_shown(
    client, shop, mined
):
    html = page(client, shop["cap"])
    assert "Shirt" in suggested(html)
    assert get_adapter().format_price(shop["S"].price, "AED", "ar") in html
    fill(client, shop["shirt"])
    assert held(shop) == {"S": 1}


def test_a_cart_with_a_variant_shows_what_is_bought_with_its_parent(client, shop, mined):
    fill(client, shop["L"])
    assert suggested(client.get(reverse("cart")).content.decode()) == {"Cap", "Socks"}


def test_no_other_variant_of_what_is_in_the_cart_is_suggested(client, shop, mined):
    fill(client, shop["L"], shop["cap"])
    assert "Shirt" not in suggested(client.get(reverse("cart")).content.decode())


@pytest.mark.parametrize("in_cart", [["S"], ["S", "L", "scarf", "silk"]])
def test_a_cart_of_variants_costs_a_fixed_number_of_queries(shop, mined, in_cart):
    adapter = get_adapter()
    cart = imagined_cart(adapter, [shop[name].pk for name in in_cart])
    page = Page(adapter, adapter.context_for(), cart, timezone.now())
    assert page.placements
    with CaptureQueriesContext(connection) as asked:
        page.placement("cart")
    assert len(asked) <= 6  # placements, related, offers, details; parents: related, details


def test_a_cart_in_the_header_takes_nothing_from_the_product_s_page(shop):
    ladder = TierLadder.objects.create(name="Scarves")
    for rank, name in enumerate(["scarf", "silk"], start=1):
        Tier.objects.create(ladder=ladder, product=shop[name], rank=rank, label=name)
    adapter = get_adapter()
    cart = imagined_cart(adapter, [shop["scarf"].pk])
    page = Page(adapter, adapter.context_for(), cart, timezone.now())
    page.placement("cart")
    assert [it.product.product_id for it in page.upgrades(shop["scarf"].pk)[1]] == [shop["silk"].pk]


def test_orders_since_a_moment_are_mined_without_time_zones(shop, orders, capsys):
    tomorrow = (timezone.now() + timedelta(days=1)).date().isoformat()
    call_command("xsell_recompute", until=None, since=None, min_count=1)
    assert MiningRun.objects.get(is_active=True).n_baskets == 36
    call_command("xsell_recompute", "--until", tomorrow, "--json")
    assert MiningRun.objects.get(is_active=True).until.date().isoformat() == tomorrow


def test_curated_relations_come_before_mined_ones(client, shop, mined):
    ProductRelation.objects.create(anchor=shop["cap"], suggested=shop["scarf"])
    html = page(client, shop["cap"])
    assert "Scarf &lt;b&gt;" in suggested(html)
    assert "<b>" not in html


def test_an_upgrade_takes_the_place_of_what_is_in_the_cart(client, shop):
    ladder = TierLadder.objects.create(name="Scarves")
    for rank, name in enumerate(["scarf", "silk"], start=1):
        Tier.objects.create(ladder=ladder, product=shop[name], rank=rank, label=name)
    fill(client, shop["scarf"])
    html = page(client, shop["scarf"])
    assert str(shop["silk"].pk) in html
    send(client, tokens_in(html)[0])
    assert held(shop) == {"silk": 1}


def test_a_bundle_is_put_into_the_cart_whole(client, shop):
    bundle = Bundle.objects.create(name="Cold days", saving_percent=10, is_live=True)
    bundle.items.create(product=shop["scarf"])
    bundle.items.create(product=shop["socks"], quantity=2)
    html = page(client, shop["socks"])
    assert "Cold days" in html
    send(client, tokens_in(html)[-1])
    assert held(shop) == {"scarf": 1, "socks": 2}


def test_a_bundle_of_a_parent_is_honoured_for_the_variant_that_is_sold(client, shop):
    bundle = Bundle.objects.create(name="Dressed", saving_percent=10, is_live=True)
    bundle.items.create(product=shop["shirt"])
    bundle.items.create(product=shop["cap"])
    html = page(client, shop["cap"])
    send(client, tokens_in(html)[-1])
    assert held(shop)["cap"] == 1
    request = client.get(reverse("cart")).wsgi_request
    quote = price_cart(request)
    assert [it.name for it in quote.applied] == ["Dressed"]
    assert quote.saving == rounded(quote.total / 9, "AED")
    assert "Dressed" not in page(client, shop["cap"])


def test_a_bump_is_put_into_the_cart_under_its_condition(client, shop):
    offer = Offer.objects.create(
        name="Socks", product=shop["socks"], headline="Warm feet", state="live"
    )
    offer.conditions.create(kind=OfferCondition.Kind.HAS_PRODUCT, product=shop["cap"])
    click_offer(client, offer)
    assert held(shop) == {}
    fill(client, shop["cap"])
    html = client.get(reverse("cart")).content.decode()
    assert "Warm feet" in html
    send(client, offer_token_in(html))
    assert held(shop) == {"cap": 1, "socks": 1}


@pytest.mark.parametrize("text", ["12", "no-such-product", "9" * 40, "\x00"])
def test_what_is_no_token_is_refused(client, shop, text):
    assert send(client, text).status_code == 403
    assert held(shop) == {}


def test_a_key_that_no_product_has_is_said_not_to_be_available(client, shop):
    token = token_for(client, "add", shop["cap"])
    shop.pop("cap").delete()
    assert send(client, token).status_code == 302
    assert held(shop) == {}


@pytest.mark.parametrize("named", ["cap", "key"])
def test_a_page_is_explained_by_name_and_by_key(shop, mined, capsys, named):
    call_command("xsell_explain", "cap" if named == "key" else str(shop["cap"].pk))
    told = capsys.readouterr().out
    assert "product-page for Cap: 2 shown" in told
    assert "+ Shirt [mined]" in told


def everything_that_serves():
    pairs = CoPurchase.objects.filter(run__is_active=True).order_by("anchor_id", "suggested_id")
    return list(pairs.values_list("anchor_id", "suggested_id", "score", "position", "n_both"))


@pytest.mark.parametrize("scoring", ["information", "ridge"])
def test_an_update_finds_what_a_full_run_finds_whatever_kind_the_keys_are(
    shop, orders, settings, tmp_path, monkeypatch, scoring
):
    """Keys are numbered by their own order: orders that came since lie between the old ones."""
    monkeypatch.setattr(recomputing, "OVERLAP", timedelta(0))
    monkeypatch.setattr(settings, "XSELL_STORE", tmp_path, raising=False)
    call_command("xsell_recompute", scoring=scoring)
    before = everything_that_serves()
    for _ in range(9):
        order = OrderFactory()
        for name in ("scarf", "cap"):
            OrderLineFactory(order=order, product=shop[name])
    cancelled = Order.objects.filter(lines__product=shop["S"]).first()
    cancelled.is_cancelled = True
    cancelled.save()
    monkeypatch.setattr(recomputing, "read_some", lambda *a, **k: pytest.fail("read everything"))
    call_command("xsell_recompute", update=True)
    updated = everything_that_serves()
    monkeypatch.undo()
    call_command("xsell_recompute", scoring=scoring)
    assert updated == everything_that_serves()
    assert updated != before
