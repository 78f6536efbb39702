"""The step up, and the table that compares the rungs."""

from decimal import Decimal

import pytest

from tests import factories as make
from xsell.models import Tier
from xsell.values import TierFeature


@pytest.fixture
def coffee(shop):
    """Three coffees: what each has, and what it costs."""
    prices = {"house": "4.00", "brand": "5.50", "organic": "7.25"}
    for name, price in prices.items():
        shop.stock(name, price=Decimal(price))
    shop.ladder(*prices, recommended="brand")
    for name, feature, value in [
        ("house", "Weight", "250 g"),
        ("brand", "Weight", "500 g"),
        ("brand", "Freshly roasted", ""),
        ("organic", "Weight", "500 g"),
        ("organic", "Freshly roasted", ""),
        ("organic", "Organic", ""),
    ]:
        make.TierBenefitFactory(
            tier=Tier.objects.get(product=shop[name]), feature=feature, value=value
        )
    return shop


def steps_from(shop, name, **page):
    return shop.page(**page).upgrades(shop[name].pk)[1]


def test_the_next_rung_says_what_is_gained_and_what_it_costs_more(coffee):
    (step,) = steps_from(coffee, "house")
    assert step.product.title == "brand"
    assert step.difference == Decimal("1.50")
    assert [(it.feature, it.value) for it in step.gains] == [
        ("Weight", "500 g"),
        ("Freshly roasted", ""),
    ]


def test_what_both_have_is_no_gain(coffee):
    (step,) = steps_from(coffee, "brand")
    assert [it.feature for it in step.gains] == ["Organic"]


def test_there_is_no_step_up_from_the_highest_rung(coffee):
    assert steps_from(coffee, "organic") == ()


def test_a_rung_that_cannot_be_bought_is_stepped_over(coffee):
    coffee["brand"].stock = 0
    coffee["brand"].save()
    assert [step.product.title for step in steps_from(coffee, "house")] == ["organic"]


def test_a_better_product_that_is_in_the_cart_is_not_offered_again(coffee):
    steps = steps_from(coffee, "house", cart=["brand"])
    assert [step.product.title for step in steps] == ["organic"]


def test_a_curated_upsell_is_a_step_up_without_a_ladder(shop):
    shop.stock("plain", price=Decimal("2.00"))
    shop.stock("fancy", price=Decimal("3.00"))
    shop.relate("plain", "fancy", kind="upsell")
    (step,) = steps_from(shop, "plain")
    assert (step.product.title, step.difference, step.gains) == ("fancy", Decimal("1.00"), ())


def test_the_table_compares_the_same_features_on_every_rung(coffee):
    rungs = coffee.page().tier_table(coffee["brand"].pk)
    assert [(it.product.title, it.is_current, it.is_recommended) for it in rungs] == [
        ("house", False, False),
        ("brand", True, True),
        ("organic", False, False),
    ]
    assert [it.difference for it in rungs] == [Decimal("-1.50"), 0, Decimal("1.75")]
    assert rungs[0].features == (
        TierFeature("Weight", "250 g", True),
        TierFeature("Freshly roasted", "", False),
        TierFeature("Organic", "", False),
    )


def test_a_sold_out_rung_leaves_the_table_but_the_current_one_stays(coffee):
    for name in ("brand", "organic"):
        coffee[name].stock = 0
        coffee[name].save()
    titles = [it.product.title for it in coffee.page().tier_table(coffee["brand"].pk)]
    assert titles == ["house", "brand"]


def test_without_a_choice_there_is_no_table(coffee):
    coffee.stock("lonely")
    assert coffee.page().tier_table(coffee["lonely"].pk) == ()


def test_a_ladder_that_is_not_live_is_not_there(shop):
    shop.ladder("good", "better", is_live=False)
    page = shop.page()
    assert page.tier_table(shop["good"].pk) == ()
    assert page.upgrades(shop["good"].pk)[1] == ()


def test_a_product_on_two_ladders_is_compared_on_the_older(shop):
    shop.ladder("good", "better")
    shop.ladder("good", "best")
    titles = [it.product.title for it in shop.page().tier_table(shop["good"].pk)]
    assert titles == ["good", "better"]
