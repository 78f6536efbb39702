"""What has no suggestions, and which suggestions lead nowhere."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from demo_shop.models import Product
from demo_shop.xsell_adapter import ShopAdapter
from tests import factories as make
from tests.queries import reads_and_writes
from xsell.adapters import get_adapter
from xsell.models import Offer, TierLadder
from xsell.selection.health import Targets, examine_shop

NOW = timezone.now()
ALL = ["camera", "strap", "case", "tripod"]
YESTERDAY = NOW - timedelta(days=1)


def health(adapter=None):
    return examine_shop(adapter or get_adapter(), now=NOW)


def named(found, product_ids):
    return [found.titles.get(it, "gone") for it in product_ids]


def counts(targets: Targets):
    return (targets.n_rows, targets.n_gone, targets.n_unavailable)


@pytest.fixture
def stocked(shop):
    shop.stock(*ALL)
    return shop


@pytest.mark.parametrize(
    ("arrange", "without"),
    [
        (lambda shop: shop.bought_with("camera", "strap"), ["strap", "case", "tripod"]),
        (lambda shop: shop.relate("camera", "strap"), ["strap", "case", "tripod"]),
        (lambda shop: shop.relate("camera", "strap", verdict="ban"), ALL),
        (lambda shop: shop.relate("camera", "strap", ends_at=YESTERDAY), ALL),
        (lambda shop: shop.stock("sold out", stock=0), ALL),
        (lambda shop: shop.stock("hidden", is_published=False), ALL),
    ],
    ids=["mined", "curated", "banned", "over", "sold out", "hidden"],
)
def test_products_that_are_the_anchor_of_nothing_are_without(stocked, arrange, without):
    arrange(stocked)
    found = health()
    assert found.coverage.n_on_sale == 4
    assert named(found, found.coverage.without) == without
    assert found.coverage.n_without == len(without)


def test_pairs_of_another_snapshot_do_not_help(stocked):
    older = make.MiningRunFactory(is_active=False)
    make.CoPurchaseFactory(run=older, anchor=stocked["camera"], suggested=stocked["strap"])
    make.BestSellerFactory(run=older, product=stocked["camera"])
    found = health()
    assert (found.coverage.n_without, found.coverage.n_without_sold) == (4, 0)
    assert found.targets["mined pairs"].n_rows == 0


def test_pairs_that_only_complete_carts_help_no_page(stocked):
    stocked.stock("film", stock=0)
    stocked.bought_with("camera", "strap", on_pages=False)
    stocked.bought_with("case", "film")
    stocked.bought_with("case", "strap", on_pages=False)
    found = health()
    assert named(found, found.coverage.without) == ["camera", "strap", "tripod"]
    assert named(found, found.coverage.dead_ends) == ["case"]
    assert counts(found.targets["mined pairs"]) == (3, 0, 1)


def test_best_sellers_without_suggestions_are_named_first(stocked):
    stocked.stock(*(f"lens {number}" for number in range(6)))
    stocked.bought_with("camera", "strap")
    stocked.best_sellers("tripod", "camera", "lens 5")
    found = health()
    assert (found.coverage.n_without, found.coverage.n_without_sold) == (9, 2)
    assert named(found, found.coverage.without) == ["tripod", "lens 5", "strap", "case", "lens 0"]


def test_without_a_snapshot_curated_rows_are_looked_at_all_the_same(stocked):
    stocked.relate("camera", "strap")
    stocked.run.delete()
    found = health()
    assert found.runs.serving is None
    assert (found.coverage.n_without, found.coverage.n_dead_ends) == (3, 0)
    assert counts(found.targets["curated relations"]) == (1, 0, 0)


def test_mined_pairs_that_lead_nowhere_are_counted_and_named(stocked):
    stocked.stock("film", stock=0)
    stocked.bought_with("camera", "strap", "film", "plate")
    stocked.bought_with("case", "film", "strap")
    gone = stocked["plate"].pk
    Product.objects.filter(pk=gone).delete()
    found = health()
    pairs = found.targets["mined pairs"]
    assert counts(pairs) == (5, 1, 2)
    assert pairs.dead == ((stocked["film"].pk, 2), (gone, 1))
    assert (found.titles[stocked["film"].pk], gone in found.titles) == ("film", False)


@pytest.mark.parametrize(
    ("suggested", "n_dead_ends"), [(["film", "plate"], 1), (["film", "strap"], 0), ([], 0)]
)
def test_a_product_whose_every_mined_suggestion_is_dead_is_a_dead_end(
    stocked, suggested, n_dead_ends
):
    stocked.stock("film", "plate", stock=0)
    stocked.bought_with("camera", *suggested)
    stocked.bought_with("film", "plate")  # cannot be bought itself
    found = health()
    assert found.coverage.n_dead_ends == n_dead_ends
    assert named(found, found.coverage.dead_ends) == ["camera"] * n_dead_ends


def test_curated_rows_that_would_show_a_dead_product_are_counted_by_kind(stocked):
    stocked.stock("film", stock=0)
    stocked.relate("camera", "film", "strap")
    stocked.relate("case", "film", verdict="ban")
    stocked.ladder("camera", "film")
    stocked.bundle(10, {"camera": 1, "film": 1})
    stocked.bundle(10, {"film": 1, "strap": 1}, ends_at=YESTERDAY)
    stocked.bundle(10, {"film": 1, "case": 1}, is_live=False)
    stocked.offer("film")
    stocked.offer("strap", starts_at=YESTERDAY)
    assert {kind: counts(it) for kind, it in health().targets.items()} == {
        "mined pairs": (0, 0, 0),
        "curated relations": (2, 0, 1),
        "tiers": (2, 0, 1),
        "bundle items": (2, 0, 1),
        "offers": (2, 0, 1),
    }


def test_what_is_switched_off_is_left_alone(stocked):
    stocked.stock("film", stock=0)
    stocked.ladder("camera", "film")
    stocked.offer("film")
    TierLadder.objects.update(is_live=False)
    Offer.objects.update(state="paused")
    targets = health().targets
    assert counts(targets["tiers"]) == counts(targets["offers"]) == (0, 0, 0)


def test_a_large_shop_costs_as_many_queries_as_a_small_one(stocked):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            health()
        return reads_and_writes(queries)

    stocked.stock("film", stock=0)
    stocked.bought_with("camera", "film")
    stocked.relate("case", "film")
    small = asked()
    for number in range(40):
        stocked.bought_with(f"lens {number}", "strap", "film", f"filter {number}")
        stocked.relate(f"filter {number}", "film")
    assert asked() == small == (30, 0)


class Joined(ShopAdapter):
    """Its products come through a join, several times each, in an order of its own."""

    def products(self, context):
        rows = super().products(context).filter(category__parent__isnull=False)
        return (
            rows.filter(category__products__stock__gte=0)
            .select_related("category")
            .order_by("category__name", "title")
        )


class Distinct(Joined):
    def products(self, context):
        return super().products(context).distinct()


@pytest.mark.parametrize("adapter", [Joined(), Distinct()])
def test_an_adapter_may_join_and_repeat_its_products(stocked, adapter):
    stocked.stock("lens", category=stocked["camera"].category)
    stocked.stock("film", stock=0)
    stocked.bought_with("camera", "film")
    stocked.best_sellers("lens")
    found = health(adapter)
    assert (found.coverage.n_on_sale, found.coverage.n_without) == (5, 4)
    assert named(found, found.coverage.dead_ends) == ["camera"]
    assert found.coverage.n_without_sold == 1
    assert counts(found.targets["mined pairs"]) == (1, 0, 1)
