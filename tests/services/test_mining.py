"""Orders in, live relations out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from demo_shop.models import Order
from tests import factories as make
from tests.services.bakery import order, pairs
from xsell.exceptions import MiningFailed
from xsell.models import BestSeller, CoPurchase, MiningRun, ProductRelation
from xsell.services.mining import reading, recompute_relations
from xsell.signals import relations_recomputed

pytestmark = pytest.mark.django_db


def test_real_orders_become_live_relations_with_their_evidence(orders):
    recompute_relations()
    assert pairs() == {("bread", "butter"): (8, 10, 8), ("butter", "bread"): (8, 8, 10)}
    run = MiningRun.objects.get(is_active=True)
    assert (run.status, run.n_lines, run.n_baskets, run.n_products) == ("ready", 40, 30, 4)
    assert run.n_pairs == CoPurchase.objects.filter(run=run).count()
    row = CoPurchase.objects.get(anchor__title="bread", on_pages=True)
    assert row.lift == pytest.approx(8 * 30 / (10 * 8))
    assert 1 < row.lift_lower < row.lift


def test_a_run_says_which_model_it_chose_and_what_it_tried(products):
    for day in range(250):
        order(products, "bread", "butter", "jam", days_ago=day + 1)
        order(products, "soap", "jam", days_ago=day + 1)
    recompute_relations()
    run = MiningRun.objects.get(is_active=True)
    assert run.parameters["scoring"] == "auto"
    assert run.model["scoring"] in {name.split()[0] for name in run.model["trials"]}
    assert run.model["trials"]["popularity"] > 0
    assert run.model["parameters"]["scoring"] == run.model["scoring"]


def test_too_few_orders_to_try_models_on_are_mined_by_the_stated_default(orders):
    recompute_relations()
    run = MiningRun.objects.get(is_active=True)
    assert run.model["scoring"] == "walk"
    assert run.model["trials"] == {}
    assert ("bread", "butter") in pairs()


def test_best_sellers_are_ranked_in_all_and_in_their_category(orders, products):
    products["jam"].category = products["bread"].category
    products["jam"].save()
    recompute_relations()
    rows = BestSeller.objects.filter(run__is_active=True).order_by("position")
    shelf = str(products["bread"].category_id)
    assert [(row.product_id, row.n_orders) for row in rows] == [
        (products[name].pk, n_orders)
        for name, n_orders in [("soap", 20), ("bread", 10), ("butter", 8), ("jam", 2)]
    ]
    on_shelf = rows.filter(category_id=shelf).values_list("product", "category_position")
    assert list(on_shelf) == [(products["bread"].pk, 1), (products["jam"].pk, 2)]


def test_the_new_snapshot_takes_the_place_of_the_old_one(orders, products):
    recompute_relations()
    for _ in range(12):
        order(products, "jam", "butter")
    recompute_relations()
    assert ("jam", "butter") in pairs()
    assert MiningRun.objects.filter(is_active=True).count() == 1
    assert MiningRun.objects.filter(status="ready").count() == 2


def test_orders_outside_the_span_do_not_count(orders, products):
    for _ in range(5):
        order(products, "jam", "soap", days_ago=400)
    now = timezone.now()
    recompute_relations(since=now - timedelta(days=30))
    assert ("jam", "soap") not in pairs()
    recompute_relations(until=now - timedelta(days=30))
    assert set(pairs()) <= {("jam", "soap"), ("soap", "jam")}
    assert MiningRun.objects.get(is_active=True).n_lines == 10


def test_cancelled_orders_do_not_count(orders, products):
    for _ in range(9):
        order(products, "jam", "soap", status="cancelled")
    recompute_relations()
    assert ("jam", "soap") not in pairs()


@pytest.mark.parametrize("quantity", [0, -1])
def test_lines_without_quantity_are_left_out_and_counted(orders, products, quantity):
    for _ in range(9):
        order(products, "jam", "soap", quantity=quantity)
    recompute_relations()
    assert ("jam", "soap") not in pairs()
    assert MiningRun.objects.get(is_active=True).dropped["quantity not above 0"] == 18


def test_one_giant_basket_makes_no_relation(orders, products):
    many = {f"p{number}": make.ProductFactory() for number in range(150)}
    for _ in range(4):
        order(many, *many)
    recompute_relations()
    assert set(pairs()) == {("bread", "butter"), ("butter", "bread")}
    assert MiningRun.objects.get(is_active=True).dropped["in giant baskets (orders)"] == 4


@pytest.mark.parametrize(("n_customers", "is_relation"), [(1, False), (12, True)])
def test_the_habit_of_one_customer_makes_no_relation(orders, products, n_customers, is_relation):
    customers = make.UserFactory.create_batch(n_customers)
    for number in range(12):
        order(products, "jam", "soap", "butter", customer=customers[number % n_customers])
    recompute_relations()
    assert (("jam", "butter") in pairs()) == is_relation


def test_with_a_half_life_old_orders_weigh_less(products):
    for _ in range(6):
        order(products, "bread", "jam", days_ago=300)
        order(products, "bread", "butter", days_ago=1)
        for _ in range(6):
            order(products, "soap")
    recompute_relations(half_life_days=10)
    best = CoPurchase.objects.get(anchor=products["bread"], position=1, run__is_active=True)
    assert best.suggested_id == products["butter"].pk


def test_curated_rows_are_not_touched(orders, products):
    relation = make.ProductRelationFactory(
        anchor=products["bread"], suggested=products["butter"], note="by hand"
    )
    recompute_relations()
    assert list(ProductRelation.objects.values_list("pk", "note")) == [(relation.pk, "by hand")]


def test_a_shop_without_orders_is_told_so_and_keeps_what_it_has(orders):
    recompute_relations()
    before = pairs()
    with pytest.raises(MiningFailed, match="gives no order lines placed from 2099"):
        recompute_relations(since=datetime(2099, 1, 1, tzinfo=UTC))
    assert pairs() == before


def test_a_shop_whose_lines_all_lack_a_quantity_is_told_how_many(products):
    order(products, "bread", "butter", quantity=0)
    with pytest.raises(MiningFailed, match=r"None of 2 order lines .*\(2 quantity not above 0"):
        recompute_relations()


def test_listeners_are_told_once_the_new_snapshot_serves(
    orders, django_capture_on_commit_callbacks
):
    told = []

    def listen(sender, run, **kwargs):
        told.append((run.pk, run.is_active))

    relations_recomputed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            pk = recompute_relations()
    finally:
        relations_recomputed.disconnect(listen)
    assert told == [(pk, True)]


def test_a_shop_that_goes_on_while_it_is_read_is_mined(orders, products, monkeypatch):
    """An order comes and another goes between reading dates and reading lines."""
    gone = products["butter"].order_lines.first().order

    def meanwhile(rows, names, fetched, **hints):
        columns = fetch(rows, names, fetched, **hints)
        if names == reading.ORDER_COLUMNS:
            order(products, "bread", "jam")
            Order.objects.filter(pk=gone.pk).update(status="cancelled")
        return columns

    fetch = reading.fetch
    monkeypatch.setattr(reading, "fetch", meanwhile)
    recompute_relations()
    run = MiningRun.objects.get(is_active=True)
    assert (run.dropped["without a date"], run.n_baskets) == (2, 29)


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_does_not_fail_the_run(orders, caplog):
    def broken(**kwargs):
        raise ValueError("the cache is down")

    relations_recomputed.connect(broken)
    try:
        recompute_relations()
    finally:
        relations_recomputed.disconnect(broken)
    assert MiningRun.objects.get(is_active=True)
    assert "the cache is down" in caplog.text
