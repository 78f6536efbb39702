"""Segments: rules over what is known of shoppers and what they bought, and how many that are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Field, QuerySet, TextField
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.adapters import get_adapter
from xsell.admin.operands import OperandsInline, in_groups
from xsell.admin.products import ProductAdmin
from xsell.admin.segment_members import (
    counted_in_words,
    estimate_in_words,
    size_in_words,
    verdict_in_words,
)
from xsell.admin.tables import as_table
from xsell.exceptions import UnknownCustomer
from xsell.models import Segment, SegmentRule
from xsell.selection.segment_reasons import (
    Membership,
    Names,
    explain_segment,
    names_for,
    rule_in_words,
)
from xsell.selection.segment_sizes import estimate_size
from xsell.selection.segments import CompiledSegment, compiled_segment

ESTIMATE = "_estimate"
"""Name of the button that asks for a size, and saves nothing."""
TOLD_ATTRIBUTE = "_xsell_told"
"""Where a row of the list keeps its segment and the names in it."""


KIND_WORDS: dict[str, Any] = {
    SegmentRule.Kind.FACT_IS: gettext_lazy("is known to be"),
    SegmentRule.Kind.FACT_AT_LEAST: gettext_lazy("has a figure of at least"),
    SegmentRule.Kind.ORDERS_AT_LEAST: gettext_lazy("orders, at least"),
    SegmentRule.Kind.SPENT_AT_LEAST: gettext_lazy("spent at least"),
    SegmentRule.Kind.AVERAGE_AT_LEAST: gettext_lazy("per order at least"),
    SegmentRule.Kind.BOUGHT_PRODUCT: gettext_lazy("bought the product"),
    SegmentRule.Kind.BOUGHT_CATEGORY: gettext_lazy("bought of the category"),
    SegmentRule.Kind.BOUGHT_WITH: gettext_lazy("bought of the brand"),
    SegmentRule.Kind.LAST_ORDER_BEFORE: gettext_lazy("last order days ago"),
    SegmentRule.Kind.FIRST_ORDER_BEFORE: gettext_lazy("first order days ago"),
}
"""The kinds in few words, for a narrow column."""


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A segment; while only its size is asked for it counts as not ready, and is not saved."""

    class Meta:
        model = Segment
        fields = "__all__"  # noqa: DJ007 - the admin below says which

    def is_valid(self) -> bool:
        return super().is_valid() and ESTIMATE not in self.data


class SegmentRuleInline(OperandsInline):
    """Who is in it."""

    model = SegmentRule
    fields = [
        *("group", "is_negated", "kind", "fact", "value", "amount", "product", "category_id"),
        *("days", "within_days"),
    ]
    verbose_name_plural = gettext_lazy("Who is in it: nobody, unless there are rules")
    classes = ["xsell-rows", "xsell-narrow"]

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "kind":
            kwargs |= {
                "choices": [("", "—"), *KIND_WORDS.items()],
                "label": gettext_lazy("The shopper"),
            }
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Segment)
class SegmentAdmin(ProductAdmin):
    """One line for each segment, with its rules in words and its size."""

    form = SegmentForm
    list_display = ["name", "who", "size", "counted", "protected"]
    product_paths = ("rules__product",)
    search_fields = ["name", "note"]
    search_help_text = gettext_lazy("Words of the segment, or the name of a product in it.")
    inlines = [SegmentRuleInline]
    save_as = True
    formfield_overrides = {TextField: {"widget": AdminTextareaWidget(attrs={"rows": 3})}}
    readonly_fields = ["size", "counted", "protected"]
    change_form_template = "admin/xsell/segment/change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What there is to say of it: a new one has no size."""
        fields = ["name", "note"]
        if obj is not None:
            fields += ["size", *(["counted"] if obj.counted_at else [])]
            fields += ["protected"] if obj.protected_traits() else []
        return [(None, {"fields": fields})]

    # -------------------------------------------------------------------------------- in the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("rules")

    def products_of(self, row: Segment) -> Iterable[Any]:
        return ()  # named with the rules below

    def name_products(self, rows: Iterable[Any]) -> None:
        compiled = {row: compiled_segment(row.name, row.rules.all()) for row in rows}
        rules = (rule for segment in compiled.values() for rule in segment.rules)
        names = names_for(get_adapter(), rules)
        for row, segment in compiled.items():
            setattr(row, TOLD_ATTRIBUTE, (segment, names))

    @admin.display(description=gettext_lazy("who is in it"))
    def who(self, row: Segment) -> str:
        told: tuple[CompiledSegment, Names] = getattr(row, TOLD_ATTRIBUTE)
        segment, names = told
        groups = ([rule_in_words(it, names) for it in group] for group in segment.groups)
        return in_groups(groups) or _("nobody")

    @admin.display(description=gettext_lazy("size"), ordering="n_members")
    def size(self, row: Segment) -> str | SafeString:
        if not row.n_members:
            return size_in_words(row)
        address = reverse(f"{self.admin_site.name}:xsell_segmentmember_changelist")
        link = '<a href="{}?segment__id__exact={}">{}</a>'
        return format_html(link, address, row.pk, size_in_words(row))

    @admin.display(description=gettext_lazy("counted"), ordering="counted_at")
    def counted(self, row: Segment) -> str:
        return counted_in_words(row)

    @admin.display(description=gettext_lazy("protected traits"))
    def protected(self, row: Segment) -> str:
        """They may decide what is shown, and never what it costs."""
        traits = ", ".join(row.protected_traits())
        if not traits:
            return ""
        return _("%(traits)s: never for an offer with a benefit") % {"traits": traits}

    # ---------------------------------------------------------------------------- how many it has

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        row = Segment.objects.get(pk=form.instance.pk)
        self._say_size(request, compiled_segment(row.name, row.rules.all()))
        if traits := ", ".join(row.protected_traits()):
            warning = _(
                "%(traits)s may decide what is shown, but not what it costs: no offer with a "
                "benefit can ask for this segment."
            )
            self.message_user(request, warning % {"traits": traits}, messages.WARNING)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """As Django's; where the size alone was asked for, with the size of what was filled in."""
        if ESTIMATE in request.POST and not context["errors"]:
            rules = [
                form.instance
                for inline in context["inline_admin_formsets"]
                for form in inline.formset.forms
                if form not in inline.formset.deleted_forms
                and (form.has_changed() or form.instance.pk)
            ]
            self._say_size(request, compiled_segment("", rules))
        context = {**context, "estimate_button": ESTIMATE}
        return super().render_change_form(request, context, *args, **kwargs)

    def _say_size(self, request: HttpRequest, segment: CompiledSegment) -> None:
        estimate = estimate_size(get_adapter(), segment, timezone.now())
        self.message_user(request, estimate_in_words(estimate), messages.INFO)

    # ---------------------------------------------------------------------------- who, and why

    def get_urls(self) -> list[URLPattern]:
        asking = self.admin_site.admin_view(self.why_view)
        return [path("<int:pk>/why/", asking, name="xsell_segment_why"), *super().get_urls()]

    def why_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Each rule of the segment for the customer whose id was typed in; empty: for a guest."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        segment = self.get_object(request, str(pk))
        if segment is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Who is in %(segment)s, and why") % {"segment": segment},
            "opts": self.opts,
            "segment": segment,
            "media": self.media,
            **self._asked(request, segment),
        }
        return TemplateResponse(request, "admin/xsell/segment/why.html", context)

    def _asked(self, request: HttpRequest, segment: Segment) -> dict[str, Any]:
        """The answer, if the form was sent."""
        if "customer" not in request.GET:
            return {}
        customer_id = request.GET["customer"].strip()
        try:
            told = explain_segment(get_adapter(), segment.name, customer_id or None, timezone.now())
        except UnknownCustomer as error:
            return {"customer": customer_id, "complaint": str(error)}
        verdict = verdict_in_words(customer_id, told)
        return {"customer": customer_id, "verdict": verdict, "groups": group_tables(told)}


def group_tables(told: Membership) -> list[SafeString]:
    """A table for each group: what is asked for, what there is, whether it holds."""
    tables = []
    for place, group in enumerate(told.groups, 1):
        name = _("Group %(number)s") % {"number": place}
        heads = [name, _("there is"), _("met")]
        rows = [[it.wants, it.found, _("yes") if it.holds else _("no")] for it in group]
        tables.append(as_table(name, heads, rows))
    return tables
