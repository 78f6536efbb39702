"""Rules that xsell keeps by itself where the shop's database cannot."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage
from django.db import models


class KeptByUs(models.Model):
    """Rows whose conditional unique constraints hold on MariaDB and MySQL too, which have none.

    There the services and the forms keep them, so Django's warning that a constraint is missing
    (models.W036) would send a shop after nothing.
    """

    class Meta:
        abstract = True

    @classmethod
    def check(cls, **kwargs: Any) -> list[CheckMessage]:
        """What Django finds wrong, but for that warning."""
        return [message for message in super().check(**kwargs) if message.id != "models.W036"]
