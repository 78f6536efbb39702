"""Whatever goes wrong, the old snapshot goes on serving, and nothing is left behind."""

import pytest

from tests import factories as make
from tests.services.bakery import pairs
from xsell.exceptions import MiningFailed
from xsell.models import BestSeller, CoPurchase, MiningRun
from xsell.services import mining, snapshots
from xsell.services.mining import recompute_relations

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("step", ["read_order_lines", "mine", "write_rows", "switch_to"])
def test_a_run_that_fails_is_marked_and_the_old_snapshot_goes_on_serving(orders, monkeypatch, step):
    recompute_relations()
    before, n_rows = pairs(), CoPurchase.objects.count()

    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(mining, step, broken)
    with pytest.raises(MiningFailed, match="disk full"):
        recompute_relations()
    assert pairs() == before
    failed = MiningRun.objects.latest()
    assert (failed.status, failed.is_active, failed.error) == (
        "failed",
        False,
        "OSError: disk full",
    )
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


def test_rows_are_written_in_batches_that_are_all_there(monkeypatch, products):
    monkeypatch.setattr(snapshots, "BATCH", 2)
    run = make.MiningRunFactory()
    done = []
    rows = [(run.pk, products["bread"].pk, str(place), 5, place, 1) for place in range(1, 2)] + [
        (run.pk, products[name].pk, "", 5, 9, 1) for name in ("jam", "soap")
    ]
    n_written = snapshots.write_rows(BestSeller, mining.BEST_SELLER_COLUMNS, rows, done.append)
    assert (n_written, done) == (3, [2, 3])
    assert BestSeller.objects.filter(run=run).count() == 3


def test_an_interrupt_after_the_switch_leaves_the_new_snapshot_serving(orders, monkeypatch):
    def switch_and_stop(run):
        snapshots.switch_to(run)
        raise KeyboardInterrupt

    monkeypatch.setattr(mining, "switch_to", switch_and_stop)
    with pytest.raises(KeyboardInterrupt):
        recompute_relations()
    assert MiningRun.objects.get().is_active
    assert ("bread", "butter") in pairs()


def test_rows_that_a_killed_run_left_behind_go_with_the_next(orders):
    failed = make.MiningRunFactory(status="failed", is_active=False)
    make.CoPurchaseFactory(run=failed)
    recompute_relations()
    assert not CoPurchase.objects.filter(run=failed).exists()


def test_rows_go_in_batches(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(snapshots, "BATCH", 2)
    run = make.MiningRunFactory(status="failed", is_active=False)
    make.CoPurchaseFactory.create_batch(5, run=run)
    # Three batches and an empty one of pairs, an empty one of best sellers.
    with django_assert_num_queries(4 + 3 + 1):
        snapshots._delete_rows(run)
    assert not CoPurchase.objects.exists()
