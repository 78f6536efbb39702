"""What completes a cart of a customer whose orders are known: the engine's `complete`, to the bit.

An order that is x orders old (0: the newest) has the share retention ** x / (shrinkage + sum of
these), and adds to each of its products share * (base + overlap * products in common with the cart
/ sqrt(products in the cart)). The four numbers are the model's, and come with the active run.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from xsell.selection.completion import Completion, best_first, total_scores
from xsell.selection.personal_rows import Stored
from xsell.values import History, ProductId


class Habit(NamedTuple):
    """How a customer's own orders speak; nothing at all without a model that says so."""

    retention: float = 0.0
    shrinkage: float = 1.0
    base: float = 0.0
    overlap: float = 0.0


def habit_of(model: Mapping[str, Any]) -> Habit:
    """The habit that a run's model was chosen with."""
    return Habit(**model.get("habit", {}))


def complete_with_history(
    stored: Stored, product_ids: Sequence[ProductId], history: History, k: int = 10
) -> list[Completion]:
    """The `k` best additions to the cart, best first.

    Products and scores are those of `engine.complete` with the active run's relations and habit,
    each order of the history standing for itself, less what the shop has no more: an order of
    nothing else is as if it had not been.
    """
    cart = tuple(dict.fromkeys(product_ids))
    known = [product_id for product_id in cart if product_id in stored.standings]
    totals = total_scores(cart, stored.pairs, is_sum=stored.is_sum)
    orders = [[it for it in order if it in stored.standings] for order in orders_of(history)]
    add_habit(totals, habit_of(stored.model), known, orders)
    standings = {it: standing for it, standing in stored.standings.items() if it not in cart}
    return best_first(totals, standings, k)


def orders_of(history: History) -> list[list[ProductId]]:
    """The distinct products of each order, the newest order first."""
    orders: dict[str, dict[ProductId, None]] = {}
    for purchase in history.purchases:
        order = orders.setdefault(purchase.order_ref, {})
        if purchase.product_id is not None:
            order[purchase.product_id] = None
    return [list(order) for order in orders.values()]


def add_habit(
    totals: dict[ProductId, float],
    habit: Habit,
    cart: Collection[ProductId],
    orders: Sequence[Sequence[ProductId]],
) -> None:
    """Add what the orders (newest first) say to the totals, operation for operation as the engine.

    An order of no product that the shop has keeps its place in time, and says nothing.
    """
    mass = habit.shrinkage
    for age, order in enumerate(orders):
        if order:
            mass += whole_power(habit.retention, age)
    for age, order in enumerate(orders):
        if not order:
            continue
        n_shared = sum(product_id in cart for product_id in order)
        share = whole_power(habit.retention, age) / mass
        root = math.sqrt(max(len(cart), 1))
        value = share * (habit.base + habit.overlap * n_shared / root)
        for product_id in order:
            totals[product_id] = totals.get(product_id, 0.0) + value


def whole_power(base: float, exponent: int) -> float:
    """`base ** exponent` by squaring, as numba does it: C's `pow` may have another last bit.

    >>> whole_power(0.5, 3)
    0.125
    """
    power = 1.0
    while exponent:
        if exponent & 1:
            power *= base
        exponent >>= 1
        base *= base
    return power
