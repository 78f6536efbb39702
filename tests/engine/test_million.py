"""The same order placed a million times: sums that must not drift, counts that must be exact."""

import math

import numpy as np
import pytest

from xsell.engine import (
    MEASURES,
    SCORINGS,
    BasketStore,
    OrderLines,
    bundles,
    complete,
    evaluate,
    mine,
    substitutes,
)

N = 10**6
BASKET = [7, 8, 9, 10]
LINES = OrderLines(np.repeat(np.arange(N), len(BASKET)), np.tile(BASKET, N))
# everything is in every basket: no product tells anything about another
EXPECTED = {
    "count": N,
    "confidence": 1.0,
    "jaccard": 1.0,
    "information": 0.0,
    "walk": 1 / 3,
    "bm25": N * math.log(4 / 5) ** 2,
    "rules": 1.0,
    "ridge": 1 / 3 + 0.1,  # its parts of the walk and of Jaccard, and no regression weight
}


@pytest.mark.parametrize("scoring", sorted(EXPECTED))
def test_a_million_identical_baskets_are_scored_exactly(scoring):
    mined = mine(LINES, scoring=scoring, min_lift_lower=None)
    assert mined.n_both.tolist() == mined.n_antecedent.tolist() == [N] * 12
    assert mined.score == pytest.approx(np.full(12, EXPECTED[scoring]), rel=1e-5, abs=1e-3)
    if scoring == "ridge":
        assert mined.prior == pytest.approx(np.full(4, 0.5), rel=5e-3)


@pytest.mark.parametrize("scoring", SCORINGS)
def test_what_is_left_of_the_one_basket_completes_it(scoring):
    relations = mine(LINES, scoring=scoring)
    ids, scores = complete(relations, [[7, 8]], k=3)
    assert sorted(ids[0].compressed().tolist()) == [9, 10]
    assert np.isfinite(scores[0, :2]).all()


@pytest.mark.parametrize("scoring", sorted(MEASURES))
def test_products_of_every_basket_are_no_more_than_chance(scoring):
    assert len(mine(LINES, scoring=scoring)) == 0


def test_every_set_of_the_basket_is_counted_a_million_times():
    found = bundles(LINES, min_lift=0.0)
    assert found.n_together.tolist() == [N] * 5
    assert found.lift_over_pair == pytest.approx(np.ones(5))


def test_what_is_always_bought_together_has_no_substitute():
    assert len(substitutes(LINES)) == 0


def test_the_last_product_of_the_basket_is_always_guessed():
    report = evaluate(LINES, contestants=("popularity", "walk"), max_tests=2_000)
    assert (report.n_tests, report.n_known) == (2_000, 900_000)
    assert [each.ndcg for each in report.results] == [1.0, 1.0]


def test_a_store_holds_them_all():
    store = BasketStore.of(LINES).remove(np.arange(N // 2))
    assert mine(store, scoring="count", min_lift_lower=None).n_both.tolist() == [N // 2] * 12
