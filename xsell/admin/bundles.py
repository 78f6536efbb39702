"""Bundles: sets that cost less together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.benefits import PRECEDENCE, TERMS, benefit_in_words
from xsell.admin.products import ProductAdmin, RowsInline, title_of
from xsell.admin.schedules import SCHEDULE, ScheduleFilter, state_of
from xsell.admin.words import number
from xsell.models import Bundle, BundleItem
from xsell.values import ProductId


class BundleItemFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Items that make a set."""

    def clean(self) -> None:
        """Raise ValidationError where groups or the fewest items make no sense."""
        super().clean()
        if any(self.errors):
            return
        rows = [
            form.cleaned_data
            for form in self.forms
            if form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        groups: dict[int, list[int]] = {}
        for row in rows:
            if row.get("group") is not None:
                groups.setdefault(row["group"], []).append(row["quantity"])
        for group, quantities in sorted(groups.items()):
            if len(quantities) < 2:
                reason = _("Group %(group)s has one product: there is nothing to mix.")
                raise forms.ValidationError(reason % {"group": group})
            if len(set(quantities)) > 1:
                reason = _("Say the same quantity for each product of group %(group)s.")
                raise forms.ValidationError(reason % {"group": group})
        self._refuse_fewest(rows, len(groups) + sum(row.get("group") is None for row in rows))

    def _refuse_fewest(self, rows: list[dict[str, Any]], n_parts: int) -> None:
        fewest = self.instance.fewest_items
        if fewest is None and any(row.get("is_required") for row in rows):
            raise forms.ValidationError(
                _("All items are needed: say how few are enough before some are required.")
            )
        if fewest is not None and fewest >= n_parts:
            reason = _("The bundle has %(parts)s items: fewer must be enough, or leave it empty.")
            raise forms.ValidationError(reason % {"parts": n_parts})


class BundleItemInline(RowsInline):
    """What one set holds."""

    model = BundleItem
    formset = BundleItemFormSet
    fields = ["product", "quantity", "group", "is_required", "position"]
    raw_id_fields = ["product"]
    min_num = 2


@admin.register(Bundle)
class BundleAdmin(ProductAdmin):
    """One line for each bundle, with what it holds."""

    list_display = ["name", "contents", "saving", "state"]
    list_filter = ["is_live", ScheduleFilter]
    product_paths = ("items__product",)
    search_fields = ["name"]
    search_help_text = gettext_lazy("A bundle's name, or the name of a product that it holds.")
    inlines = [BundleItemInline]
    fieldsets = [
        (None, {"fields": ["name", "is_live"]}),
        (
            gettext_lazy("What it saves"),
            {"fields": ["benefit", *TERMS, "fewest_items", "limit_per_order"]},
        ),
        SCHEDULE,
        PRECEDENCE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("items")

    def products_of(self, row: Bundle) -> Iterable[ProductId]:
        return [item.product_id for item in row.items.all()]

    @admin.display(description=gettext_lazy("holds"))
    def contents(self, row: Bundle) -> str:
        return ", ".join(
            _("%(quantity)s × %(product)s")
            % {"quantity": number(item.quantity), "product": title_of(row, item.product_id)}
            for item in row.items.all()
        )

    @admin.display(description=gettext_lazy("saving"), ordering="saving_percent")
    def saving(self, row: Bundle) -> str:
        return benefit_in_words(row)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Bundle) -> str:
        return state_of(row)
