"""Prices of a ladder rise, or somebody is told."""

from decimal import Decimal

import pytest

from xsell.adapters import get_adapter
from xsell.selection.disorder import disorders


def faults():
    adapter = get_adapter()
    return [(it.lower, it.higher) for it in disorders(adapter, adapter.context_for())]


@pytest.mark.parametrize(
    ("prices", "ladder", "found"),
    [
        ("1 2 3", {}, []),
        ("1 1 1", {}, []),
        ("2 1 3", {}, [("A", "B")]),
        ("3 2 1", {}, [("A", "B"), ("B", "C")]),
        ("1 3 2", {}, [("B", "C")]),
        ("2 1 3", {"is_live": False}, []),
        ("2 - 1", {}, [("A", "C")]),
        ("- 1 2", {}, []),
    ],
)
def test_where_prices_fall_on_the_way_up(shop, prices, ladder, found):
    for name, price in zip("abc", prices.split(), strict=True):
        shop.stock(name, price=None if price == "-" else Decimal(price))
    shop.ladder(*"abc", **ladder)
    assert faults() == found


def test_the_next_ladder_starts_anew(shop):
    shop.stock("a", "b", price=Decimal(9))
    shop.stock("c", "d", price=Decimal(1))
    shop.ladder("a", "b")
    shop.ladder("c", "d")
    assert faults() == []
