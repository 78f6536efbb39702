from decimal import Decimal

import pytest

from xsell.pricing.taxes import Taxed, relieved, spread_relief, spread_tax, tax_totals
from xsell.pricing.units import Scale
from xsell.values import TaxTotal

FULL, LOW = Decimal("0.19"), Decimal("0.07")
CENTS = Scale(2, 1)


@pytest.mark.parametrize(
    ("parts", "taxes"),
    [
        ([(11900, FULL, True)], [1900]),
        ([(10000, FULL, False)], [1900]),
        ([(99, FULL, False)] * 3, [19, 19, 18]),  # 56.43 cents in all; 19 each would be 57
        ([(0, FULL, True)], [0]),
        ([(500, Decimal(0), True)], [0]),
        ([(11900, FULL, True), (10000, FULL, False)], [1900, 1900]),
        ([(10700, LOW, True), (11900, FULL, True)], [700, 1900]),
        ([(500, None, True), (500, FULL, None)], [None, None]),
    ],
)
def test_the_tax_of_each_rate_is_rounded_once_and_split_over_its_lines(parts, taxes):
    lines = [Taxed(*it) for it in parts]
    spread_tax(lines)
    assert [it.tax for it in lines] == taxes


def test_totals_by_rate_the_lowest_first():
    lines = [Taxed(11900, FULL, True), Taxed(10000, FULL, False), Taxed(10700, LOW, True)]
    assert tax_totals(spread_tax(lines), CENTS) == (
        TaxTotal(LOW, Decimal("100.00"), Decimal("7.00")),
        TaxTotal(FULL, Decimal("200.00"), Decimal("38.00")),
    )


def test_the_tax_that_falls_away_is_the_difference_of_the_rounded_taxes():
    before = [Taxed(99, FULL, False), Taxed(99, FULL, False)]  # 37.62 cents: 38
    after = spread_tax([Taxed(96, FULL, False), Taxed(97, FULL, False)])  # 36.67 cents: 37
    savings = [Taxed(3, FULL, False), Taxed(2, FULL, False)]
    spread_relief(savings, relieved(before, after))
    assert [it.tax for it in savings] == [1, 0]
