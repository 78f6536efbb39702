"""Intervals for shares."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple


class Interval(NamedTuple):
    """A closed interval."""

    lower: float
    upper: float


def wilson_interval(n_hits: int, n_trials: int, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of a share (0 to 1).

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927), 209-212. Unlike hits / trials ± z·s it stays inside 0 to 1 and is honest for few
    trials; without any trial it is all of 0 to 1. Raise ValueError for impossible counts.

    >>> [round(bound, 4) for bound in wilson_interval(8, 10)]
    [0.4902, 0.9433]
    """
    if not 0 <= n_hits <= n_trials:
        raise ValueError(f"n_hits must be in 0 to n_trials: {n_hits} of {n_trials}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1: {confidence}")
    if n_trials == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = n_hits / n_trials
    widening = 1 + z * z / n_trials
    middle = (share + z * z / (2 * n_trials)) / widening
    half = (
        z / widening * math.sqrt(share * (1 - share) / n_trials + z * z / (4 * n_trials * n_trials))
    )
    # At 0 and at 1 the exact bound is the share itself; floats miss it by an ulp.
    return Interval(
        0.0 if n_hits == 0 else max(0.0, middle - half),
        1.0 if n_hits == n_trials else min(1.0, middle + half),
    )
