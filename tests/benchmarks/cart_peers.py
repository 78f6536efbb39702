"""Peers that know the cart alone, as they are published.

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
    """implicit's CosineRecommender as it comes; SAR's grid has the cosine with all its rows."""
    from implicit.nearest_neighbours import CosineRecommender

    return trial.place(_similar(trial, CosineRecommender, k))


def implicit_bm25(trial: Trial, k: int) -> Placed:
    """implicit's BM25Recommender as it comes; `k` similar products are kept, itself among them."""
    from implicit.nearest_neighbours import BM25Recommender

    return trial.place(_similar(trial, BM25Recommender, k))


def bm25(trial: Trial, k: int | None, k1: float, b: float) -> Placed:
    """What implicit's BM25Recommender(k, k1, b) computes, all rows kept where `k` is None.

    L_a L_j * sum over common baskets of log(N / (1 + size))**2, with L = (k1 + 1) /
    (k1 (1 - b + b n / mean n) + 1): the sum serves every k1 and b, so that more can be tried.
    """
    idf = np.log(trial.n_baskets.size) - np.log1p(np.diff(trial.baskets.indptr))
    pairs = trial.pairs(idf**2, key="idf")
    n = trial.n_baskets / max(trial.n_baskets.mean(), 1e-12)
    length = (k1 + 1) / (k1 * (1 - b + b * n) + 1)
    scores = scaled(pairs, rows=length, columns=length)
    return trial.place(scores if k is None else strongest(scores, k))


def _similar(trial: Trial, recommender, k: int):
    model = recommender(K=k, num_threads=2)
    with warnings.catch_warnings():  # it converts what it made itself, and complains
        warnings.filterwarnings("ignore", "Method expects CSR input")
        model.fit(trial.baskets.astype(np.float64), show_progress=False)
    return without_diagonal(model.similarity.tocsr().astype(np.float32))


def _inverse(trial: Trial) -> np.ndarray:
    return 1.0 / np.maximum(trial.n_baskets, 1).astype(np.float64)


ALPHAS = (0.3, 0.5, 0.7, 0.9, 1.1)
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
    Entry(
        "BM25 tuned",
        bm25,
        {"k": None},
        grid={"k1": (0.4, 1.2, 4.0, 20.0), "b": (0.05, 0.1, 0.3, 0.75)},
        sweep={"k": (100, 500)},
    ),
    Entry("EASE^R", ease, grid={"lam": (3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0)}),
)
# of the extra `bench`: left out where implicit is not installed
IMPLICIT_PEERS = (
    Entry("implicit cosine", implicit_cosine, {"k": 20}),
    Entry("implicit BM25", implicit_bm25, {"k": 20}),
)
