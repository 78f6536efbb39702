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


# ------------------------------------------------------------------------- gained, and forgone


GAINS = [
    # the current one has, the next has, gained, forgone
    ({"Warranty": "2 years"}, {"Warranty": "5 years"}, ["Warranty: 5 years < 2 years"], []),
    ({}, {"Warranty": "5 years"}, ["Warranty: 5 years"], []),
    ({"Warranty": ""}, {"Warranty": "5 years"}, ["Warranty: 5 years"], []),
    ({"Warranty": "2 years"}, {"Warranty": ""}, [], []),
    ({"Warranty": "2 years"}, {"Warranty": "2 years"}, [], []),
    ({"Warranty": None}, {"Warranty": "5 years"}, ["Warranty: 5 years"], []),
    ({"Warranty": "2 years"}, {"Warranty": None}, [], ["Warranty < 2 years"]),
    ({"Warranty": None}, {"Warranty": None}, [], []),
    ({"Organic": ""}, {}, [], ["Organic"]),
    ({}, {"Organic": ""}, ["Organic"], []),
]


def cells(shop, name, features):
    """Features of a rung: a value, "" for a tick, None for what is not included."""
    tier = Tier.objects.get(product=shop[name])
    for feature, value in features.items():
        make.TierBenefitFactory(
            tier=tier, feature=feature, value=value or "", is_included=value is not None
        )


def told(gains):
    return [
        it.feature
        + (f": {it.value}" if it.value else "")
        + (f" < {it.instead_of}" if it.instead_of else "")
        for it in gains
    ]


@pytest.mark.parametrize(("has", "gets", "gained", "forgone"), GAINS)
def test_what_a_step_up_gains_and_what_it_forgoes(shop, has, gets, gained, forgone):
    shop.ladder("house", "brand")
    cells(shop, "house", has)
    cells(shop, "brand", gets)
    (step,) = steps_from(shop, "house")
    assert (told(step.gains), told(step.losses)) == (gained, forgone)


@pytest.mark.parametrize(
    ("has", "gets", "forgone"),
    [
        ({"Warranty": "5 years"}, {"Warranty": "2 years"}, ["Warranty: 2 years < 5 years"]),
        ({"Warranty": "2 years"}, {"Warranty": "5 years"}, ["Warranty: 5 years < 2 years"]),
        ({"Organic": ""}, {"Weight": "250 g"}, ["Organic"]),
        ({}, {"Organic": ""}, []),
    ],
)
def test_a_smaller_one_never_claims_a_gain_and_says_what_it_forgoes(shop, has, gets, forgone):
    """Not even where a person calls it an upsell."""
    shop.ladder("house", "brand")
    shop.relate("brand", "house", kind="upsell")
    cells(shop, "brand", has)
    cells(shop, "house", gets)
    (step,) = steps_from(shop, "brand")
    assert (told(step.gains), told(step.losses)) == ([], forgone)


# ------------------------------------------------------------------------------ rungs compared


TABLES = [
    # rungs of the ladder, the page's, recommended, asked for, shown: (here), *recommended*
    ("a b c", "a", "", 3, "(a) *b* c"),
    ("a b c", "b", "c", 3, "a (b) *c*"),
    ("a b", "a", "", 3, "(a) b"),
    ("a b c d", "a", "", 3, "(a) *b* c"),
    ("a b c d", "d", "", 3, "b *c* (d)"),
    ("a b c d e", "c", "", 3, "b *(c)* d"),
    ("a b c d e", "a", "e", 3, "(a) b *e*"),
    ("a b c d e", "e", "a", 3, "*a* d (e)"),
    ("a b c d e", "c", "c", 3, "b *(c)* d"),
    ("a b c d e", "a", "", 5, "(a) b *c* d e"),
    ("a b c d e", "b", "e", 4, "a (b) c *e*"),
    ("a b c d e", "b", "", 2, "(b) c"),
    ("a b c d e", "e", "", 2, "d (e)"),
    ("a b c", "a", "", 99, "(a) *b* c"),
]


@pytest.mark.parametrize(("ladder", "here", "recommended", "most", "shown"), TABLES)
def test_of_many_rungs_the_nearest_and_the_recommended_are_compared(
    shop, ladder, here, recommended, most, shown
):
    shop.ladder(*ladder.split(), recommended=recommended)
    rungs = shop.page().tier_table(shop[here].pk, most)

    def mark(rung):
        title = f"({rung.product.title})" if rung.is_current else rung.product.title
        return f"*{title}*" if rung.is_recommended else title

    assert " ".join(map(mark, rungs)) == shown


def test_where_the_recommended_one_is_sold_out_no_other_is_said_to_be(shop):
    shop.ladder("a", "b", "c", "d", recommended="d")
    shop["d"].stock = 0
    shop["d"].save()
    assert not any(it.is_recommended for it in shop.page().tier_table(shop["a"].pk))


@pytest.mark.parametrize("most", [1, 0, -3])
def test_fewer_than_two_rungs_are_no_table(shop, most):
    shop.ladder("a", "b")
    with pytest.raises(ValueError, match=f"rungs={most}: a table compares two rungs or more"):
        shop.page().tier_table(shop["a"].pk, most)
