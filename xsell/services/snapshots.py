"""Writing a mining snapshot, switching to it, and forgetting old ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connections, models, router, transaction
from django.utils import timezone

try:
    from django.db.backends.postgresql.psycopg_any import is_psycopg3
except ImportError:  # no driver for PostgreSQL: the shop is on another database
    is_psycopg3 = False

from xsell.conf import conf
from xsell.exceptions import MiningFailed
from xsell.models import BestSeller, CoPurchase, MiningRun

BATCH = 20_000


def start_run(*, started_by: str, parameters: dict[str, Any]) -> MiningRun:
    """A new running snapshot; one that still runs is marked failed, for this one takes over."""
    with transaction.atomic(using=router.db_for_write(MiningRun)):
        MiningRun.objects.select_for_update().filter(status=MiningRun.Status.RUNNING).update(
            status=MiningRun.Status.FAILED,
            finished_at=timezone.now(),
            error=f"It was killed, or run over by the run that {started_by or 'somebody'} started.",
        )
        return MiningRun.objects.create(
            started_at=timezone.now(), started_by=started_by, parameters=parameters
        )


def ensure_ours(run: MiningRun) -> None:
    """Raise MiningFailed if another run has taken over from this one."""
    if not MiningRun.objects.filter(pk=run.pk, status=MiningRun.Status.RUNNING).exists():
        raise MiningFailed(f"Run {run.pk} was taken over by a later one.")


def write_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    written: Callable[[int], None],
) -> int:
    """Insert rows that are already in the database's own types; return how many.

    COPY on PostgreSQL, executemany elsewhere: bulk_create takes a minute for two million rows.
    `written` is called with the number of rows so far after each batch. Each batch is a
    transaction of its own, so that shoppers can write in between; nobody reads these rows before
    the switch.
    """
    connection = connections[router.db_for_write(model)]
    quoted = connection.ops.quote_name
    table, names = quoted(model._meta.db_table), ", ".join(map(quoted, columns))
    # psycopg 3 alone has this; with psycopg2 executemany does.
    copies = connection.vendor == "postgresql" and is_psycopg3
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
    iterator = iter(rows)
    n_written = 0
    while batch := list(itertools.islice(iterator, BATCH)):
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if copies:
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in batch:
                        copy.write_row(row)
            else:
                cursor.executemany(insert, batch)
        n_written += len(batch)
        written(n_written)
    return n_written


def switch_to(run: MiningRun) -> None:
    """Let this run serve from now on; readers see the old snapshot or the new one, never a mix.

    Raise MiningFailed if another run has taken over meanwhile.
    """
    with transaction.atomic(using=router.db_for_write(MiningRun)):
        runs = MiningRun.objects.select_for_update()
        # Locked first, so that nobody takes over between the look and the switch.
        runs.get(pk=run.pk)
        ensure_ours(run)
        runs.filter(is_active=True).update(is_active=False)
        run.status = MiningRun.Status.READY
        run.is_active = True
        run.finished_at = timezone.now()
        run.save()


def fail_run(run: MiningRun, error: str) -> None:
    """Mark a running run failed and take its rows away; what serves goes on serving."""
    MiningRun.objects.filter(pk=run.pk, status=MiningRun.Status.RUNNING).update(
        status=MiningRun.Status.FAILED, finished_at=timezone.now(), error=error
    )
    if MiningRun.objects.filter(pk=run.pk, status=MiningRun.Status.FAILED).exists():
        _delete_rows(run)


def forget_old_runs() -> int:
    """Delete the oldest ready snapshots beyond XSELL_KEEP_SNAPSHOTS; return how many.

    Rows that a killed run left behind go too.
    """
    for failed in MiningRun.objects.filter(status=MiningRun.Status.FAILED):
        _delete_rows(failed)
    ready = MiningRun.objects.filter(status=MiningRun.Status.READY, is_active=False)
    # The active one is kept in any case and counts.
    old = list(ready.order_by("-started_at", "-pk")[max(conf.KEEP_SNAPSHOTS - 1, 0) :])
    for run in old:
        _delete_rows(run)
        run.delete()
    return len(old)


def _delete_rows(run: MiningRun) -> None:
    """Delete in short transactions, not in one that locks for seconds."""
    for model in (CoPurchase, BestSeller):
        rows = model.objects.filter(run=run).order_by("pk")
        while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
            model.objects.filter(pk__gte=keys[0], pk__lte=keys[-1], run=run).delete()
