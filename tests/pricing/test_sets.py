from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from tests.pricing.carts import (
    CHEAPEST_FREE,
    FREE_SHIPPING,
    NOW,
    amount,
    cases,
    details,
    fixed,
    line,
    part,
    percent,
    rule,
    shop,
)
from xsell.pricing.quoting import quote
from xsell.pricing.sets import price_of_set
from xsell.values import Cart, Why

POT = details("pot", "20.00", unit_cost=Decimal("10.00"))
CUP = details("cup", "4.00", unit_cost=Decimal("3.00"))
TEA_SET = {"pot": 1, "cup": 2}


@pytest.mark.parametrize(
    ("benefit", "saving", "why"),
    [
        (percent("10"), "2.80", None),
        (percent("50"), "8.96", Why.MARGIN_SHRINKS),  # 8.10 of the pot, 0.86 of the cups
        (amount("5.00"), "5.00", None),
        (amount("5.00", "USD"), "0.00", Why.OTHER_CURRENCY),
        (fixed("25.00"), "3.00", None),
        (fixed("28.00"), "0.00", Why.NO_SAVING),
        (CHEAPEST_FREE, "4.00", None),
        (FREE_SHIPPING, "0.00", None),
    ],
)
def test_a_page_says_what_a_set_costs_apart_and_what_it_saves(benefit, saving, why):
    terms = rule(benefit, part("pot"), part("cup", n=2))
    price = price_of_set(terms, TEA_SET, shop(POT, CUP), "EUR")
    assert (price.list_price, price.saving, price.why) == (Decimal("28.00"), Decimal(saving), why)


def test_a_set_at_cost_saves_nothing_because_of_the_margin():
    at_cost = shop(replace(POT, unit_cost=Decimal("20.00")), replace(CUP, unit_cost=Decimal(5)))
    price = price_of_set(
        rule(percent("10"), part("pot"), part("cup", n=2)), TEA_SET, at_cost, "EUR"
    )
    assert (price.saving, price.why) == (0, Why.MARGIN)


def test_a_cost_in_another_currency_is_not_known():
    dollars = shop(replace(POT, currency="USD", unit_cost=Decimal("20.00")))
    assert price_of_set(rule(percent("10"), part("pot")), {"pot": 1}, dollars, "EUR").why is None


def test_a_set_with_a_product_that_has_no_price_is_refused():
    unpriced = shop(replace(POT, price=None))
    with pytest.raises(ValueError, match="product pot has no price"):
        price_of_set(rule(percent("10"), part("pot")), {"pot": 1}, unpriced, "EUR")


@given(cases())
def test_the_cart_takes_off_what_the_page_said(case):
    """For a cart that holds one set, at the prices of the shop, and nothing else."""
    held, context, rules = case
    terms = replace(rules[0], fewest_parts=None, ends_at=None)
    chosen = {}
    for each in terms.parts:
        product = each.product_ids[0]
        chosen[product] = chosen.get(product, 0) + each.quantity
    known = shop(
        *(
            replace(
                context.products.get(product, details(product, currency=held.currency)),
                price=held.lines[0].unit_price + place,
                is_available=True,
                stock=None,
            )
            for place, product in enumerate(chosen)
        )
    )
    lines = tuple(line(it, str(known.products[it].price), n) for it, n in chosen.items())
    price = price_of_set(terms, chosen, known, held.currency)
    found = quote(Cart("cart-1", held.currency, lines), [terms], known, NOW)
    assert found.saving == price.saving
    if price.why:
        assert [it.why for it in found.withheld] == [price.why]
