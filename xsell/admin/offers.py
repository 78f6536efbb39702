"""Offers: a product with words, and the conditions under which it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.adapters import get_adapter
from xsell.admin.products import PicksProducts, ProductAdmin, title_of
from xsell.admin.schedules import SCHEDULE, ScheduleFilter, state_of
from xsell.admin.words import number
from xsell.models import Offer, OfferCondition
from xsell.values import ProductId

CATEGORIES_ATTRIBUTE = "_xsell_categories"


def category_names() -> dict[str, str]:
    """Name of each category of the shop by its id."""
    return {category.category_id: category.name for category in get_adapter().categories()}


class OfferConditionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A condition; a category that the shop does not have any more stays as it was entered."""

    class Meta:
        model = OfferCondition
        fields = "__all__"  # noqa: DJ007 - the inline below says which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, chosen = self.fields.get("category_id"), self.instance.category_id
        if isinstance(field, forms.ChoiceField) and chosen and not field.valid_value(chosen):
            gone = _("category %(id)s, which the shop does not have any more") % {"id": chosen}
            field.choices = [*field.choices, (chosen, gone)]  # type: ignore[misc]


class OfferConditionInline(PicksProducts, admin.TabularInline):  # type: ignore[type-arg]
    """When the offer holds."""

    model = OfferCondition
    form = OfferConditionForm
    fields = ["group", "kind", "product", "category_id", "amount"]
    raw_id_fields = ["product"]
    extra = 0

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "category_id" and (names := category_names()):
            return forms.ChoiceField(
                label=db_field.verbose_name.capitalize(),
                choices=[("", "—"), *names.items()],
                required=False,
            )
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        return field


@admin.register(Offer)
class OfferAdmin(ProductAdmin):
    """One line for each offer, with its conditions in words."""

    list_display = ["name", "kind", "product_title", "when", "priority", "state"]
    list_filter = ["kind", "is_live", ScheduleFilter]
    raw_id_fields = ["product"]
    product_paths = ("product", "conditions__product")
    search_fields = ["name", "headline", "text"]
    search_help_text = gettext_lazy("Words of the offer, or the name of a product in it.")
    inlines = [OfferConditionInline]
    save_as = True
    fieldsets = [
        (None, {"fields": ["name", "kind", "product", "priority", "is_live"]}),
        (gettext_lazy("What shoppers read"), {"fields": ["headline", "text"]}),
        SCHEDULE,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("conditions")

    def products_of(self, row: Offer) -> Iterable[ProductId]:
        conditions = [it.product_id for it in row.conditions.all() if it.product_id is not None]
        return [row.product_id, *conditions]

    def name_products(self, rows: Iterable[Any]) -> None:
        super().name_products(rows)
        conditions = (condition for row in rows for condition in row.conditions.all())
        names = category_names() if any(it.category_id for it in conditions) else {}
        for row in rows:
            setattr(row, CATEGORIES_ATTRIBUTE, names)

    @admin.display(description=gettext_lazy("product"))
    def product_title(self, row: Offer) -> str:
        return title_of(row, row.product_id)

    @admin.display(description=gettext_lazy("when"))
    def when(self, row: Offer) -> str:
        groups = groupby(row.conditions.all(), key=lambda condition: condition.group)
        return _(", or ").join(
            _(" and ").join(in_words(row, condition) for condition in group)
            for _number, group in groups
        ) or _("always")

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Offer) -> str:
        return state_of(row)


def in_words(row: Offer, condition: OfferCondition) -> str:
    """The condition as a merchandiser says it."""
    if condition.kind == OfferCondition.Kind.HAS_PRODUCT:
        return _("with %(product)s") % {"product": title_of(row, condition.product_id)}
    if condition.kind == OfferCondition.Kind.HAS_CATEGORY:
        names: Mapping[str, str] = getattr(row, CATEGORIES_ATTRIBUTE, {})
        name = names.get(condition.category_id, condition.category_id)
        return _("with something of %(category)s") % {"category": name}
    return _("from %(amount)s") % {"amount": number(condition.amount or 0, 2)}
