"""Figures and moments as people read them in the active language."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format


def number(value: float | Decimal, decimals: int | None = None) -> str:
    """The number with its thousands apart and so many decimals, or those that it has: 1,204."""
    # Rounded here: Django would cut off the decimals that are too many.
    figure = value if decimals is None else f"{value:.{decimals}f}"
    return number_format(figure, decimals, force_grouping=True)


def moment(at: datetime) -> str:
    """The moment in the shop's time zone."""
    return date_format(_local(at), "SHORT_DATETIME_FORMAT")


def day(at: datetime) -> str:
    """The day in the shop's time zone."""
    return date_format(_local(at), "SHORT_DATE_FORMAT")


def _local(at: datetime) -> datetime:
    return timezone.localtime(at) if timezone.is_aware(at) else at
