"""Placements: where suggestions show, and from which sources, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.forms.renderers import get_default_renderer
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.models import Placement
from xsell.values import Source

SOURCE_NAMES: dict[str, Any] = {
    Source.PINNED: gettext_lazy("Curated relations"),
    Source.OFFERS: gettext_lazy("Offers"),
    Source.DUE: gettext_lazy("Due to be bought again"),
    Source.NEXT_STEP: gettext_lazy("What customers go on to"),
    Source.HISTORY: gettext_lazy("What completes the customer's orders"),
    Source.VIEWED: gettext_lazy("Related to what was viewed"),
    Source.MINED: gettext_lazy("Bought together"),
    Source.TIERS: gettext_lazy("Upgrades: tiers and upsells"),
    Source.SHIPPING_GAP: gettext_lazy("What closes the gap to free shipping"),
    Source.NEARLY_BUNDLE: gettext_lazy("One more for the discount of a bundle"),
    Source.CATEGORY_BEST_SELLERS: gettext_lazy("Best sellers of the category"),
    Source.BEST_SELLERS: gettext_lazy("Best sellers"),
}


class OrderedChoices(forms.MultiWidget):
    """As many selects as there are choices, the first choice first: an order without a script."""

    use_fieldset = True

    def decompress(self, value: Any) -> list[Any]:
        return list(value) if isinstance(value, (list, tuple)) else []

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        renderer = renderer or get_default_renderer()
        selects = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        for place, select in enumerate(selects, 1):
            select["attrs"]["aria-label"] = _("Source number %(place)s") % {"place": place}
        rendered = (
            [mark_safe(renderer.render(select["template_name"], {"widget": select}))]  # noqa: S308
            for select in selects
        )
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}</li>", rendered))


class SourcesField(forms.MultiValueField):
    """Names of sources in the order in which they are asked, as `Placement.sources` holds them."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "—"), *((str(source), name) for source, name in SOURCE_NAMES.items())]
        fields = [forms.ChoiceField(choices=choices, required=False) for _source in Source]
        widget = OrderedChoices([forms.Select(choices=choices) for _source in Source])
        super().__init__(fields, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[str]) -> list[str]:
        return [name for name in data_list if name]

    def has_changed(self, initial: Any, data: Any) -> bool:
        # Django compares as many parts as the stored list has, and would miss what is added.
        return list(initial or []) != self.compress(data or [])


class PlacementForm(forms.ModelForm):  # type: ignore[type-arg]
    """A placement, its sources in order."""

    sources = SourcesField(
        label=gettext_lazy("Sources"),
        help_text=gettext_lazy(
            "They are asked from top to bottom, until the place is full. "
            "Best sellers fill it up to the minimum only."
        ),
    )

    class Meta:
        model = Placement
        fields = "__all__"  # noqa: DJ007 - the admin below says which


@admin.register(Placement)
class PlacementAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One line for each place."""

    form = PlacementForm
    list_display = ["slug", "heading", "asks", "few_and_many", "is_live"]
    list_filter = ["is_live"]
    search_fields = ["slug", "heading", "fallback_heading"]
    fieldsets = [
        (None, {"fields": ["slug", "heading", "fallback_heading", "is_live"]}),
        (gettext_lazy("What it shows"), {"fields": ["sources", "offer_kind"]}),
        (gettext_lazy("How many"), {"fields": ["min_items", "max_items", "max_per_category"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Placement | None = None) -> list[str]:
        # Pages of the shop ask for it by this name.
        return ["slug"] if obj else []

    @admin.display(description=gettext_lazy("sources"))
    def asks(self, row: Placement) -> str:
        return ", ".join(str(SOURCE_NAMES.get(name, name)) for name in row.sources)

    @admin.display(description=gettext_lazy("products"), ordering="max_items")
    def few_and_many(self, row: Placement) -> str:
        return _("%(min)s to %(max)s") % {"min": row.min_items, "max": row.max_items}
