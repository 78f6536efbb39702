"""Several units at one click: as many as the page said, at the price that it said of each."""

from decimal import Decimal

import pytest

from demo_shop.models import CartLine
from tests.tokens import click, offer_token_in, send
from xsell.models import Acceptance, Offer


def held():
    return dict(CartLine.objects.values_list("product__title", "quantity"))


@pytest.fixture
def checkout(shop, client):
    """The checkout of a shopper who holds three cameras."""
    for _ in range(3):
        click(client, "add", shop["camera"])

    def page():
        return client.get("/checkout/").content.decode()

    return page


def test_a_bump_for_each_of_what_it_goes_with_says_how_many(shop, client, checkout):
    shop.offer("strap", {"has_product": "camera"}, units="as_trigger")
    html = checkout()
    assert "Yes, add 3 × strap for $2.50 each" in html
    send(client, offer_token_in(html))
    assert held() == {"camera": 3, "strap": 3}
    assert Acceptance.objects.get(kind="offer").quantity == 3


def test_a_click_takes_no_more_than_its_page_said(shop, client, checkout):
    shop.offer("strap", {"has_product": "camera"}, units="as_trigger")
    html = checkout()
    click(client, "add", shop["camera"])
    send(client, offer_token_in(html))
    assert held() == {"camera": 4, "strap": 3}


def test_what_goes_with_nothing_that_is_named_comes_once(shop, client, checkout):
    shop.offer("strap", {"total_at_least": 1}, units="as_trigger")
    html = checkout()
    assert "Yes, add strap for $2.50" in html
    send(client, offer_token_in(html))
    assert held() == {"camera": 3, "strap": 1}


@pytest.mark.parametrize(("limit", "expected"), [(3, {"better": 3}), (2, {"camera": 3})])
def test_an_upsell_takes_all_of_the_line_or_nothing(shop, client, checkout, limit, expected):
    shop.stock("better", price=Decimal("3.00"))
    shop.place("checkout-bump", offer_kind=Offer.Kind.UPSELL)
    terms = {"benefit": "amount", "benefit_amount": 1, "benefit_currency": "USD"}
    kind = Offer.Kind.UPSELL
    shop.offer("better", kind=kind, replaced_product="camera", limit_in_all=limit, **terms)
    send(client, offer_token_in(checkout()))
    assert held() == expected
