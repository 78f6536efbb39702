"""Orders in, live relations out; whatever goes wrong, the old snapshot goes on serving."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests import factories as make
from xsell.exceptions import MiningFailed
from xsell.models import BestSeller, CoPurchase, MiningRun, ProductRelation
from xsell.services import mining, snapshots
from xsell.services.mining import recompute_relations
from xsell.signals import relations_recomputed

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    return {name: make.ProductFactory(title=name) for name in ("bread", "butter", "jam", "soap")}


def order(products, *names, days_ago=1, quantity=1, **fields):
    placed = make.OrderFactory(placed_at=timezone.now() - timedelta(days=days_ago), **fields)
    for name in names:
        make.OrderLineFactory(
            order=placed, product=products[name] if name else None, quantity=quantity
        )


@pytest.fixture
def orders(products):
    """Bread goes with butter; soap goes alone."""
    for _ in range(8):
        order(products, "bread", "butter")
    for _ in range(2):
        order(products, "bread", "jam")
    for _ in range(20):
        order(products, "soap")


def pairs():
    """What serves: (anchor, suggested) -> (together, with the anchor, with the suggested)."""
    rows = CoPurchase.objects.filter(run__is_active=True).select_related("anchor", "suggested")
    return {
        (row.anchor.title, row.suggested.title): (row.n_both, row.n_anchor, row.n_suggested)
        for row in rows
    }


def test_real_orders_become_live_relations_with_their_evidence(orders):
    recompute_relations()
    assert pairs() == {("bread", "butter"): (8, 10, 8), ("butter", "bread"): (8, 8, 10)}
    run = MiningRun.objects.get(is_active=True)
    assert (run.status, run.n_lines, run.n_baskets, run.n_products, run.n_pairs) == (
        "ready",
        40,
        30,
        4,
        2,
    )
    assert set(run.seconds) == {"reading", "mining", "categories", "writing"}
    assert run.peak_memory_mb > 0
    row = CoPurchase.objects.get(anchor__title="bread")
    assert row.lift == pytest.approx(8 * 30 / (10 * 8))
    assert 1 < row.lift_lower < row.lift


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


@pytest.mark.parametrize("step", ["read_order_lines", "mine", "write_rows", "switch_to"])
def test_a_run_that_fails_is_marked_and_the_old_snapshot_goes_on_serving(
    orders, monkeypatch, step
):
    recompute_relations()
    before, n_rows = pairs(), CoPurchase.objects.count()

    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(mining, step, broken)
    with pytest.raises(MiningFailed, match="disk full"):
        recompute_relations()
    assert pairs() == before
    failed = MiningRun.objects.latest()
    assert (failed.status, failed.is_active, failed.error) == ("failed", False, "OSError: disk full")
    assert CoPurchase.objects.count() == n_rows


def test_a_run_that_is_interrupted_is_marked_too(orders, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(mining, "mine", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recompute_relations()
    assert MiningRun.objects.get().status == "failed"


def test_a_run_that_was_killed_is_cleaned_up_by_the_next(orders):
    killed = make.MiningRunFactory(status="running", is_active=False)
    make.CoPurchaseFactory(run=killed)
    recompute_relations(started_by="the scheduler")
    killed.refresh_from_db()
    assert killed.status == "failed"
    assert "killed, or run over by the run that the scheduler started" in killed.error
    assert not CoPurchase.objects.filter(run=killed).exists()


def test_a_run_that_was_taken_over_does_not_switch(orders, monkeypatch):
    def overtaken(model, columns, rows, written):
        MiningRun.objects.filter(status="running").update(status="failed", error="taken over")
        return 0

    monkeypatch.setattr(mining, "write_rows", overtaken)
    with pytest.raises(MiningFailed, match="was taken over by a later one"):
        recompute_relations()
    assert not MiningRun.objects.filter(is_active=True).exists()


def test_only_the_last_snapshots_are_kept(orders, settings):
    settings.XSELL_KEEP_SNAPSHOTS = 2
    made = [recompute_relations() for _ in range(4)]
    assert set(MiningRun.objects.values_list("pk", flat=True)) == set(made[-2:])
    assert set(CoPurchase.objects.values_list("run", flat=True)) == set(made[-2:])


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


def test_rows_are_written_in_batches_that_are_all_there(monkeypatch, products):
    monkeypatch.setattr(snapshots, "BATCH", 2)
    run = make.MiningRunFactory()
    done = []
    rows = [
        (run.pk, products["bread"].pk, str(place), 5, place, 1) for place in range(1, 2)
    ] + [(run.pk, products[name].pk, "", 5, 9, 1) for name in ("jam", "soap")]
    n_written = snapshots.write_rows(BestSeller, mining.BEST_SELLER_COLUMNS, rows, done.append)
    assert (n_written, done) == (3, [2, 3])
    assert BestSeller.objects.filter(run=run).count() == 3


def test_the_command_says_what_it_did_in_numbers(orders, capsys):
    call_command("xsell_recompute", "--json")
    out, err = capsys.readouterr()
    told, figures = out.splitlines()[0], out.splitlines()[-1]
    assert "2 relations between 4 products from 30 orders (40 lines)" in told
    assert '"relations": 2' in figures
    assert "reading" in err
    assert "writing" in err


def test_the_command_fails_with_the_reason(db):
    with pytest.raises(CommandError, match="gives no order lines"):
        call_command("xsell_recompute")


@pytest.mark.parametrize(
    ("option", "complaint"),
    [("--since=yesterday", "invalid moment value: 'yesterday'"), ("--k=0", "k must be")],
)
def test_the_command_refuses_what_it_cannot_understand(orders, option, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("xsell_recompute", option)
    assert not MiningRun.objects.filter(is_active=True).exists()
