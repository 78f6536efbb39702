"""The members of the family against the formulas written out, and what they are for."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.shops import baskets, random_lines
from xsell.engine import SCORINGS, Habit, OrderLines, complete, mine
from xsell.engine.baskets import collect_baskets
from xsell.engine.coupling import couple
from xsell.engine.workshop import Workshop


def shop_of(lines, threads=2):
    return Workshop.open(collect_baskets(lines, None), None, threads)


@settings(max_examples=100, deadline=None)
@given(
    orders=st.lists(
        st.tuples(st.integers(0, 3), st.sets(st.integers(0, 8), min_size=1, max_size=6)),
        max_size=30,
    ),
    min_count=st.integers(1, 3),
    threads=st.integers(1, 3),
)
def test_recurring_pairs_are_counted_without_the_heaviest_customers_repeats(
    orders, min_count, threads
):
    lines = [(i, p, customer) for i, (customer, items) in enumerate(orders) for p in items]
    order, product, customer = (
        (np.array(x, np.int64) for x in zip(*lines, strict=True))
        if (lines)
        else (np.empty(0, np.int64),) * 3
    )
    shop = shop_of(OrderLines(order, product, customer=customer), threads)
    weight = np.ones(len(orders))
    coupling = couple(
        shop.index, weight, 2 * weight, threads=threads, min_count=min_count,
        customer=shop.baskets.customer,
    )  # fmt: skip
    by_customer = defaultdict(Counter)
    for who, items in orders:
        for pair in permutations(items, 2):
            by_customer[pair][who] += 1
    expected = {
        pair: sum(votes.values()) - max(votes.values()) + 1 for pair, votes in by_customer.items()
    }
    products = shop.baskets.products[shop.by_popularity]
    got = {
        (int(products[a]), int(products[b])): int(n)
        for a, b, n in zip(coupling.row, coupling.column, coupling.evidence, strict=True)
    }
    assert got == {pair: n for pair, n in expected.items() if n >= min_count}
    assert coupling.one == pytest.approx(coupling.evidence)
    assert coupling.two == pytest.approx(2 * coupling.evidence)
    n_both = {pair: votes.total() for pair, votes in by_customer.items()}
    assert {
        (int(products[a]), int(products[b])): int(n)
        for a, b, n in zip(coupling.row, coupling.column, coupling.n_both, strict=True)
    } == {pair: n for pair, n in n_both.items() if expected[pair] >= min_count}


def test_a_cart_of_unknown_products_gets_the_best_sellers():
    relations = mine(random_lines(), scoring="jaccard")
    ids, _ = complete(relations, [[10**6], []], k=5)
    assert ids.tolist() == [relations.products[:5].tolist()] * 2


def test_what_a_shopper_always_buys_is_suggested_first():
    relations = mine(random_lines(), scoring="ridge")
    rare = relations.products[-1]
    ids, _ = complete(relations, [[relations.products[0]]], [([rare] * 5, range(5))], k=3)
    assert ids[0, 0] == rare


@pytest.mark.parametrize("scoring", ["ridge", "walk", "bm25", "rules", "auto"])
@pytest.mark.parametrize("contents", [[], ["a"], ["ab"], ["abc"] * 3, ["a"] * 4])
def test_the_smallest_shops_are_modelled_too(scoring, contents):
    relations = mine(baskets(*contents), scoring=scoring)
    assert np.isfinite(relations.score).all()
    assert np.isfinite(relations.prior).all()
    ids, _ = complete(relations, [["a"], ["zzz"]], k=2)
    assert ids.shape == (2, 2)
    assert "a" not in ids[0].compressed().tolist()


@pytest.mark.parametrize(
    ("scoring", "parameters", "message"),
    [
        ("ridge", {"lambda": 3}, "lambda"),
        ("jaccard", {"lam": 3}, "takes none"),
        ("auto", {"lam": 3}, "must name"),
        ("ridge", {"scoring": "walk"}, "parameters are of 'walk', scoring is 'ridge'"),
        ("ridge", {"lam": -5.0}, "lam must be from"),
        ("ridge", {"lam": float("nan")}, "lam must be from"),
        ("ridge", {"n_predictors": 0}, "n_predictors must be at least 1"),
        ("ridge", {"n_predictors": 10**6}, "n_predictors must be from 1 to 10000"),
        ("ridge", {"half_life_days": 0}, "half_life_days must be from"),
        ("ridge", {"walk_share": float("inf")}, "walk_share must be from"),
        ("walk", {"beta": 1e6}, "beta must be from 0 to 3"),
        ("walk", {"habit": {"retention": 2.0}}, "retention must be at most 1"),
        ("walk", {"habit": {"base": -1.0}}, "base must be zero or positive"),
    ],
)
def test_a_parameter_that_would_do_nothing_is_refused(scoring, parameters, message):
    with pytest.raises(ValueError, match=message):
        mine(random_lines(n_orders=50), scoring=scoring, parameters=parameters)


def test_histories_must_match_the_carts():
    relations = mine(baskets("ab", "ab"), scoring="walk")
    with pytest.raises(ValueError, match="1 histories for 2 carts"):
        complete(relations, [["a"], ["b"]], [None])


def test_a_habit_of_zero_says_nothing():
    relations = mine(random_lines(), scoring="walk")
    silent = replace(relations, habit=Habit(base=0.0, overlap=0.0))
    history = [([5, 6, 7], [1, 1, 2])]
    alone, scores = complete(relations, [[1, 2]])
    assert (complete(silent, [[1, 2]], history)[0] == alone).all()
    assert (complete(relations, [[1, 2]], history)[1] != scores).any()


@pytest.mark.parametrize("scoring", ["bm25", "rules"])
def test_a_half_life_that_would_do_nothing_is_refused(scoring):
    with pytest.raises(ValueError, match="takes no half_life_days"):
        mine(random_lines(n_orders=50), scoring=scoring, half_life_days=30.0)
    with pytest.raises(ValueError, match="given twice"):
        mine(random_lines(n_orders=50), scoring="walk", half_life_days=30.0,
             parameters={"half_life_days": 40.0})  # fmt: skip


@pytest.mark.parametrize("scoring", SCORINGS)
def test_what_was_found_can_be_asked_for_again(scoring):
    lines = random_lines()
    found = mine(lines, scoring=scoring)
    again = mine(lines, scoring=scoring, parameters=found.parameters)
    assert (again.consequent == found.consequent).all()
    assert (again.score == found.score).all()


def test_a_cart_is_no_string():
    relations = mine(baskets("ab", "ab"), scoring="walk")
    with pytest.raises(TypeError, match="not a string"):
        complete(relations, ["ab"])


def test_orders_of_long_ago_still_relate_what_nothing_newer_does():
    lines = baskets(*["ab"] * 4, *["cd"] * 4)
    days = np.where(lines.order < 4, 0, 200)
    dated = OrderLines(lines.order, lines.product, np.datetime64("2026-01-01", "D") + days)
    for scoring in ("walk", "ridge"):
        assert set(mine(dated, scoring=scoring, half_life_days=3.0).antecedent) == set("abcd")
