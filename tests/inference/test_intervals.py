import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xsell.inference import intervals
from xsell.inference.intervals import wilson_interval


@pytest.mark.parametrize(
    ("n_hits", "n_trials", "lower", "upper"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_it_gives_the_published_figures(n_hits, n_trials, lower, upper):
    assert wilson_interval(n_hits, n_trials) == pytest.approx((lower, upper), abs=5e-5)


@given(st.integers(0, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_holds_the_observed_share_and_stays_a_share(counts):
    n_hits, n_trials = counts
    interval = wilson_interval(n_hits, n_trials)
    assert 0 <= interval.lower <= interval.upper <= 1
    if n_trials:
        assert interval.lower <= n_hits / n_trials <= interval.upper


def test_without_any_trial_every_share_is_possible():
    assert wilson_interval(0, 0) == (0, 1)


def test_more_trials_narrow_it():
    few, many = wilson_interval(3, 10), wilson_interval(300, 1000)
    assert many.upper - many.lower < few.upper - few.lower


@pytest.mark.parametrize(("n_hits", "n_trials"), [(-1, 5), (6, 5), (1, 0)])
def test_impossible_counts_are_refused(n_hits, n_trials):
    with pytest.raises(ValueError, match="n_hits must be in 0 to n_trials"):
        wilson_interval(n_hits, n_trials)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_that_is_no_probability_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
        wilson_interval(1, 2, confidence)


def test_the_docstring_is_true():
    assert doctest.testmod(intervals) == (0, 1)
