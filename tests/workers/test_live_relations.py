"""Worker, beat, Redis and PostgreSQL as a shop runs them, and what befalls them.

Each test ends with the books: what serves is what a plain full run makes of the same orders, whole,
once, and no row of a run that died is left.
"""

import os
import signal
import time

import pytest
from django.db import transaction
from django.utils import timezone

from demo_shop.models import Order, Product
from tests.services.bakery import order, pairs
from tests.workers.branch import active_run
from xsell.models import CoPurchase, MiningRun

pytestmark = pytest.mark.service("cluster")

PHASES = ["reading", "mining", "writing", "switching"]
OUTAGE_SECONDS = 60 if os.environ.get("XSELL_CI") == "1" else 5


@pytest.fixture
def products(branch):
    return {title: Product.objects.get(title=title) for title in ("bread", "butter", "jam", "soap")}


def jam_with_butter(products):
    for _ in range(6):
        order(products, "jam", "butter")


def cancel_one_of_bread_and_butter(products):
    lines = products["butter"].order_lines.filter(order__lines__product=products["bread"])
    cancelled = lines.first().order
    cancelled.status = Order.Status.CANCELLED
    cancelled.save()


def test_the_nightly_run_and_the_hourly_update_follow_the_shop(branch, products):
    """An hour lasts two seconds here; the nightly run is due when beat starts, and once."""
    opening = active_run()
    branch.start_worker()
    branch.start_beat(recompute_relations=None, update_relations=2)
    branch.until(branch.switched_from(opening), "the nightly run")
    assert MiningRun.objects.filter(started_by="celery").earliest().kind == "full"
    jam_with_butter(products)
    cancel_one_of_bread_and_butter(products)
    branch.until(lambda: ("jam", "butter") in pairs(), "an update brings the new orders")
    branch.until(lambda: pairs()["bread", "butter"][0] == 7, "and takes the cancelled one away")
    assert active_run().kind == "update"
    served = branch.count_up()
    assert [kept.name for kept in branch.store.iterdir()] == [f"orders-of-run-{served.pk}"]


def test_what_somebody_asked_for_is_done_at_the_next_tick(branch, products):
    jam_with_butter(products)
    asked = MiningRun.objects.create(status="requested", started_at=timezone.now())
    branch.start_worker()
    branch.start_beat(run_job=2)
    branch.until(lambda: active_run() == asked, "the run that was asked for")
    assert ("jam", "butter") in pairs()
    branch.count_up()


def test_two_ticks_at_once_carry_out_what_somebody_asked_for_once(branch):
    """Both children are made to claim it in the same moment: the test holds the row until then."""
    old = active_run()
    asked = MiningRun.objects.create(status="requested", started_at=timezone.now())
    worker = branch.start_worker(children=2)
    with transaction.atomic():
        MiningRun.objects.select_for_update().get(pk=asked.pk)
        branch.send("run_job", "run_requested")
        branch.send("run_job", "run_requested")
        branch.until(lambda: branch.cluster.waiting() == 2, "both want it")
    branch.until(lambda: worker.counts("succeeded") + worker.counts("raised") == 2, "both are done")
    assert worker.counts("succeeded") == 2
    assert active_run() == asked
    assert set(MiningRun.objects.values_list("pk", "status")) == {
        (old.pk, "ready"),
        (asked.pk, "ready"),
    }
    branch.count_up()


def test_a_tick_that_meets_a_run_at_work_waits_for_its_turn(branch):
    old = active_run()
    worker = branch.start_worker(children=2)
    branch.halt_in("writing")
    branch.send("recompute_relations")
    branch.halted_pid()
    branch.send("recompute_relations")
    branch.until(worker.says("AlreadyRunning"), "it waits")
    assert active_run() == old
    branch.go_on()
    branch.until(worker.says("succeeded", 2), "both are done")
    assert MiningRun.objects.exclude(status="ready").count() == 0
    branch.count_up()


def test_a_run_that_was_silent_for_too_long_wakes_up_to_find_its_turn_over(branch, products):
    """Too long are three seconds here: its machine slept, say, and the next tick took over."""
    old = active_run()
    worker = branch.start_worker(children=2, silent_seconds=3)
    branch.halt_in("writing")
    branch.send("recompute_relations")
    branch.halted_pid()
    jam_with_butter(products)
    branch.send("recompute_relations")
    branch.until(branch.switched_from(old), "the next tick takes over")
    successor = active_run()
    branch.go_on()
    branch.until(worker.says("was taken over by a later one"), "it learns so")
    assert active_run() == successor
    branch.send("recompute_relations")
    branch.until(branch.switched_from(successor), "the run after that cleans up")
    branch.count_up()


@pytest.mark.parametrize(
    ("phase", "written"),
    [("reading", "none"), ("mining", "none"), ("writing", "some"), ("switching", "all")],
)
def test_a_run_that_is_killed_leaves_the_shop_served_and_the_next_one_puts_it_right(
    branch, products, phase, written
):
    old = active_run()
    jam_with_butter(products)
    branch.halt_in(phase)
    branch.start_worker()
    branch.start_beat(recompute_relations=2)
    pid = branch.halted_pid()
    n_written = CoPurchase.objects.filter(run__status="running").count()
    os.kill(pid, signal.SIGKILL)
    branch.until(branch.switched_from(old), "the next tick puts it right")
    assert ("jam", "butter") in pairs()
    assert {0: "none", active_run().n_pairs: "all"}.get(n_written, "some") == written
    branch.count_up()


def test_a_worker_that_is_killed_whole_leaves_its_run_to_the_next_worker(branch, products):
    old = active_run()
    jam_with_butter(products)
    branch.halt_in("writing")
    worker = branch.start_worker()
    branch.start_beat(recompute_relations=2)
    branch.halted_pid()
    worker.kill()
    branch.serves()
    branch.start_worker()
    branch.until(branch.switched_from(old), "the next worker puts it right")
    assert ("jam", "butter") in pairs()
    branch.count_up()


def test_a_run_whose_database_restarts_is_tried_again_by_itself(branch, products):
    """One tick for each phase, and no beat that could stand in for the retry."""
    jam_with_butter(products)
    worker = branch.start_worker()
    for phase in PHASES:
        old, retries = active_run(), worker.counts("Retry in")
        branch.halt_in(phase)
        branch.send("recompute_relations")
        branch.halted_pid()
        branch.stop_database()
        branch.go_on()
        branch.until(worker.says("Retry in", 1 + retries), "it waits", serving=False)
        branch.cluster.start()
        branch.until(branch.switched_from(old), f"tried again after {phase}")
    assert ("jam", "butter") in pairs()
    branch.count_up()


def test_a_broker_that_is_away_stops_nothing_for_good(branch, products):
    """A minute in CI, some seconds elsewhere; the broker forgets what it held.

    The run that is at work goes on. Beat says which ticks it could not send; the first one that it
    can send makes up for them. A worker that holds a task which waits does not survive the loss
    (Celery 5.7 fails to put the task back): what supervises it starts it again.
    """
    old = active_run()
    branch.halt_in("writing")
    worker = branch.start_worker(is_supervised=True)
    beat = branch.start_beat(recompute_relations=2)
    branch.halted_pid()
    branch.until(worker.says("received", 2), "a tick waits in the worker")
    branch.broker.stop()
    away_until = time.monotonic() + OUTAGE_SECONDS
    branch.go_on()
    branch.until(branch.switched_from(old), "the run ends without the broker")
    jam_with_butter(products)
    branch.until(worker.says("Connection to broker lost"), "the worker has noticed")
    branch.until(beat.says("Message Error"), "beat has noticed")
    branch.until(lambda: time.monotonic() > away_until, "the broker is away for its time")
    during = active_run()
    branch.broker.start()
    branch.until(branch.switched_from(during), "the next tick makes up for those that were missed")
    assert ("jam", "butter") in pairs()
    branch.count_up()
