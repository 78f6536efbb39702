import doctest
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xsell.pricing import allocation, currencies
from xsell.pricing.allocation import split_amount
from xsell.pricing.currencies import minor_units, rounded

CENTS = st.integers(0, 10**7).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(CENTS, min_size=1, max_size=12).filter(any), st.data())
def test_the_parts_sum_to_the_amount_and_none_is_larger_than_its_weight(weights, data):
    most = int(sum(weights) * 100)
    amount = Decimal(data.draw(st.integers(0, most))) / 100
    parts = split_amount(amount, weights, "EUR")
    assert sum(parts) == amount
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
    assert all(part == rounded(part, "EUR") for part in parts)


@pytest.mark.parametrize(
    ("amount", "weights", "currency", "parts"),
    [
        ("1.00", (1, 1, 1), "EUR", ("0.34", "0.33", "0.33")),
        ("0.01", (1, 3), "EUR", ("0.00", "0.01")),
        ("10", (1, 2), "JPY", ("3", "7")),
        ("0.001", (5, 4), "KWD", ("0.001", "0.000")),
        ("0.00", (1, 1), "EUR", ("0.00", "0.00")),
    ],
)
def test_it_counts_in_the_smallest_unit_of_the_currency(amount, weights, currency, parts):
    split = split_amount(Decimal(amount), [Decimal(it) for it in weights], currency)
    assert split == [Decimal(it) for it in parts]


@pytest.mark.parametrize(
    ("amount", "weights", "complaint"),
    [
        ("0.005", (1, 1), "finer than the smallest unit of EUR"),
        ("1.00", (0, 0), "must sum to more than 0"),
        ("1.00", (2, -1), "must not be negative"),
    ],
)
def test_what_cannot_be_split_is_refused(amount, weights, complaint):
    with pytest.raises(ValueError, match=complaint):
        split_amount(Decimal(amount), [Decimal(it) for it in weights], "EUR")


@pytest.mark.parametrize(
    ("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("???", 2)]
)
def test_currencies_have_their_own_smallest_units(currency, decimals):
    assert minor_units(currency) == decimals


@pytest.mark.parametrize("module", [allocation, currencies])
def test_the_docstrings_are_true(module):
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)
