import doctest
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xsell.pricing import units
from xsell.pricing.units import Scale, split_units, split_within

GROUPS = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("currency", "prices", "fine"),
    [
        ("EUR", ["1.00", "2"], 1),
        ("EUR", ["0.333"], 10),
        ("EUR", ["0.335", "0.00125"], 1000),
        ("JPY", ["99.5"], 10),
        ("KWD", ["0.335"], 1),
        ("EUR", [], 1),
    ],
)
def test_prices_are_whole_on_their_scale(currency, prices, fine):
    scale = Scale.of(currency, map(Decimal, prices))
    assert scale.fine == fine
    for price in map(Decimal, prices):
        assert Decimal(scale.price(price)) / scale.per_unit == price


@pytest.mark.parametrize(
    ("amount", "currency", "back"),
    [
        ("1.005", "EUR", "1.01"),
        ("-1.005", "EUR", "-1.01"),
        ("2.5", "JPY", "3"),
        ("0", "KWD", "0.000"),
    ],
)
def test_amounts_are_rounded_halves_away_from_zero(amount, currency, back):
    scale = Scale.of(currency, ())
    assert str(scale.amount(scale.whole(Decimal(amount)))) == back


@given(GROUPS, st.data())
def test_the_parts_sum_to_the_amount_and_none_has_more_than_its_room(groups, data):
    weights = [weight for weight, _ in groups]
    rooms = [min(weight, room) for weight, room in groups]
    amount = data.draw(st.integers(0, sum(rooms)))
    parts = split_within(amount, weights, rooms)
    assert sum(parts) == amount
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))


@given(GROUPS, st.data())
def test_with_room_enough_it_is_the_plain_split(groups, data):
    weights = [weight for weight, _ in groups]
    amount = data.draw(st.integers(0, sum(weights)))
    assert split_within(amount, weights, weights) == split_units(amount, weights)


@pytest.mark.parametrize(
    ("amount", "weights", "rooms", "parts"),
    [
        (10, [1, 1], [2, 9], [2, 8]),
        (10, [6, 3, 1], [2, 5, 5], [2, 5, 3]),  # what one cannot hold fills the next in turn
        (0, [1, 1], [0, 0], [0, 0]),
        (3, [0, 5], [0, 3], [0, 3]),
    ],
)
def test_what_a_full_one_cannot_hold_goes_to_the_others(amount, weights, rooms, parts):
    assert split_within(amount, weights, rooms) == parts


def test_more_than_there_is_room_for_is_refused():
    with pytest.raises(ValueError, match="no room for 3"):
        split_within(3, [1, 1], [1, 1])
    with pytest.raises(ValueError, match="nothing to split 1 over"):
        split_units(1, [0, 0])


def test_the_docstrings_are_true():
    failed, tried = doctest.testmod(units)
    assert (failed, tried > 0) == (0, True)
