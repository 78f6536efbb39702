"""What mining found: to be looked at, never to be edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.admin.offers import category_names
from xsell.admin.products import title_of
from xsell.admin.snapshots import AtLeastFilter, ReadOnlyAdmin, RunFilter, SnapshotAdmin
from xsell.admin.words import day, number
from xsell.models import BestSeller, CoPurchase, MiningRun

CATEGORY_ATTRIBUTE = "_xsell_category"
COPURCHASE_COLUMNS = (
    *("anchor_title", "suggested_title", "position", "evidence", "share", "lift_says"),
)
BEST_SELLER_COLUMNS = (*("position", "product_title", "orders", "category", "category_position"),)


class LiftFilter(AtLeastFilter):
    title = gettext_lazy("lift")
    parameter_name = "lift"
    column = "lift_lower"
    steps = (1, 2, 5, 10, 50)


class OrdersFilter(AtLeastFilter):
    title = gettext_lazy("orders with both")
    parameter_name = "orders"
    column = "n_both"
    steps = (10, 50, 100, 500)


@admin.register(MiningRun)
class MiningRunAdmin(ReadOnlyAdmin):
    """One line for each run: what it read, what it found, what it took."""

    list_display = ["started_at", "state", "window", "orders", "relations", "took"]
    list_filter = ["status", "started_at"]
    search_fields = ["started_by", "error"]
    fieldsets = [
        (None, {"fields": ["state", "started_by", "error"]}),
        (gettext_lazy("When"), {"fields": ["started_at", "finished_at", "window", "steps"]}),
        (
            gettext_lazy("What it read and found"),
            {"fields": ["lines", "left_out", "orders", "products", "relations"]},
        ),
        (gettext_lazy("How"), {"fields": ["settings", "peak_memory_mb"]}),
    ]

    @admin.display(description=gettext_lazy("orders of"))
    def window(self, row: MiningRun) -> str:
        if row.since is not None and row.until is not None:
            return f"{day(row.since)} – {day(row.until)}"
        if row.since is not None:
            return _("since %(day)s") % {"day": day(row.since)}
        if row.until is not None:
            return _("until %(day)s") % {"day": day(row.until)}
        return _("all time")

    @admin.display(description=gettext_lazy("state"), ordering="status")
    def state(self, row: MiningRun) -> str:
        return _("Serves the shop") if row.is_active else str(row.get_status_display())

    @admin.display(description=gettext_lazy("order lines"))
    def lines(self, row: MiningRun) -> str:
        return number(row.n_lines)

    @admin.display(description=gettext_lazy("products sold"))
    def products(self, row: MiningRun) -> str:
        return number(row.n_products)

    @admin.display(description=gettext_lazy("orders"), ordering="n_baskets")
    def orders(self, row: MiningRun) -> str:
        return number(row.n_baskets)

    @admin.display(description=gettext_lazy("relations"), ordering="n_pairs")
    def relations(self, row: MiningRun) -> str:
        if row.status != MiningRun.Status.READY:
            return number(row.n_pairs)
        address = reverse(f"{self.admin_site.name}:xsell_copurchase_changelist")
        return format_html('<a href="{}?run={}">{}</a>', address, row.pk, number(row.n_pairs))

    @admin.display(description=gettext_lazy("seconds"))
    def took(self, row: MiningRun) -> str:
        return number(sum(row.seconds.values()), 1)

    @admin.display(description=gettext_lazy("seconds per step"))
    def steps(self, row: MiningRun) -> SafeString:
        return as_list({_(step): number(seconds, 1) for step, seconds in row.seconds.items()})

    @admin.display(description=gettext_lazy("order lines left out, by reason"))
    def left_out(self, row: MiningRun) -> SafeString:
        return as_list({_(reason): number(count) for reason, count in row.dropped.items()})

    @admin.display(description=gettext_lazy("parameters"))
    def settings(self, row: MiningRun) -> SafeString:
        return as_list(row.parameters)


def as_list(entries: Mapping[str, Any]) -> SafeString:
    """One line for each entry that says something."""
    said = [(name, value) for name, value in entries.items() if value is not None]
    return format_html_join("", "<div>{}: {}</div>", said)


@admin.register(CoPurchase)
class CoPurchaseAdmin(SnapshotAdmin):
    """One line for each pair, with its evidence; of the snapshot that serves, by default."""

    list_display = [*COPURCHASE_COLUMNS]
    list_filter = [RunFilter, LiftFilter, OrdersFilter]
    # As the index of the pairs has them: other orders would sort millions of rows.
    ordering = ["run_id", "anchor_id", "position"]
    sortable_by = ()
    raw_id_fields = ["anchor", "suggested"]
    product_paths = ("anchor",)
    search_help_text = gettext_lazy(
        "Name of the product that the shopper looks at. The first 10,000 pairs are listed."
    )
    fields = ["run", *COPURCHASE_COLUMNS]

    @admin.display(description=gettext_lazy("anchor"))
    def anchor_title(self, row: CoPurchase) -> str:
        return title_of(row, row.anchor_id)

    @admin.display(description=gettext_lazy("suggested"))
    def suggested_title(self, row: CoPurchase) -> str:
        return title_of(row, row.suggested_id)

    @admin.display(description=gettext_lazy("bought together"))
    def evidence(self, row: CoPurchase) -> str:
        text = ngettext(
            "%(both)s of %(anchor)s order", "%(both)s of %(anchor)s orders", row.n_anchor
        )
        return text % {"both": number(row.n_both), "anchor": number(row.n_anchor)}

    @admin.display(description=gettext_lazy("share"))
    def share(self, row: CoPurchase) -> str:
        return _("%(percent)s%%") % {"percent": number(100 * row.confidence, 1)}

    @admin.display(description=gettext_lazy("lift at least"))
    def lift_says(self, row: CoPurchase) -> str:
        return number(row.lift_lower, 1)


@admin.register(BestSeller)
class BestSellerAdmin(SnapshotAdmin):
    """One line for each product that was sold, best first."""

    list_display = [*BEST_SELLER_COLUMNS]
    list_filter = [RunFilter]
    ordering = ["run_id", "position"]
    sortable_by = ()
    raw_id_fields = ["product"]
    product_paths = ("product",)
    search_help_text = gettext_lazy("A product's name. The 10,000 best are listed.")
    fields = ["run", *BEST_SELLER_COLUMNS]

    def name_products(self, rows: Iterable[Any]) -> None:
        super().name_products(rows)
        names = category_names()
        for row in rows:
            setattr(row, CATEGORY_ATTRIBUTE, names.get(row.category_id, row.category_id))

    @admin.display(description=gettext_lazy("product"))
    def product_title(self, row: BestSeller) -> str:
        return title_of(row, row.product_id)

    @admin.display(description=gettext_lazy("orders"))
    def orders(self, row: BestSeller) -> str:
        return number(row.n_orders)

    @admin.display(description=gettext_lazy("category"))
    def category(self, row: BestSeller) -> str:
        name: str = getattr(row, CATEGORY_ATTRIBUTE, row.category_id)
        return name
