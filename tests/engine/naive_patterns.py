"""Substitutes and bundles again, pair by pair and set by set."""

import math
from collections import Counter
from itertools import combinations

import numpy as np

from tests.engine.naive_models import Order, count


def substitutes(orders: list[Order], max_basket, kind=None) -> dict:
    """(product, substitute) -> (score, avoidance, n_both, n_expected) of all candidates."""
    c = count(orders, 1, max_basket)
    n, size, both = c.x.sum(0), c.size, np.where(c.evidence > 0, c.n_both, 0.0)
    lift = size.size * (size * (size - 1)).sum() / max(size.sum() ** 2, 1)
    expected = np.outer(n, n) * lift / max(size.size, 1)
    profile = np.maximum(np.log((both + 3) / (expected + 3)), 0)
    np.fill_diagonal(profile, 0)
    found = {}
    for a, b in np.argwhere(expected >= 3).tolist():
        avoidance = (both[a, b] - expected[a, b]) / math.sqrt(expected[a, b])
        lengths = math.hypot(*profile[a]) * math.hypot(*profile[b])
        likeness = profile[a] @ profile[b] / max(lengths, 1e-12)
        score = likeness * (1 - min(both[a, b] / expected[a, b], 1))
        pair = c.products[a], c.products[b]
        is_kin = kind is None or (
            None not in map(kind.get, pair) and kind[pair[0]] == kind[pair[1]] and avoidance < -3
        )
        if a != b and score > 0 and is_kin:
            found[pair] = score, avoidance, both[a, b], expected[a, b]
    return found


def bundles(orders: list[Order], *, max_size, min_count, min_lift, max_basket) -> dict:
    """Sorted members -> (baskets that hold them all, lift over the best pair)."""
    c = count(orders, min_count, max_basket)
    place = {product: i for i, product in enumerate(c.products)}
    together = Counter(
        members
        for row in c.x
        for size in range(3, max_size + 1)
        for members in combinations(sorted(c.products[i] for i in np.flatnonzero(row)), size)
    )
    n, found = c.x.sum(0), {}
    for members, n_together in together.items():
        pairs = [tuple(place[p] for p in pair) for pair in combinations(members, 2)]
        if n_together < min_count or not all(c.evidence[pair] for pair in pairs):
            continue
        by_chance = max(
            c.n_both[pair]
            * math.prod(n[place[p]] / len(c.x) for p in members if place[p] not in pair)
            for pair in pairs
        )
        if n_together / by_chance >= min_lift:
            found[members] = n_together, n_together / by_chance
    return found
