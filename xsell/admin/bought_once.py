"""What nobody buys twice: products by name, or the products of a whole category."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.operands import category_names
from xsell.admin.products import ProductAdmin, title_of
from xsell.models import BoughtOnce


@admin.register(BoughtOnce)
class BoughtOnceAdmin(ProductAdmin):
    """One line for each product or category."""

    list_display = ["what"]
    raw_id_fields = ["product"]
    product_paths = ("product",)
    search_help_text = gettext_lazy("A product's name.")
    fieldsets = [
        (
            None,
            {
                "fields": ["product", "category_id"],
                "description": gettext_lazy(
                    "Customers who have it are not shown it again, nor another variant of it. A "
                    "category stands for each of its products: others of it may still be shown."
                ),
            },
        )
    ]

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "category_id" and (names := category_names()):
            choices = [("", "—"), *names.items()]
            label = capfirst(db_field.verbose_name)
            return forms.ChoiceField(label=label, choices=choices, required=False)
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        return field

    @admin.display(description=gettext_lazy("product or category"))
    def what(self, row: BoughtOnce) -> str:
        if row.product_id is not None:
            return title_of(row, row.product_id)
        name = category_names().get(row.category_id, row.category_id)
        return _("Products of the category %(name)s") % {"name": name}
