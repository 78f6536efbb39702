"""Peers that know the cart alone, as they are published; their stored rows are not cut short.

n_a, n_j: baskets with a product; n_aj: with both; N: products. All sum over the products a of the
cart, but for the rules, which take the strongest.
"""

import warnings

import numpy as np

from tests.benchmarks.ease import ease
from tests.benchmarks.matrices import rows_of, scaled, strongest, with_values, without_diagonal
from tests.benchmarks.trials import Entry, Placed, Trial

LEAST_SUPPORT = 5


def popularity(trial: Trial) -> Placed:
    """Best sellers."""
    return trial.place()


def co_count(trial: Trial) -> Placed:
    """n_aj."""
    return trial.place(trial.pairs())


def confidence(trial: Trial) -> Placed:
    """n_aj / n_a."""
    return trial.place(scaled(trial.pairs(), rows=_inverse(trial)))


def lift(trial: Trial) -> Placed:
    """n_aj / (n_a n_j)."""
    inverse = _inverse(trial)
    return trial.place(scaled(trial.pairs(), rows=inverse, columns=inverse))


def jaccard(trial: Trial) -> Placed:
    """n_aj / (n_a + n_j - n_aj)."""
    return sar(trial, "jaccard", 1)


def rules(trial: Trial) -> Placed:
    """The largest confidence of the rules that LEAST_SUPPORT baskets bear out; best sellers after.

    Agrawal et al. 1993, SIGMOD.
    """
    pairs = trial.pairs()
    confident = scaled(pairs, rows=_inverse(trial))
    confident.data[pairs.data < LEAST_SUPPORT] = 0
    return trial.place(confident, is_sum=False)


def random_walk(trial: Trial, alpha: float, beta: float) -> Placed:
    """P3-alpha (Cooper et al. 2014, WWW); RP3-beta with beta (Paudel et al. 2016, ACM TiiS 7:1).

    Three steps, cart - product a - basket b - product j, each transition probability to the power
    alpha, the end divided by n_j ** beta: n_a**-alpha * sum over b of size_b**-alpha / n_j**beta.
    """
    sizes = np.maximum(np.diff(trial.baskets.indptr), 1).astype(np.float64)
    pairs = trial.pairs(sizes**-alpha, key=alpha)
    inverse = _inverse(trial)
    return trial.place(scaled(pairs, rows=inverse**alpha, columns=inverse**beta))


def sar(trial: Trial, similarity: str, threshold: int) -> Placed:
    """SAR of Microsoft's recommenders: affinity (1 for what is in the cart) times similarity.

    A basket is a user. Pairs of fewer than `threshold` baskets count as none; similarities as in
    its `python_utils`, where mutual information is log2(N n_aj / (n_a n_j)). Its default,
    Jaccard with threshold 1, is the peer of that name.
    """
    pairs = trial.pairs()
    both = pairs.data
    n = trial.n_baskets.astype(np.float32)
    n_one, n_other = n[rows_of(pairs)], n[pairs.indices]
    if similarity == "jaccard":
        values = both / (n_one + n_other - both)
    elif similarity == "lift":
        values = both / (n_one * n_other)
    elif similarity == "cosine":
        values = both / np.sqrt(n_one * n_other)
    elif similarity == "inclusion":
        values = both / np.minimum(n_one, n_other)
    elif similarity == "lexicographer":
        values = both * np.log2(n.size * both / (n_one * n_other))
    else:
        values = both.copy()
    values[both < threshold] = 0
    return trial.place(with_values(pairs, values))


def implicit_cosine(trial: Trial, k: int) -> Placed:
    """implicit's CosineRecommender; `k` similar products are kept, itself among them."""
    from implicit.nearest_neighbours import CosineRecommender

    return trial.place(_similar(trial, "cosine", CosineRecommender, k))


def implicit_bm25(trial: Trial, k: int, k1: float, b: float) -> Placed:
    """implicit's BM25Recommender with K, K1 and B."""
    from implicit.nearest_neighbours import BM25Recommender

    return trial.place(_similar(trial, "bm25", BM25Recommender, k, K1=k1, B=b))


MOST_SIMILAR = 500


def _similar(trial: Trial, kind: str, recommender, k: int, **parameters):
    """implicit's item-item matrix: its rows of MOST_SIMILAR, cut to the `k` largest."""

    def fit():
        model = recommender(K=MOST_SIMILAR, num_threads=2, **parameters)
        with warnings.catch_warnings():  # it converts what it made itself, and complains
            warnings.filterwarnings("ignore", "Method expects CSR input")
            model.fit(trial.baskets.astype(np.float64), show_progress=False)
        return model.similarity.tocsr().astype(np.float32)

    similar = trial.keep("implicit", (kind, *parameters.values()), fit)
    return without_diagonal(similar if k == MOST_SIMILAR else strongest(similar, k))


def _inverse(trial: Trial) -> np.ndarray:
    return 1.0 / np.maximum(trial.n_baskets, 1).astype(np.float64)


ALPHAS = (0.4, 0.6, 0.8, 1.0, 1.2)
SIMILARITIES = ("cooccurrence", "cosine", "inclusion", "jaccard", "lexicographer", "lift")

CART_PEERS = (
    Entry("popularity", popularity),
    Entry("co-count", co_count),
    Entry("confidence", confidence),
    Entry("lift", lift),
    Entry("jaccard", jaccard),
    Entry("rules (>=5), best sellers", rules),
    Entry("SAR", sar, grid={"similarity": SIMILARITIES, "threshold": (1, 2, 4)}),
    Entry("P3-alpha", random_walk, {"beta": 0.0}, grid={"alpha": ALPHAS}),
    Entry("RP3-beta", random_walk, grid={"alpha": ALPHAS, "beta": (0.05, 0.1, 0.2, 0.3, 0.5)}),
    Entry("EASE^R", ease, grid={"lam": (10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0)}),
)
# of the extra `bench`: left out where implicit is not installed
IMPLICIT_PEERS = (
    Entry("implicit cosine", implicit_cosine, {"k": 20}),
    Entry("implicit cosine tuned", implicit_cosine, grid={"k": (20, 100, MOST_SIMILAR)}),
    Entry("implicit BM25", implicit_bm25, {"k": 20, "k1": 1.2, "b": 0.75}),
    Entry(
        "implicit BM25 tuned",
        implicit_bm25,
        grid={"k1": (0.1, 0.5, 1.2), "b": (0.0, 0.1, 0.3, 0.75), "k": (20, 100, MOST_SIMILAR)},
    ),
)
