"""Offers: a product with words, and the conditions under which it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Field, QuerySet, TextField
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.benefits import PRECEDENCE, TERMS, benefit_in_words
from xsell.admin.operands import OperandsInline, category_names, in_cents, in_groups
from xsell.admin.products import ProductAdmin, title_of
from xsell.admin.schedules import SCHEDULE, ScheduleFilter, state_of
from xsell.admin.words import number
from xsell.models import Offer, OfferCondition
from xsell.values import ProductId

CATEGORIES_ATTRIBUTE = "_xsell_categories"
KIND_WORDS: dict[str, Any] = {
    Offer.Kind.CROSS_SELL: gettext_lazy("Cross-sell"),
    Offer.Kind.BUMP: gettext_lazy("Bump"),
}
CONDITION_WORDS: dict[str, Any] = {
    OfferCondition.Kind.HAS_PRODUCT: gettext_lazy("has the product"),
    OfferCondition.Kind.HAS_CATEGORY: gettext_lazy("has the category"),
    OfferCondition.Kind.TOTAL_AT_LEAST: gettext_lazy("comes to at least"),
    OfferCondition.Kind.SHOPPER_IS: gettext_lazy("belongs to a shopper who is"),
}
"""The choices in few words, for narrow columns."""


class OfferConditionInline(OperandsInline):
    """When the offer holds."""

    model = OfferCondition
    fields = ["group", "kind", "product", "category_id", "amount", "fact", "value"]
    verbose_name_plural = gettext_lazy("When it holds: always, unless there are conditions")

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "kind":
            kwargs |= {
                "choices": [("", "—"), *CONDITION_WORDS.items()],
                "label": gettext_lazy("The cart or the page"),
            }
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Offer)
class OfferAdmin(ProductAdmin):
    """One line for each offer, with its conditions in words."""

    list_display = [
        "name",
        "kind_word",
        "product_title",
        "benefit_word",
        "when",
        "priority",
        "state",
    ]
    list_filter = ["kind", "state", ScheduleFilter]
    raw_id_fields = ["product", "gift_product"]
    product_paths = ("product", "conditions__product")
    search_fields = ["name", "headline", "text"]
    search_help_text = gettext_lazy("Words of the offer, or the name of a product in it.")
    inlines = [OfferConditionInline]
    save_as = True
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
    fieldsets = [
        (None, {"fields": ["name", "kind", "product", "priority", "state"]}),
        (gettext_lazy("What shoppers read"), {"fields": ["headline", "text"]}),
        (
            gettext_lazy("What they gain"),
            {"fields": ["benefit", *TERMS, "gift_product", "code"]},
        ),
        (
            gettext_lazy("How often"),
            {
                "fields": [
                    ("limit_in_all", "limit_per_customer", "limit_per_order"),
                    "hold_minutes",
                ]
            },
        ),
        SCHEDULE,
        PRECEDENCE,
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

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_word(self, row: Offer) -> str:
        return str(KIND_WORDS.get(row.kind, row.kind))

    @admin.display(description=gettext_lazy("product"))
    def product_title(self, row: Offer) -> str:
        return title_of(row, row.product_id)

    @admin.display(description=gettext_lazy("benefit"), ordering="benefit")
    def benefit_word(self, row: Offer) -> str:
        return benefit_in_words(row)

    @admin.display(description=gettext_lazy("when"))
    def when(self, row: Offer) -> str:
        groups = groupby(row.conditions.all(), key=lambda condition: condition.group)
        either = [[in_words(row, condition) for condition in group] for _number, group in groups]
        return in_groups(either) or _("always")

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
    if condition.kind == OfferCondition.Kind.SHOPPER_IS:
        words = {"fact": condition.fact, "value": condition.value}
        return _("for shoppers whose %(fact)s is %(value)s") % words
    return _("from %(amount)s") % {"amount": number(in_cents(condition.amount or Decimal(0)))}
