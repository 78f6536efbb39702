"""One mining run at a time: who is at work, whether that is true, and how a run ends."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import DatabaseError, IntegrityError, connections, router, transaction
from django.utils import timezone

from xsell.exceptions import AlreadyRunning, MiningFailed
from xsell.models import MiningRun
from xsell.selection.runs import SILENT_AFTER
from xsell.services.progress import Progress
from xsell.services.snapshots import delete_rows

SECONDS_BETWEEN_SIGNS = 2.0
PROCESSES = Path("/proc")

_at_work: set[int] = set()
"""Runs of this process: one whose holder is this process and that is not here is over."""


def start_run(*, started_by: str, parameters: dict[str, Any], kind: str) -> MiningRun:
    """A new run at work. Raise AlreadyRunning if there is one that lives.

    One whose process is gone, or that was silent for ten minutes, is marked failed: this one takes
    over from it.
    """
    run = MiningRun(parameters=parameters, kind=kind, started_by=started_by)
    return _begun(run)


def claim_request() -> MiningRun | None:
    """The run that was asked for first, now at work; None if none was. Raise as `start_run`."""
    alias = router.db_for_write(MiningRun)
    with transaction.atomic(using=alias):
        # Locked: of two workers that look in the same moment only one finds it.
        requested = MiningRun.objects.using(alias).select_for_update()
        requested = requested.filter(status=MiningRun.Status.REQUESTED)
        run = requested.order_by("started_at").first()
        return None if run is None else _begun(run)


def _begun(run: MiningRun) -> MiningRun:
    alias = router.db_for_write(MiningRun)
    try:
        with transaction.atomic(using=alias):
            for other in MiningRun.objects.using(alias).select_for_update().filter(is_at_work=True):
                if is_alive(other):
                    raise AlreadyRunning(_at_work_already(other))
                by = run.started_by or "another run"
                _end(other, f"It was killed, or silent for long; {by} took over.")
            run.status, run.is_at_work = MiningRun.Status.RUNNING, True
            run.holder = this_process()
            run.started_at = run.seen_at = timezone.now()
            run.save(using=alias)
            # Before others can see the row: to this process's threads it would look left behind.
            _at_work.add(run.pk)
    except IntegrityError as error:
        # Both found nobody at work; the database's unique lock let one of them in.
        raise AlreadyRunning("Another run has begun in this very moment.") from error
    return run


def _at_work_already(run: MiningRun) -> str:
    silent_for = timezone.now() - (run.seen_at or run.started_at)
    return (
        f"Run {run.pk}, started by {run.started_by or 'somebody'}, is at work ({run.holder}); its "
        f"last sign of life is {silent_for.total_seconds():.0f} s old. It is taken over when its "
        f"process is gone, or after {SILENT_AFTER.total_seconds() / 60:.0f} minutes of silence."
    )


def is_alive(run: MiningRun) -> bool:
    """Whether a running run gave a sign of life lately and, on this machine, has its process."""
    if run.seen_at is None or timezone.now() - run.seen_at > SILENT_AFTER:
        return False
    host, _, process = run.holder.rpartition("/")
    if host != this_host():
        return True  # nobody can tell from here: its silence will
    if process and run.holder == this_process():
        return run.pk in _at_work
    return _is_there(process)


def this_process() -> str:
    """Host, process id and, where it can be read, the moment when the process began."""
    own = PROCESSES / "self"
    try:
        number = own.resolve(strict=True).name
        return f"{this_host()}/{number}:{_began(number)}"
    except OSError:
        return f"{this_host()}/{os.getpid()}:"


def this_host() -> str:
    """The host's name and, where they can be read, its boot and its space of process ids.

    Containers may share a name, and a process id means nothing in another's space.
    """
    try:
        boot = (PROCESSES / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = (PROCESSES / "self/ns/pid").readlink()
    except OSError:
        return socket.gethostname()
    mark = hashlib.sha256(f"{boot} {space}".encode()).hexdigest()[:8]
    return f"{socket.gethostname()}~{mark}"


def _is_there(process: str) -> bool:
    number, _, began = process.partition(":")
    if not number or not (PROCESSES / "self").exists():
        return True  # nobody can tell: its silence will
    try:
        return _began(number) == began
    except OSError:
        # Others' processes may be hidden from /proc.
        return _answers(int(number))


def _answers(number: int) -> bool:
    try:
        os.kill(number, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def _began(number: str) -> str:
    """Clock ticks from boot to the start of a process: a later one of the same id has another."""
    return (PROCESSES / number / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]


class Work:
    """A run at work: passes progress on and gives signs of life."""

    def __init__(self, run: MiningRun, progress: Progress) -> None:
        self.run = run
        self.progress = progress
        self._seen = time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Progress. Raise MiningFailed if another run has taken over meanwhile."""
        self.progress(step, done, total)
        self.stay()

    def stay(self) -> None:
        """Give a sign of life if the last one is some seconds old."""
        if time.monotonic() - self._seen > SECONDS_BETWEEN_SIGNS:
            self.give_sign()

    def give_sign(self) -> None:
        """Say that the run is at work. Raise MiningFailed if it is not its turn any more."""
        self._seen = time.monotonic()
        mine = MiningRun.objects.filter(pk=self.run.pk, is_at_work=True)
        if not mine.update(seen_at=timezone.now()):
            raise MiningFailed(f"Run {self.run.pk} was taken over by a later one.")


@contextmanager
def at_work(run: MiningRun, progress: Progress) -> Iterator[Work]:
    """The run's work, until its last row is cleared away.

    Whatever goes wrong before it serves, the run is marked failed; the error goes on.
    """
    number = run.pk  # a run that found nothing new is deleted
    try:
        yield Work(run, progress)
    except BaseException as error:
        _leave(run, f"{type(error).__name__}: {error}", error)
        raise
    else:
        _end(run, "")
    finally:
        _at_work.discard(number)


def _leave(run: MiningRun, reason: str, error: BaseException) -> None:
    alias = router.db_for_write(MiningRun)
    if not connections[alias].in_atomic_block:
        connections[alias].close_if_unusable_or_obsolete()
    try:
        _end(run, reason)
        if not MiningRun.objects.filter(pk=run.pk, status=MiningRun.Status.READY).exists():
            delete_rows(run)
    except DatabaseError as trouble:
        # The database is away: that may be the reason itself. The next run takes over.
        error.add_note(f"Nor could it be written down that run {run.pk} failed: {trouble}")


def _end(run: MiningRun, reason: str) -> None:
    """Let the next run begin; one that does not serve yet has failed."""
    own = MiningRun.objects.filter(pk=run.pk, is_at_work=True)
    running = own.filter(status=MiningRun.Status.RUNNING)
    if not running.update(
        status=MiningRun.Status.FAILED, is_at_work=None, finished_at=timezone.now(), error=reason
    ):
        own.update(is_at_work=None)
