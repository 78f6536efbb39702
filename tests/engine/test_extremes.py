"""Shops with one product, one order, no order, everything in one basket; arguments out of range."""

from datetime import timedelta

import numpy as np
import pytest

from tests.engine.shops import KEEP_ALL, baskets, random_lines
from xsell.engine import OrderLines, bundles, mine, substitutes


@pytest.mark.parametrize(
    ("contents", "n_products", "n_baskets"),
    [
        ([], 0, 0),
        (["a"], 1, 1),
        (["a", "a", "a"], 1, 3),
        (["aaaa"], 1, 1),
        (["a", "b", "c"], 3, 3),
    ],
)
def test_a_shop_without_pairs_has_no_relations(contents, n_products, n_baskets):
    mined = mine(baskets(*contents), **KEEP_ALL)
    assert len(mined) == 0
    assert (mined.products.size, mined.n_baskets) == (n_products, n_baskets)


def test_a_repeat_in_a_basket_counts_once():
    assert mine(baskets("aab", "abb"), **KEEP_ALL).n_both.tolist() == [2, 2]


def test_one_order_of_everything_relates_everything():
    mined = mine(OrderLines(np.zeros(30, np.int64), np.arange(30)), k=100, **KEEP_ALL)
    assert len(mined) == 30 * 29
    assert mined.rank.max() == 29


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ({"k": 0}, ValueError),
        ({"k": 2.0}, TypeError),
        ({"k": True}, TypeError),
        ({"k": None}, TypeError),
        ({"min_count": 0}, ValueError),
        ({"max_basket": 1}, ValueError),
        ({"threads": 0}, ValueError),
        ({"scoring": "magic"}, ValueError),
        ({"half_life_days": 0}, ValueError),
        ({"half_life_days": float("nan")}, ValueError),
        ({"window": timedelta(0)}, ValueError),
        ({"window": 30}, TypeError),
        ({"min_lift_lower": -1}, ValueError),
        ({"min_lift_lower": float("nan")}, ValueError),
    ],
)
def test_an_argument_out_of_range_is_refused_by_name(argument, error):
    with pytest.raises(error, match=next(iter(argument))):
        mine(random_lines(n_orders=5), **argument)


@pytest.mark.parametrize(
    ("patterns", "argument", "error"),
    [
        (substitutes, {"k": 0}, ValueError),
        (substitutes, {"max_basket": 1}, ValueError),
        (substitutes, {"threads": 0}, ValueError),
        (bundles, {"min_count": 0}, ValueError),
        (bundles, {"max_sets": 0.5}, TypeError),
        (bundles, {"threads": 0}, ValueError),
    ],
)
def test_patterns_refuse_such_arguments_too(patterns, argument, error):
    with pytest.raises(error, match=next(iter(argument))):
        patterns(random_lines(n_orders=5), **argument)


@pytest.mark.parametrize("argument", [{"half_life_days": 30}, {"window": timedelta(days=30)}])
def test_decay_and_window_need_times(argument):
    with pytest.raises(ValueError, match="placed_at"):
        mine(baskets("ab"), **argument)
