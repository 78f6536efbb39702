"""Faults that other shops had, by the number that FEATURES.md gives them: not here."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.pricing.carts import (
    FREE_SHIPPING,
    amount,
    cart,
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
from xsell.values import Why

DESK_AND_LAMP = rule(percent("10"), part("desk"), part("lamp"))
DESK, LAMP = line("desk", "100.00"), line("lamp", "30.00")


def test_fault_33_without_one_of_its_items_a_bundle_takes_nothing_off():
    assert quoted(cart(DESK, LAMP), DESK_AND_LAMP).saving == Decimal("13.00")
    broken_up = quoted(cart(DESK), DESK_AND_LAMP)
    assert broken_up.saving == 0
    assert [it.why for it in broken_up.withheld] == [Why.NOT_WHOLE]


def test_fault_34_an_accessory_alone_is_full_price_once_its_main_product_is_gone():
    accessory = rule(fixed("110.00"), part("desk"), part("lamp"), source="offer:1")
    assert quoted(cart(DESK, LAMP), accessory).total == Decimal("110.00")
    assert quoted(cart(LAMP), accessory).total == Decimal("30.00")


def test_fault_35_a_gift_goes_with_the_paid_items():
    free_pen = rule(gift("pen"), part("desk"), source="offer:2")
    assert [it.product_id for it in quoted(cart(DESK, LAMP), free_pen).gifts] == ["pen"]
    assert quoted(cart(LAMP), free_pen).gifts == ()


def test_fault_36_a_price_that_differs_from_the_catalogue_is_the_one_that_counts():
    pay_what_you_want = cart(line("desk", "250.00"), LAMP)
    catalogue = shop(details("desk", "100.00"), details("lamp", "30.00"))
    found = quoted(pay_what_you_want, DESK_AND_LAMP, shop=catalogue)
    assert found.saving == Decimal("28.00")


@pytest.mark.parametrize("price", ["0.00", "0.01", "5.00"])
def test_fault_37_a_line_is_never_negative(price):
    rules = [
        rule(amount("50.00"), part("desk"), source="offer:1"),
        rule(percent("100"), part("desk"), source="offer:2"),
        rule(fixed("0.00"), part("desk"), part("lamp"), source="bundle:3"),
    ]
    found = quoted(cart(line("desk", price), line("lamp", "0.01")), *rules)
    assert all(it.to_pay >= 0 for it in found.lines)
    assert found.total == 0


def test_fault_37_a_rule_that_is_gone_leaves_full_prices():
    held = cart(DESK, LAMP)
    assert quoted(held).total == held.total
    assert quoted(held).allocations == ()


@pytest.mark.parametrize("gone", [{"is_available": False}, {"stock": 0}])
def test_fault_39_with_the_weakest_part_sold_out_the_whole_bundle_goes(gone):
    found = quoted(cart(DESK, LAMP), DESK_AND_LAMP, shop=shop(details("lamp", **gone)))
    assert found.saving == 0
    assert [it.why for it in found.withheld] == [Why.UNAVAILABLE]


def test_fault_39_as_many_bundles_as_the_weakest_part_is_in_stock():
    held = cart(line("desk", "100.00", 3), line("lamp", "30.00", 3))
    found = quoted(held, DESK_AND_LAMP, shop=shop(details("lamp", stock=2)))
    assert [it.times for it in found.applied] == [2]


def test_fault_40_a_bundle_keeps_to_tax_and_stock():
    known = shop(
        details("desk", stock=5),
        details("lamp", stock=5, tax_rate=Decimal("0.07")),
    )
    found = quoted(cart(DESK, LAMP), DESK_AND_LAMP, shop=known)
    assert {it.tax_rate: it.gross for it in found.taxes} == {
        Decimal("0.19"): Decimal("90.00"),
        Decimal("0.07"): Decimal("27.00"),
    }


def test_fault_41_a_bundle_is_no_line_of_its_own_and_splits_none():
    found = quoted(cart(DESK, LAMP), DESK_AND_LAMP)
    assert [it.line_ref for it in found.lines] == ["desk", "lamp"]


def test_fault_42_a_fixed_price_is_taxed_at_the_rates_of_its_parts():
    held = cart(
        line("book", "10.00", tax_rate=Decimal("0.07")),
        line("pen", "10.00", tax_rate=Decimal("0.19")),
    )
    known = shop(details("book"), details("pen"))
    found = quoted(held, rule(fixed("15.00"), part("book"), part("pen")), shop=known)
    assert [(it.tax_rate, it.net, it.tax) for it in found.taxes] == [
        (Decimal("0.07"), Decimal("7.01"), Decimal("0.49")),
        (Decimal("0.19"), Decimal("6.30"), Decimal("1.20")),
    ]


def test_fault_43_what_the_lines_come_to_is_what_the_payment_provider_is_asked_for():
    held = cart(
        line("ham", "19.47", 2, tax_rate=Decimal("0.07")),
        line("wine", "19.47", tax_rate=Decimal("0.19")),
    )
    known = shop(details("ham"), details("wine"))
    found = quoted(held, rule(percent("5"), part("ham", n=2), part("wine")), shop=known)
    assert found.total == Decimal("55.49")
    assert found.total == sum(it.gross for it in found.taxes)
    assert found.total == held.total - sum(it.amount for it in found.allocations)


def test_fault_44_rounded_parts_sum_to_the_rounded_whole():
    thirds = cart(*(line(it, "3.33") for it in ("red", "green", "blue")))
    bundle = rule(amount("1.00"), part("red"), part("green"), part("blue"))
    found = quoted(thirds, bundle)
    assert sorted(it.amount for it in found.allocations) == [
        Decimal("0.33"),
        Decimal("0.33"),
        Decimal("0.34"),
    ]
    assert found.total == Decimal("8.99")


def test_fault_44_tax_is_rounded_for_the_rate_and_not_for_each_line():
    many = cart(*(line(f"pen-{n}", "0.99") for n in range(10)))
    known = shop(*(details(f"pen-{n}", price_includes_tax=False) for n in range(10)))
    found = quoted(many, shop=known)
    # 19% of 9.90 is 1.88; of 0.99 it is 0.19 each, 1.90 together.
    assert [it.tax for it in found.taxes] == [Decimal("1.88")]
    assert sum(it.tax for it in found.lines) == Decimal("1.88")


def test_fault_45_one_product_at_two_rates_on_two_lines():
    held = cart(
        line("meal", "10.00", ref="here", tax_rate=Decimal("0.19")),
        line("meal", "10.00", ref="away", tax_rate=Decimal("0.07")),
    )
    found = quoted(held, rule(percent("10"), part("meal", n=2)), shop=shop(details("meal")))
    assert {it.tax_rate: it.gross for it in found.taxes} == {
        Decimal("0.19"): Decimal("9.00"),
        Decimal("0.07"): Decimal("9.00"),
    }


def test_fault_46_prices_without_tax_are_discounted_without_tax():
    known = shop(details("desk", price_includes_tax=False))
    found = quoted(cart(DESK), rule(percent("10"), part("desk")), shop=known)
    total = found.taxes[0]
    assert (total.net, total.tax, total.gross) == (
        Decimal("90.00"),
        Decimal("17.10"),
        Decimal("107.10"),
    )
    assert found.allocations[0].tax == Decimal("1.90")


def test_fault_47_free_shipping_is_decided_anew_for_each_cart():
    shipped = rule(FREE_SHIPPING, part("desk", n=2), source="bundle:2")
    assert quoted(cart(replace(DESK, quantity=2)), shipped).has_free_shipping
    assert not quoted(cart(DESK), shipped).has_free_shipping


def test_an_unknown_rate_or_kind_of_price_leaves_the_tax_open():
    for unknown in ({"tax_rate": None}, {"price_includes_tax": None}):
        found = quoted(
            cart(DESK), rule(percent("10"), part("desk")), shop=shop(details("desk", **unknown))
        )
        assert found.taxes == ()
        assert found.lines[0].tax is None
        assert found.allocations[0].tax is None


def test_a_currency_switch_drops_amounts_and_keeps_percentages():
    held = cart(DESK, LAMP, currency="USD")
    euros = rule(amount("5.00", "EUR"), part("lamp"), source="offer:1")
    share = rule(percent("10"), part("desk"), source="offer:2")
    found = quoted(held, euros, share)
    assert [it.source for it in found.applied] == ["offer:2"]
    assert [it.why for it in found.withheld] == [Why.OTHER_CURRENCY]
