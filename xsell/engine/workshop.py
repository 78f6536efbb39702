"""What the members of the family share: baskets indexed once, pairs counted once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.baskets import Baskets, basket_weights
from xsell.engine.counting import Index, build_index
from xsell.engine.coupling import Coupling, couple
from xsell.engine.indexing import summed_weights

Floats = NDArray[np.float64]
Float32s = NDArray[np.float32]

ROBOT_ORDERS = 100
ROBOT_TIMES = 10.0


@dataclass(slots=True, eq=False)
class Workshop:
    """Baskets indexed once, and what several members share, kept while they are tried."""

    baskets: Baskets
    by_popularity: NDArray[np.intp]
    index: Index
    threads: int
    couplings: dict[Any, Coupling]
    solutions: dict[Any, tuple[Float32s, Floats]]
    remembers: bool = False

    @classmethod
    def open(
        cls,
        baskets: Baskets,
        max_basket: int | None,
        threads: int,
        *,
        weight: Floats | None = None,
        keep_basket: bool = True,
    ) -> "Workshop":
        """Index the baskets; `weight` per basket is for the counting of single measures only."""
        by_popularity = np.argsort(-baskets.n_baskets_with, kind="stable")
        code = np.empty(by_popularity.size, np.int32)
        code[by_popularity] = np.arange(by_popularity.size, dtype=np.int32)
        is_counted = np.ones(baskets.starts.size - 1, np.bool_)
        if max_basket is not None:
            is_counted = baskets.sizes <= max_basket
        plain = np.empty(0, np.float64)
        customer = baskets.customer
        if customer is None or keep_basket:  # models look customers up by basket
            customer = np.empty(0, np.int32)
        index = build_index(
            baskets.items, baskets.starts, is_counted, code, plain if weight is None else weight,
            customer, threads, keep_basket=keep_basket,
        )  # fmt: skip
        return cls(baskets, by_popularity, index, threads, {}, {})

    def decay(self, half_life_days: float | None) -> Floats:
        weight = basket_weights(self.baskets.placed_at, half_life_days)
        return weight if weight.size else np.ones(self.index.starts.size - 1)

    def marginals(self, weight: Floats) -> Floats:
        """Summed weight of the counted baskets of each code."""
        index = self.index
        return summed_weights(index.items, index.starts, index.is_counted, weight, index.work.size)

    def robots(self) -> NDArray[np.int32]:
        """Customers per basket where only those are one whose repeats never count; empty if none.

        They have more than ROBOT_ORDERS orders, and more than ROBOT_TIMES as many as the customer
        of the median order: robots, resellers and the shop's own test account.
        """
        customer = self.baskets.customer
        if customer is None or not customer.size:
            return np.empty(0, np.int32)
        n_orders = np.bincount(customer)[customer]
        is_robot = n_orders > max(ROBOT_ORDERS, ROBOT_TIMES * float(np.median(n_orders)))
        if not is_robot.any():
            return np.empty(0, np.int32)
        own = int(customer.max()) + 1 + np.arange(customer.size, dtype=np.int32)
        return np.where(is_robot, customer, own)

    def coupling(
        self, key: Any, one: Floats, two: Floats, min_count: int, *, keeps_repeats: bool
    ) -> Coupling:
        """The pairs under these weightings, which `key` tells from others."""
        key = (*key, min_count, keeps_repeats)
        if key not in self.couplings:
            self.couplings.clear()  # one at a time: they are the bulk of the memory
            self.solutions.clear()
            self.couplings[key] = couple(
                self.index, one, two, threads=self.threads, min_count=min_count,
                customer=self.robots() if keeps_repeats else self.baskets.customer,
            )  # fmt: skip
        return self.couplings[key]

    def solution(
        self, key: Any, solve: Callable[[], tuple[Float32s, Floats]]
    ) -> tuple[Float32s, Floats]:
        """What `solve` finds for the coupling at hand, for the caller to change.

        A search that tries many members asks for the same again: it `remembers` the last.
        """
        if not self.remembers:
            return solve()
        if key not in self.solutions:
            self.solutions.clear()
            self.solutions[key] = solve()
        weights, intercept = self.solutions[key]
        return weights.copy(), intercept
