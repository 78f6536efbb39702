"""Support, confidence, lift and its lower bound."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine import naive
from xsell.engine import confidence, lift, lift_lower_bound, support
from xsell.engine.pairs import lift_lower

Z = 1.6448536269514722


@st.composite
def tables(draw):
    """A possible 2 x 2 table: n_both, n_antecedent, n_consequent, n_baskets."""
    both, only_a, only_b, neither = (draw(st.integers(0, 10**6)) for _ in range(4))
    both += 1
    return both, both + only_a, both + only_b, both + only_a + only_b + neither


@given(tables())
def test_the_bound_is_below_lift_and_the_same_in_both_directions(table):
    both, a, b, n = table
    bound = float(lift_lower_bound(both, a, b, n))
    assert 0 < bound < lift(both, a, b, n)
    assert bound == lift_lower_bound(both, b, a, n)


@settings(deadline=None)  # the first call compiles
@given(tables())
def test_the_kernel_has_the_same_bound_to_the_last_bit(table):
    assert lift_lower(*map(float, table)) == lift_lower_bound(*table)
    assert naive.lift_lower_bound(*table) == lift_lower_bound(*table)


def test_the_bound_is_wilsons_interval_with_continuity_correction():
    """Newcombe's method 4 is where |x - n pi| - 1/2 = z sqrt(n pi (1 - pi))."""
    for both, n in [(1, 4), (3, 3), (7, 50), (400, 900)]:
        share = float(lift_lower_bound(both, n, 10_000, 10_000))
        assert both - n * share - 0.5 == pytest.approx(Z * math.sqrt(n * share * (1 - share)))


@pytest.mark.parametrize(
    ("n_rare", "n_popular", "n_baskets"),
    [(5, 2_000, 10_000), (50, 2_000, 10_000), (300, 4_000, 10_000), (40, 60, 1_000), (8, 8, 300)],
)
def test_independent_products_pass_for_related_about_one_time_in_twenty_at_most(
    n_rare, n_popular, n_baskets
):
    """Exact, over all ways that two independent products can meet (hypergeometric)."""

    def log_ways(n, k):
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    total = log_ways(n_baskets, n_rare)
    wrong = sum(
        math.exp(log_ways(n_popular, both) + log_ways(n_baskets - n_popular, n_rare - both) - total)
        for both in range(3, min(n_rare, n_popular) + 1)
        if lift_lower_bound(both, n_rare, n_popular, n_baskets) > 1
    )
    assert wrong <= 0.06


def test_measures_take_whole_columns():
    counts = np.array([30, 5]), np.array([60, 50]), np.array([100, 100])
    assert support(counts[0], 1000).tolist() == [0.03, 0.005]
    assert confidence(counts[0], counts[1]).tolist() == [0.5, 0.1]
    assert lift(*counts, 1000).tolist() == [5.0, 1.0]


def test_products_that_never_met_have_a_bound_of_zero():
    assert lift_lower_bound(0, 10, 20, 100) == 0


def test_measures_without_evidence_are_undefined_not_infinite():
    assert np.isnan(support(0, 0))
    assert np.isnan(confidence(0, 0))
    assert np.isnan(lift(0, 0, 5, 10))
    assert np.isnan(lift_lower_bound(0, 0, 0, 0))


def test_counts_beyond_64_bits_when_multiplied_do_not_wrap():
    many = np.int64(4 * 10**9)
    assert lift(many, many, many, many) == 1.0
