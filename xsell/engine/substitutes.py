"""Products bought instead of one another, told apart from those bought together.

Raw lift below 1 is no test, since big baskets lift every pair. Products that are independent meet
L0 = N * sum n (n - 1) / (sum n)**2 times as often as n_a * n_b / N says (n: products of a basket).
Against that, e = n_a * n_b * L0 / N baskets are expected to hold both.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xsell.engine.arguments import check_limits
from xsell.engine.baskets import collect_baskets
from xsell.engine.counting import available_threads
from xsell.engine.coupling import Coupling
from xsell.engine.ids import as_ids
from xsell.engine.lines import OrderLines
from xsell.engine.members import fit
from xsell.engine.store import BasketStore
from xsell.engine.workshop import Workshop

LEAST_EXPECTED = 3.0
AVOIDING = -3.0
# pairs of rarer products are not expected often enough to be missed
MAX_PRODUCTS = 3_000
# a row of length 1 in whole numbers: no sum of products of two rows is above its square
ONE = 2.0**26
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Substitutes:
    """Directed pairs, by product, best first. One element per pair in each array.

    score: likeness of what else is bought with the two, times how much they avoid one another;
    avoidance: z of n_both against `n_expected`, negative where they avoid one another.
    """

    product: NDArray[Any]
    substitute: NDArray[Any]
    rank: NDArray[np.int32]
    score: Floats
    avoidance: Floats
    n_both: NDArray[np.int64]
    n_expected: Floats

    def __len__(self) -> int:
        return int(self.product.size)


def baseline_lift(sizes: NDArray[np.int64]) -> float:
    """L0: the lift of independent products in baskets of these sizes.

    >>> baseline_lift(np.array([1, 1, 1, 1]))
    0.0
    >>> round(baseline_lift(np.full(10, 5)), 3)
    0.8
    """
    n = sizes.astype(np.float64)
    return float(n.size * (n * (n - 1)).sum() / max(n.sum() ** 2, 1.0))


def substitutes(
    lines: OrderLines | BasketStore,
    *,
    category: tuple[ArrayLike, ArrayLike] | None = None,
    k: int = 10,
    window: timedelta | None = None,
    max_basket: int | None = 100,
    threads: int | None = None,
) -> Substitutes:
    """The `k` likeliest substitutes of each of the 3,000 best sellers, of pairs with e >= 3.

    category: (product ids, category ids), if known: then a substitute is a product of the same
    category (None is none) that z = (n_both - e) / sqrt(e) < -3 says is avoided. Without
    categories every pair that meets less often than e is a candidate. Either way ranked by the
    cosine of the two products' profiles of positive association, times 1 - n_both / e.
    """
    check_limits(max_basket, threads, k=k)
    baskets = collect_baskets(lines, window)
    shop = Workshop.open(baskets, max_basket, threads or available_threads())
    n_top = min(MAX_PRODUCTS, baskets.products.size)
    both = _dense(fit(shop, "count", {}).coupling, n_top)
    n = shop.index.n_baskets_with[:n_top].astype(np.float64)
    lift = baseline_lift(baskets.sizes[shop.index.is_counted])
    expected = np.outer(n, n) * (lift / max(shop.index.n_baskets, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        avoidance = (both - expected) / np.sqrt(expected)
        score = _likeness(both, expected) * (1.0 - np.minimum(both / expected, 1.0))
    is_candidate = (expected >= LEAST_EXPECTED) & (score > 0)
    np.fill_diagonal(is_candidate, False)
    products = baskets.products[shop.by_popularity[:n_top]]
    if category is not None:
        kind = _category_numbers(products, *category)
        is_candidate &= (kind[:, None] == kind) & (kind >= 0) & (avoidance < AVOIDING)
    rows, columns, rank = _best(np.where(is_candidate, score, 0.0), k)
    return Substitutes(
        products[rows], products[columns], rank, score[rows, columns], avoidance[rows, columns],
        both[rows, columns].astype(np.int64), expected[rows, columns],
    )  # fmt: skip


def _dense(coupling: Coupling, n_top: int) -> Floats:
    is_top = (coupling.row < n_top) & (coupling.column < n_top)
    both = np.zeros((n_top, n_top))
    both[coupling.row[is_top], coupling.column[is_top]] = coupling.n_both[is_top]
    return both


def _likeness(both: Floats, expected: Floats) -> Floats:
    """Cosine of the rows of log((n_both + 3) / (e + 3)) where positive: what goes with what.

    In whole numbers, whose products and sums are exact below 2**53: in which order and by how many
    threads a matrix library adds depends on the processor, and would show in the last bits.
    """
    profile = np.maximum(np.log((both + 3.0) / (expected + 3.0)), 0.0)
    np.fill_diagonal(profile, 0.0)
    profile /= np.maximum(np.linalg.norm(profile, axis=1, keepdims=True), 1e-9)
    whole = np.rint(profile * ONE)
    cosine: Floats = (whole @ whole.T) / ONE**2
    return cosine


def _category_numbers(
    products: NDArray[Any], ids: ArrayLike, categories: ArrayLike
) -> NDArray[np.int64]:
    """The products' categories as numbers, -1 where none is known (None, nan, masked)."""
    names = as_ids(categories).tolist()
    # what has no category is of no kind with the others that have none
    known = [name for name in names if name is not None and name == name]  # noqa: PLR0124 - nan
    number = {name: i for i, name in enumerate(dict.fromkeys(known))}
    of_product = {
        product: number.get(name, -1)
        for product, name in zip(as_ids(ids).tolist(), names, strict=True)
    }
    return np.array([of_product.get(each, -1) for each in products.tolist()], np.int64)


def _best(score: Floats, k: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
    k = min(k, score.shape[1])
    order = np.argsort(-score, axis=1, kind="stable")[:, :k]
    is_kept = np.take_along_axis(score, order, axis=1) > 0
    rows = np.repeat(np.arange(score.shape[0]), k)[is_kept.ravel()]
    rank = np.tile(np.arange(1, k + 1, dtype=np.int32), score.shape[0])[is_kept.ravel()]
    return rows, order[is_kept], rank
