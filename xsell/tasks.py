"""Celery's doorway to the jobs (extra: celery)."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from xsell.services.jobs import run_job


@shared_task(name="xsell.run_job", ignore_result=True)
def run_named_job(name: str, **arguments: Any) -> None:
    """Run one of the jobs of `xsell.services.jobs` in this worker."""
    run_job(name, **arguments)


@shared_task(name="xsell.recompute_relations", ignore_result=True)
def recompute_relations(**arguments: Any) -> int:
    """Mine the shop's orders and switch to the new snapshot; return its run's id."""
    run: int = run_job("recompute_relations", **{"started_by": "celery", **arguments})
    return run
