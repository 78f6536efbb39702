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
ROBOT_TIMES = 20.0


@dataclass(slots=True, eq=False)
class Workshop:
    """Baskets indexed once, and what several members share, kept while they are tried."""

    baskets: Baskets
    by_popularity: NDArray[np.intp]
    index: Index
    threads: int
    couplings: dict[Any, Coupling]
    solutions: dict[Any, tuple[Float32s, Floats]]
    n_giant: int
    n_robot: int
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
        """Index the baskets that count, for models (`keep_basket`) or for a single measure.

        A measure takes `weight` per basket, and each pair's heaviest customer out of all counts;
        models, whose priors and marginals know no pairs, leave robots out altogether.
        """
        by_popularity = np.argsort(-baskets.n_baskets_with, kind="stable")
        code = np.empty(by_popularity.size, np.int32)
        code[by_popularity] = np.arange(by_popularity.size, dtype=np.int32)
        is_counted = np.ones(baskets.starts.size - 1, np.bool_)
        if max_basket is not None:
            is_counted = baskets.sizes <= max_basket
        n_counted = [int(np.count_nonzero(is_counted))]
        if keep_basket and baskets.customer is not None:
            is_counted &= ~is_by_robot(baskets.customer)
        n_counted.append(int(np.count_nonzero(is_counted)))
        plain = np.empty(0, np.float64)
        customer = baskets.customer
        if customer is None or keep_basket:  # models look customers up by basket
            customer = np.empty(0, np.int32)
        index = build_index(
            baskets.items, baskets.starts, is_counted, code, plain if weight is None else weight,
            customer, threads, keep_basket=keep_basket,
        )  # fmt: skip
        n_giant, n_robot = is_counted.size - n_counted[0], n_counted[0] - n_counted[1]
        return cls(baskets, by_popularity, index, threads, {}, {}, n_giant, n_robot)

    def decay(self, half_life_days: float | None) -> Floats:
        weight = basket_weights(self.baskets.placed_at, half_life_days)
        return weight if weight.size else np.ones(self.index.starts.size - 1)

    def marginals(self, weight: Floats) -> Floats:
        """Summed weight of the counted baskets of each code."""
        index = self.index
        return summed_weights(index.items, index.starts, index.is_counted, weight, index.work.size)

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
                customer=self.baskets.customer, keeps_repeats=keeps_repeats,
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


def is_by_robot(customer: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which baskets are those of customers with far too many of them.

    More than ROBOT_ORDERS, and more than ROBOT_TIMES as many as the median customer: robots,
    resellers, the shop's own test account, the one number that stands for all guests.
    """
    if not customer.size:
        return np.zeros(0, np.bool_)
    n_orders = np.bincount(customer)
    limit = max(ROBOT_ORDERS, ROBOT_TIMES * float(np.median(n_orders[n_orders > 0])))
    is_robot: NDArray[np.bool_] = n_orders[customer] > limit
    return is_robot
