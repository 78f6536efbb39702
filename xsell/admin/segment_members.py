"""Who is in a segment: those of the last count, and anybody's rules one by one."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.admin.snapshots import BoundedPaginator, LookedAt
from xsell.admin.words import moment, number
from xsell.models import Segment, SegmentMember
from xsell.selection.segment_reasons import Membership
from xsell.selection.segment_sizes import SizeEstimate


@admin.register(SegmentMember)
class SegmentMemberAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    """One line for each customer of a segment, as of its last count; reached from the segment."""

    list_display = ["customer_id", "segment", "reasons"]
    list_display_links = None
    list_filter = ["segment"]
    list_select_related = ["segment"]
    list_per_page = 50
    # As the index has them, by the million.
    ordering = ["segment_id", "customer_id"]
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["=customer_id"]
    search_help_text = gettext_lazy("A customer's id. The first 10,000 are listed.")

    def has_module_permission(self, request: HttpRequest) -> bool:
        # No screen to start from: one comes here from the segment.
        return False

    @admin.display(description=gettext_lazy("why"))
    def reasons(self, row: SegmentMember) -> str:
        address = reverse(f"{self.admin_site.name}:xsell_segment_why", args=[row.segment_id])
        link = '<a href="{}?customer={}">{}</a>'
        return format_html(link, address, row.customer_id, _("each rule"))


def size_in_words(row: Segment) -> str:
    """How many customers were in it at the last count, and of how many."""
    if row.n_members is None or row.n_customers is None:
        return _("not counted yet")
    figures = {"members": number(row.n_members), "customers": number(row.n_customers)}
    if not row.n_customers:
        return _("there are no customers with an order")
    percent = _("%(percent)s%%") % {"percent": number(100 * row.n_members / row.n_customers, 1)}
    return _("%(members)s of %(customers)s (%(percent)s)") % {**figures, "percent": percent}


def counted_in_words(row: Segment) -> str:
    """When it was counted, and whether that still says anything."""
    if row.counted_at is None:
        return ""
    if row.is_outdated:
        return _("%(moment)s, before it was changed") % {"moment": moment(row.counted_at)}
    return moment(row.counted_at)


def estimate_in_words(estimate: SizeEstimate) -> str:
    """The estimate with its interval, and who was asked."""
    if not estimate.n_asked:
        return _("No customer has ordered yet: its size cannot be estimated.")
    lower, upper = estimate.share
    figures = {
        "lower": number(100 * lower, 1),
        "upper": number(100 * upper, 1),
        "in": number(estimate.n_in),
        "asked": number(estimate.n_asked),
    }
    if not estimate.is_sample:
        return (
            _(
                "%(in)s of %(asked)s customers who ordered lately are in it. Nothing was counted "
                "yet: of all customers it may be quite another share."
            )
            % figures
        )
    said = _("Estimated: %(lower)s%% to %(upper)s%% of the customers.") % figures
    if (n_customers := estimate.n_customers) is not None:
        bounds = {"least": number(lower * n_customers, 0), "most": number(upper * n_customers, 0)}
        said += " " + _("That is %(least)s to %(most)s customers.") % bounds
    asked = ngettext(
        "%(in)s of %(asked)s customer drawn at random is in it.",
        "%(in)s of %(asked)s customers drawn at random are in it.",
        estimate.n_asked,
    )
    return f"{said} {asked % figures}"


def verdict_in_words(customer_id: str, told: Membership) -> str:
    """Whether the customer is in the segment, in a sentence."""
    who = _("Customer %(id)s") % {"id": customer_id} if customer_id else _("A guest")
    if not told.groups:
        return _("There are no rules: nobody is in it.")
    if told.is_in:
        return _("%(who)s is in it.") % {"who": who}
    return _("%(who)s is not in it.") % {"who": who}
