"""Curated relations: what a person says belongs, or never belongs, with a product."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from xsell.admin.products import ProductAdmin, title_of
from xsell.admin.schedules import SCHEDULE, ScheduleFilter, state_of
from xsell.models import ProductRelation

KIND_WORDS: dict[str, Any] = {
    ProductRelation.Kind.CROSS_SELL: _("Cross-sell"),
    ProductRelation.Kind.ACCESSORY: _("Accessory"),
    ProductRelation.Kind.UPSELL: _("Upsell"),
    ProductRelation.Kind.SUBSTITUTE: _("Substitute"),
}
"""The kinds in one word, for a narrow column."""

BAN_WORD = _("Never")


@admin.register(ProductRelation)
class ProductRelationAdmin(ProductAdmin):
    """One line for each relation, products by name."""

    list_display = ["anchor_title", "suggested_title", "kind_word", "state", "note"]
    list_filter = ["verdict", "kind", ScheduleFilter, "created_at"]
    raw_id_fields = ["anchor", "suggested"]
    product_paths = ("anchor", "suggested")
    search_fields = ["note"]
    search_help_text = _("A product's name, or words of the note.")
    save_as = True
    fieldsets = [
        (
            None,
            {
                "fields": ["anchor", "suggested", "kind", "verdict", "position", "note"],
                "description": _("Who looks at the anchor is shown the suggested product."),
            },
        ),
        SCHEDULE,
    ]

    @admin.display(description=_("anchor"))
    def anchor_title(self, row: ProductRelation) -> str:
        return title_of(row, row.anchor_id)

    @admin.display(description=_("suggested"))
    def suggested_title(self, row: ProductRelation) -> str:
        return title_of(row, row.suggested_id)

    @admin.display(description=_("kind"), ordering="kind")
    def kind_word(self, row: ProductRelation) -> str:
        # A ban holds for every kind.
        is_ban = row.verdict == ProductRelation.Verdict.BAN
        return str(BAN_WORD if is_ban else KIND_WORDS.get(row.kind, row.kind))

    @admin.display(description=_("state"))
    def state(self, row: ProductRelation) -> str:
        return state_of(row)
