"""What serves, since when, and whether that can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from xsell.models import MiningRun

SILENT_AFTER = timedelta(minutes=10)
"""A run without a sign of life for so long is taken over by the next."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """The runs that matter at `now`: what serves, the newest that began, what runs and waits.

    `newest_full`: hourly updates that succeed must not hide a nightly run that never does.
    """

    now: datetime
    serving: MiningRun | None
    newest: MiningRun | None
    newest_full: MiningRun | None
    running: MiningRun | None
    n_waiting: int
    waiting_since: datetime | None

    @property
    def orders_as_of(self) -> datetime | None:
        """Newer orders are unknown to the snapshot that serves; None without one."""
        return orders_as_of(self.serving) if self.serving is not None else None

    @property
    def age(self) -> timedelta | None:
        """How long ago that was; None if nothing serves."""
        return self.now - self.orders_as_of if self.orders_as_of is not None else None

    @property
    def is_silent(self) -> bool:
        """Whether the run at work has given no sign of life for too long."""
        return self.running is not None and is_silent(self.running, self.now)

    def troubles(self, max_age: timedelta) -> Iterator[str]:
        """What somebody has to look at; nothing while all is well."""
        if self.age is None:
            yield "No snapshot serves: placements live on curated rows alone."
        elif self.age > max_age:
            yield (
                f"The snapshot that serves knows no order of the last {self.age // HOUR:,} hours; "
                f"{max_age // HOUR:,} are allowed."
            )
        for which, run in (("newest run", self.newest), ("newest full run", self.newest_full)):
            if run is None or (run == self.newest and which != "newest run"):
                continue
            if run.status == MiningRun.Status.FAILED:
                yield f"The {which}, {run.pk}, failed: {run.error}"


HOUR = timedelta(hours=1)


def orders_as_of(run: MiningRun) -> datetime:
    """Until when the run knows the shop's orders."""
    read_at = run.read_at or run.started_at
    return min(read_at, run.until) if run.until is not None else read_at


def is_silent(run: MiningRun, now: datetime) -> bool:
    """Whether the run says that it is at work and has given no sign of life for too long."""
    last_sign = run.seen_at or run.started_at
    return run.status == MiningRun.Status.RUNNING and now - last_sign > SILENT_AFTER


def freshness(now: datetime) -> Freshness:
    """Which run serves, which is the newest, which is at work, and what waits."""
    runs = MiningRun.objects.all()
    waiting = runs.filter(status=MiningRun.Status.REQUESTED).order_by("started_at")
    since = list(waiting.values_list("started_at", flat=True))
    begun = runs.exclude(status=MiningRun.Status.REQUESTED)
    return Freshness(
        now=now,
        serving=runs.filter(is_active=True).first(),
        newest=begun.first(),
        newest_full=begun.filter(kind=MiningRun.Kind.FULL).first(),
        running=runs.filter(status=MiningRun.Status.RUNNING).first(),
        n_waiting=len(since),
        waiting_since=since[0] if since else None,
    )
