"""Celery's doorway to the jobs (extra: celery)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from celery import shared_task
from celery.exceptions import OperationalError as BrokerError
from django.db import InterfaceError, OperationalError

from xsell.exceptions import AlreadyRunning, RunnerUnavailable
from xsell.services.jobs import run_job

# A task is acknowledged when it starts (Celery's default), not when it ends: one that exhausts the
# memory would come back from the broker for ever, to be killed again. A run that dies is put right
# by the next tick of the schedule, which takes over.
#
# A database that restarts is back in seconds, a run that is in the way is over in minutes or, where
# it died without a word, taken over after ten: fifteen tries in twenty minutes or so, then the last
# error is raised and stands in the worker's log. Waits stay far below the hour after which a broker
# on Redis delivers a waiting task a second time.
TASK: Mapping[str, Any] = {
    "ignore_result": True,
    "acks_late": False,
    "autoretry_for": (OperationalError, InterfaceError, AlreadyRunning),
    "max_retries": 14,
    "retry_backoff": 2,
    "retry_backoff_max": 300,
    "retry_jitter": True,
}

# With Celery's defaults a broker that is down blocks a request for 19 seconds.
PUBLISH_ONCE: Mapping[str, float] = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}


@shared_task(name="xsell.run_job", **TASK)
def run_named_job(name: str, **arguments: Any) -> None:
    """Run one of the jobs of `xsell.services.jobs` in this worker."""
    run_job(name, **arguments)


@shared_task(name="xsell.recompute_relations", **TASK)
def recompute_relations(**arguments: Any) -> int:
    """Mine the shop's orders and switch to the new snapshot; return its run's id."""
    run: int = run_job("recompute_relations", **{"started_by": "celery", **arguments})
    return run


@shared_task(name="xsell.update_relations", **TASK)
def update_relations(**arguments: Any) -> int:
    """Bring the relations up to date with the orders that changed; return the new run's id."""
    run: int = run_job("update_relations", **{"started_by": "celery", **arguments})
    return run


def enqueue(name: str, arguments: dict[str, Any]) -> None:
    """Hand a job to a worker, for XSELL_JOB_RUNNER; call it once what the job reads is committed.

    Raise RunnerUnavailable, without keeping a request waiting, if the broker does not take it.
    """
    try:
        run_named_job.apply_async(
            args=[name], kwargs=arguments, ignore_result=True, retry_policy=dict(PUBLISH_ONCE)
        )
    except BrokerError as error:
        raise RunnerUnavailable(f"The broker did not take {name}: {error}") from error
