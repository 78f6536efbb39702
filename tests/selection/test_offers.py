"""Which bumps a checkout shows: AND inside a group of conditions, OR between groups."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from demo_shop.xsell_adapter import ShopAdapter
from tests import factories as make
from xsell.models import Offer
from xsell.selection.offer_terms import reduced
from xsell.values import BenefitKind


@pytest.mark.parametrize(
    ("groups", "cart", "holds"),
    [
        ([], [], True),
        ([{"has_product": "camera"}], ["camera"], True),
        ([{"has_product": "camera"}], ["lens"], False),
        ([{"has_product": "camera", "total_at_least": 100}], ["camera"], False),
        ([{"has_product": "camera", "total_at_least": 2}], ["camera"], True),
        ([{"has_product": "tripod"}, {"has_product": "camera"}], ["camera"], True),
        ([{"has_product": "tripod"}, {"total_at_least": 100}], ["camera"], False),
        ([{"total_at_least": 5}], ["camera", "lens"], True),
        ([{"total_at_least": "5.01"}], ["camera", "lens"], False),
    ],
)
def test_a_bump_shows_when_one_group_of_its_conditions_holds(shop, groups, cart, holds):
    shop.offer("batteries", *groups)
    assert shop.shown("checkout-bump", cart=cart) == (["batteries"] if holds else [])


@pytest.mark.parametrize("of", ["its shelf", "its aisle"])
def test_a_category_condition_holds_for_the_shelf_and_the_aisle_above_it(shop, of):
    shelf = shop["camera"].category
    category_id = shelf.pk if of == "its shelf" else shelf.parent_id
    shop.offer("batteries", {"has_category": str(category_id)})
    assert shop.shown("checkout-bump", cart=["camera"]) == ["batteries"]
    assert shop.shown("checkout-bump", cart=["banana"]) == []


def test_the_lowest_priority_number_comes_first_and_two_bumps_show_at_most(shop):
    shop.offer("last", priority=9)
    shop.offer("first", priority=1)
    shop.offer("second", priority=2)
    assert shop.shown("checkout-bump", cart=["camera"]) == ["first", "second"]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "paused"},
        {"state": "shadow"},
        {"ends_at": timezone.now() - timedelta(days=1)},
        {"starts_at": timezone.now() + timedelta(days=1)},
        {"kind": Offer.Kind.CROSS_SELL},
    ],
)
def test_a_bump_that_is_not_live_now_does_not_show(shop, fields):
    shop.offer("batteries", **fields)
    assert shop.shown("checkout-bump", cart=["camera"]) == []


def test_a_cross_sell_offer_shows_in_the_cart_with_its_words(shop):
    shop.place("cart", min_items=1)
    shop.offer("strap", kind=Offer.Kind.CROSS_SELL, headline="Made for yours", text="Fits all.")
    (suggestion,) = shop.content("cart", cart=["camera"]).suggestions
    assert (suggestion.offer.headline, suggestion.offer.text) == ("Made for yours", "Fits all.")


def test_a_bump_for_what_the_cart_holds_or_what_is_sold_out_does_not_show(shop):
    shop.stock("sold out", stock=0)
    shop.offer("camera")
    shop.offer("sold out")
    assert shop.shown("checkout-bump", cart=["camera"]) == []


def on_offer(shop, **fields):
    """The offer of a strap for 10.00 as the checkout shows it beside a camera."""
    shop.stock("strap", price=Decimal("10.00"))
    shop.offer("strap", **fields)
    (suggestion,) = shop.content("checkout-bump", cart=["camera"]).suggestions
    return suggestion.offer


def why_not(shop, cart=("camera",), **context):
    content = shop.content("checkout-bump", cart=cart, **context)
    assert content.suggestions == ()
    return " ".join(it.reason for it in content.decisions)


@pytest.mark.parametrize(
    ("terms", "price"),
    [
        ({}, None),
        ({"benefit": "percent", "saving_percent": 25}, "7.50"),
        ({"benefit": "percent", "saving_percent": Decimal("33.33")}, "6.67"),
        ({"benefit": "amount", "benefit_amount": 3, "benefit_currency": "USD"}, "7.00"),
        ({"benefit": "fixed_price", "benefit_amount": 8, "benefit_currency": "USD"}, "8.00"),
    ],
)
def test_an_offer_says_what_the_product_costs_with_it(shop, terms, price):
    offer = on_offer(shop, **terms)
    assert offer.price == (None if price is None else Decimal(price))
    assert (offer.struck, offer.saving_percent) == (None, None), "no price of 30 days is known"


@pytest.mark.parametrize(
    ("price", "lowest", "struck", "percent"),
    [
        ("7.50", None, None, None),
        ("7.50", "10.00", "10.00", 25),
        ("7.50", "9.00", "9.00", 16),
        ("7.50", "7.50", None, None),
        ("7.50", "7.00", None, None),
        ("9.99", "10.00", "10.00", None),
    ],
)
def test_a_price_is_struck_only_if_it_is_the_lowest_of_30_days(price, lowest, struck, percent):
    said = reduced(Decimal(price), None if lowest is None else Decimal(lowest))
    assert said["price"] == Decimal(price)
    assert said.get("struck") == (None if struck is None else Decimal(struck))
    assert said.get("saving_percent") == percent


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"benefit": "amount", "benefit_amount": 3, "benefit_currency": "EUR"}, "another currency"),
        (
            {"benefit": "fixed_price", "benefit_amount": 30, "benefit_currency": "USD"},
            "saves nothing at today's price",
        ),
    ],
)
def test_an_offer_that_gains_nothing_does_not_show_and_says_why(shop, terms, reason):
    shop.offer("strap", **terms)
    assert reason in why_not(shop)


def test_an_offer_whose_gift_is_sold_out_does_not_show(shop):
    shop.stock("film", stock=0)
    shop.offer("strap", benefit="gift", gift_product=shop["film"])
    assert "its gift cannot be had now" in why_not(shop)


def test_an_offer_of_which_nothing_is_left_does_not_show(shop):
    offer = shop.offer("strap", limit_in_all=2)
    make.AcceptanceFactory(offer=offer)
    assert shop.shown("checkout-bump", cart=["camera"]) == ["strap"]
    make.AcceptanceFactory(offer=offer)
    assert "as often as it may be in all" in why_not(shop)


@pytest.mark.parametrize(
    ("cost", "price"), [(None, "5.00"), ("4.00", "5.00"), ("8.00", "8.00"), ("10.00", None)]
)
def test_a_price_stops_at_the_cost(shop, monkeypatch, cost, price):
    monkeypatch.setattr(ShopAdapter, "details", with_costs({"strap": cost}))
    shop.stock("strap", price=Decimal("10.00"))
    shop.offer("strap", benefit="percent", saving_percent=50)
    found = [it.offer.price for it in shop.content("checkout-bump", cart=["camera"]).suggestions]
    assert found == ([] if price is None else [Decimal(price)])


def with_costs(costs):
    """The shop's details, with unit costs by title."""
    plain = ShopAdapter.details

    def details(adapter, product_ids, context):
        return {
            key: replace(
                it, unit_cost=None if costs.get(it.title) is None else Decimal(costs[it.title])
            )
            for key, it in plain(adapter, product_ids, context).items()
        }

    return details


def test_what_an_offer_adds_is_said(shop):
    shop.stock("film")
    gift = on_offer(shop, benefit="gift", gift_product=shop["film"]).gift
    assert gift.title == "film"
    assert on_offer_again(shop, benefit="code", code="SPRING").code == "SPRING"
    assert on_offer_again(shop, benefit="free_shipping").has_free_shipping


def on_offer_again(shop, **fields):
    Offer.objects.all().delete()
    return on_offer(shop, **fields)


@pytest.mark.parametrize(
    ("fact", "value", "context", "holds"),
    [
        ("customer_group", "trade", {"customer_group": "Trade"}, True),
        ("customer_group", "trade", {"customer_group": "retail"}, False),
        ("customer_group", "trade", {}, False),
        ("country", "DE", {"country": "de"}, True),
        ("age_band", "60+", {"facts": {"age_band": "60+"}}, True),
        ("age_band", "60+", {"facts": {}}, False),
        ("years", "3", {"facts": {"years": 3}}, True),
    ],
)
def test_an_offer_may_be_for_some_shoppers_and_its_price_says_that_it_is_personal(
    shop, fact, value, context, holds
):
    group = {"shopper_is": (fact, value)}
    shop.offer("strap", group, benefit="percent", saving_percent=10)
    suggestions = shop.content("checkout-bump", cart=["camera"], **context).suggestions
    assert [it.offer.is_personal for it in suggestions] == ([True] if holds else [])


@pytest.mark.parametrize("benefit", ["none", "free_shipping"])
def test_a_protected_trait_may_choose_what_is_shown_and_never_what_it_costs(shop, benefit):
    shop.offer("strap", {"shopper_is": ("Gender", "f")}, benefit=benefit)
    woman = {"facts": {"Gender": "f"}}
    if benefit == "none":
        assert shop.shown("checkout-bump", cart=["camera"], **woman) == ["strap"]
        assert shop.shown("checkout-bump", cart=["camera"]) == []
    else:
        assert "Gender must not decide what something costs" in why_not(shop, **woman)


@pytest.mark.parametrize(
    ("taken", "shown"),
    [
        ({"customer_id": "7"}, []),
        ({"customer_id": "8"}, ["strap"]),
        ({"customer_id": "7", "expires_at": timezone.now() - timedelta(minutes=1)}, ["strap"]),
    ],
)
def test_who_has_had_an_offer_as_often_as_one_may_does_not_see_it_again(shop, taken, shown):
    offer = shop.offer("strap", limit_per_customer=1)
    make.AcceptanceFactory(offer=offer, **taken)
    assert shop.shown("checkout-bump", cart=["camera"], customer_id="7") == shown


def test_what_the_shop_s_totals_do_not_honour_is_not_shown(shop, monkeypatch):
    honoured = frozenset({BenefitKind.PERCENT})
    monkeypatch.setattr(ShopAdapter, "honoured_benefits", honoured)
    shop.place("checkout-bump", max_items=3)
    shop.offer("strap", benefit="percent", saving_percent=10)
    shop.offer("film", benefit="code", code="SPRING")
    shop.offer("case")
    kit = shop.bundle(None, {"camera": 1, "strap": 1}, benefit="cheapest_free")
    shop.bundle(10, {"camera": 1, "film": 1}, name="Films")
    assert shop.shown("checkout-bump", cart=["camera"]) == ["strap", "case"]
    page, camera = shop.page(), shop["camera"].pk
    assert [it.name for it in page.bundles(camera)] == ["Films"]
    assert page.hidden_bundles(camera) == {
        f"bundle:{kit.pk}": "this shop's totals do not take it off"
    }


@pytest.mark.parametrize(
    ("terms", "cart", "shown"),
    [
        ({}, [], ["strap"]),
        ({"benefit": "percent", "saving_percent": 25}, [], []),
        ({"benefit": "percent", "saving_percent": 25}, ["camera"], ["strap"]),
    ],
    ids=["at the shop's price", "for less than the cart would ask", "for what the cart asks"],
)
def test_a_page_shows_no_price_for_what_is_on_it_that_the_cart_would_not_honour(
    shop, terms, cart, shown
):
    shop.place("product-page", sources=["offers"], min_items=1)
    shop.offer("strap", {"has_product": "camera"}, kind=Offer.Kind.CROSS_SELL, **terms)
    content = shop.content("product-page", product="camera", cart=cart)
    assert [it.product.title for it in content.suggestions] == shown
    if not shown:
        assert "the cart does not" in " ".join(it.reason for it in content.decisions)
