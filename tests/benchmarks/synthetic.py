"""A shop of any size: a long tail, categories that sell together, orders over a year."""

import numpy as np


def order_lines(n_lines: int, n_products: int, seed: int = 20260101):
    """Arrays (order, product, placed_at) of about `n_lines` lines, about 7 pair events each."""
    rng = np.random.default_rng(seed)
    sizes = np.minimum(1 + rng.geometric(0.125, n_lines // 7), 100)
    sizes = np.where(rng.random(sizes.size) < 0.2, 1, sizes)
    sizes = sizes[: np.searchsorted(np.cumsum(sizes), n_lines)]
    order = np.repeat(np.arange(sizes.size), sizes)
    popularity = 1.0 / (np.arange(n_products) + 5.0) ** 0.95
    cumulative = np.cumsum(popularity) / popularity.sum()
    product = np.searchsorted(cumulative, rng.random(order.size))
    n_categories = max(n_products // 100, 10)
    category = rng.integers(0, n_categories, n_products)
    by_category = np.argsort(category, kind="stable")
    first = np.searchsorted(category[by_category], np.arange(n_categories + 1))
    own = rng.integers(0, n_categories, sizes.size)[order]
    span = first[own + 1] - first[own]
    inside = first[own] + (span * rng.random(order.size) ** 2.5).astype(np.int64)
    is_inside = (rng.random(order.size) < 0.4) & (span > 0)
    product = np.where(is_inside, by_category[np.minimum(inside, n_products - 1)], product)
    product = rng.permutation(n_products)[np.minimum(product, n_products - 1)]
    seconds = np.sort(rng.integers(0, 365 * 86_400, sizes.size))
    return order, product, (np.datetime64("2025-01-01", "s") + seconds)[order]
