"""The models and patterns again, as dense matrices: every formula of the docs, written out."""

import math
from collections import Counter
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from tests.engine import naive
from xsell.engine.baskets import LEAST_WEIGHT

TOO_CLOSE = 1e-5  # predictors whose gains differ by less may change places when rounded


class Order(NamedTuple):
    """A basket; days: its age against the newest. No customer: one of its own."""

    items: frozenset[Any]
    days: float = 0.0
    customer: Any = None


class Model(NamedTuple):
    """products: by popularity; scores, n_both: dense, row antecedent, column consequent.

    is_sure: columns whose scores do not hang on how a tie is rounded.
    """

    products: list[Any]
    scores: np.ndarray
    n_both: np.ndarray
    prior: np.ndarray
    is_sure: np.ndarray


class Counts(NamedTuple):
    """What every formula is made of; x: counted baskets by products, as zeros and ones."""

    products: list[Any]
    x: np.ndarray
    size: np.ndarray
    days: np.ndarray
    n_both: np.ndarray
    share: np.ndarray  # of a pair's baskets, those that are not the heaviest customer's repeats
    evidence: np.ndarray  # pairs that recur: their baskets without these


def count(
    orders: list[Order], min_count: int, max_basket: int | None, *, keeps_repeats: bool = False
) -> Counts:
    n_orders = Counter(p for order in orders for p in order.items)
    products = sorted(n_orders, key=lambda p: (-n_orders[p], p))
    n_placed = Counter(
        o.customer if o.customer is not None else (o, i) for i, o in enumerate(orders)
    )
    most = max(100, 20 * np.median(list(n_placed.values()) or [0]))
    counted = [
        o
        for o in orders
        if (max_basket is None or len(o.items) <= max_basket)
        and (o.customer is None or n_placed[o.customer] <= most)
    ]
    x = np.array([[p in o.items for p in products] for o in counted], float)
    x = x.reshape(len(counted), len(products))
    votes: dict[tuple[int, int], Counter[Any]] = {}
    for number, order in enumerate(counted):
        who = ("guest", number) if order.customer is None else order.customer
        for pair in permutations(map(products.index, order.items), 2):
            votes.setdefault(pair, Counter())[who] += 1
    share, evidence = np.ones((x.shape[1],) * 2), np.zeros((x.shape[1],) * 2)
    n_both = x.T @ x
    for pair, by_customer in votes.items():
        n, repeats = by_customer.total(), max(by_customer.values()) - 1
        if keeps_repeats and (n - repeats >= min_count or n <= 50):
            repeats = 0
        share[pair] = (n - repeats) / n
        evidence[pair] = n - repeats if n - repeats >= min_count else 0
    days = np.array([o.days for o in counted])
    return Counts(products, x, x.sum(1), days, n_both, share, evidence)


def fit(
    orders: list[Order],
    scoring: str,
    parameters: dict[str, Any],
    *,
    min_count: int = 1,
    max_basket: int | None = None,
) -> Model:
    parameters = dict(parameters)
    c = count(orders, min_count, max_basket, keeps_repeats=parameters.pop("keeps_repeats", False))
    n = c.x.sum(0)
    is_sure = np.ones(n.size, bool)
    prior = 1e-9 * n / max(n.max(initial=0), 1)
    if scoring == "ridge":
        prior_share = parameters.pop("prior_share")
        scores, intercept, is_sure = ridge(c, **parameters)
        prior = prior + prior_share * intercept
    elif scoring == "walk":
        scores = walk(c, **parameters)
    elif scoring == "bm25":
        scores = bm25(c, **parameters)
    else:
        scores = measure(c, scoring, **parameters)
    n_both = np.where(c.evidence > 0, c.n_both, 0)
    return Model(c.products, np.where(c.evidence > 0, scores, 0.0), n_both, prior, is_sure)


def decay(c: Counts, half_life_days: float | None) -> np.ndarray:
    if half_life_days is None:
        return np.ones(c.days.size)
    return np.maximum(0.5 ** (c.days / half_life_days), LEAST_WEIGHT)


def gram(c: Counts, weight: np.ndarray) -> np.ndarray:
    """Summed weights of the pairs that recur, without the heaviest customer's repeats."""
    summed = (c.x * weight[:, None]).T @ c.x * c.share
    return np.where(c.evidence > 0, summed, 0.0)


def walk(c: Counts, half_life_days, alpha, beta) -> np.ndarray:
    weight = decay(c, half_life_days)
    n = np.maximum(c.x.sum(0), 1)
    leaving = np.maximum(weight @ c.x, 1e-12)[:, None]
    steps = gram(c, weight / np.maximum(c.size - 1, 1)) / leaving
    return steps**alpha / (n / max(n.mean() if n.size else 1, 1e-12)) ** beta


def bm25(c: Counts, k1, b) -> np.ndarray:
    n = c.x.sum(0)
    idf = np.log(max(n.size, 1) / (1 + c.size))
    length = (k1 + 1) / (k1 * (1 - b + b * n / max(n.sum() / max(n.size, 1), 1e-12)) + 1)
    return length[:, None] * length * gram(c, idf**2)


def measure(c: Counts, scoring: str, least_support: int = 0) -> np.ndarray:
    n = np.maximum(c.x.sum(0), 1)
    both = c.evidence
    gone = np.where(both > 0, c.n_both - both, 0)
    antecedent, consequent = n[:, None] - gone, n - gone
    if scoring == "information":
        counts = (both, antecedent, consequent, len(c.x) - gone)
        return np.vectorize(bits, otypes=[float])(*counts)
    return {
        "count": both,
        "confidence": both / antecedent,
        "jaccard": both / np.maximum(antecedent + consequent - both, 1),
        "lift": both / antecedent / n,
        "rules": np.where(both >= least_support, both / antecedent, 0.0),
        "popularity": 0.0 * both,
    }[scoring]


def bits(n_both, n_antecedent, n_consequent, n_baskets) -> float:
    """What `mining` calls information, with the floors it has there; 0 below them."""
    if n_both < 3:
        return 0.0
    lowest = naive.lift_lower_bound(n_both, n_antecedent, n_consequent, n_baskets)
    return n_both / n_antecedent * math.log2(lowest) if lowest > 1.0 else 0.0


def ridge(
    c: Counts, half_life_days, size_exponent, n_predictors, lam, walk_share, beta, jaccard_share
):
    weight = decay(c, half_life_days) * np.maximum(c.size - 1, 1) ** -size_exponent
    d, total = weight @ c.x, weight.sum()
    n_predictors = n_predictors or 200  # these shops are small
    lam = lam * d.sum() / max(c.x.sum(), 1)
    covariance = gram(c, weight) - np.outer(d, d) / max(total, 1e-300)
    np.fill_diagonal(covariance, d - d * d / max(total, 1e-300))
    scores, intercept = np.zeros_like(covariance), np.zeros(d.size)
    is_sure = np.ones(d.size, bool)
    for j in range(d.size):
        others = np.flatnonzero(c.evidence[:, j])
        gain = covariance[others, j] / np.sqrt(d[others] + lam)
        by_gain = np.argsort(-gain, kind="stable")
        if others.size > n_predictors:
            last, next_one = gain[by_gain[n_predictors - 1]], gain[by_gain[n_predictors]]
            is_sure[j] = last - next_one > TOO_CLOSE
        chosen = np.sort(others[by_gain[:n_predictors]])[::-1]
        lowest = pivots(covariance[np.ix_(chosen, chosen)], more := lam)
        while lowest < 0.9 * lam:
            is_sure[j] &= lowest < 0.89 * lam
            lowest = pivots(covariance[np.ix_(chosen, chosen)], more := 4 * more)
        is_sure[j] &= lowest > 0.91 * lam
        block = covariance[np.ix_(chosen, chosen)] + more * np.eye(chosen.size)
        w = np.linalg.solve(block, covariance[chosen, j])
        scores[chosen, j] = w
        intercept[j] = (d[j] - w @ d[chosen]) / max(total, 1e-300)
    scores += walk_share * walk(c, half_life_days, 1.0, beta)
    return scores + jaccard_share * measure(c, "jaccard"), intercept, is_sure


def pivots(covariance: np.ndarray, lam: float) -> float:
    """The lowest of elimination, as long as they are positive."""
    left, lowest = covariance + lam * np.eye(len(covariance)), np.inf
    while left.size and lowest > 0:
        lowest = min(lowest, left[0, 0])
        left = left[1:, 1:] - np.outer(left[1:, 0], left[0, 1:]) / left[0, 0]
    return lowest
