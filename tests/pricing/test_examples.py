"""Worked examples in the shop's words: what each kind of benefit takes off, and why not."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.pricing.carts import (
    CHEAPEST_FREE,
    FREE_SHIPPING,
    NOTHING,
    NOW,
    amount,
    cart,
    code,
    details,
    fixed,
    gift,
    line,
    part,
    percent,
    quoted,
    rule,
    shop,
)
from xsell.values import GiftLine, Why

TEA_SET = (part("pot"), part("cup", n=2))
BREAKFAST = cart(line("pot", "20.00"), line("cup", "4.00", 2), line("tray", "9.99"))


@pytest.mark.parametrize(
    ("benefit", "saving"),
    [
        (percent("10"), "2.80"),
        (percent("12.5"), "3.50"),
        (percent("100"), "28.00"),
        (amount("5.00"), "5.00"),
        (amount("50.00"), "28.00"),  # never more than the set costs
        (fixed("25.00"), "3.00"),
        (fixed("30.00"), "0.00"),  # dearer than apart: nobody pays more for a set
        (CHEAPEST_FREE, "4.00"),
        (FREE_SHIPPING, "0.00"),
        (NOTHING, "0.00"),
    ],
)
def test_what_a_pot_with_two_cups_saves(benefit, saving):
    found = quoted(BREAKFAST, rule(benefit, *TEA_SET))
    assert found.saving == Decimal(saving)
    assert found.total == BREAKFAST.total - found.saving
    assert found.is_exact


@pytest.mark.parametrize(
    ("pots", "cups", "most_times", "times", "saving"),
    [
        (1, 1, None, 0, "0.00"),
        (1, 2, None, 1, "2.80"),
        (2, 3, None, 1, "2.80"),
        (2, 4, None, 2, "5.60"),
        (5, 7, None, 3, "8.40"),
        (5, 7, 2, 2, "5.60"),
    ],
)
def test_as_often_as_the_cart_holds_a_set(pots, cups, most_times, times, saving):
    held = cart(line("pot", "20.00", pots), line("cup", "4.00", cups))
    found = quoted(held, rule(percent("10"), *TEA_SET, most_times=most_times))
    assert sum(it.times for it in found.applied) == times
    assert found.saving == Decimal(saving)


def test_a_set_that_saves_a_rounded_amount_saves_twice_that_when_bought_twice():
    held = cart(line("egg", "0.35", 2))
    found = quoted(held, rule(percent("10"), part("egg")))
    # 3.5 cents are 4 for each set; 10% of both together would be 7.
    assert found.saving == Decimal("0.08")


@pytest.mark.parametrize(
    ("held", "saving"),
    [
        ({"red": 3}, "3.00"),
        ({"red": 1, "blue": 2}, "3.00"),
        ({"red": 1, "blue": 1, "green": 1}, "3.00"),
        ({"red": 1, "blue": 1}, "0.00"),
        ({"red": 4, "blue": 2}, "6.00"),
    ],
)
def test_any_three_of_a_group_mixed_at_will(held, saving):
    socks = cart(*(line(colour, "10.00", n) for colour, n in held.items()))
    found = quoted(socks, rule(percent("10"), part("red", "blue", "green", n=3)))
    assert found.saving == Decimal(saving)


@pytest.mark.parametrize(
    ("held", "saving"),
    [
        ({"bed": 1, "lamp": 1, "rug": 1}, "13.00"),
        ({"bed": 1, "lamp": 1}, "12.00"),
        ({"bed": 1}, "0.00"),
        ({"lamp": 1, "rug": 1}, "0.00"),  # the bed is required
        ({"bed": 2, "lamp": 1, "rug": 1}, "23.00"),
    ],
)
def test_two_of_three_parts_are_enough_if_the_required_one_is_there(held, saving):
    price = {"bed": "100.00", "lamp": "20.00", "rug": "10.00"}
    room = cart(*(line(product, price[product], n) for product, n in held.items()))
    parts = (part("bed"), part("lamp", required=False), part("rug", required=False))
    found = quoted(room, rule(percent("10"), *parts, fewest_parts=2))
    assert found.saving == Decimal(saving)


def test_one_product_on_several_lines_makes_up_a_set_the_dearest_first():
    held = cart(
        line("cup", "4.00", ref="plain"), line("cup", "6.00", ref="engraved"), line("pot", "20.00")
    )
    found = quoted(held, rule(percent("10"), part("pot"), part("cup")))
    assert found.saving == Decimal("2.60")
    assert {it.line_ref: it.amount for it in found.allocations} == {
        "pot": Decimal("2.00"),
        "engraved": Decimal("0.60"),
    }


@pytest.mark.parametrize(
    ("price", "currency", "saving"),
    [("1050", "JPY", "105"), ("10.505", "KWD", "1.051"), ("10.50", "EUR", "1.05")],
)
def test_each_currency_in_its_own_smallest_unit(price, currency, saving):
    found = quoted(cart(line("cup", price), currency=currency), rule(percent("10"), part("cup")))
    assert str(found.saving) == saving


def test_a_price_finer_than_a_cent_is_rounded_once_for_its_line():
    found = quoted(cart(line("screw", "0.333", 3)), rule(percent("100"), part("screw")))
    assert [(str(it.amount), str(it.saving)) for it in found.lines] == [("1.00", "0.99")]


# ------------------------------------------------------------------------------ who comes first

CUP, POT = line("cup", "4.00"), line("pot", "20.00")
SMALL = rule(percent("50"), part("cup"), source="bundle:small")
LARGE = rule(percent("10"), part("cup"), part("pot"), source="bundle:large")


@pytest.mark.parametrize(
    ("small", "large", "applied"),
    [
        ({}, {}, ["bundle:large"]),  # 2.40 is more than 2.00
        ({"precedence": 1}, {}, ["bundle:small"]),
        ({"precedence": 2}, {"precedence": 1}, ["bundle:large"]),
        ({"precedence": 1}, {"precedence": 1}, ["bundle:large"]),
        ({"is_exclusive": True}, {"precedence": 1}, ["bundle:small"]),
        ({"is_exclusive": True, "precedence": 2}, {"is_exclusive": True, "precedence": 1},
         ["bundle:large"]),
        ({"is_exclusive": True}, {"is_exclusive": True}, ["bundle:large"]),  # by its source
    ],
)  # fmt: skip
def test_exclusive_rules_then_precedence_then_the_best_total(small, large, applied):
    found = quoted(cart(CUP, POT), replace(SMALL, **small), replace(LARGE, **large))
    assert [it.source for it in found.applied] == applied
    assert [it.why for it in found.withheld] == [Why.BETTER_RULE]


def test_an_exclusive_rule_closes_its_products_to_all_others():
    two_cups = cart(line("cup", "4.00", 2), POT)
    alone = replace(SMALL, is_exclusive=True, most_times=1)
    shipped = rule(FREE_SHIPPING, part("cup"), source="bundle:ship")
    found = quoted(two_cups, alone, LARGE, shipped)
    assert [it.source for it in found.applied] == ["bundle:small"]
    assert not found.has_free_shipping


def test_the_best_total_may_pass_over_the_largest_saving():
    held = cart(line("bed", "10.00"), line("lamp", "10.00"))
    both = rule(amount("5.00"), part("bed"), part("lamp"), source="bundle:both")
    each = [rule(amount("3.00"), part(it), source=f"bundle:{it}") for it in ("bed", "lamp")]
    found = quoted(held, both, *each)
    assert found.saving == Decimal("6.00")


# ------------------------------------------------------------------------------- no amount of money


def test_free_shipping_gifts_and_codes_take_no_units_from_savings():
    rules = [
        rule(percent("10"), *TEA_SET, source="bundle:1"),
        rule(FREE_SHIPPING, part("pot"), source="bundle:2"),
        rule(gift("spoon"), part("cup", n=2), source="offer:3", acceptance_id=3),
        rule(code("TEATIME"), part("cup"), source="offer:4"),
        rule(NOTHING, part("cup"), source="offer:5"),
    ]
    found = quoted(BREAKFAST, *rules)
    assert found.saving == Decimal("2.80")
    assert found.has_free_shipping
    assert found.gifts == (GiftLine("spoon", 1, "offer:3"),)
    assert found.codes == ("TEATIME",)
    assert [(it.source, it.times, it.amount) for it in found.applied] == [
        ("bundle:1", 1, Decimal("2.80")),
        ("bundle:2", 1, 0),
        ("offer:3", 1, 0),
        ("offer:4", 2, 0),
    ]
    assert found.withheld == ()


@pytest.mark.parametrize(
    ("cups", "spoon", "gifts"),
    [
        (2, None, 1),
        (5, None, 2),
        (4, details("spoon"), 2),
        (4, details("spoon", stock=1), 1),
        (4, details("spoon", stock=0), 0),
        (4, details("spoon", is_available=False), 0),
    ],
)
def test_a_gift_for_each_two_cups_while_there_are_spoons(cups, spoon, gifts):
    held = cart(line("cup", "4.00", cups))
    found = quoted(held, rule(gift("spoon"), part("cup", n=2)), shop=shop(*filter(None, [spoon])))
    assert sum(it.quantity for it in found.gifts) == gifts
    assert [it.why for it in found.withheld] == ([] if gifts else [Why.UNAVAILABLE])
    assert [it.times for it in found.applied] == ([gifts] if gifts else [])


def test_the_last_spoon_is_given_once_and_not_to_who_buys_it_already():
    held = cart(line("cup", "4.00"), line("pot", "20.00"), line("spoon", "1.00"))
    rules = [rule(gift("spoon"), part(it), source=f"offer:{it}") for it in ("cup", "pot")]
    for stock, given in ((1, []), (2, ["offer:cup"]), (3, ["offer:cup", "offer:pot"])):
        found = quoted(held, *rules, shop=shop(details("spoon", stock=stock)))
        assert [it.source for it in found.gifts] == given


# --------------------------------------------------------------------------------- why it does not


@pytest.mark.parametrize(
    ("the_rule", "why"),
    [
        (rule(percent("10"), *TEA_SET, starts_at=NOW + timedelta(seconds=1)), Why.NOT_NOW),
        (rule(percent("10"), *TEA_SET, ends_at=NOW), Why.NOT_NOW),
        (rule(amount("5.00", "USD"), *TEA_SET), Why.OTHER_CURRENCY),
        (rule(fixed("5.00", "USD"), *TEA_SET), Why.OTHER_CURRENCY),
        (rule(percent("10"), part("pot", n=2)), Why.NOT_WHOLE),
        (rule(percent("10"), part("kettle")), Why.NOT_WHOLE),
        # Each part is there, but the one pot cannot be both.
        (rule(percent("10"), part("pot"), part("pot")), Why.NOT_WHOLE),
        (rule(percent("10"), part("pot"), part("pot", "kettle")), Why.NOT_WHOLE),
        (rule(percent("10"), part("tray")), Why.UNAVAILABLE),
        (rule(percent("10"), part("cup", n=2)), Why.UNAVAILABLE),
        (rule(percent("10"), part("cup", "tray", n=2)), Why.UNAVAILABLE),
        (rule(FREE_SHIPPING, part("tray")), Why.UNAVAILABLE),
        (rule(fixed("20.00"), part("pot")), Why.NO_SAVING),
        (rule(percent("0.01"), part("pot")), Why.NO_SAVING),
        (rule(percent("10"), part("pan")), Why.MARGIN),
    ],
)
def test_why_a_rule_takes_nothing_off(the_rule, why):
    held = cart(*BREAKFAST.lines, line("pan", "30.00"))
    scarce = shop(
        details("tray", is_available=False),
        details("cup", stock=1),
        details("pan", unit_cost=Decimal("30.00")),
    )
    found = quoted(held, the_rule, shop=scarce)
    assert [(it.source, it.why) for it in found.withheld] == [("bundle:1", why)]
    assert found.applied == ()
    assert found.total == held.total


def test_a_rule_that_starts_now_holds_now():
    found = quoted(BREAKFAST, rule(percent("10"), *TEA_SET, starts_at=NOW))
    assert found.saving == Decimal("2.80")


def test_a_saving_shrinks_to_what_the_margins_leave_and_says_so():
    known = shop(
        details("pot", unit_cost=Decimal("16.00"), price_includes_tax=False),
        details("cup", unit_cost=Decimal("3.90"), price_includes_tax=False),
    )
    found = quoted(BREAKFAST, rule(percent("50"), *TEA_SET), shop=known)
    assert {it.line_ref: it.amount for it in found.allocations} == {
        "pot": Decimal("4.00"),
        "cup": Decimal("0.20"),
    }
    assert [(it.why, it.detail) for it in found.withheld] == [
        (Why.MARGIN_SHRINKS, "9.80 less than the terms say")
    ]
    assert [it.amount for it in found.applied] == [Decimal("4.20")]
