"""Customers as vectors of products, and who is like whom."""

import numpy as np
import scipy.sparse

from tests.benchmarks.matrices import scaled
from tests.benchmarks.trials import Trial

ROWS = 200  # shoppers compared at once


def first_baskets(trial: Trial) -> np.ndarray:
    """Where each customer's known baskets begin, one entry more than customers."""
    customer = trial.task.known.customer
    return np.append(np.flatnonzero(np.diff(customer, prepend=-1)), customer.size).astype(np.int64)


def vectors(trial: Trial, worth: np.ndarray) -> scipy.sparse.csr_matrix:
    """Customers x products: the sum of their baskets' worth."""
    first = first_baskets(trial)
    n = trial.baskets.shape[0]
    arrays = (np.ones(n, np.float32), np.arange(n, dtype=np.int32), first)
    own = scipy.sparse.csr_matrix(arrays, (first.size - 1, n))
    found = (own @ scaled(trial.baskets, rows=worth)).tocsr()
    found.sort_indices()
    return found


def shopper_of_carts(trial: Trial) -> np.ndarray:
    """The customer of each cart; -1 where the known baskets hold nothing of theirs.

    A task tells a cart's customer by the lines of the past only: they are what is looked up.
    Customers of the very same baskets are one to any peer.
    """
    carts, first = trial.task.carts, first_baskets(trial)
    indptr, items = trial.baskets.indptr, trial.baskets.indices
    shoppers = {}
    for u, (begin, end) in enumerate(zip(first[:-1].tolist(), first[1:].tolist(), strict=True)):
        newest_first = begin + np.argsort(trial.age[begin:end], kind="stable")
        parts = [items[indptr[b] : indptr[b + 1]] for b in newest_first.tolist()]
        shoppers[np.concatenate(parts).astype(np.int32).tobytes()] = u
    pasts = np.split(carts.past_items.astype(np.int32), carts.past_offset[1:-1])
    return np.array([shoppers[past.tobytes()] if past.size else -1 for past in pasts], np.int64)


def nearest(
    queries: np.ndarray, shoppers: scipy.sparse.csr_matrix, k: int, *, is_cosine: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The `k` most alike of each queried customer, best first, and the likeness; never themselves.

    Likeness: the cosine, or less the squared Euclidean distance.
    """
    squares = np.asarray(shoppers.multiply(shoppers).sum(axis=1)).ravel().astype(np.float32)
    if is_cosine:
        shoppers = scaled(shoppers, rows=1 / np.sqrt(np.maximum(squares, 1e-20)))
    k = min(k, shoppers.shape[0] - 1)
    who = np.empty((queries.size, k), np.int64)
    likeness = np.empty((queries.size, k), np.float32)
    across = shoppers.T.tocsr()
    for begin in range(0, queries.size, ROWS):
        own = queries[begin : begin + ROWS]
        like = (shoppers[own] @ across).toarray()
        if not is_cosine:
            like = 2 * like - squares - squares[own][:, None]
        like[np.arange(own.size), own] = -np.inf
        found = np.argpartition(-like, k - 1, axis=1)[:, :k]
        found_like = np.take_along_axis(like, found, axis=1)
        ordered = np.argsort(-found_like, axis=1, kind="stable")
        who[begin : begin + own.size] = np.take_along_axis(found, ordered, axis=1)
        likeness[begin : begin + own.size] = np.take_along_axis(found_like, ordered, axis=1)
    return who, likeness
