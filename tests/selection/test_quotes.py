"""The shop's rule for free shipping, asked without a request."""

from decimal import Decimal

import pytest
from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.selection.explaining import explain, imagined_cart
from xsell.selection.quotes import shipping_gap, terms_for
from xsell.values import Quote, ShippingGap


@pytest.fixture
def now():
    return timezone.now()


@pytest.mark.parametrize(
    ("goods", "missing", "counted", "is_reached"),
    [
        ("0", "35", "0", False),
        ("34.99", "0.01", "34.99", False),
        ("35", "0", "35", True),
        ("90", "0", "35", True),
    ],
)
def test_a_gap_ends_at_its_threshold(goods, missing, counted, is_reached):
    gap = ShippingGap.to(Decimal(35), Decimal(goods), "USD")
    assert (gap.missing, gap.counted) == (Decimal(missing), Decimal(counted))
    assert gap.is_reached is is_reached


def gap_of(cart, now, adapter):
    context = adapter.context_for()
    terms = terms_for(adapter, context, cart, now)
    return shipping_gap(adapter, context, cart, terms.quote(cart), terms.details)


def test_previews_and_mails_ask_for_an_imagined_cart(shop, now):
    shop.stock("camera", price=Decimal("30.80"))
    adapter = get_adapter()
    held = imagined_cart(adapter, [shop["camera"].pk])
    assert gap_of(held, now, adapter).missing == Decimal("4.20")
    assert gap_of(imagined_cart(adapter, []), now, adapter) is None


def test_a_currency_without_a_threshold_has_no_rule(shop):
    context = get_adapter().context_for()
    assert (
        get_adapter().shipping_gap(context, imagined_cart(get_adapter(), []), Quote("EUR")) is None
    )


def test_free_shipping_that_the_shop_does_not_honour_closes_nothing(shop, now, monkeypatch):
    shop.stock("camera", price=Decimal("30.80"))
    shop.bundle(None, {"camera": 1}, benefit="free_shipping")
    adapter = get_adapter()
    held = imagined_cart(adapter, [shop["camera"].pk])
    assert gap_of(held, now, adapter).is_reached
    monkeypatch.setattr(type(adapter), "honoured_benefits", frozenset())
    assert gap_of(held, now, adapter).missing == Decimal("4.20")


def test_explaining_tells_what_closes_the_gap_and_why_not_the_rest(shop, now):
    shop.stock("camera", price=Decimal("30.80"))
    shop.stock("strap", price=Decimal("4.20"))
    shop.bought_with("camera", "strap", "film")
    told = explain(
        get_adapter(), "free-shipping", product_id=None, in_cart=[shop["camera"].pk], now=now
    )
    reasons = {told.title(it.product_id): it.reason for it in told.content.decisions}
    assert reasons == {
        "strap": "number 1 of free-shipping",
        "film": "it does not close the gap to free shipping",
    }
