"""Arguments that several commands take."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


def moment(text: str) -> datetime:
    """A date or a time as the project's own kind of datetime. Raise ValueError if it is none."""
    found = parse_datetime(text)
    if found is None:
        day = parse_date(text)
        if day is None:
            raise ValueError(f"{text!r} is neither a date nor a time in ISO format")
        found = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - made aware below
    if timezone.is_naive(found) and timezone.is_aware(timezone.now()):
        return timezone.make_aware(found)
    return found
