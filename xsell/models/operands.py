"""Conditions as rows: each kind asks for some columns, and leaves the others empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

Operands = Mapping[str, tuple[str, ...]]
"""Kind -> columns that it asks for."""


def asks_for(operands: Operands, columns: Mapping[str, Any], name: str) -> models.CheckConstraint:
    """Constraint: a row has what its kind asks for, and nothing else.

    `columns`: column -> what it holds when empty. Amounts, counts and days must be above 0.
    """
    condition = Q(pk__in=())
    for kind, asked in operands.items():
        one = Q(kind=kind)
        for column, empty in columns.items():
            if column not in asked:
                one &= Q(**{column: empty})
            elif empty is not None:
                one &= ~Q(**{column: empty})
            else:
                # A comparison with NULL is no failure to a CHECK: say it outright.
                one &= Q(**{f"{column}__isnull": False})
                if column in FIGURES:
                    one &= Q(**{f"{column}__gt": 0})
        condition = one if condition == Q(pk__in=()) else condition | one
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_message=_("Fill in what the kind asks for, and nothing else."),
    )


FIGURES = frozenset({"amount", "days"})


class Grouped(models.Model):
    """A condition: AND inside a group, OR between groups; a negated one must not hold."""

    OPERANDS: ClassVar[Operands]
    COLUMNS: ClassVar[Mapping[str, Any]]

    group = models.PositiveSmallIntegerField(
        _("group"), default=1, help_text=_("AND inside a group, OR between groups.")
    )
    is_negated = models.BooleanField(_("not"), default=False)

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError naming each column that the kind asks for, or has no use for."""
        super().clean()
        kind = getattr(self, "kind", "")
        if kind not in self.OPERANDS:
            return
        errors: dict[str, Any] = {}
        for column, empty in self.COLUMNS.items():
            value = getattr(self, f"{column}_id" if column in ("product", "segment") else column)
            is_given = value != empty
            if is_given and column not in self.OPERANDS[kind]:
                errors[column] = _("Not for this kind of condition.")
            elif not is_given and column in self.OPERANDS[kind]:
                errors[column] = _("This kind of condition asks for it.")
            elif is_given and column in FIGURES and value <= 0:
                errors[column] = _("Say an amount above 0.")
        if errors:
            raise ValidationError(errors)
