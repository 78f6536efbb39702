"""Carts are completed as the naive double does it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine import naive_serving
from tests.engine.shops import random_lines
from xsell.engine import Habit, Relations, complete, mine

N = 8
SCORES = st.integers(1, 6).map(lambda n: n / 4)  # few, so that many are equal
HABITS = st.builds(
    Habit,
    retention=st.sampled_from([0.5, 0.97, 1.0]),
    shrinkage=st.sampled_from([0.5, 10.0]),
    base=st.sampled_from([0.0, 0.7]),
    overlap=st.sampled_from([0.0, 1.4]),
)
CARTS = st.lists(st.integers(0, N + 2), max_size=5)  # repeats, and products never sold
HISTORIES = st.lists(st.tuples(st.integers(0, N + 2), st.integers(0, 3)), max_size=8)


@st.composite
def relations(draw) -> Relations:
    """Any relations there may be among a few products, of any model."""
    products = draw(st.permutations(range(N)))[: draw(st.integers(1, N))]
    rows = []
    for a in products:
        others = [b for b in draw(st.permutations(products)) if b != a]
        scores = sorted(draw(st.lists(SCORES, max_size=len(others))), reverse=True)
        rows += [(a, b, i, s) for i, (b, s) in enumerate(zip(others, scores, strict=False), 1)]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    ones = np.ones(len(rows), np.int64)
    return Relations(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64),
        np.array(columns[2], np.int32), np.array(columns[3], np.float64), ones, ones, ones, 1,
        products=np.array(products), n_orders=np.ones(len(products), np.int64),
        n_lines=0, n_dropped={}, n_giant=0, scoring="any",
        prior=np.array([draw(st.integers(-2, 2)) / 4 for _ in products]),
        is_sum=draw(st.booleans()), habit=draw(HABITS),
    )  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(relations=relations(), carts=st.lists(CARTS, max_size=4), k=st.integers(1, N + 2))
def test_products_scores_ties_and_padding_are_those_of_the_naive_double(relations, carts, k):
    ids, scores = complete(relations, carts, k=k)
    assert ids.shape == scores.shape == (len(carts), k)
    for row, cart in enumerate(carts):
        expected = naive_serving.complete(relations, cart, [], k)
        n = len(expected)
        assert ids[row].compressed().tolist() == [product for product, _ in expected]
        assert scores[row, :n].tolist() == [score for _, score in expected]
        assert (
            ids[row].mask.tolist()
            == np.isnan(scores[row]).tolist()
            == [False] * n + ([True] * (k - n))
        )


@settings(max_examples=100, deadline=None)
@given(
    relations=relations(),
    shoppers=st.lists(st.tuples(CARTS, st.none() | HISTORIES), max_size=4),
    k=st.integers(1, N + 2),
)
def test_a_shoppers_own_orders_add_what_the_habit_says(relations, shoppers, k):
    carts = [cart for cart, _ in shoppers]
    histories = [
        None if lines is None else ([p for p, _ in lines], [n for _, n in lines])
        for _, lines in shoppers
    ]
    ids, scores = complete(relations, carts, histories, k=k)
    for row, (cart, lines) in enumerate(shoppers):
        expected = naive_serving.complete(relations, cart, lines or [], k)
        got = ids[row].compressed().tolist()
        assert scores[row, : len(got)] == pytest.approx([score for _, score in expected])
        # of equal scores rounding may take another, so each is judged by its own
        by_product = dict(naive_serving.complete(relations, cart, lines or [], N))
        assert scores[row, : len(got)] == pytest.approx([by_product[product] for product in got])
        assert len(set(got)) == len(got)


@pytest.mark.parametrize("scoring", ["ridge", "walk", "rules", "jaccard"])
def test_thousands_of_carts_are_completed_as_one_by_one(scoring):
    relations = mine(random_lines(n_orders=400, n_products=30), scoring=scoring, k=5)
    rng = np.random.default_rng(3)
    carts = [rng.integers(0, 32, rng.integers(0, 6)) for _ in range(4_100)]
    histories = [(rng.integers(0, 32, 6), rng.integers(0, 4, 6)) for _ in carts]
    ids, scores = complete(relations, carts, histories)
    for row in (0, 1_999, 2_000, 4_099):
        alone = complete(relations, [carts[row]], [histories[row]])
        assert ids[row].tolist() == alone[0][0].tolist()
        assert scores[row].tolist() == alone[1][0].tolist()
        lines = list(zip(*(each.tolist() for each in histories[row]), strict=True))
        expected = naive_serving.complete(relations, carts[row].tolist(), lines, 10)
        assert scores[row] == pytest.approx([score for _, score in expected])
