"""The rows that are stored around products, in one query.

Curated relations, mined pairs, ladder mates and best sellers are five small selects; one UNION ALL
of them keeps a page at a fixed, small number of queries.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When

from xsell.models import BestSeller, CoPurchase, ProductRelation, Tier
from xsell.models.schedules import running
from xsell.selection.completion import active_run
from xsell.values import ProductId, Source

BEST_SELLERS_READ = 24
"""How deep the best seller lists are read; a placement shows 24 at most."""

CROSS_SELL_KINDS = frozenset({ProductRelation.Kind.CROSS_SELL, ProductRelation.Kind.ACCESSORY})
HIGHER, LOWER, BANNED, BANNED_UPGRADE = "higher", "lower", "ban", "ban-upgrade"
STANDING = "standing"
LARGEST = "largest"
MEASURED = (
    *("score", "n_both", "n_anchor", "n_suggested", "run__n_baskets", "lift", "lift_lower"),
)


class Row(NamedTuple):
    """One row of whatever source; what a source has not is empty, or means nothing."""

    source: str
    anchor_id: Any
    product_id: Any
    kind: str
    position: int
    score: float
    n_both: int
    n_anchor: int
    n_suggested: int
    n_baskets: int
    lift: float
    lift_lower: float
    prior: float


def rows_around(
    anchors: Collection[ProductId], now: datetime, *, is_product_page: bool
) -> list[Row]:
    """What the curated rows and the active snapshot know about the anchors, in any order."""
    branches = [
        curated(anchors, now),
        bought_together(anchors) if is_product_page else completing(anchors),
        ladder_mates(anchors),
        category_best_sellers(anchors),
        *([standings(anchors)] if is_product_page else []),
    ]
    # Django compiles the columns of the first select twice, and converts each value of all rows by
    # their kinds: let it be one of plain columns.
    # Without order_by, Django 6.1 orders a union as its first model is.
    return [Row(*row) for row in best_sellers().union(*branches, all=True).order_by()]


def curated(anchors: Collection[ProductId], now: datetime) -> QuerySet[Any, Any]:
    """What people relate to the anchors."""
    return _relations().filter(running(now), anchor__in=anchors)


def bought_together(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    """Mined pairs that a page may show."""
    return _pairs_of_pages().filter(run=active_run(), anchor__in=anchors)


def completing(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    """Mined pairs that complete a cart, and those for pages, which may say why a product is shown.

    The position is that of the suggested product among best sellers, 0 where it is gone.
    """
    return _pairs_of_carts().filter(run=active_run(), anchor__in=anchors)


def ladder_mates(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    """Rungs above and below the anchors."""
    is_higher = When(rank__gt=F("ladder__tiers__rank"), then=Value(HIGHER))
    return (
        Tier.objects.filter(ladder__is_live=True, ladder__tiers__product__in=anchors)
        .exclude(product__in=anchors)
        .order_by()
        .values_list(
            *(Value(Source.TIERS.value), "ladder__tiers__product_id", "product_id"),
            *(Case(is_higher, default=Value(LOWER)), "rank"),
            *_no_measures(),
        )
    )


def category_best_sellers(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    """What sells best on the anchors' shelves."""
    own = BestSeller.objects.filter(run=active_run(), product__in=anchors).exclude(category_id="")
    return _by_category().filter(run=active_run(), category_id__in=own.values("category_id"))


def standings(anchors: Collection[ProductId]) -> QuerySet[Any, Any]:
    """How often the anchors themselves were bought: what is a step up sells better."""
    return _standings().filter(run=active_run(), product__in=anchors)


def best_sellers() -> QuerySet[Any, Any]:
    """What sells best of all."""
    return _by_position().filter(run=active_run())


# What is the same for all anchors is prepared once, as in completion.py and under its conditions.


@functools.cache
def _relations() -> QuerySet[Any, Any]:
    is_banned = Q(verdict=ProductRelation.Verdict.BAN)
    kind = Case(
        When(is_banned & Q(kind__in=CROSS_SELL_KINDS), then=Value(BANNED)),
        When(is_banned, then=Value(BANNED_UPGRADE)),
        default=F("kind"),
    )
    return ProductRelation.objects.order_by().values_list(
        *(Value(Source.PINNED.value), "anchor_id", "suggested_id", kind, "position"),
        *_no_measures(),
    )


@functools.cache
def _pairs_of_pages() -> QuerySet[Any, Any]:
    return (
        CoPurchase.objects.filter(on_pages=True)
        .order_by()
        .values_list(
            *(Value(Source.MINED.value), "anchor_id", "suggested_id", Value(""), "position"),
            *MEASURED,
            Value(0.0, output_field=FloatField()),
        )
    )


@functools.cache
def _pairs_of_carts() -> QuerySet[Any, Any]:
    kind = Case(When(run__is_sum=False, then=Value(LARGEST)), default=Value(""))
    return CoPurchase.objects.order_by().values_list(
        *(Value(Source.MINED.value), "anchor_id", "suggested_id", kind, "suggested_position"),
        *MEASURED,
        "suggested_prior",
    )


@functools.cache
def _by_category() -> QuerySet[Any, Any]:
    return (
        BestSeller.objects.filter(category_position__lte=BEST_SELLERS_READ)
        .order_by()
        .values_list(
            *(Value(Source.CATEGORY_BEST_SELLERS.value), "product_id", "product_id", Value("")),
            "category_position",
            *_orders_alone(),
        )
    )


@functools.cache
def _standings() -> QuerySet[Any, Any]:
    return BestSeller.objects.order_by().values_list(
        *(Value(Source.STEP_UP.value), "product_id", "product_id", Value(STANDING)),
        "category_position",
        *_orders_alone(),
    )


@functools.cache
def _by_position() -> QuerySet[Any, Any]:
    return (
        BestSeller.objects.filter(position__lte=BEST_SELLERS_READ)
        .order_by()
        .values_list(
            *(Value(Source.BEST_SELLERS.value), "product_id", "product_id", Value("")),
            *("position", "prior", "n_orders", "n_orders", "n_orders", "n_orders"),
            *("prior", "prior", "prior"),
        )
    )


def _no_measures() -> Iterator[Value]:
    """Empty columns in the place of score, counts, lifts and prior."""
    yield Value(0.0, output_field=FloatField())
    yield from (Value(0) for _ in range(4))
    yield from _no_lifts()


def _orders_alone() -> Iterator[Value | str]:
    """Those columns, empty but for the orders with the suggested product."""
    yield Value(0.0, output_field=FloatField())
    yield from (Value(0), Value(0), "n_orders", Value(0))
    yield from _no_lifts()


def _no_lifts() -> Iterator[Value]:
    yield from (Value(0.0, output_field=FloatField()) for _ in range(3))
