"""Celery's doorway: the jobs under their public names."""

import pytest
from celery import Celery, Task
from django.db import InterfaceError, OperationalError

from demo_shop.celery import app
from tests import factories as make
from xsell import tasks
from xsell.exceptions import AlreadyRunning, MiningFailed, RunnerUnavailable
from xsell.models import CoPurchase, MiningRun
from xsell.services.runs import SILENT_AFTER

NAMES = ["xsell.run_job", "xsell.recompute_relations", "xsell.update_relations"]
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def orders(db):
    bread, butter = make.ProductFactory.create_batch(2)
    for _ in range(6):
        order = make.OrderFactory()
        make.OrderLineFactory(order=order, product=bread)
        make.OrderLineFactory(order=order, product=butter)
        make.OrderLineFactory()


@pytest.fixture
def broken_job(monkeypatch):
    """Jobs fail with the errors of a list, one each, and work once it is used up."""
    errors, tried = [], []

    def run_job(name, **arguments):
        tried.append(name)
        if errors:
            raise errors.pop(0)
        return 7

    monkeypatch.setattr(tasks, "run_job", run_job)
    return errors, tried


@pytest.fixture
def shop_at():
    """Makes a shop's Celery app with this broker the one that tasks go to, with no settings."""

    def shop(broker):
        other = Celery("other", broker=broker, backend=NOBODY, set_as_current=False)
        other.set_current()
        return other

    yield shop
    app.set_current()


@pytest.mark.parametrize("name", NAMES)
def test_the_tasks_have_their_public_names_and_keep_no_results(name):
    assert app.tasks[name].ignore_result


@pytest.mark.parametrize("name", NAMES)
def test_a_task_that_was_killed_does_not_come_back_from_the_broker(name):
    assert not app.tasks[name].acks_late
    assert not app.tasks[name].reject_on_worker_lost


def test_the_task_mines_and_says_who_started_it(orders):
    tasks.recompute_relations.apply(throw=True)
    assert MiningRun.objects.get(is_active=True).started_by == "celery"
    assert CoPurchase.objects.count() == 2


def test_a_job_can_be_run_by_its_name(orders):
    tasks.run_named_job.apply(args=["recompute_relations"], kwargs={"k": 1}, throw=True)
    assert MiningRun.objects.get(is_active=True).parameters["k"] == 1


def test_a_failing_job_fails_the_task(db):
    with pytest.raises(MiningFailed, match="gives no order lines"):
        tasks.recompute_relations.apply(throw=True)


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, AlreadyRunning])
@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        (tasks.run_named_job, ["recompute_relations"]),
        (tasks.recompute_relations, []),
        (tasks.update_relations, []),
    ],
)
def test_a_task_tries_again_when_what_stops_it_will_pass(broken_job, task, arguments, error):
    errors, tried = broken_job
    errors += [error("not now"), error("not yet")]
    assert task.apply(args=arguments).successful()
    assert len(tried) == 3


def test_a_task_does_not_try_again_what_will_fail_again(broken_job):
    errors, tried = broken_job
    errors += [MiningFailed("no orders")]
    with pytest.raises(MiningFailed):
        tasks.recompute_relations.apply(throw=True)
    assert len(tried) == 1


def test_a_task_gives_up_in_the_end_and_the_log_says_what_stopped_it(broken_job, caplog):
    errors, tried = broken_job
    errors += [OperationalError(f"down for {minute} minutes") for minute in range(99)]
    assert tasks.recompute_relations.apply().failed()
    assert len(tried) == 1 + tasks.TASK["max_retries"]
    assert "OperationalError('down for 14 minutes')" in caplog.text


def test_a_task_tries_for_longer_than_a_run_that_died_silently_is_in_the_way():
    """The jitter halves the waits on average; half as much again leaves room for bad luck."""
    longest = tasks.TASK["retry_backoff_max"]
    waits = [
        min(longest, tasks.TASK["retry_backoff"] * 2**tried)
        for tried in range(tasks.TASK["max_retries"])
    ]
    assert sum(waits) / 2 > 1.5 * SILENT_AFTER.total_seconds()


def test_a_waiting_task_is_never_delivered_twice():
    """Redis gives a task that was not acknowledged for an hour to the next worker as well."""
    assert tasks.TASK["retry_backoff_max"] < 3600


def test_a_job_is_handed_to_a_worker_with_its_arguments(shop_at):
    shop = shop_at("memory://")
    tasks.enqueue("recompute_relations", {"k": 5})
    with shop.connection_for_read() as broker, broker.SimpleQueue("celery") as queue:
        message = queue.get_nowait()
        message.ack()
    arguments, keywords, _ = message.payload
    assert (message.headers["task"], arguments, keywords) == (
        "xsell.run_job",
        ["recompute_relations"],
        {"k": 5},
    )


def test_a_request_does_not_wait_for_a_broker_that_is_down(shop_at, monkeypatch):
    """Neither for the broker, which is asked twice at most, nor for the results' backend."""
    options = {}
    send = Task.apply_async
    monkeypatch.setattr(
        Task, "apply_async", lambda task, **given: options.update(given) or send(task, **given)
    )
    shop_at(NOBODY)
    with pytest.raises(RunnerUnavailable, match=r"did not take recompute_relations: .*refused"):
        tasks.enqueue("recompute_relations", {})
    assert options["ignore_result"]
    assert options["retry_policy"]["max_retries"] == 1
    assert options["retry_policy"]["interval_max"] <= 0.1
