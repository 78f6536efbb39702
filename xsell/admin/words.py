"""Figures and moments as people read them in the active language."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format


def number(value: int | float | Decimal, decimals: int = 0) -> str:
    """The number with its thousands apart: 1,204."""
    return number_format(value, decimals, force_grouping=True)


def moment(at: datetime) -> str:
    """The moment in the shop's time zone."""
    return date_format(_local(at), "SHORT_DATETIME_FORMAT")


def day(at: datetime | None) -> str:
    """The day in the shop's time zone, or nothing for an open end."""
    return "" if at is None else date_format(_local(at), "SHORT_DATE_FORMAT")


def _local(at: datetime) -> datetime:
    return timezone.localtime(at) if timezone.is_aware(at) else at
