"""What customers do next, as a run found it: to be looked at, never to be edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xsell.admin.products import title_of
from xsell.admin.snapshots import RunFilter, SnapshotAdmin
from xsell.admin.words import number
from xsell.models import NextPurchase, RepurchaseGap

NEXT_COLUMNS = (*("anchor_title", "suggested_title", "position", "went_on", "days", "lift_says"),)
GAP_COLUMNS = (*("product_title", "days", "half", "customers"),)


@admin.register(NextPurchase)
class NextPurchaseAdmin(SnapshotAdmin):
    """One line for each next step, with its evidence; of the snapshot that serves, by default."""

    list_display = [*NEXT_COLUMNS]
    list_filter = [RunFilter]
    ordering = ["run_id", "anchor_id", "position"]
    sortable_by = ()
    raw_id_fields = ["anchor", "suggested"]
    product_paths = ("anchor",)
    search_help_text = gettext_lazy("Name of the product that customers bought first.")
    fields = ["run", *NEXT_COLUMNS]

    @admin.display(description=gettext_lazy("bought first"))
    def anchor_title(self, row: NextPurchase) -> str:
        return title_of(row, row.anchor_id)

    @admin.display(description=gettext_lazy("bought next"))
    def suggested_title(self, row: NextPurchase) -> str:
        return title_of(row, row.suggested_id)

    @admin.display(description=gettext_lazy("customers who did"))
    def went_on(self, row: NextPurchase) -> str:
        counts = {"both": number(row.n_both), "anchor": number(row.n_anchor)}
        return _("%(both)s of %(anchor)s") % counts

    @admin.display(description=gettext_lazy("days between, median"))
    def days(self, row: NextPurchase) -> str:
        return f"{row.lag_days:.0f}"

    @admin.display(description=gettext_lazy("lift, at least"))
    def lift_says(self, row: NextPurchase) -> str:
        return f"{row.lift_lower:.1f}"


@admin.register(RepurchaseGap)
class RepurchaseGapAdmin(SnapshotAdmin):
    """One line for each product that is bought again, with how long that takes."""

    list_display = [*GAP_COLUMNS]
    list_filter = [RunFilter]
    ordering = ["run_id", "product_id"]
    sortable_by = ()
    raw_id_fields = ["product"]
    product_paths = ("product",)
    search_help_text = gettext_lazy("A product's name.")
    fields = ["run", *GAP_COLUMNS]

    @admin.display(description=gettext_lazy("product"))
    def product_title(self, row: RepurchaseGap) -> str:
        return title_of(row, row.product_id)

    @admin.display(description=gettext_lazy("days, median"))
    def days(self, row: RepurchaseGap) -> str:
        return f"{row.median_days:.0f}"

    @admin.display(description=gettext_lazy("half of all gaps"))
    def half(self, row: RepurchaseGap) -> str:
        low, high = f"{row.lower_quartile_days:.0f}", f"{row.upper_quartile_days:.0f}"
        return _("%(low)s to %(high)s days") % {"low": low, "high": high}

    @admin.display(description=gettext_lazy("customers"))
    def customers(self, row: RepurchaseGap) -> Any:
        return number(row.n_customers)
