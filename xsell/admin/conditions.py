"""Conditions under the offer that they belong to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Field
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.condition_words import CONDITION_WORDS, EXAMPLES, Kind, product_key
from xsell.admin.operands import OperandForm, OperandsInline, category_names
from xsell.admin.products import details_of
from xsell.models import OfferCondition


class OfferConditionForm(OperandForm):
    """A condition; what its list names is there, unless it was entered while it still was."""

    def clean(self) -> dict[str, Any]:
        """Add an error at the value that names products or categories that the shop lacks."""
        given: dict[str, Any] = super().clean() or {}
        if "value" not in self.changed_data:
            return given
        texts = [it for it in map(str.strip, given.get("value", "").split(",")) if it]
        if given.get("kind") == Kind.ANY_PRODUCT:
            known = details_of(it for it in map(product_key, texts) if it is not None)
            unknown = [it for it in texts if product_key(it) not in known]
            self._refuse(_("The shop has no product with this id: %(ids)s"), unknown)
        elif given.get("kind") == Kind.ANY_CATEGORY and (names := category_names()):
            unknown = [it for it in texts if it not in names]
            self._refuse(_("The shop has no category with this id: %(ids)s"), unknown)
        return given

    def _refuse(self, complaint: str, unknown: list[str]) -> None:
        if unknown:
            self.add_error("value", complaint % {"ids": ", ".join(unknown)})


class OfferConditionInline(OperandsInline):
    """When the offer holds."""

    model = OfferCondition
    form = OfferConditionForm
    fields = [
        *("group", "is_negated", "kind", "product", "category_id", "amount", "fact", "value"),
        "segment",
    ]
    autocomplete_fields = ["segment"]
    kinds = CONDITION_WORDS
    examples = EXAMPLES
    verbose_name_plural = gettext_lazy("When it holds: always, unless there are conditions")

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # The rows are narrow: products and segments have screens of their own.
            field.widget = field.widget.widget
        return field
