"""When something holds: weekdays, hours and days, in the shop's own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self

from django.utils import timezone
from django.utils.translation import gettext as _

DAYS = range(1, 8)


def shop_time(now: datetime) -> datetime:
    """The moment on the shop's own clock, whatever time zone is active for the shopper."""
    own_zone = timezone.get_default_timezone()
    return timezone.localtime(now, own_zone) if timezone.is_aware(now) else now


def listed(text: str) -> tuple[str, ...]:
    """Ids with commas between them. Raise ValueError if there is none.

    >>> listed("7, 12,")
    ('7', '12')
    """
    found = tuple(dict.fromkeys(it for it in map(str.strip, text.split(",")) if it))
    if not found:
        raise ValueError(_("Name at least one id; commas between several."))
    return found


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, 1 being Monday (ISO 8601)."""

    days: frozenset[int]

    @classmethod
    def read(cls, text: str) -> Self:
        """From "1,2,5". Raise ValueError for anything else."""
        try:
            days = frozenset(int(it) for it in listed(text))
        except ValueError:
            days = frozenset()
        if not days or not days <= set(DAYS):
            raise ValueError(_("Give weekdays from 1 (Monday) to 7, as in 1,2,5."))
        return cls(days)

    def hold(self, now: datetime) -> bool:
        """Whether it is one of them in the shop."""
        return shop_time(now).isoweekday() in self.days


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of the day until another, which is not in it; over midnight if that is earlier.

    >>> Hours.read("18:00-02:00").hold(datetime(2026, 1, 1, 1, 59))
    True
    """

    begins: time
    ends: time

    @classmethod
    def read(cls, text: str) -> Self:
        """From "18:00-02:00". Raise ValueError for anything else."""
        wrong = _("Give hours as in 08:00-12:30; 22:00-02:00 is over midnight.")
        parts = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*", text)
        if parts is None:
            raise ValueError(wrong)
        try:
            begins, ends = (_clock(it) for it in parts.groups())
        except ValueError:
            raise ValueError(wrong) from None
        if begins == ends:
            raise ValueError(_("The hours begin when they end."))
        return cls(begins, ends)

    def hold(self, now: datetime) -> bool:
        """Whether the shop's clock is between them."""
        clock = shop_time(now).time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


@dataclass(frozen=True, slots=True)
class Dates:
    """From one day to another, both included."""

    first: date
    last: date

    @classmethod
    def read(cls, text: str) -> Self:
        """From "2026-12-01/2026-12-24". Raise ValueError for anything else."""
        first, _slash, last = text.partition("/")
        try:
            found = cls(date.fromisoformat(first.strip()), date.fromisoformat(last.strip()))
        except ValueError:
            raise ValueError(_("Give days as in 2026-12-01/2026-12-24.")) from None
        if found.last < found.first:
            raise ValueError(_("The last day is before the first."))
        return found

    def hold(self, now: datetime) -> bool:
        """Whether it is one of these days in the shop."""
        return self.first <= shop_time(now).date() <= self.last


def _clock(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))
