"""How prices and terms are worded where shoppers see them."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from demo_shop.xsell_adapter import ShopAdapter


@pytest.fixture
def words(browse):
    """What a tag says to a shopper who holds a product, spaces as one."""

    def said(source, held=None, **context):
        html = browse(source, cart=[] if held is None else [held], **context)
        return " ".join(re.sub(r"<[^>]+>", " ", html).split())

    return said


@pytest.fixture
def lowest(monkeypatch):
    """The lowest price of the last 30 days, for every product."""

    def say(price):
        plain = ShopAdapter.details

        def details(adapter, product_ids, context):
            found = plain(adapter, product_ids, context)
            return {key: replace(it, lowest_price_30_days=price) for key, it in found.items()}

        monkeypatch.setattr(ShopAdapter, "details", details)

    return say


def test_a_reduced_price_stands_alone_where_the_last_30_days_are_not_known(shop, words):
    shop.stock("strap", price=Decimal("10.00"))
    shop.offer("strap", benefit="percent", saving_percent=20)
    said = words("{% bump_offers %}", held=shop["camera"])
    assert "Yes, add strap for $8.00" in said
    assert "10.00" not in said
    assert "%" not in said


def test_a_struck_price_says_that_it_is_the_lowest_of_30_days(shop, words, lowest):
    lowest(Decimal("9.00"))
    shop.stock("strap", price=Decimal("10.00"))
    shop.offer("strap", benefit="percent", saving_percent=20)
    said = words("{% bump_offers %}", held=shop["camera"])
    assert "11% below $9.00, the lowest price of the last 30 days" in said
    assert "$10.00" not in said


def test_what_comes_with_an_offer_and_whom_it_is_for_is_said(shop, words, monkeypatch):
    plain = ShopAdapter.context

    def trade(adapter, request):
        return replace(plain(adapter, request), customer_group="trade")

    monkeypatch.setattr(ShopAdapter, "context", trade)
    group = {"shopper_is": ("customer_group", "trade")}
    shop.offer("strap", group, benefit="gift", gift_product=shop["film"])
    said = words("{% bump_offers %}", held=shop["camera"])
    assert "With film as a gift This offer was personalised for you." in said


def test_a_bundle_says_what_its_parts_cost_separately_and_never_what_they_were(shop, words):
    for name, price in {"pot": "8.00", "lid": "4.00", "spoon": "2.00"}.items():
        shop.stock(name, price=Decimal(price))
    shop.bundle(50, {"pot": 1, "lid": 1, "spoon": 1}, name="Kitchen", fewest_items=2)
    said = words("{% bundle_offers product %}", product=shop["pot"])
    assert "2 of them are enough to save." in said
    assert "$7.00 separately $14.00, you save $7.00" in said
    assert "was" not in said.split()


def test_a_group_says_what_may_be_mixed_and_shipping_that_it_is_free(shop, words):
    jams = {"plum": 2, "fig": 2}
    shop.bundle(None, jams, groups=dict.fromkeys(jams, 1), benefit="free_shipping")
    said = words("{% bundle_offers product %}", product=shop["plum"])
    assert "Any 2 of these: plum , fig" in said
    assert "with free shipping" in said
    assert "you save" not in said


def test_nothing_that_costs_is_ticked_beforehand(shop, browse):
    shop.offer("strap", benefit="percent", saving_percent=20)
    html = browse("{% bump_offers %}", cart=[shop["camera"]])
    assert 'type="checkbox"' in html
    assert "checked" not in html


def test_all_together_has_no_button_where_one_has_terms_of_its_own(shop, words):
    shop.place("product-page", sources=["offers", "mined"])
    shop.bought_with("camera", "case", "film")
    shop.offer("strap", kind="cross_sell")
    tag = "{% frequently_bought_together product %}"
    assert "Add all 4 to cart" in words(tag, product=shop["camera"])
    shop.offer("tripod", kind="cross_sell", benefit="percent", saving_percent=10)
    assert "Add all" not in words(tag, product=shop["camera"])
