"""EASE^R (Steck 2019, WWW): a linear autoencoder in closed form, baskets in place of users."""

import numpy as np
import scipy.linalg

from tests.benchmarks.trials import Placed, Trial

MOST_PRODUCTS = 12_000
# on the validation slice the weight of the ridge is compared on fewer: a twenty-seventh of the work
TUNED_PRODUCTS = 4_000
BLOCK = 1_000


def ease(trial: Trial, lam: float) -> Placed:
    """Score x B of the cart x: P = (X'X + lam I)^-1, B = I - P / diag(P), zero on the diagonal.

    X holds the best sellers up to MOST_PRODUCTS; what is not among them follows by sales.
    """
    n_products = min(TUNED_PRODUCTS if trial.is_slice else MOST_PRODUCTS, trial.n_baskets.size)
    weights = trial.keep("ease", (lam, n_products), lambda: _weights(trial, lam, n_products))
    carts = trial.cart_matrix()[:, :n_products].tocsr()

    def scores(begin: int, end: int) -> np.ndarray:
        # below all scores, so that best sellers come after, not between
        found = np.full((end - begin, trial.n_baskets.size), -np.inf, np.float32)
        found[:, :n_products] = carts[begin:end] @ weights
        return found

    return trial.place_scores(scores)


def _weights(trial: Trial, lam: float, n_products: int) -> np.ndarray:
    best = trial.baskets[:, :n_products]
    gram = (best.T.tocsr() @ best).toarray(order="F").astype(np.float32)
    gram[np.diag_indices(n_products)] += np.float32(lam)
    factor, _ = scipy.linalg.lapack.spotrf(gram, lower=1, overwrite_a=1)
    lower, _ = scipy.linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    weights = lower.T  # the upper triangle, rows side by side as sparse products read them
    for begin in range(0, n_products, BLOCK):
        end = min(begin + BLOCK, n_products)
        corner = np.triu(weights[begin:end, begin:end])
        weights[begin:end, begin:end] = corner + np.triu(corner, 1).T
        weights[end:, begin:end] = weights[begin:end, end:].T
    weights /= -weights.diagonal().copy()
    weights[np.diag_indices(n_products)] = 0
    if trial.rows and trial.rows < n_products:
        least = np.partition(weights, -trial.rows, axis=1)[:, -trial.rows]
        weights[weights < np.maximum(least, 0)[:, None]] = 0
    return weights
