"""How well the shop is served: products without suggestions, dead targets, age of the snapshot.

A fixed number of queries whatever the shop's size: sets are subtracted in SQL, and no list of ids
travels. What the adapter sells is only ever used as `pk IN (...)`, for its query may join, group
or repeat products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, Model, OuterRef, QuerySet, Window

from xsell.adapters import FAMILY_COLUMN, BaseAdapter
from xsell.conf import conf
from xsell.models import (
    BestSeller,
    BundleItem,
    CoPurchase,
    Offer,
    ProductRelation,
    Tier,
)
from xsell.models.schedules import running
from xsell.selection.disorder import Disorder, disorders
from xsell.selection.offer_health import FlaggedOffers, examine_offers
from xsell.selection.runs import Freshness, freshness
from xsell.values import ProductId, ShopContext

EXAMPLES = 5
"""How many products are named where many are counted."""


Counted = tuple[ProductId, int]
"""A product and how many rows name it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `n_on_sale` products that can be bought now, those that nothing goes with.

    n_without: nothing mined shows on their page (or on that of their family) and nothing curated;
    n_without_sold: those of them that were sold in the orders that were mined.
    n_dead_ends: mined suggestions would show, and not one of these can be bought now.
    without, dead_ends: a few of them; of those without, the best sellers first.
    """

    n_on_sale: int
    n_without: int
    n_without_sold: int
    without: tuple[ProductId, ...]
    n_dead_ends: int
    dead_ends: tuple[ProductId, ...]


@dataclass(frozen=True, slots=True)
class Targets:
    """Rows of one kind that would show a product now, and how many of these products cannot be.

    n_gone: the shop's table does not have it any more; n_unavailable: it cannot be bought now.
    `dead`: the products that most of these rows name.
    """

    n_rows: int
    n_gone: int
    n_unavailable: int
    dead: tuple[Counted, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """What serves and since when, what has no suggestions, dead targets, and faulty offers."""

    runs: Freshness
    coverage: Coverage
    targets: Mapping[str, Targets]
    offers: Mapping[str, FlaggedOffers]
    """Live offers by their fault."""
    titles: Mapping[ProductId, str]
    """Of the products that are named here; those that the shop does not have any more are not."""
    disorders: tuple[Disorder, ...] = ()
    """Rungs of ladders that cost less than the rung below."""


def examine_shop(adapter: BaseAdapter, *, now: datetime) -> Health:
    """Look at what shoppers without an account can be suggested at `now`."""
    runs = freshness(now)
    shop = _Shop(adapter, None if runs.serving is None else runs.serving.pk, now)
    coverage = _coverage(shop)
    targets = {kind: _targets(shop, rows, target) for kind, rows, target in _shown_rows(shop)}
    dead = (product_id for it in targets.values() for product_id, _ in it.dead)
    named = dict.fromkeys([*coverage.without, *coverage.dead_ends, *dead])
    details = adapter.details(named, shop.context) if named else {}
    offers = examine_offers(adapter, shop.on_sale, now=now)
    titles = {key: it.title for key, it in details.items()}
    return Health(runs, coverage, targets, offers, titles, disorders(adapter, shop.context))


class _Shop:
    """Products, mined rows and curated rows as querysets to build sets from."""

    def __init__(self, adapter: BaseAdapter, run_id: int | None, now: datetime) -> None:
        self.now = now
        self.context: ShopContext = adapter.context_for()
        self.for_sale: QuerySet[Any] = adapter.products(self.context).order_by()
        self.products: QuerySet[Any] = product_model()._base_manager.order_by()
        self.on_sale = self.products.filter(pk__in=self.for_sale.values("pk"))
        self.pairs = CoPurchase.objects.filter(run=run_id).order_by()
        self.page_pairs = self.pairs.filter(on_pages=True)
        self.best = BestSeller.objects.filter(run=run_id).order_by()
        self.relations = (
            ProductRelation.objects.running_at(now)
            .filter(verdict=ProductRelation.Verdict.PIN)
            .order_by()
        )


def product_model() -> type[Model]:
    """The model that `XSELL_PRODUCT_MODEL` names."""
    return apps.get_model(conf.PRODUCT_MODEL)


def _coverage(shop: _Shop) -> Coverage:
    without = _without_suggestions(shop)
    # The best sellers first: they are missed most.
    sold, n_sold = _counted(
        shop.best.filter(product__in=without.values("pk")).order_by("position"), "product"
    )
    others, n_without = _counted(without.exclude(pk__in=sold).order_by("pk"), "pk")
    # Not `suggested IN (...)`: SQLite would try every product on sale for each anchor.
    is_living = Exists(shop.on_sale.filter(pk=OuterRef("suggested_id")))
    living = shop.page_pairs.filter(is_living, anchor=OuterRef("pk"))
    is_anchor = Exists(shop.page_pairs.filter(anchor=OuterRef("pk")))
    dead_ends, n_dead_ends = _counted(
        shop.on_sale.filter(is_anchor, ~Exists(living)).order_by("pk"), "pk"
    )
    return Coverage(
        n_on_sale=shop.on_sale.count(),
        n_without=n_without + len(sold),
        n_without_sold=n_sold,
        without=tuple([*sold, *others][:EXAMPLES]),
        n_dead_ends=n_dead_ends,
        dead_ends=tuple(dead_ends),
    )


def _counted(rows: QuerySet[Any], column: str) -> tuple[list[ProductId], int]:
    """A few products of these rows, and how many rows there are: both by one look at them."""
    found = rows.annotate(xsell_n_rows=Window(Count("*"))).values_list(column, "xsell_n_rows")
    few = list(found[:EXAMPLES])
    return [key for key, _ in few], (few[0][1] if few else 0)


def _without_suggestions(shop: _Shop) -> QuerySet[Any]:
    """Products on sale that are the anchor of nothing, and whose family is neither."""
    without = shop.on_sale
    for anchored in (shop.page_pairs, shop.relations):
        without = without.filter(~Exists(anchored.filter(anchor=OuterRef("pk"))))
    if FAMILY_COLUMN in shop.for_sale.query.annotations:
        for anchored in (shop.page_pairs, shop.relations):
            # A page shows what goes with the parent of its variant, too.
            inherits = shop.for_sale.filter(
                Exists(anchored.filter(anchor=OuterRef(FAMILY_COLUMN))), pk=OuterRef("pk")
            )
            without = without.filter(~Exists(inherits))
    return without


def _shown_rows(shop: _Shop) -> Iterator[tuple[str, QuerySet[Any], str]]:
    """Kind of row, the rows that would show now, and which column names the product shown."""
    yield "mined pairs", shop.pairs, "suggested"
    yield "curated relations", shop.relations, "suggested"
    yield "tiers", Tier.objects.filter(ladder__is_live=True).order_by(), "product"
    items = BundleItem.objects.filter(running(shop.now, "bundle__"), bundle__is_live=True)
    yield "bundle items", items.order_by(), "product"
    yield (
        "offers",
        Offer.objects.running_at(shop.now).filter(state=Offer.State.LIVE).order_by(),
        "product",
    )


def _targets(shop: _Shop, rows: QuerySet[Any], target: str) -> Targets:
    dead = rows.filter(~Exists(shop.on_sale.filter(pk=OuterRef(f"{target}_id"))))
    is_gone = ~Exists(shop.products.filter(pk=OuterRef(f"{target}_id")))
    counts = dead.aggregate(n_dead=Count("pk"), n_gone=Count("pk", filter=is_gone))
    most_named = (
        dead.values(target)
        .annotate(n_rows=Count("pk"))
        .order_by("-n_rows", target)
        .values_list(target, "n_rows")[:EXAMPLES]
    )
    return Targets(
        n_rows=rows.count(),
        n_gone=counts["n_gone"],
        n_unavailable=counts["n_dead"] - counts["n_gone"],
        dead=tuple(most_named),
    )
