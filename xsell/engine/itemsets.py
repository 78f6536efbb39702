"""Three and more products that sell together: what could be a bundle."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.arguments import check_at_least, check_between, check_limits
from xsell.engine.baskets import collect_baskets
from xsell.engine.counting import available_threads
from xsell.engine.coupling import Coupling
from xsell.engine.extending import extended
from xsell.engine.lines import OrderLines
from xsell.engine.measures import lift
from xsell.engine.members import fit
from xsell.engine.store import BasketStore
from xsell.engine.workshop import Workshop

Sets = NDArray[np.int32]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ItemSets:
    """Sets of products, most baskets first.

    members: for each set its product ids, most popular first; n_together: baskets that hold all
    of them, of `n_baskets`. lift_over_pair: how many times as often as if the best pair inside
    (that which explains the set best) came together with the others by chance.
    """

    members: list[tuple[Any, ...]]
    n_together: Counts
    lift_over_pair: NDArray[np.float64]
    n_baskets: int

    def __len__(self) -> int:
        return len(self.members)


def bundles(
    lines: OrderLines | BasketStore,
    *,
    max_size: int = 4,
    min_count: int = 5,
    min_lift: float = 1.5,
    max_sets: int = 20_000,
    window: timedelta | None = None,
    max_basket: int | None = 100,
    threads: int | None = None,
) -> ItemSets:
    """Sets of 3 to `max_size` products in at least `min_count` baskets.

    Kept are those that sell together at least `min_lift` times as often as their best pair and
    chance explain. Of each size the `max_sets` most frequent sets are grown further, so that
    where there are more, rare sets may be missed; counts are always exact. With customers, each
    pair inside must stand without the repeats of the customer who bought it most.
    """
    check_limits(max_basket, threads, min_count=min_count, max_sets=max_sets)
    check_between("min_lift", min_lift, 0)
    check_at_least(3, max_size=max_size)
    shop = Workshop.open(collect_baskets(lines, window), max_basket, threads or available_threads())
    index, n = shop.index, shop.index.n_baskets_with
    sets, counts = _pairs(fit(shop, "count", {}, min_count).coupling)
    n_of = dict(zip(map(tuple, sets.tolist()), counts.tolist(), strict=True))
    products = shop.baskets.products[shop.by_popularity]
    sets, counts = _most(sets, counts, max_sets)
    found: list[tuple[int, tuple[int, ...], float]] = []
    for _ in range(3, max_size + 1):
        grown = extended(index.items, index.offset, index.bounds, sets, n.size, min_count)
        sets, counts = _most(*grown, max_sets)
        for members, count in zip(map(tuple, sets.tolist()), counts.tolist(), strict=True):
            over = _over_best_pair(members, count, n, n_of, index.n_baskets)
            if over is not None and over >= min_lift:
                found.append((count, members, over))
    found.sort(key=lambda each: (-each[0], each[1]))
    return _in_ids(found, products, index.n_baskets)


def _in_ids(
    found: list[tuple[int, tuple[int, ...], float]], products: NDArray[Any], n_baskets: int
) -> ItemSets:
    """Counts, codes and lifts as the caller reads them."""
    return ItemSets(
        [tuple(products[list(members)].tolist()) for _, members, _ in found],
        np.array([count for count, _, _ in found], np.int64),
        np.array([over for _, _, over in found], np.float64),
        n_baskets,
    )


def _pairs(coupling: Coupling) -> tuple[Sets, Counts]:
    is_half = coupling.column < coupling.row
    pairs = np.stack([coupling.column[is_half], coupling.row[is_half]], axis=1)
    return pairs, coupling.n_both[is_half].astype(np.int64)


def _most(sets: Sets, counts: Counts, max_sets: int) -> tuple[Sets, Counts]:
    by_count = np.argsort(-counts, kind="stable")[:max_sets]
    return np.ascontiguousarray(sets[by_count]), counts[by_count]


def _over_best_pair(
    members: tuple[int, ...],
    count: int,
    n: NDArray[np.int64],
    n_of: dict[tuple[int, ...], int],
    n_baskets: int,
) -> float | None:
    """Lift over the pair inside that, with the others by chance, leaves least to explain.

    None where a pair inside does not stand by itself: its baskets are one customer's.
    """
    most = 0.0
    for pair in combinations(members, 2):
        if pair not in n_of:
            return None
        by_chance = float(n_of[pair])
        for other in members:
            if other not in pair:
                by_chance *= float(n[other]) / n_baskets
        most = max(most, by_chance)
    return float(lift(count, n_baskets, most, n_baskets))
