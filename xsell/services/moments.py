"""Moments as people and JSON spell them."""

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
    projects_are_aware = timezone.is_aware(timezone.now())
    if timezone.is_naive(found) and projects_are_aware:
        return timezone.make_aware(found)
    if timezone.is_aware(found) and not projects_are_aware:
        return timezone.make_naive(found)
    return found
