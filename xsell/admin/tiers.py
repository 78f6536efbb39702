"""Tier ladders: comparable products, the lowest rung first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Max, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.admin.products import ProductAdmin, RowsInline, title_of
from xsell.admin.words import number
from xsell.models import Tier, TierBenefit, TierLadder
from xsell.values import ProductId

HIGHEST_RANK = 99


class RungForm(forms.ModelForm):  # type: ignore[type-arg]
    """One rung among others that change with it."""

    rank = forms.IntegerField(
        label=gettext_lazy("Rank"),
        min_value=1,
        max_value=HIGHEST_RANK,
        widget=forms.NumberInput(attrs={"aria-label": gettext_lazy("Rank")}),
        help_text=gettext_lazy("1 is the lowest."),
    )

    class Meta:
        model = Tier
        fields = "__all__"  # noqa: DJ007 - the inline below says which

    def validate_constraints(self) -> None:
        """All but those that a rung may break now because another one gives way: see the set."""
        own = self._get_validation_exclusions()  # type: ignore[attr-defined]
        try:
            self.instance.validate_constraints(exclude={*own, "rank", "is_recommended"})
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


class RungFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """All rungs of a ladder: ranks and the recommendation may change places in one go."""

    def clean(self) -> None:
        super().clean()
        recommended = [
            form
            for form in self.forms
            if form not in self.deleted_forms and form.cleaned_data.get("is_recommended")
        ]
        if len(recommended) > 1:
            raise ValidationError(_("A ladder has one recommended rung at most."))

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        """Let the rungs that change step aside first, so that none meets another on its way."""
        if commit and self.initial_forms:
            changed = [form.instance.pk for form in self.initial_forms if form.has_changed()]
            rungs = Tier.objects.filter(ladder=self.instance)
            top = rungs.aggregate(top=Max("rank"))["top"] or 0
            rungs.filter(pk__in=changed).update(
                rank=F("rank") + max(top, HIGHEST_RANK), is_recommended=False
            )
        saved: list[Any] = super().save_existing_objects(commit)
        return saved


class TierInline(RowsInline):
    """The rungs of a ladder."""

    model = Tier
    form = RungForm
    formset = RungFormSet
    fields = ["rank", "label", "product", "headline", "is_recommended", "gives"]
    raw_id_fields = ["product"]
    readonly_fields = ["gives"]
    min_num = 2

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rungs: QuerySet[Any] = super().get_queryset(request).annotate(n_features=Count("benefits"))
        return rungs

    @admin.display(description=gettext_lazy("gives"))
    def gives(self, row: Tier) -> str:
        if row._state.adding:
            return ""
        n_features: int = getattr(row, "n_features", 0)
        text = ngettext("%(count)s feature", "%(count)s features", n_features)
        address = reverse(f"{self.admin_site.name}:xsell_tier_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, text % {"count": number(n_features)})


class TierBenefitInline(RowsInline):
    """What a rung gives."""

    model = TierBenefit
    fields = ["feature", "value", "is_included", "position"]
    extra = 3


@admin.register(TierLadder)
class TierLadderAdmin(ProductAdmin):
    """One line for each ladder, with its rungs in order."""

    list_display = ["name", "rungs", "offers_downsell", "is_live"]
    list_filter = ["is_live"]
    product_paths = ("tiers__product",)
    search_fields = ["name"]
    search_help_text = gettext_lazy("A ladder's name, or the name of a product on it.")
    inlines = [TierInline]
    fields = ["name", "is_live", "offers_downsell", "cool_down_days"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("tiers")

    def products_of(self, row: TierLadder) -> Iterable[ProductId]:
        return [tier.product_id for tier in row.tiers.all()]

    @admin.display(description=gettext_lazy("rungs"))
    def rungs(self, row: TierLadder) -> str:
        return " < ".join(title_of(row, tier.product_id) for tier in row.tiers.all())


@admin.register(Tier)
class TierAdmin(ProductAdmin):
    """A rung with what it gives. It is added, ranked and taken away on its ladder's screen."""

    list_display = ["ladder", "rank", "label", "product_title", "is_recommended"]
    list_display_links = ["label"]
    list_filter = ["is_recommended"]
    list_select_related = ["ladder"]
    raw_id_fields = ["product"]
    product_paths = ("product",)
    search_fields = ["ladder__name", "label"]
    inlines = [TierBenefitInline]
    fields = ["ladder", "rank", "label", "product", "headline", "is_recommended"]
    readonly_fields = ["ladder", "rank"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        # No screen to start from: one comes here from the ladder.
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Tier | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("product"))
    def product_title(self, row: Tier) -> str:
        return title_of(row, row.product_id)
