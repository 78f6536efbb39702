"""From when until when a curated row holds, shared by every kind of curated row."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xsell.models.revisions import RuleQuerySet


def running(now: datetime, prefix: str = "") -> Q:
    """Condition for rows whose schedule holds at `now`; `prefix` reaches through a relation."""
    started = Q(**{f"{prefix}starts_at__isnull": True}) | Q(**{f"{prefix}starts_at__lte": now})
    not_over = Q(**{f"{prefix}ends_at__isnull": True}) | Q(**{f"{prefix}ends_at__gt": now})
    return started & not_over


def ends_after_start(name: str) -> models.CheckConstraint:
    """Constraint: a schedule with both ends must end after it starts."""
    return models.CheckConstraint(
        condition=Q(starts_at__isnull=True)
        | Q(ends_at__isnull=True)
        | Q(ends_at__gt=F("starts_at")),
        name=name,
        violation_error_message=_("The end must be after the start."),
    )


class ScheduledQuerySet(RuleQuerySet):
    """Rows with a schedule."""

    def running_at(self, now: datetime) -> Self:
        """Rows whose schedule holds at `now`."""
        return self.filter(running(now))


class Scheduled(models.Model):
    """A row that may start and end; without dates it always holds."""

    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)

    objects = ScheduledQuerySet.as_manager()

    class Meta:
        abstract = True
