"""Numeric extremes of the models, the store and the patterns."""

import numpy as np
import pytest

from tests.engine.shops import ID_DTYPES, ID_KINDS
from xsell.engine import OrderLines, complete, mine

MODELS = ["ridge", "walk", "bm25", "rules", "auto"]


@pytest.mark.parametrize("kind", sorted(ID_KINDS))
@pytest.mark.parametrize("scoring", ["ridge", "jaccard"])
def test_carts_are_completed_in_the_callers_own_ids(kind, scoring):
    ids = [ID_KINDS[kind](n) for n in (1, 2, 3, 4)]
    product = np.array([ids[0], ids[1], ids[0], ids[1], ids[2], ids[3]] * 5, ID_DTYPES.get(kind))
    relations = mine(
        OrderLines(np.repeat(np.arange(15), 2), product), scoring=scoring, min_lift_lower=None
    )
    found, _ = complete(relations, [np.array([ids[0]], ID_DTYPES.get(kind))], k=1)
    assert found.dtype == product.dtype
    assert found.tolist() == [[ids[1]]]


@pytest.mark.parametrize(
    "cart",
    [
        [1, 2**63 + 1],  # numpy makes floats of such a list
        (2**63 + 1, -1),
        np.array([2**63 + 1], np.uint64),
        np.ma.array(np.array([2**63 + 1, 2**63 + 2], np.uint64), mask=[0, 1]),
        np.array([2**63 + 1, None], object),
    ],
)
def test_what_is_in_the_cart_is_known_to_the_last_digit(cart):
    product = np.array([2**63 + 1, 2**63 + 2] * 3, np.uint64)
    relations = mine(OrderLines([1, 1, 2, 2, 3, 3], product), scoring="walk")
    assert complete(relations, [cart], k=1)[0].tolist() == [[2**63 + 2]]
    # bought before, each in an order of its own, and so above what the cart alone suggests
    past = [(cart, range(len(cart)))]
    habit, plain = (complete(relations, [[]], each, k=1)[1] for each in (past, None))
    assert habit[0, 0] > plain[0, 0]


@pytest.mark.parametrize("scoring", MODELS)
def test_one_order_of_everything_is_modelled(scoring):
    lines = OrderLines(np.zeros(60, np.int64), np.arange(60))
    relations = mine(lines, scoring=scoring, min_count=1)
    assert np.isfinite(relations.score).all()
    assert np.isfinite(relations.prior).all()
    assert complete(relations, [[0]], k=3)[0].count() == 3


@pytest.mark.parametrize("scoring", MODELS)
@pytest.mark.parametrize("n_lines", [0, 1_106])
def test_a_shop_of_nothing_but_giant_baskets_is_modelled(scoring, n_lines):
    parameters = {"beta": 0.3} if scoring in {"ridge", "walk"} else None
    lines = OrderLines(np.ones(n_lines, np.int64), np.arange(n_lines))
    relations = mine(lines, scoring=scoring, parameters=parameters)
    assert (len(relations), relations.products.size) == (0, n_lines)
    assert not relations.prior.any()
    assert complete(relations, [[0]], k=3)[0].count() == min(n_lines, 3)


@pytest.mark.parametrize("scoring", MODELS)
def test_very_old_orders_do_not_break_a_model(scoring):
    times = np.repeat(np.array(["1901-01-01", "2026-01-01"], "datetime64[D]"), 20)
    lines = OrderLines(np.repeat(np.arange(20), 2), np.tile([1, 2, 3, 4], 10), times)
    parameters = {"half_life_days": 0.5} if scoring in {"ridge", "walk"} else None
    relations = mine(lines, scoring=scoring, parameters=parameters)
    assert np.isfinite(relations.score).all()


def test_ids_too_far_apart_for_a_table_are_hashed():
    rng = np.random.default_rng(1)
    far = np.unique(rng.integers(-(2**63), 2**63 - 1, 5_000))
    product = far[rng.integers(0, far.size, 20_000)]
    order = rng.integers(0, 2**62, 4_000)[rng.integers(0, 4_000, 20_000)]
    near = np.searchsorted(far, product)
    _, dense = np.unique(order, return_inverse=True)
    rules = {"scoring": "count", "min_count": 1, "min_lift_lower": None}
    sparse, plain = (mine(OrderLines(*each), **rules) for each in ((order, product), (dense, near)))
    assert (np.searchsorted(far, sparse.antecedent) == plain.antecedent).all()
    assert (np.searchsorted(far, sparse.consequent) == plain.consequent).all()
    assert (sparse.n_both == plain.n_both).all()
