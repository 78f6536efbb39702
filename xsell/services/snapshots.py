"""Switching to a mining snapshot, and forgetting old ones."""

from __future__ import annotations

from collections.abc import Callable

from django.db import router, transaction
from django.db.models import Max, Min
from django.utils import timezone

from xsell.conf import conf
from xsell.exceptions import MiningFailed
from xsell.models import BestSeller, CoPurchase, MiningRun, NextPurchase, RepurchaseGap

BATCH = 20_000
FAILURES_KEPT = 20


def switch_to(run: MiningRun) -> None:
    """Let this run serve from now on; readers see the old snapshot or the new one, never a mix.

    Raise MiningFailed if another run has taken over meanwhile.
    """
    with transaction.atomic(using=router.db_for_write(MiningRun)):
        runs = MiningRun.objects.select_for_update()
        # Locked first, so that nobody takes over between the look and the switch.
        if not runs.filter(pk=run.pk, is_at_work=True).exists():
            raise MiningFailed(f"Run {run.pk} was taken over by a later one.")
        runs.filter(is_active=True).update(is_active=False)
        run.status, run.is_active = MiningRun.Status.READY, True
        run.finished_at = run.seen_at = timezone.now()
        run.save()


def forget_old_runs(cleared: Callable[[], None]) -> int:
    """Delete the oldest ready snapshots beyond XSELL_KEEP_SNAPSHOTS; return how many.

    `cleared` is called again and again meanwhile. Rows that a killed run left behind go too, and in
    the end the account of how it failed.
    """
    failed = MiningRun.objects.filter(status=MiningRun.Status.FAILED)
    for place, run in enumerate(failed.order_by("-started_at", "-pk")):
        delete_rows(run, cleared)
        if place >= FAILURES_KEPT:
            run.delete()
    ready = MiningRun.objects.filter(status=MiningRun.Status.READY, is_active=False)
    # The active one is kept in any case and counts.
    old = list(ready.order_by("-started_at", "-pk")[max(conf.KEEP_SNAPSHOTS - 1, 0) :])
    for run in old:
        delete_rows(run, cleared)
        run.delete()
    return len(old)


def delete_rows(run: MiningRun, cleared: Callable[[], None] = lambda: None) -> None:
    """Delete what a run wrote, in short transactions and not in one that locks for seconds."""
    for model in (CoPurchase, BestSeller, NextPurchase, RepurchaseGap):
        rows = model.objects.filter(run=run)
        keys = rows.aggregate(first=Min("pk"), last=Max("pk"))
        if keys["first"] is None:
            continue
        for start in range(keys["first"], keys["last"] + 1, BATCH):
            rows.filter(pk__gte=start, pk__lt=start + BATCH).delete()
            cleared()
