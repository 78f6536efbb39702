"""Which run serves, how old it is, and when somebody has to look."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from xsell.models import MiningRun
from xsell.selection.runs import freshness

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)
FAILED = MiningRun.Status.FAILED
RUNNING = MiningRun.Status.RUNNING
REQUESTED = MiningRun.Status.REQUESTED


def run(hours_ago=0, **fields):
    fields = {"is_active": False, "started_at": NOW - hours_ago * HOUR, **fields}
    return make.MiningRunFactory(**fields)


def troubles(max_age=48):
    return list(freshness(NOW).troubles(max_age * HOUR))


@pytest.mark.parametrize(
    ("fields", "hours"),
    [
        ({"hours_ago": 30}, 30),
        ({"hours_ago": 30, "read_at": NOW - 29 * HOUR}, 29),
        ({"hours_ago": 30, "read_at": NOW - 29 * HOUR, "until": NOW - 900 * HOUR}, 900),
        ({"hours_ago": 30, "until": NOW + HOUR}, 30),
    ],
    ids=["before it was noted", "when reading began", "older orders asked for", "future orders"],
)
def test_a_snapshot_is_as_old_as_the_orders_that_it_knows(fields, hours):
    run(is_active=True, **fields)
    assert freshness(NOW).age == hours * HOUR
    assert troubles(max_age=hours) == []
    (trouble,) = troubles(max_age=hours - 1)
    assert f"no order of the last {hours} hours; {hours - 1} are allowed" in trouble


def test_without_a_snapshot_somebody_has_to_look():
    assert troubles() == ["No snapshot serves: placements live on curated rows alone."]


def test_a_failure_is_told_until_a_later_run_begins():
    run(3, is_active=True)
    failed = run(2, status=FAILED, error="The database went away.")
    assert troubles() == [f"The newest run, {failed.pk}, failed: The database went away."]
    run(1, status=REQUESTED)
    assert len(troubles()) == 1
    run(0, status=RUNNING)
    assert troubles() == []


def test_updates_that_succeed_do_not_hide_a_nightly_run_that_never_does():
    failed = run(3, status=FAILED, error="No room on the disk.")
    run(2, is_active=True, kind=MiningRun.Kind.UPDATE)
    assert troubles() == [f"The newest full run, {failed.pk}, failed: No room on the disk."]
    run(1, is_active=False)
    assert troubles() == []


@pytest.mark.parametrize(
    ("fields", "is_silent"),
    [
        ({"seen_at": NOW - timedelta(minutes=9)}, False),
        ({"seen_at": NOW - timedelta(minutes=11)}, True),
        ({"seen_at": None}, False),
        ({"seen_at": None, "hours_ago": 1}, True),
    ],
)
def test_a_run_that_gives_no_sign_of_life_is_silent(fields, is_silent):
    running = run(status=RUNNING, **fields)
    found = freshness(NOW)
    assert (found.running, found.is_silent) == (running, is_silent)


def test_waiting_requests_are_counted_from_the_first():
    run(5, status=REQUESTED)
    run(2, status=REQUESTED)
    found = freshness(NOW)
    assert (found.n_waiting, found.waiting_since) == (2, NOW - 5 * HOUR)
    assert found.newest is None
