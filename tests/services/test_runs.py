"""One run at a time; what is dead is taken over."""

import os
import socket
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests import factories as make
from tests.services.bakery import pairs
from xsell.exceptions import AlreadyRunning, MiningFailed
from xsell.models import CoPurchase, MiningRun
from xsell.services import runs
from xsell.services.mining import arrow, fetching, recompute_relations, run_requested
from xsell.services.progress import silent

pytestmark = pytest.mark.django_db

ELSEWHERE = "another-host/4711:1"
HOST = runs.this_host()
NO_MORE = f"{HOST}/999999999:1"
SAME_NAME = f"{socket.gethostname()}~00000000/999999999:1"


def at_work(holder, silent_for=timedelta(0)):
    return make.MiningRunFactory(
        status="running",
        is_active=False,
        is_at_work=True,
        holder=holder,
        seen_at=timezone.now() - silent_for,
        started_by="the night",
    )


@pytest.mark.parametrize(
    ("holder", "silent_for", "is_taken_over"),
    [
        (ELSEWHERE, timedelta(minutes=1), False),
        (ELSEWHERE, timedelta(minutes=11), True),
        (NO_MORE, timedelta(0), True),
        (f"{HOST}/1:0", timedelta(0), True),  # another process has its number now
        (SAME_NAME, timedelta(0), False),  # another container of this name
        ("", timedelta(minutes=1), False),
    ],
)
def test_a_run_that_lives_keeps_its_turn_and_a_dead_one_loses_it(
    orders, holder, silent_for, is_taken_over
):
    other = at_work(holder, silent_for)
    make.CoPurchaseFactory(run=other)
    if not is_taken_over:
        with pytest.raises(AlreadyRunning, match=r"started by the night, is at work"):
            recompute_relations()
        assert not pairs()
        return
    recompute_relations(started_by="the morning")
    other.refresh_from_db()
    assert (other.status, other.is_at_work) == ("failed", None)
    assert "killed, or silent for long; the morning took over" in other.error
    assert not CoPurchase.objects.filter(run=other).exists()
    assert ("bread", "butter") in pairs()


def test_the_process_at_work_is_known_from_outside():
    """A process that lives is told from one that is gone, whoever looks."""
    say = (
        "import django; django.setup(); "
        "from xsell.services.runs import this_process; print(this_process(), flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", say],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "demo_shop.settings"},
    ) as other:
        holder = other.stdout.readline().strip()
        assert str(other.pid) in holder
        run = MiningRun(holder=holder, seen_at=timezone.now())
        assert holder != runs.this_process()
        assert runs.is_alive(run)
        other.communicate("\n")
    assert not runs.is_alive(run)


def test_a_run_that_this_process_left_unfinished_is_over():
    """A task that is tried again in the same worker must not wait for itself."""
    unfinished = at_work(runs.this_process())
    assert not runs.is_alive(unfinished)


def test_two_that_begin_at_once_are_told_apart_by_the_database(monkeypatch):
    monkeypatch.setattr(runs, "is_alive", lambda run: pytest.fail("nobody was seen"))
    monkeypatch.setattr(MiningRun.objects, "using", lambda alias: MiningRun.objects.none())
    at_work(ELSEWHERE)
    with pytest.raises(AlreadyRunning, match="begun in this very moment"):
        runs.start_run(started_by="us", parameters={}, kind="full")


def test_work_gives_signs_of_life(monkeypatch):
    run = runs.start_run(started_by="us", parameters={}, kind="full")
    long_ago = timezone.now() - timedelta(minutes=9)
    MiningRun.objects.filter(pk=run.pk).update(seen_at=long_ago)
    monkeypatch.setattr(runs, "SECONDS_BETWEEN_SIGNS", -1.0)
    with runs.at_work(run, silent) as work:
        work("reading", 1, 2)
    run.refresh_from_db()
    assert run.seen_at > long_ago


def test_a_run_that_was_taken_over_learns_it_from_its_next_sign():
    run = runs.start_run(started_by="us", parameters={}, kind="full")
    MiningRun.objects.filter(pk=run.pk).update(status="failed", is_at_work=None)
    with pytest.raises(MiningFailed, match="taken over"), runs.at_work(run, silent) as work:
        work.give_sign()


def test_a_request_is_carried_out_once_and_the_oldest_first(orders):
    now = timezone.now()
    later, first = (
        make.MiningRunFactory(
            status="requested",
            is_active=False,
            started_by=who,
            parameters={"min_count": 9},
            started_at=now - timedelta(minutes=age),
        )
        for who, age in (("Ben", 1), ("Ann", 5))
    )
    assert run_requested() == first.pk
    first.refresh_from_db()
    assert (first.status, first.is_active, first.started_by) == ("ready", True, "Ann")
    assert first.parameters["min_count"] == 9
    assert not pairs()
    assert run_requested() == later.pk
    assert run_requested() is None


def sign_between_any_two_rows(monkeypatch):
    monkeypatch.setattr(runs, "SECONDS_BETWEEN_SIGNS", -1)
    monkeypatch.setattr(fetching, "CHUNK", 1)
    monkeypatch.setattr(arrow, "can_read", lambda rows, kinds: False)


@pytest.mark.django_db(transaction=True)
def test_a_run_gives_signs_of_life_while_it_reads(orders, monkeypatch):
    """On MariaDB a connection takes no other statement before its last row is fetched."""
    sign_between_any_two_rows(monkeypatch)
    recompute_relations()
    assert ("bread", "butter") in pairs()


def test_a_run_reads_what_its_own_transaction_wrote(orders, monkeypatch):
    sign_between_any_two_rows(monkeypatch)
    recompute_relations()
    assert ("bread", "butter") in pairs()


@pytest.mark.service("database-server")
@pytest.mark.django_db(transaction=True)
def test_of_those_who_begin_at_once_one_is_at_work(monkeypatch):
    monkeypatch.setattr(runs, "_at_work", set())
    ready = threading.Barrier(6)
    began = []

    def begin():
        ready.wait(timeout=30)
        try:
            began.append(runs.start_run(started_by="one of six", parameters={}, kind="full"))
        except AlreadyRunning:
            began.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(began) == 6
    (run,) = MiningRun.objects.all()
    assert [one for one in began if one] == [run]


def test_a_request_that_cannot_be_leaves_the_way_free_for_the_next(orders):
    asked = make.MiningRunFactory(
        status="requested", is_active=False, parameters={"scoring": "magic"}
    )
    with pytest.raises(MiningFailed, match="scoring must be one of"):
        run_requested()
    asked.refresh_from_db()
    assert (asked.status, asked.is_at_work) == ("failed", None)
    recompute_relations()
    assert pairs()


def test_where_processes_cannot_be_looked_at_a_run_is_dead_when_it_is_silent(monkeypatch, tmp_path):
    """macOS and Windows have no /proc: the second process must not take over from the first."""
    monkeypatch.setattr(runs, "PROCESSES", tmp_path)
    mine = runs.this_process()
    assert str(os.getpid()) in mine
    other = mine.replace(str(os.getpid()), "4711")
    now = timezone.now()
    assert runs.is_alive(MiningRun(holder=other, seen_at=now - timedelta(minutes=1)))
    assert not runs.is_alive(MiningRun(holder=other, seen_at=now - timedelta(minutes=11)))
