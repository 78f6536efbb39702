"""What completes a cart: the engine's `complete`, from the rows of the snapshot that serves.

A product's score is its prior plus the sum (or the largest: the run says which) of the scores of
the pairs that lead to it from the cart. Such scores are positive. So the best are among what is
related to the cart and the first by prior, and one query reads no more than these.
"""

from __future__ import annotations

import functools
import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from xsell.models import BestSeller, CoPurchase, MiningRun
from xsell.values import ProductId


class Completion(NamedTuple):
    """A product that completes a cart, and how well."""

    product_id: ProductId
    score: float


def complete(product_ids: Sequence[ProductId], k: int = 10) -> list[Completion]:
    """The `k` best additions to a cart of these, best first, in one query.

    Products and scores are those of `engine.complete` with the relations of the active run, less
    what the shop has no more. A cart that is empty or unknown gets the first by prior. Fewer than
    `k` where no more are left; nothing where no run is active.
    """
    cart = tuple(dict.fromkeys(product_ids))
    pairs: dict[ProductId, list[tuple[ProductId, float]]] = {}
    standings: dict[ProductId, tuple[float, int]] = {}
    is_sum = True
    for product_id, anchor_id, score, prior, position, adds_up in rows_for(cart, k):
        # Without a place among what the shop sells, the product is gone.
        if not position:
            continue
        standings[product_id] = (prior, position)
        if anchor_id != product_id:
            pairs.setdefault(anchor_id, []).append((product_id, score))
            is_sum = adds_up
    totals = total_scores(cart, pairs, is_sum=is_sum)
    for product_id in cart:
        standings.pop(product_id, None)
    return best_first(totals, standings, k)


def total_scores(
    cart: Iterable[ProductId],
    pairs: Mapping[ProductId, Iterable[tuple[ProductId, float]]],
    *,
    is_sum: bool,
) -> dict[ProductId, float]:
    """What the pairs (by product of the cart: others and their scores) add to each one's prior.

    Scores are added in the order of the cart, as the engine does: in another, the last bits of a
    sum would differ, and with them the order of products that are as good.
    """
    totals: dict[ProductId, float] = {}
    for anchor_id in cart:
        for product_id, score in pairs.get(anchor_id, ()):
            so_far = totals.get(product_id, 0.0)
            totals[product_id] = so_far + score if is_sum else max(so_far, score)
    return totals


def best_first(
    totals: Mapping[ProductId, float],
    standings: Mapping[ProductId, tuple[float, int]],
    k: int | None = None,
) -> list[Completion]:
    """The products that have a standing, by total plus prior; the `k` best or all of them.

    standings: each one's prior, and its position among best sellers, which breaks ties.
    """
    ranked = (
        (-(totals.get(product_id, 0.0) + prior), position, product_id)
        for product_id, (prior, position) in standings.items()
    )
    best = sorted(ranked) if k is None else heapq.nsmallest(k, ranked)
    return [Completion(product_id, -negative) for negative, _, product_id in best]


def active_run() -> QuerySet[Any, Any]:
    """The run that serves, to compare a row's run with.

    A join with the runs would do too; but MariaDB, and SQLite where nobody asked it for statistics,
    then read every pair of every run.
    """
    return _active_run()


def rows_for(cart: Collection[ProductId], k: int) -> QuerySet[Any, Any]:
    """Pairs of the cart, and the first by prior: these as pairs with themselves, which none is.

    (suggested, anchor, score, prior, position, whether scores add up).
    """
    first = _standings().filter(run=active_run(), prior_position__range=(1, k + len(cart)))
    pairs = _pairs().filter(run=active_run(), anchor__in=cart)
    # Django compiles the columns of the first select twice: let it be the simple one.
    # Without order_by, Django 6.1 orders a union as its first model is.
    return first.union(pairs, all=True).order_by()


# What is the same for every cart is prepared once: to build all of it takes Django as long as the
# database takes to answer. Nothing of it is ever evaluated or compiled itself, only its copies, so
# threads may share it; for that no prepared filter may hold another query.


@functools.cache
def _active_run() -> QuerySet[Any, Any]:
    return MiningRun.objects.filter(is_active=True).order_by().values("pk")[:1]


@functools.cache
def _standings() -> QuerySet[Any, Any]:
    return BestSeller.objects.order_by().values_list(
        "product_id", "product_id", "prior", "prior", "position", "run__is_sum"
    )


@functools.cache
def _pairs() -> QuerySet[Any, Any]:
    # The others are for pages alone.
    return (
        CoPurchase.objects.filter(score__gt=0)
        .order_by()
        .values_list(
            *("suggested_id", "anchor_id", "score", "suggested_prior", "suggested_position"),
            "run__is_sum",
        )
    )
