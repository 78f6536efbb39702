from decimal import Decimal
from fractions import Fraction

import pytest

from xsell.pricing.margins import floor_price, room


@pytest.mark.parametrize(
    ("cost", "margin", "tax_rate", "has_tax", "lowest"),
    [
        ("8.00", "0", "0.19", False, "8"),
        ("8.00", "20", "0.19", False, "10"),
        ("8.00", "20", "0.19", True, "11.9"),
        ("8.00", "0", None, True, "8"),
        ("0", "50", "0.19", True, "0"),
    ],
)
def test_the_lowest_price_keeps_the_margin_of_the_net_price(
    cost, margin, tax_rate, has_tax, lowest
):
    rate = None if tax_rate is None else Decimal(tax_rate)
    numerator, denominator = floor_price(Decimal(cost), Decimal(margin), rate, has_tax)
    assert Fraction(numerator, denominator) == Fraction(lowest)


@pytest.mark.parametrize(
    ("price", "quantity", "floor", "whole"),
    [
        (1000, 1, None, 1000),
        (1000, 3, (8, 1), 600),
        (1000, 1, (20, 3), 333),  # rounded down, in favour of the margin
        (1000, 3, (20, 3), 1000),
        (1000, 1, (12, 1), 0),  # sold below cost already: nothing more comes off
    ],
)
def test_the_room_is_what_units_may_lose_in_whole_cents(price, quantity, floor, whole):
    assert room(price, quantity, floor, 1, 100) == whole


def test_the_room_of_a_price_finer_than_a_cent_is_in_whole_cents():
    assert [room(335, n, None, 10, 1000) for n in (1, 2, 3)] == [33, 67, 100]
