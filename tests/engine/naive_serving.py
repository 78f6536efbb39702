"""Completing carts and judging it, again, product by product: what the fast paths must equal."""

import math
from collections import defaultdict
from typing import Any

import numpy as np

from tests.engine import naive_models
from xsell.engine import Relations

CLOSE = 1e-6  # scores that differ by less may change places when rounded


def complete(relations: Relations, cart, history, k) -> list[tuple[Any, float]]:
    """Products outside the cart with their scores, best first; ties by popularity.

    history: (product, order number) pairs; the larger numbers are the newer orders.
    """
    products = relations.products.tolist()
    cart = set(cart) & set(products)
    total = defaultdict(float)
    columns = (relations.antecedent, relations.consequent, relations.score)
    for a, b, score in zip(*(column.tolist() for column in columns), strict=True):
        if a in cart:
            total[b] = total[b] + score if relations.is_sum else max(total[b], score)
    for product, score in habit(relations.habit, cart, history, set(products)).items():
        total[product] += score
    scored = [
        (-(total[p] + prior), i, p)
        for i, (p, prior) in enumerate(zip(products, relations.prior.tolist(), strict=True))
        if p not in cart
    ]
    return [(p, -negative) for negative, _, p in sorted(scored)][:k]


def habit(habit, cart, history, known) -> dict[Any, float]:
    numbers = sorted({n for _, n in history}, reverse=True)
    held = {n: {p for p, m in history if m == n and p in known} for n in numbers}
    mass = habit.shrinkage + sum(habit.retention**x for x, n in enumerate(numbers) if held[n])
    added = defaultdict(float)
    for x, number in enumerate(numbers):
        shared = len(held[number] & cart) / math.sqrt(max(len(cart), 1))
        for product in held[number]:
            added[product] += habit.retention**x / mass * (habit.base + habit.overlap * shared)
    return added


def stored(model: naive_models.Model, k: int) -> list[list[tuple[int, float]]]:
    """The `k` best relations of every product: column and score, as single precision keeps it."""
    rows = []
    for row in model.scores.astype(np.float32):
        best = sorted((-score, column) for column, score in enumerate(row.tolist()) if score > 0)
        rows.append([(column, -negative) for negative, column in best[:k]])
    return rows


def suggested(model, rows, cart, *, is_sum: bool, k: int = 10) -> list[Any]:
    """The `k` products that complete the cart best, from stored rows; ties by popularity."""
    codes = [model.products.index(product) for product in cart]
    score = _scores(model, rows, codes, is_sum=is_sum)
    others = [i for i in range(len(score)) if i not in codes]
    return [model.products[i] for i in sorted(others, key=lambda i: (-score[i], i))[:k]]


def possible_gains(model, rows, basket, *, is_sum: bool) -> set[float]:
    """NDCG@10 of hiding one product of the basket and completing the rest: one for each product.

    And for each place that rounding may move it to.
    """
    codes = [i for i, product in enumerate(model.products) if product in basket]
    gains = set()
    for hidden in codes:
        score = _scores(model, rows, [a for a in codes if a != hidden], is_sum=is_sum)
        others = [i for i in range(len(score)) if i not in codes]
        margin = CLOSE * abs(score[hidden])
        first = 1 + sum(score[i] > score[hidden] + margin for i in others)
        is_equal = [abs(score[i] - score[hidden]) <= margin for i in others]
        last = first + sum(is_equal)
        gains |= {1 / math.log2(1 + r) if r <= 10 else 0.0 for r in range(first, last + 1)}
    return gains


def _scores(model, rows, codes, *, is_sum: bool) -> np.ndarray:
    best = np.zeros_like(model.prior)
    for a in codes:
        for column, value in rows[a]:
            best[column] = best[column] + value if is_sum else max(best[column], value)
    return model.prior + best
