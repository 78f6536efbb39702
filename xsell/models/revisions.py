"""The rules' revision: what a process has read of them holds until it changes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.db import connections, models
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class RulesRevision(models.Model):
    """A name that changes with every change of the rules: processes keep what they have read.

    One row. Random and not counted, so that a change that is rolled back cannot share its name with
    the next.
    """

    token = models.CharField(_("token"), max_length=32)

    class Meta:
        verbose_name = _("revision of the rules")
        verbose_name_plural = _("revision of the rules")

    def __str__(self) -> str:
        return self.token


def rules_changed(using: str) -> None:
    """Give the rules a new name, in one statement, in the transaction of the change itself."""
    names_target = connections[using].features.supports_update_conflicts_with_target
    RulesRevision.objects.using(using).bulk_create(
        [RulesRevision(pk=1, token=secrets.token_urlsafe(16))],
        update_conflicts=True,
        update_fields=["token"],
        unique_fields=["id"] if names_target else None,
    )


class RuleQuerySet(models.QuerySet[Any]):
    """Rows that are rules: changes that send no signals tell of themselves, too."""

    def update(self, **kwargs: Any) -> int:
        """As Django's, and the rules have changed."""
        n_rows = super().update(**kwargs)
        if n_rows:
            rules_changed(self.db)
        return n_rows

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """As Django's, and the rules have changed."""
        created = super().bulk_create(objs, *args, **kwargs)
        if created:
            rules_changed(self.db)
        return created


def listen(rules: Iterable[type[models.Model]]) -> None:
    """Connect the receivers for rows of these models."""
    for model in rules:
        name = model._meta.model_name
        post_save.connect(_changed, sender=model, dispatch_uid=f"xsell.saved.{name}")
        post_delete.connect(_changed, sender=model, dispatch_uid=f"xsell.deleted.{name}")


def _changed(using: str, **kwargs: Any) -> None:
    rules_changed(using)
