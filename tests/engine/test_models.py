"""The members of the family against the formulas written out, and what they are for."""

from collections import Counter, defaultdict
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.shops import baskets, random_lines
from xsell.engine import Habit, OrderLines, complete, mine
from xsell.engine.baskets import collect_baskets
from xsell.engine.coupling import couple
from xsell.engine.members import Workshop, fit

LAM = 5.0


def shop_of(lines, threads=2):
    return Workshop.open(collect_baskets(lines, None), None, threads)


def dense(shop, values, coupling):
    out = np.zeros((shop.index.work.size, shop.index.work.size))
    out[coupling.row, coupling.column] = values
    return out


def matrix(shop):
    """Baskets by product codes, as zeros and ones."""
    index = shop.index
    out = np.zeros((index.starts.size - 1, index.work.size))
    out[np.repeat(np.arange(index.starts.size - 1), shop.baskets.sizes), index.items] = 1
    return out


def test_ridge_weights_are_those_of_a_dense_solve():
    shop = shop_of(random_lines(n_orders=400, n_products=25))
    fitted = fit(
        shop, "ridge",
        {"half_life_days": 90.0, "lam": LAM, "n_predictors": 30, "walk_share": 0.0},
    )  # fmt: skip
    x = matrix(shop)
    weight = shop.decay(90.0) * np.maximum(x.sum(1) - 1, 1) ** -0.5
    d = weight @ x
    gram = (x * weight[:, None]).T @ x
    centred = gram - np.outer(d, d) / weight.sum()
    lam = LAM * d.sum() / x.sum()
    got = dense(shop, fitted.scores, fitted.coupling)
    for j in range(x.shape[1]):
        others = np.flatnonzero((gram[j] > 0) & (np.arange(x.shape[1]) != j))
        block = centred[np.ix_(others, others)] + lam * np.eye(others.size)
        expected = np.linalg.solve(block, centred[others, j])
        assert got[others, j] == pytest.approx(expected, rel=1e-3, abs=1e-5)
        intercept = (d[j] - expected @ d[others]) / weight.sum()
        assert fitted.prior[j] == pytest.approx(intercept, rel=1e-3, abs=1e-5)


def test_ridge_takes_the_predictors_of_the_largest_gain():
    shop = shop_of(random_lines(n_orders=400, n_products=25))
    fitted = fit(
        shop, "ridge", {"half_life_days": None, "lam": LAM, "n_predictors": 3, "walk_share": 0.0}
    )
    x = matrix(shop)
    weight = np.maximum(x.sum(1) - 1, 1) ** -0.5
    d = weight @ x
    gram = (x * weight[:, None]).T @ x
    np.fill_diagonal(gram, 0.0)
    lam = LAM * d.sum() / x.sum()
    gain = (gram - np.outer(d, d) / weight.sum()) / np.sqrt(d + lam)[:, None]
    gain[gram == 0] = -np.inf
    got = dense(shop, fitted.scores, fitted.coupling)
    for j in range(x.shape[1]):
        assert set(np.flatnonzero(got[:, j])) == set(np.argsort(-gain[:, j])[:3])


@pytest.mark.parametrize("scoring", ["walk", "bm25", "rules", "jaccard", "confidence", "count"])
def test_a_member_scores_pairs_as_its_formula_says(scoring):
    shop = shop_of(random_lines(n_orders=300, n_products=20))
    x = matrix(shop)
    n, size = x.sum(0), x.sum(1)
    both = x.T @ x
    idf = np.log(x.shape[1]) - np.log1p(size)
    length = 2.2 / (1.2 * (0.25 + 0.75 * n / n.mean()) + 1)
    expected = {
        "walk": (x / np.maximum(size - 1, 1)[:, None]).T @ x / n[:, None] / (n / n.mean()) ** 0.2,
        "bm25": length[:, None] * length * ((x * idf[:, None] ** 2).T @ x),
        "rules": np.where(both >= 5, both / n[:, None], 0.0),
        "jaccard": both / (n[:, None] + n - both),
        "confidence": both / n[:, None],
        "count": both,
    }[scoring]
    np.fill_diagonal(expected, 0.0)
    given_parameters = {"walk": {"half_life_days": None, "beta": 0.2}}.get(scoring, {})
    fitted = fit(shop, scoring, given_parameters)
    assert dense(shop, fitted.scores, fitted.coupling) == pytest.approx(expected, rel=1e-4)


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
    coupling = couple(shop.index, weight, 2 * weight, threads=threads, min_count=min_count)
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
        for a, b, n in zip(coupling.row, coupling.column, coupling.n_both, strict=True)
    }
    assert got == {pair: n for pair, n in expected.items() if n >= min_count}
    assert coupling.one == pytest.approx(coupling.n_both)
    assert coupling.two == pytest.approx(2 * coupling.n_both)


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
def test_a_model_finds_the_same_whatever_the_number_of_threads(scoring):
    lines = random_lines()
    one, many = (mine(lines, scoring=scoring, threads=n) for n in (1, 5))
    assert (one.consequent == many.consequent).all()
    assert (one.score == many.score).all()
    assert (one.prior == many.prior).all()
    assert one.parameters == many.parameters


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
    assert Habit(base=0.0, overlap=0.0).array().tolist() == [0.97, 10.0, 0.0, 0.0]
