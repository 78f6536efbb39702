"""The family of models that complete a cart, and how each is fitted.

Every member comes down to the same form: the score of product j for a cart is a prior of j plus
the sum (rules: the largest) of the scores of the pairs (a, j) over the products a of the cart.
That form is stored with the relations, and served by anything that can add.

- "ridge": centred local ridge (`ridge`) plus `walk_share` times the walk. Prior: its intercept.
- "walk": two steps of a random walk from product to basket to product, P3-alpha with beta
  (Cooper et al. 2014, WWW; Paudel et al. 2017, ACM TiiS 7:1): (sum over common baskets of
  weight / (size - 1) / d_a) ** alpha / (n_j / mean n) ** beta. Prior: popularity, to break ties.
- "bm25": dot product of BM25-weighted baskets, the weighting that implicit uses: L_a * L_j * sum
  of log(P / (1 + size))**2, L = (K1 + 1) / (K1 * (1 - B + B n / mean n) + 1).
- "rules": the largest confidence of the rules with `least_support` baskets, best sellers after.
- "jaccard", "confidence", "count": `mining.mine`'s, best sellers after.
- "popularity": best sellers alone, for comparison; it makes no relation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.baskets import Baskets, basket_weights, size_weights
from xsell.engine.counting import Index, build_index, chunk_bounds, in_threads
from xsell.engine.coupling import Coupling, couple
from xsell.engine.gram import times_row, transposed
from xsell.engine.indexing import summed_weights
from xsell.engine.ridge import half_rows, ridge_rows

Parameters = Mapping[str, Any]
Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]

# what a member of that name takes; half_life_days None: no decay
DEFAULTS: dict[str, dict[str, Any]] = {
    "ridge": {
        "half_life_days": 120.0, "size_exponent": 0.5, "n_predictors": 50, "lam": 50.0,
        "walk_share": 0.3, "beta": 0.0,
    },
    "walk": {"half_life_days": 120.0, "alpha": 1.0, "beta": 0.0},
    "bm25": {"k1": 1.2, "b": 0.75},
    "rules": {"least_support": 5},
    "jaccard": {},
    "confidence": {},
    "count": {},
    "popularity": {},
}  # fmt: skip
# best sellers break ties and follow after whatever has a score, however small
TIE_BREAK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted member: pair scores in rows of antecedents, laid out as `coupling`; the prior."""

    coupling: Coupling
    scores: Float32s
    prior: Floats
    is_sum: bool


@dataclass(slots=True, eq=False)
class Workshop:
    """Baskets indexed once, and what several members share, kept while they are tried."""

    baskets: Baskets
    by_popularity: NDArray[np.intp]
    index: Index
    threads: int
    couplings: dict[Any, Coupling]

    @classmethod
    def open(
        cls,
        baskets: Baskets,
        max_basket: int | None,
        threads: int,
        *,
        weight: Floats | None = None,
        keep_basket: bool = True,
    ) -> "Workshop":
        """Index the baskets; `weight` per basket is for the counting of single measures only."""
        by_popularity = np.argsort(-baskets.n_baskets_with, kind="stable")
        code = np.empty(by_popularity.size, np.int32)
        code[by_popularity] = np.arange(by_popularity.size, dtype=np.int32)
        is_counted = np.ones(baskets.starts.size - 1, np.bool_)
        if max_basket is not None:
            is_counted = baskets.sizes <= max_basket
        plain = np.empty(0, np.float64)
        customer = np.empty(0, np.int32) if baskets.customer is None else baskets.customer
        index = build_index(
            baskets.items, baskets.starts, is_counted, code, plain if weight is None else weight,
            customer, threads, keep_basket=keep_basket,
        )  # fmt: skip
        return cls(baskets, by_popularity, index, threads, {})

    def decay(self, half_life_days: float | None) -> Floats:
        weight = basket_weights(self.baskets.placed_at, half_life_days)
        return weight if weight.size else np.ones(self.index.starts.size - 1)

    def marginals(self, weight: Floats) -> Floats:
        """Summed weight of the counted baskets of each code."""
        index = self.index
        return summed_weights(index.items, index.starts, index.is_counted, weight, index.work.size)

    def coupling(self, key: Any, one: Floats, two: Floats, min_count: int) -> Coupling:
        key = (*key, min_count)
        if key not in self.couplings:
            self.couplings.clear()  # one at a time: they are the bulk of the memory
            self.couplings[key] = couple(
                self.index, one, two, threads=self.threads, min_count=min_count
            )
        return self.couplings[key]


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
    """Prior of the members that have none of their own: a whisper of popularity."""
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
    coupling = shop.coupling((half_life, exponent), one, two, min_count)
    solved, intercept = _solved(shop, settings, coupling, one)
    scores = transposed(coupling.offset, coupling.column, solved)
    del solved
    if settings["walk_share"]:
        steps = _steps(shop, settings, coupling)
        steps *= np.float32(settings["walk_share"])
        scores += steps
    return Fit(coupling, scores, intercept, is_sum=True)


def _solved(
    shop: Workshop, settings: Parameters, coupling: Coupling, weight: Floats
) -> tuple[Float32s, Floats]:
    """Regression weights, in rows of what is predicted, and intercepts."""
    d = shop.marginals(weight)
    total = float(weight[shop.index.is_counted].sum())
    n = shop.index.n_baskets_with
    # lam is in baskets: brought to the mean weight of one
    lam = float(settings["lam"]) * d.sum() / max(int(n.sum()), 1)
    solved = np.zeros(coupling.column.size, np.float32)
    intercept = np.zeros(d.size)
    halves = half_rows(coupling.offset, coupling.column, coupling.one)
    in_threads(
        lambda begin, end: ridge_rows(
            coupling.offset, coupling.column, coupling.one, *halves, d, total,
            int(settings["n_predictors"]), lam, begin, end, solved, intercept,
        ),
        chunk_bounds(np.minimum(np.diff(coupling.offset), 200) + 1),
        shop.threads,
    )  # fmt: skip
    return solved, intercept


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
    if settings["beta"]:
        n = np.maximum(shop.index.n_baskets_with, 1).astype(np.float64)
        steps /= ((n / n.mean()) ** settings["beta"]).astype(np.float32)[coupling.column]
    return steps


def _fit_walk(shop: Workshop, settings: Parameters, min_count: int) -> Fit:
    half_life = settings["half_life_days"]
    one, two = _weightings(shop, settings, 0.5)
    coupling = shop.coupling((half_life, 0.5), one, two, min_count)
    return Fit(coupling, _steps(shop, settings, coupling), best_sellers(shop), is_sum=True)


def _fit_bm25(shop: Workshop, settings: Parameters, min_count: int) -> Fit:
    sizes = shop.baskets.sizes
    idf = np.log(max(shop.index.work.size, 1)) - np.log1p(sizes)
    coupling = shop.coupling(("bm25",), idf**2, np.empty(0), min_count)
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
    coupling = shop.coupling(("ones",), ones, np.empty(0), min_count)
    n = shop.index.n_baskets_with.astype(np.float32)
    scores = coupling.n_both.astype(np.float32)
    if scoring == "popularity":
        scores[:] = 0.0
    elif scoring == "jaccard":
        both = scores.copy()
        scores /= n[coupling.row] + n[coupling.column] - both
    elif scoring in {"confidence", "rules"}:
        scores /= n[coupling.row]
    if scoring == "rules":
        scores[coupling.n_both < settings["least_support"]] = 0.0
    return Fit(coupling, scores, best_sellers(shop), is_sum=scoring != "rules")
