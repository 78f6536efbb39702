"""Asking for new relations: a web worker never mines."""

from __future__ import annotations

import logging
from typing import Any

from django.db import router, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from xsell.conf import conf
from xsell.exceptions import RunnerUnavailable
from xsell.models import MiningRun

logger = logging.getLogger(__name__)

RUN_REQUESTED = "run_requested"
STARTED_BY_LENGTH = 100
"""Of the column; a login name may be longer."""


def waiting_request() -> MiningRun | None:
    """The request that waits longest to be picked up, if one does."""
    return MiningRun.objects.filter(status=MiningRun.Status.REQUESTED).last()


def request_relations(*, requested_by: str) -> MiningRun:
    """Ask for new relations; return the request, which is the waiting one if one waits already.

    Whoever comes first picks it up: the job runner, if `XSELL_JOB_RUNNER` names one, the command
    or the scheduler. The runner hears of it when the transaction around the call is committed, so
    no answer to the caller can depend on whether it is there.
    """
    alias = router.db_for_write(MiningRun)
    with transaction.atomic(using=alias):
        # Whoever asks locks the newest run first, so that two clicks at once make one request.
        MiningRun.objects.select_for_update().first()
        waiting = MiningRun.objects.select_for_update().filter(status=MiningRun.Status.REQUESTED)
        request = waiting.last() or MiningRun.objects.create(
            status=MiningRun.Status.REQUESTED,
            started_at=timezone.now(),
            started_by=requested_by[:STARTED_BY_LENGTH],
        )
        # A request that waits is handed over again: the runner may not have taken it before.
        if conf.JOB_RUNNER:
            transaction.on_commit(_hand_over, using=alias)
    return request


def _hand_over() -> None:
    run: Any = import_string(conf.JOB_RUNNER)
    try:
        run(RUN_REQUESTED, {})
    except RunnerUnavailable as error:
        logger.warning("xsell: a request for new relations waits, the runner is away: %s", error)
