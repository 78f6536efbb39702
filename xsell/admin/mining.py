"""What mining found: to be looked at, never to be edited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.admin.operands import category_names
from xsell.admin.products import title_of
from xsell.admin.snapshots import AtLeastFilter, RunFilter, SnapshotAdmin
from xsell.admin.words import number
from xsell.models import BestSeller, CoPurchase

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
