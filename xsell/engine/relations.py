"""What mining finds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Habit:
    """How a shopper's own orders speak when a cart is completed.

    An order that is x orders old (0: the newest) has the share retention ** x / (shrinkage + sum
    of these), and adds to the score of each of its products share * (base + overlap * products
    that it has in common with the cart / sqrt(products in the cart)).
    """

    retention: float = 0.97
    shrinkage: float = 10.0
    base: float = 0.7
    overlap: float = 0.7

    def __post_init__(self) -> None:
        """Raise ValueError for a number that is out of range."""
        for name in ("retention", "shrinkage", "base", "overlap"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"habit: {name} must be zero or positive")
        if self.retention > 1 or (self.retention == 0 and self.shrinkage == 0):
            raise ValueError("habit: retention must be at most 1, and above 0 without shrinkage")

    def array(self) -> NDArray[np.float64]:
        """The four numbers, as the kernel takes them."""
        return np.array([self.retention, self.shrinkage, self.base, self.overlap])


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """Directed co-purchase relations, with the counts they rest on.

    One element per relation, antecedents by falling popularity, then by rank:
    antecedent, consequent: product ids in the caller's own kind; rank: 1 is the best of its
    antecedent; score: of the chosen scoring, larger is better, comparable within an antecedent;
    n_both, n_antecedent, n_consequent: baskets that hold both, the one, the other, of
    `n_baskets`. All four leave the same baskets out, so they make a proper 2 x 2 table.

    One element per product that was sold in the window, most popular first (ties: id order):
    products: ids; n_orders: baskets that hold it, giant ones included.

    n_lines were read; n_dropped counts the lines left out by reason; n_giant baskets were left
    out of pair counting for their size, n_robot for their customer (by models, see
    `workshop.is_by_robot`). first_order_at and last_order_at (UTC as given) bound the orders used,
    None where times were not given or nothing was left.

    For `complete`: prior is a product's score for any cart, habit what the shopper's own orders
    add; is_sum: whether scores of several antecedents add up (else the largest counts).
    parameters: what `mine(parameters=...)` takes to do the same without a search, empty for the
    measures; trials: the
    NDCG@10 on the newest orders of each candidate that `scoring="auto"` tried, empty otherwise.
    """

    antecedent: NDArray[Any]
    consequent: NDArray[Any]
    rank: NDArray[np.int32]
    score: NDArray[np.float64]
    n_both: NDArray[np.int64]
    n_antecedent: NDArray[np.int64]
    n_consequent: NDArray[np.int64]
    n_baskets: int
    products: NDArray[Any]
    n_orders: NDArray[np.int64]
    n_lines: int
    n_dropped: Mapping[str, int]
    n_giant: int
    scoring: str
    first_order_at: np.datetime64 | None = None
    last_order_at: np.datetime64 | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    prior: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    is_sum: bool = True
    habit: Habit = field(default_factory=Habit)
    trials: Mapping[str, float] = field(default_factory=dict)
    n_robot: int = 0

    def __len__(self) -> int:
        return int(self.antecedent.size)
