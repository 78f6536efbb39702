"""Whether a curated row holds now, in words and as a filter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.words import day
from xsell.models import Offer
from xsell.models.schedules import running

STATE_WORDS: dict[str, Any] = {
    Offer.State.DRAFT: gettext_lazy("Draft"),
    Offer.State.LIVE: gettext_lazy("Live"),
    Offer.State.SHADOW: gettext_lazy("Shadow"),
    Offer.State.PAUSED: gettext_lazy("Paused"),
}


def state_of(row: Any) -> str:
    """Whether the row holds now; rows without a switch of their own hold by their dates alone."""
    now = timezone.now()
    own_state = getattr(row, "state", Offer.State.LIVE)
    if own_state != Offer.State.LIVE:
        return str(STATE_WORDS[own_state])
    if not getattr(row, "is_live", True):
        return _("Off")
    if row.ends_at is not None and row.ends_at <= now:
        return _("Over")
    if row.starts_at is not None and row.starts_at > now:
        return _("From %(day)s") % {"day": day(row.starts_at)}
    if row.ends_at is not None:
        return _("Until %(day)s") % {"day": day(row.ends_at)}
    return _("On")


class ScheduleFilter(admin.SimpleListFilter):
    """Rows by their dates."""

    title = gettext_lazy("dates")
    parameter_name = "dates"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [
            ("now", gettext_lazy("Hold now")),
            ("later", gettext_lazy("Start later")),
            ("over", gettext_lazy("Are over")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        if self.value() == "now":
            return queryset.filter(running(now))
        if self.value() == "later":
            return queryset.filter(starts_at__gt=now)
        if self.value() == "over":
            return queryset.filter(ends_at__lte=now)
        return queryset


SCHEDULE: tuple[Any, Any] = (gettext_lazy("Dates"), {"fields": ["starts_at", "ends_at"]})
"""The fieldset of a row that may start and end."""
