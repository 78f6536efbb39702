"""The bar to free shipping and the nudge to a discount, as browsers and screen readers see them."""

import re
from decimal import Decimal

import pytest
from django.core import signing
from django.utils import translation

from tests.tokens import tokens_in
from xsell.adapters import get_adapter
from xsell.services import tokens
from xsell.values import ShippingGap

BAR = "{% free_shipping_progress %}"
NUDGE = "{% discount_progress %}"


@pytest.fixture
def stocked(shop):
    shop.stock("camera", price=Decimal("30.80"))
    shop.stock("strap", price=Decimal("4.20"))
    shop.stock("lens", price=Decimal("35.00"))
    return shop


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_the_bar_says_in_words_and_in_a_progress_what_is_missing(stocked, browse):
    stocked.bought_with("camera", "strap")
    html = browse(BAR, cart=[stocked["camera"]])
    assert "$4.20 to free shipping" in words(html)
    assert "Orders from $35.00 ship free, after every saving." in words(html)
    assert "With one of these your order ships free" in words(html)
    assert '<progress class="xsell-progress-bar" value="30.80" max="35.00"' in html
    assert 'aria-labelledby="xsell-free-shipping"' in html
    assert "style=" not in html
    assert "<script" not in html
    (token,) = tokens_in(html)
    took = taken_by_anybody(token)
    assert (took["kind"], took["placement"]) == ("add", "free-shipping")


def taken_by_anybody(token):
    """What the token names, whoever's it is."""
    _key, _shopper, _cart, kind, placement, *_ = signing.loads(token, salt=tokens.SALT)
    return {"kind": kind, "placement": placement}


def test_without_anything_that_fits_there_is_the_bar_alone(stocked, browse):
    html = browse(BAR, cart=[stocked["camera"]])
    assert "$4.20 to free shipping" in html
    assert "<form" not in html
    assert "With one of these" not in html


def test_what_ships_free_says_so(stocked, browse):
    html = browse(BAR, cart=[stocked["lens"]])
    assert "Your order ships free" in html
    assert 'value="35.00" max="35.00"' in html
    assert "to free shipping" not in html


@pytest.mark.parametrize("switched_off", [True, False])
def test_there_is_no_bar_for_an_empty_cart_nor_where_it_is_switched_off(
    stocked, browse, switched_off
):
    if switched_off:
        stocked.place("free-shipping", is_live=False)
    cart = [stocked["camera"]] if switched_off else []
    assert browse(BAR, cart=cart).strip() == ""


def test_there_is_no_bar_in_a_shop_without_such_a_rule(stocked, browse, monkeypatch):
    monkeypatch.setattr(type(get_adapter()), "free_shipping_from", {})
    assert browse(BAR, cart=[stocked["camera"]]).strip() == ""


def test_a_bundle_s_free_shipping_needs_no_rule_of_the_shop_s(stocked, browse, monkeypatch):
    monkeypatch.setattr(type(get_adapter()), "free_shipping_from", {})
    stocked.bundle(None, {"camera": 1, "strap": 1}, benefit="free_shipping")
    html = browse(BAR, cart=[stocked["camera"], stocked["strap"]])
    assert "Your order ships free" in html
    assert "<progress" not in html, "no bar without a length"


def test_the_shop_s_own_count_is_the_bar_s(stocked, browse, monkeypatch):
    """Complaint 46: this shop counts its tax, and the bar with it."""

    def with_tax(adapter, context, cart, quote):
        gross = sum((it.to_pay + (it.tax or 0) for it in quote.lines), Decimal(0))
        return ShippingGap.to(Decimal("35.00"), gross, quote.currency)

    monkeypatch.setattr(type(get_adapter()), "shipping_gap", with_tax)
    stocked.stock("soap", price=Decimal("3.90"), tax_rate=Decimal("0.07"))
    stocked.best_sellers("soap", "strap")
    stocked.stock("kit", price=Decimal("30.00"), tax_rate=Decimal("0.0275"))
    html = browse(BAR, cart=[stocked["kit"]])
    assert "$4.17 to free shipping" in html, "30.00 and 0.83 of tax"
    assert "soap" in html, "its 3.90 are 4.17 with tax"


def test_numbers_in_attributes_are_a_machine_s(stocked, browse):
    with translation.override("de"):
        html = browse(BAR, cart=[stocked["camera"]])
    assert 'value="30.80" max="35.00"' in html


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        ({"camera": 1, "strap": 1}, "With strap you save $3.50"),
        ({"camera": 2}, "One more camera and you save $6.16"),
    ],
)
def test_one_more_for_the_discount_says_what_is_saved(stocked, browse, bundle, said):
    stocked.bundle(10, bundle, name="Off you go")
    html = browse(NUDGE, cart=[stocked["camera"]])
    assert said in words(html)
    assert "It makes “Off you go” whole." in words(html)
    (token,) = tokens_in(html)
    assert taken_by_anybody(token) == {"kind": "bundle", "placement": "discount"}
    assert "<script" not in html


def test_a_discount_that_applies_already_is_not_announced(stocked, browse):
    """Complaint 61."""
    stocked.bundle(10, {"camera": 1, "strap": 1})
    assert browse(NUDGE, cart=[stocked["camera"], stocked["strap"]]).strip() == ""


def test_a_name_is_a_name_and_no_markup(stocked, browse):
    stocked.bundle(10, {"camera": 1, "strap": 1}, name='<b>"x"</b>')
    assert "<b>" not in browse(NUDGE, cart=[stocked["camera"]])


def test_any_placement_may_ask_for_both(stocked, browse):
    stocked.bundle(10, {"camera": 1, "strap": 1})
    stocked.place("cart", sources=["nearly-bundle", "shipping-gap"], min_items=1)
    html = browse("{% cross_sells %}", cart=[stocked["camera"]])
    assert "With one more you save $3.50" in words(html)
