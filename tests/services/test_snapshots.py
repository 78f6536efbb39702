"""Whatever goes wrong, the old snapshot goes on serving, and nothing is left behind."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from tests import factories as make
from tests.services.bakery import pairs
from xsell.exceptions import MiningFailed
from xsell.models import CoPurchase, MiningRun
from xsell.services import runs, snapshots
from xsell.services.mining import recompute_relations, recomputing

pytestmark = pytest.mark.django_db

STEPS = ["read_some", "mined", "closest_categories", "write_snapshot", "switch_to"]


@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_fails_is_marked_and_the_old_snapshot_goes_on_serving(orders, monkeypatch, step):
    recompute_relations()
    before, n_rows = pairs(), CoPurchase.objects.count()

    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(recomputing, step, broken)
    with pytest.raises(MiningFailed, match="disk full"):
        recompute_relations()
    assert pairs() == before
    failed = MiningRun.objects.latest()
    assert (failed.status, failed.is_active, failed.is_at_work) == ("failed", False, None)
    assert "disk full" in failed.error
    assert CoPurchase.objects.count() == n_rows


def test_a_database_that_goes_away_is_no_failure_of_mining(orders, monkeypatch):
    """It may be back in a minute: who started the run can try again."""

    def away(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(recomputing, "write_snapshot", away)
    with pytest.raises(OperationalError):
        recompute_relations()
    assert MiningRun.objects.get().status == "failed"


def test_a_run_that_is_interrupted_is_marked_too(orders, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(recomputing, "mined", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recompute_relations()
    assert MiningRun.objects.get().status == "failed"


def test_a_run_that_was_taken_over_does_not_switch(orders, monkeypatch):
    def overtaken(*args, **kwargs):
        MiningRun.objects.filter(status="running").update(
            status="failed", is_at_work=None, error="taken over"
        )

    monkeypatch.setattr(recomputing, "write_snapshot", overtaken)
    with pytest.raises(MiningFailed, match="was taken over by a later one"):
        recompute_relations()
    assert not MiningRun.objects.filter(is_active=True).exists()


def test_a_run_that_was_taken_over_stops_writing(orders, monkeypatch):
    """Its rows go with it, those that it wrote after it was taken over included."""

    def overtaken(*args, **kwargs):
        MiningRun.objects.filter(status="running").update(
            status="failed", is_at_work=None, error="taken over"
        )
        return mined(*args, **kwargs)

    mined = recomputing.mined
    monkeypatch.setattr(recomputing, "mined", overtaken)
    with pytest.raises(MiningFailed, match="was taken over by a later one"):
        recompute_relations()
    monkeypatch.setattr(recomputing, "mined", mined)
    serving = recompute_relations()
    assert set(CoPurchase.objects.values_list("run", flat=True)) == {serving}


def test_where_old_runs_cannot_be_cleared_away_the_new_one_serves(orders, monkeypatch):
    """Nobody who tries again when the database is away shall mine again what serves."""

    def away(cleared):
        raise OperationalError("deadlock found")

    monkeypatch.setattr(recomputing, "forget_old_runs", away)
    with pytest.raises(MiningFailed, match="serves, but old runs could not be cleared away"):
        recompute_relations()
    run = MiningRun.objects.get()
    assert (run.status, run.is_active, run.is_at_work) == ("ready", True, None)


def test_where_the_orders_cannot_be_kept_the_rest_is_done(orders, settings, tmp_path):
    """A full disk must not be filled with old snapshots as well."""
    settings.XSELL_KEEP_SNAPSHOTS = 2
    settings.XSELL_STORE = tmp_path / "a file"
    settings.XSELL_STORE.write_text("")
    for _ in range(4):
        with pytest.raises(MiningFailed, match="serves, but not all could be done"):
            recompute_relations()
    assert MiningRun.objects.filter(status="ready").count() == 2


def test_a_long_run_is_not_dead_once_it_serves(orders, monkeypatch):
    seen = []

    def clear(cleared):
        run = MiningRun.objects.get(is_at_work=True)
        seen.append((run.status, runs.is_alive(run)))

    start = runs.start_run

    def long_ago(**asked):
        run = start(**asked)
        run.seen_at -= timedelta(minutes=20)
        return run

    monkeypatch.setattr(recomputing, "start_run", long_ago)
    monkeypatch.setattr(recomputing, "forget_old_runs", clear)
    recompute_relations()
    assert seen == [("ready", True)]


def test_a_run_that_was_killed_after_the_switch_goes_on_serving(orders, monkeypatch):
    first = recompute_relations()
    MiningRun.objects.filter(pk=first).update(is_at_work=True, seen_at=None)
    second = recompute_relations()
    assert set(MiningRun.objects.values_list("pk", "status", "is_at_work")) == {
        (first, "ready", None),
        (second, "ready", None),
    }


def test_only_the_last_snapshots_are_kept(orders, settings):
    settings.XSELL_KEEP_SNAPSHOTS = 2
    made = [recompute_relations() for _ in range(4)]
    assert set(MiningRun.objects.values_list("pk", flat=True)) == set(made[-2:])
    assert set(CoPurchase.objects.values_list("run", flat=True)) == set(made[-2:])


def test_of_failures_the_last_ones_are_remembered(orders, monkeypatch):
    monkeypatch.setattr(snapshots, "FAILURES_KEPT", 2)
    failed = [make.MiningRunFactory(status="failed", is_active=False).pk for _ in range(4)]
    recompute_relations()
    kept = MiningRun.objects.filter(status="failed").values_list("pk", flat=True)
    assert set(kept) == set(failed[-2:])


def test_an_interrupt_after_the_switch_leaves_the_new_snapshot_serving(orders, monkeypatch):
    def switch_and_stop(run):
        snapshots.switch_to(run)
        raise KeyboardInterrupt

    monkeypatch.setattr(recomputing, "switch_to", switch_and_stop)
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
    # Where the pairs are, three batches of them, and that there is nothing else.
    with django_assert_num_queries(1 + 3 + 3):
        snapshots.delete_rows(run)
    assert not CoPurchase.objects.exists()
