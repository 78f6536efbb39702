"""Peers that are given the shopper's earlier orders too, as they are published.

A shopper without any gets the best sellers; what is in the cart is never suggested.
"""

import numpy as np
import scipy.sparse

from tests.benchmarks.placing import place_baskets
from tests.benchmarks.shoppers import first_baskets, nearest, shopper_of_carts, vectors
from tests.benchmarks.trials import Entry, Placed, Trial

MOST_LIKE = 900


def personal_top(trial: Trial, retention: float) -> Placed:
    """How often the shopper bought it, an order that is x orders old counting retention ** x."""
    carts = trial.task.carts
    values = (retention ** carts.past_rank.astype(np.float64)).astype(np.float32)
    shape = (trial.task.hidden.size, trial.n_baskets.size)
    own = scipy.sparse.csr_matrix((values, carts.past_items, carts.past_offset), shape)
    return trial.place(own=own, own_row=np.arange(shape[0]))


def tifu_knn(
    trial: Trial, groups: int, within: float, between: float, k: int, alpha: float
) -> Placed:
    """TIFU-KNN (Hu et al. 2020, SIGIR): alpha own vector + (1 - alpha) mean of the `k` nearest.

    A customer's baskets, oldest first, stand in `groups` groups of nearly equal size (the newer
    take one more); a vector is the mean over groups of between ** (newer groups) times the mean
    over the group's baskets of within ** (newer baskets in the group). Near: Euclidean. The paper's
    formula; its code decays `within` over all baskets when it adds up, and not in groups.
    """
    key = (groups, within, between)
    queries, own_row, users = trial.keep("vectors", key, lambda: _users(trial, *key))
    who = trial.keep("nearest", key, lambda: nearest(queries, users, MOST_LIKE, is_cosine=False))[0]
    k = min(k, who.shape[1])
    mean = trial.keep("mean", (*key, k), lambda: _mean(users, who[:, :k]))
    own = alpha * users[queries] + (1 - alpha) * mean
    return trial.place(own=own.tocsr(), own_row=own_row)


def _users(trial: Trial, groups: int, within: float, between: float):
    """Customers of the carts, each cart's place among them, every customer's vector."""
    shopper = trial.keep("shopper", (), lambda: shopper_of_carts(trial))
    queries, row = np.unique(shopper[shopper >= 0], return_inverse=True)
    own_row = np.full(shopper.size, -1, np.int64)
    own_row[shopper >= 0] = row
    return queries, own_row, vectors(trial, tifu_worth(trial, groups, within, between))


def tifu_worth(trial: Trial, groups: int, within: float, between: float) -> np.ndarray:
    """The weight of each basket in its customer's vector."""
    sizes = np.diff(first_baskets(trial))
    n = np.repeat(sizes, sizes)
    m = np.minimum(n, groups)
    small, n_large = n // m, n % m
    is_large = trial.age < n_large * (small + 1)
    later = trial.age - n_large * (small + 1)
    group = np.where(is_large, trial.age // (small + 1), n_large + later // small)
    place = np.where(is_large, trial.age % (small + 1), later % small)
    return between**group * within**place / (m * (small + is_large))


def _mean(users: scipy.sparse.csr_matrix, who: np.ndarray) -> scipy.sparse.csr_matrix:
    n, k = who.shape
    arrays = (np.full(n * k, 1 / k, np.float32), who.ravel(), np.arange(n + 1) * k)
    return (scipy.sparse.csr_matrix(arrays, (n, users.shape[0])) @ users).tocsr()


def per_nir(trial: Trial, k: int, alpha: float, beta: float) -> Placed:
    """PerNIR (Ariannezhad et al. 2023, WSDM): beta own score + (1 - beta) mean of the `k` nearest.

    A customer's score of j is the sum over their baskets with j, the x-th newest counting 1 / x,
    of 1, and of `alpha` log(cart) times the sum over the cart's products i in the basket of
    w2 w3; of neighbours, times their cosine with the shopper (of the parts without a cart). As in
    the authors' code (github.com/mzhariann/pernir); their w2 = 1 / (steps back in the cart) and
    w3 = 1 / (distance of i and j in the basket) need an order that these shops do not record, and
    are its mean over all orders of the products here.
    """
    shopper = trial.keep("shopper", (), lambda: shopper_of_carts(trial))
    first, worth = first_baskets(trial), 1.0 / (trial.age + 1)
    speaker_row, speakers, likeness = trial.keep("likes", (), lambda: _likes(trial, shopper))
    share = np.where(likeness[:, : k + 1] > 0, likeness[:, : k + 1], 0) * (1 - beta) / k
    share[:, 0] = beta
    sizes = np.diff(trial.baskets.indptr)
    cart_sizes = np.diff(trial.task.carts.offset)
    of_cart = alpha * np.log(cart_sizes) * mean_step(cart_sizes)
    baskets = (trial.baskets.indptr.astype(np.int64), trial.baskets.indices)
    carts = (trial.task.carts.offset, trial.task.carts.items)
    bond = (of_cart, mean_closeness(sizes))
    return trial.placed(
        lambda begin, end, rank, top: place_baskets(
            speakers[:, : k + 1], share, speaker_row, first, baskets, worth, bond, carts,
            trial.task.hidden, trial.n_baskets, begin, end, rank, top,
        )
    )  # fmt: skip


MOST_NEIGHBOURS = 200


def _likes(trial: Trial, shopper: np.ndarray):
    """A row for each cart's customer: themselves and the most alike; and the cosines."""
    queries, row = np.unique(shopper[shopper >= 0], return_inverse=True)
    own_row = np.full(shopper.size, -1, np.int64)
    own_row[shopper >= 0] = row
    users = vectors(trial, 1.0 / (trial.age + 1))
    who, likeness = nearest(queries, users, MOST_NEIGHBOURS, is_cosine=True)
    ones = np.ones((queries.size, 1))
    return own_row, np.hstack([queries[:, None], who]), np.hstack([ones, likeness])


def mean_step(n: np.ndarray) -> np.ndarray:
    """Mean over the n products of a cart of 1 / (1, 2, ... n steps back).

    >>> mean_step(np.array([1, 2])).tolist()
    [1.0, 0.75]
    """
    return harmonic(n) / np.maximum(n, 1)


def mean_closeness(n: np.ndarray) -> np.ndarray:
    """Mean over the pairs of places 1..n of 1 / distance; 0 where there is no pair.

    >>> mean_closeness(np.array([1, 2, 3])).round(4).tolist()
    [0.0, 1.0, 0.8333]
    """
    pairs = np.maximum(n - 1, 1)
    return np.where(n > 1, 2 * harmonic(n - 1) / pairs - 2 / np.maximum(n, 1), 0.0)


def harmonic(n: np.ndarray) -> np.ndarray:
    """1 + 1/2 + ... + 1/n."""
    until = np.concatenate(([0.0], np.cumsum(1.0 / np.arange(1, n.max(initial=0) + 1))))
    return until[n]


HISTORY_PEERS = (
    Entry(
        "personal top",
        personal_top,
        grid={"retention": (1.0, 0.99, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.4)},
    ),
    Entry(
        "TIFU-KNN",
        tifu_knn,
        {"groups": 7, "within": 0.9, "between": 0.7, "k": 300, "alpha": 0.7},
        sweep={
            "groups": (3, 20),
            "between": (0.5, 0.9),
            "within": (1.0,),
            "k": (100, MOST_LIKE),
            "alpha": (0.2, 0.4, 0.9, 0.97, 1.0),
        },
    ),
    Entry(
        "PerNIR",
        per_nir,
        {"k": 100, "alpha": 3.0, "beta": 0.3},
        sweep={
            "alpha": (0.0, 1.0, 10.0, 30.0, 100.0),
            "beta": (0.03, 0.1, 0.2, 0.5, 0.8),
            "k": (50, MOST_NEIGHBOURS),
        },
        rounds=2,
    ),
)
