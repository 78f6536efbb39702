"""Each click counts once, and what it takes must still be what the page showed."""

import pytest
from django.contrib.messages import get_messages

from demo_shop.models import CartLine
from tests.tokens import click, click_offer, send, token_for
from xsell.models import Acceptance


def held():
    """The cart: product title -> quantity."""
    return dict(CartLine.objects.values_list("product__title", "quantity"))


def said(response):
    return [str(it) for it in get_messages(response.wsgi_request)]


def test_the_same_click_again_gives_the_first_result_and_the_cart_holds_it_once(shop, client):
    token = token_for(client, "add", shop["camera"])
    first, second = send(client, token), send(client, token)
    assert held() == {"camera": 1}
    assert second.status_code == 302
    assert said(first)[0] == said(second)[-1] == "1 product is in your cart."


def test_two_clicks_on_two_pages_are_two_clicks(shop, client):
    tokens = [token_for(client, "add", shop["camera"]) for _ in range(2)]
    assert tokens[0] != tokens[1]
    for token in tokens:
        send(client, token)
    assert held() == {"camera": 2}


@pytest.mark.parametrize("gone", [{"is_published": False}, {"stock": 0}, {"price": None}])
@pytest.mark.parametrize("kind", ["add", "bundle", "offer", "upgrade"])
def test_what_was_hidden_since_the_page_was_made_is_refused_with_a_message(
    shop, client, kind, gone
):
    click(client, "add", shop["camera"])
    shop.ladder("camera", "strap")
    bundle = shop.bundle(10, {"case": 1, "strap": 1})
    offer = shop.offer("strap")
    token = {
        "add": lambda: token_for(client, "add", shop["strap"]),
        "upgrade": lambda: token_for(
            client, "upgrade", shop["strap"], current_id=shop["camera"].pk
        ),
        "bundle": lambda: token_for(
            client, "bundle", shop["case"], shop["strap"], bundle_id=bundle.pk
        ),
        "offer": lambda: token_for(
            client, "offer", shop["strap"], offer_id=offer.pk, placement="checkout-bump"
        ),
    }[kind]()
    type(shop["strap"]).objects.filter(pk=shop["strap"].pk).update(**gone)
    response = send(client, token)
    assert (response.status_code, held()) == (302, {"camera": 1})
    assert len(said(response)) == 2, "what the first click said, and why this one was in vain"


def test_a_click_that_was_in_vain_can_be_made_again(shop, client):
    shop.stock("strap", stock=0)
    token = token_for(client, "add", shop["strap"])
    send(client, token)
    type(shop["strap"]).objects.update(stock=1)
    send(client, token)
    assert held() == {"strap": 1}


def test_an_offer_that_is_for_another_product_now_is_refused(shop, client):
    offer = shop.offer("strap")
    click(client, "add", shop["camera"])
    token = token_for(client, "offer", shop["strap"], offer_id=offer.pk, placement="checkout-bump")
    type(offer).objects.update(product=shop["case"].pk)
    assert said(send(client, token))[-1] == "This offer does not hold any more."
    assert held() == {"camera": 1}


def test_a_bundle_that_is_of_other_products_now_is_refused(shop, client):
    bundle = shop.bundle(10, {"bread": 1, "egg": 6})
    token = token_for(client, "bundle", shop["bread"], *[shop["egg"]] * 6, bundle_id=bundle.pk)
    bundle.items.filter(product=shop["egg"]).update(product=shop["caviar"].pk)
    assert said(send(client, token)) == ["This bundle is not on offer any more."]
    assert held() == {}


def test_an_offer_among_the_suggestions_is_taken_around_the_product_of_its_page(shop, client):
    shop.place("product-page", sources=["offers", "mined"])
    offer = shop.offer("strap", {"has_product": "camera"}, kind="cross_sell")
    around = {"placement": "product-page", "anchor_ids": (shop["camera"].pk,)}
    click_offer(client, offer, **{**around, "anchor_ids": (shop["case"].pk,)})
    assert held() == {}
    click_offer(client, offer, **around)
    assert held() == {"strap": 1}
    assert Acceptance.objects.get().offer == offer


def test_an_offer_of_a_placement_that_there_is_no_more_is_refused(shop, client):
    offer = shop.offer("strap")
    assert said(click_offer(client, offer, placement="gone")) == [
        "This offer does not hold any more."
    ]
