from decimal import Decimal

import pytest

from tests.pricing.carts import cart, line, part, percent, quoted, rule
from xsell.pricing import choices
from xsell.pricing.choices import usages
from xsell.pricing.pools import holding_of
from xsell.values import PriceContext

HELD = cart(line("apron", "9.00"), line("bowl", "7.00", 2), line("cup", "3.00", 3))
NAMES = ("apron", "bowl", "cup")


def sets_of(*parts, held=HELD, **fields):
    """Sets by name, as often as each product is in them, in the order in which they are found."""
    holding = holding_of(held, PriceContext())
    left = [pool.usable for pool in holding.pools]
    found, _ = usages(rule(percent("10"), *parts, **fields), holding, left)
    names = [pool.line.product_id for pool in holding.pools]
    return [{names[at]: n for at, n in usage} for usage in found]


@pytest.mark.parametrize(
    ("parts", "sets"),
    [
        ([part("apron"), part("cup", n=2)], [{"apron": 1, "cup": 2}]),
        ([part("cup"), part("cup", n=2)], [{"cup": 3}]),
        ([part("apron", n=2)], []),
        ([part("lamp")], []),
        ([], []),
        ([part("apron", "cup", n=2)], [{"apron": 1, "cup": 1}, {"cup": 2}]),
        # The apron is needed by the second part: the first must do without.
        ([part("apron", "bowl"), part("apron")], [{"apron": 1, "bowl": 1}]),
        # Both ways round are one set.
        ([part("apron", "bowl"), part("apron", "bowl")], [{"apron": 1, "bowl": 1}, {"bowl": 2}]),
    ],
)
def test_which_units_make_up_a_set(parts, sets):
    assert sets_of(*parts) == sets


def test_a_partial_set_may_hold_more_parts_than_it_must():
    parts = [part("apron"), part("bowl", required=False), part("cup", required=False)]
    assert sets_of(*parts, fewest_parts=2) == [
        {"apron": 1, "bowl": 1, "cup": 1},
        {"apron": 1, "bowl": 1},
        {"apron": 1, "cup": 1},
    ]


def test_beyond_the_stated_number_of_sets_the_dearest_are_looked_at(monkeypatch):
    monkeypatch.setattr(choices, "SETS_PER_RULE", 3)
    party = cart(*(line(f"hat-{n}", f"{n}.00", 2) for n in range(1, 9)))
    hats = rule(percent("50"), part(*(f"hat-{n}" for n in range(1, 9)), n=4))
    found = quoted(party, hats)
    assert not found.is_exact
    # Four sets of the 16 hats, whose prices sum to 72.
    assert [(it.times, it.amount) for it in found.applied] == [(4, Decimal("36.00"))]


def test_a_dead_end_does_not_take_for_ever():
    """Thirty of forty hats can be chosen in 847,660,528 ways, and none leaves thirty more."""
    party = cart(*(line(f"hat-{n}", "5.00") for n in range(40)))
    hats = [f"hat-{n}" for n in range(40)]
    found = quoted(party, rule(percent("50"), part(*hats, n=30), part(*hats, n=30)))
    assert found.saving == 0
    assert not found.is_exact
