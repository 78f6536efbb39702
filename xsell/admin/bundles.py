"""Bundles: fixed sets at one price."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.products import ProductAdmin, RowsInline, title_of
from xsell.admin.schedules import SCHEDULE, ScheduleFilter, state_of
from xsell.admin.words import number
from xsell.models import Bundle, BundleItem
from xsell.values import ProductId


class BundleItemInline(RowsInline):
    """What one set holds."""

    model = BundleItem
    fields = ["product", "quantity", "position"]
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
    fieldsets = [(None, {"fields": ["name", "saving_percent", "is_live"]}), SCHEDULE]

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
