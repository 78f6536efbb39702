"""Conditions and rules on the screens: rows with operands, and groups of them in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

from django import forms
from django.db.models import Field
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from xsell.adapters import get_adapter
from xsell.admin.products import RowsInline


def category_names() -> dict[str, str]:
    """Name of each category of the shop by its id."""
    return {category.category_id: category.name for category in get_adapter().categories()}


def in_cents(amount: Decimal) -> Decimal:
    """The amount without the zeros that the database keeps for currencies with more decimals."""
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else amount


COUNTS = frozenset(
    ("units_at_least", "kinds_at_least", "stock_at_least", "orders_at_least", "fact_at_least")
)
"""Kinds whose amount is a number, and no money."""


class OperandForm(forms.ModelForm):  # type: ignore[type-arg]
    """A condition; a category that the shop does not have any more stays as it was entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.instance.amount
        if amount is not None:
            is_whole = self.instance.kind in COUNTS and amount == int(amount)
            self.initial["amount"] = int(amount) if is_whole else in_cents(amount)
        field, chosen = self.fields.get("category_id"), self.instance.category_id
        if isinstance(field, forms.ChoiceField) and chosen and not field.valid_value(chosen):
            gone = _("category %(id)s, which the shop does not have any more") % {"id": chosen}
            field.choices = [*field.choices, (chosen, gone)]  # type: ignore[misc]


class OperandsInline(RowsInline):
    """Conditions under the row that they belong to; categories by name, if the shop has any."""

    form = OperandForm
    raw_id_fields = ["product"]

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "category_id" and (names := category_names()):
            label = capfirst(db_field.verbose_name)
            return forms.ChoiceField(
                label=label,
                choices=[("", "—"), *names.items()],
                required=False,
                widget=forms.Select(attrs={"aria-label": label}),
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


def in_groups(groups: Iterable[Sequence[str]]) -> str:
    """Groups of conditions in one phrase: all of a group, or all of another; empty without any."""
    either = [_joined(_("%(first)s and %(second)s"), group) for group in groups]
    return _joined(_("%(first)s, or %(second)s"), either)


def _joined(phrase: str, parts: Sequence[str]) -> str:
    return reduce(lambda first, second: phrase % {"first": first, "second": second}, parts or [""])
