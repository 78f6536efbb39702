"""Conditions and rules on the screens: rows with operands, and groups of them in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any, ClassVar

from django import forms
from django.db.models import Field
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from xsell.adapters import get_adapter
from xsell.admin.products import RowsInline
from xsell.admin.tables import as_table


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


class OperandFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Conditions whose tick for taking one away has a name, too."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = form.fields["DELETE"].label


class OperandsInline(RowsInline):
    """Conditions under the row that they belong to; categories by name, if the shop has any.

    With scripts a row shows the columns that its kind asks for, and others while they are filled
    in; without scripts it shows all. `kinds`: what a kind looks at -> kind -> its words, where
    those of the model are too long; `examples`: kind -> how its value is written.
    """

    form = OperandForm
    formset = OperandFormSet
    raw_id_fields = ["product"]
    template = "admin/xsell/edit_inline/operands.html"
    kinds: ClassVar[Mapping[Any, Mapping[str, Any]]] = {}
    examples: ClassVar[Mapping[str, str]] = {}

    class Media:
        js = ["xsell/operands.js"]

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
        if db_field.name == "kind" and self.kinds:
            groups = [(about, list(words.items())) for about, words in self.kinds.items()]
            kwargs["choices"] = [("", "—"), *groups]
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "kind":
            field.widget.attrs["data-operands"] = json.dumps(self.model.OPERANDS)
            field.widget.attrs["data-examples"] = json.dumps(self.examples)
        return field

    def legend(self) -> SafeString:
        """What each kind asks for, and how that is written."""
        words = {
            kind: _("%(about)s: %(words)s") % {"about": about, "words": said}
            for about, kinds in self.kinds.items()
            for kind, said in kinds.items()
        }
        rows = []
        for kind, name in self.model.Kind.choices:
            columns = [self.model._meta.get_field(it) for it in self.model.OPERANDS[kind]]
            asked = ", ".join(str(it.verbose_name) for it in columns) or _("nothing")
            rows.append((words.get(kind, str(name)), asked, self.examples.get(kind, "")))
        return as_table(_("What each kind asks for"), [_("kind"), _("asks for"), _("as in")], rows)


def in_groups(groups: Iterable[Sequence[str]]) -> str:
    """Groups of conditions in one phrase: all of a group, or all of another; empty without any."""
    either = [_joined(_("%(first)s and %(second)s"), group) for group in groups]
    return _joined(_("%(first)s, or %(second)s"), either)


def _joined(phrase: str, parts: Sequence[str]) -> str:
    return reduce(lambda first, second: phrase % {"first": first, "second": second}, parts or [""])
