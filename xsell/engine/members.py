"""The family of models that complete a cart, and how each is fitted.

Every member comes down to the same form: the score of product j for a cart is a prior of j plus
the sum (rules: the largest) of the scores of the pairs (a, j) over the products a of the cart.
That form is stored with the relations, and served by anything that can add.

- "ridge": centred local ridge (`ridge`) plus `walk_share` times the walk plus `jaccard_share` times
  Jaccard. Prior: `prior_share` times its intercept.
- "walk": two steps of a random walk from product to basket to product, P3-alpha with beta
  (Cooper et al. 2014, WWW; Paudel et al. 2017, ACM TiiS 7:1): (sum over common baskets of
  weight / (size - 1) / d_a) ** alpha / (n_j / mean n) ** beta. Prior: popularity, to break ties.
- "bm25": dot product of BM25-weighted baskets, the weighting that implicit uses: L_a * L_j * sum
  of log(P / (1 + size))**2, L = (K1 + 1) / (K1 * (1 - B + B n / mean n) + 1).
- "rules": the largest confidence of the rules with `least_support` baskets, best sellers after.
- "jaccard", "confidence", "count": `mining.mine`'s, best sellers after.
- "popularity": best sellers alone, for comparison; it makes no relation.

Where customers are known, the repeats of the one customer who bought a pair most are no evidence
for it. `keeps_repeats` lets them speak: a shop whose shoppers come back for the same things
completes carts better with it. Customers of very many orders (`workshop.is_by_robot`) are left out
of all that is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.baskets import size_weights
from xsell.engine.counting import chunk_bounds, in_threads
from xsell.engine.coupling import Coupling
from xsell.engine.gram import add_jaccard, times_row, transposed
from xsell.engine.parameters import DEFAULTS
from xsell.engine.ridge import half_rows, ridge_rows
from xsell.engine.workshop import Workshop

Parameters = Mapping[str, Any]
Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]

# best sellers break ties and follow after whatever has a score, however small
TIE_BREAK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted member: pair scores in rows of antecedents, laid out as `coupling`; the prior."""

    coupling: Coupling
    scores: Float32s
    prior: Floats
    is_sum: bool


def fit(shop: Workshop, scoring: str, parameters: Parameters, min_count: int = 1) -> Fit:
    """The member `scoring` with these parameters, its defaults for those not given."""
    settings = {**DEFAULTS[scoring], **parameters}
    if scoring == "ridge":
        return _fit_ridge(shop, settings, min_count)
    if scoring == "walk":
        return _fit_walk(shop, settings, min_count)
    if scoring == "bm25":
        return _fit_bm25(shop, settings, min_count)
    return _fit_counts(shop, scoring, settings, min_count)


def best_sellers(shop: Workshop) -> Floats:
    """A whisper of popularity: the prior of members that have none of their own."""
    n = shop.index.n_baskets_with.astype(np.float64)
    prior: Floats = n * (TIE_BREAK / max(n.max(initial=0.0), 1.0))
    return prior


def _weightings(
    shop: Workshop, settings: Parameters, size_exponent: float
) -> tuple[Floats, Floats]:
    decay = shop.decay(settings["half_life_days"])
    sizes = shop.baskets.sizes
    return decay * size_weights(sizes, size_exponent), decay * size_weights(sizes, 1.0)


def _fit_ridge(shop: Workshop, settings: Parameters, min_count: int) -> Fit:
    half_life, exponent = settings["half_life_days"], settings["size_exponent"]
    one, two = _weightings(shop, settings, exponent)
    coupling = shop.coupling(
        (half_life, exponent), one, two, min_count, keeps_repeats=settings["keeps_repeats"]
    )
    n_predictors = settings["n_predictors"] or affordable_predictors(shop.index.work.size)
    lam = float(settings["lam"])
    scores, intercept = shop.solution(
        (n_predictors, lam), lambda: _solved(shop, coupling, one, n_predictors, lam)
    )
    if settings["walk_share"]:
        steps = _steps(shop, settings, coupling)
        steps *= np.float32(settings["walk_share"])
        scores += steps
    if settings["jaccard_share"]:
        scores = _with_jaccard(shop, coupling, float(settings["jaccard_share"]), scores)
    prior = best_sellers(shop) + float(settings["prior_share"]) * intercept
    return Fit(coupling, scores, prior, is_sum=True)


def affordable_predictors(n_products: int) -> int:
    """More predictors complete carts better, and cost their square for each product.

    >>> [affordable_predictors(n) for n in (1_000, 25_000, 1_000_000)]
    [200, 100, 50]
    """
    return int(np.clip((250_000_000 / max(n_products, 1)) ** 0.5, 50, 200))


def _solved(
    shop: Workshop, coupling: Coupling, one: Floats, n_predictors: int, lam: float
) -> tuple[Float32s, Floats]:
    """Regression weights in rows of antecedents, and the intercept of each product."""
    d = shop.marginals(one)
    total = float(one[shop.index.is_counted].sum()) or 1.0
    # lam is in baskets: brought to the mean weight of one
    lam *= d.sum() / max(int(shop.index.n_baskets_with.sum()), 1)
    solved = np.zeros(coupling.column.size, np.float32)
    intercept = np.zeros(d.size)
    halves = half_rows(coupling.offset, coupling.column, coupling.one)
    in_threads(
        lambda begin, end: ridge_rows(
            coupling.offset, coupling.column, coupling.one, *halves, d, total, n_predictors, lam,
            begin, end, solved, intercept,
        ),
        chunk_bounds(np.minimum(np.diff(coupling.offset), 200) + 1),
        shop.threads,
    )  # fmt: skip
    return transposed(coupling.offset, coupling.column, solved), intercept


def _with_jaccard(shop: Workshop, coupling: Coupling, share: float, scores: Float32s) -> Float32s:
    """The scores, to which `share` times Jaccard was added."""
    in_threads(
        partial(
            add_jaccard, coupling.offset, coupling.column, coupling.n_both, coupling.evidence,
            shop.index.n_baskets_with, share, scores,
        ),
        chunk_bounds(np.diff(coupling.offset)),
        shop.threads,
    )  # fmt: skip
    return scores


def _steps(shop: Workshop, settings: Parameters, coupling: Coupling) -> Float32s:
    """Probability of a walk from the row's product, through a basket, to the column's.

    With beta, divided by the column's popularity, as a multiple of the mean, to that power.
    """
    leaving = np.maximum(shop.marginals(shop.decay(settings["half_life_days"])), 1e-12)
    steps = coupling.two.copy()
    in_threads(
        partial(times_row, coupling.offset, (1.0 / leaving).astype(np.float32), steps),
        chunk_bounds(np.diff(coupling.offset)),
        shop.threads,
    )
    if settings.get("alpha", 1.0) != 1.0:
        steps **= np.float32(settings["alpha"])
    if settings["beta"] and steps.size:
        n = np.maximum(shop.index.n_baskets_with, 1).astype(np.float64)
        steps /= ((n / n.mean()) ** settings["beta"]).astype(np.float32)[coupling.column]
    return steps


def _fit_walk(shop: Workshop, settings: Parameters, min_count: int) -> Fit:
    half_life = settings["half_life_days"]
    one, two = _weightings(shop, settings, 0.5)
    coupling = shop.coupling(
        (half_life, 0.5), one, two, min_count, keeps_repeats=settings["keeps_repeats"]
    )
    return Fit(coupling, _steps(shop, settings, coupling), best_sellers(shop), is_sum=True)


def _fit_bm25(shop: Workshop, settings: Parameters, min_count: int) -> Fit:
    sizes = shop.baskets.sizes
    idf = np.log(max(shop.index.work.size, 1)) - np.log1p(sizes)
    coupling = shop.coupling(
        ("bm25",), idf**2, np.empty(0), min_count, keeps_repeats=settings["keeps_repeats"]
    )
    n = shop.index.n_baskets_with.astype(np.float64)
    k1, b = settings["k1"], settings["b"]
    length = ((k1 + 1) / (k1 * (1 - b + b * n / max(n.sum() / max(n.size, 1), 1e-12)) + 1)).astype(
        np.float32
    )
    scores = np.repeat(length, np.diff(coupling.offset))
    scores *= length[coupling.column]
    scores *= coupling.one
    return Fit(coupling, scores, best_sellers(shop), is_sum=True)


def _fit_counts(shop: Workshop, scoring: str, settings: Parameters, min_count: int) -> Fit:
    ones = np.ones(shop.index.starts.size - 1)
    coupling = shop.coupling(
        ("ones",), ones, np.empty(0), min_count,
        keeps_repeats=settings.get("keeps_repeats", False),
    )  # fmt: skip
    scores = coupling.evidence.astype(np.float32)
    if scoring in {"popularity", "jaccard"}:
        scores[:] = 0.0
    if scoring == "jaccard":
        scores = _with_jaccard(shop, coupling, 1.0, scores)
    elif scoring in {"confidence", "rules"}:
        gone = coupling.n_both - coupling.evidence
        scores /= (shop.index.n_baskets_with[coupling.row] - gone).astype(np.float32)
    if scoring == "rules":
        scores[coupling.evidence < settings["least_support"]] = 0.0
    return Fit(coupling, scores, best_sellers(shop), is_sum=scoring != "rules")
