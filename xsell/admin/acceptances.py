"""The ledger of what shoppers took: looked at, and searched by order and cart; never edited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from xsell.adapters import get_adapter
from xsell.admin.products import title_of
from xsell.admin.snapshots import BoundedPaginator, ReadOnlyAdmin
from xsell.admin.tables import as_table
from xsell.admin.words import moment, number
from xsell.models import Acceptance
from xsell.models.fields import from_json
from xsell.values import ProductId


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnlyAdmin):
    """One line for each click, or bundle of an order: what was taken, and what became of it."""

    list_display = [
        *("taken_at", "kind", "taken", "product_title", "quantity"),
        *("state", "order_ref", "saved"),
    ]
    list_filter = ["kind"]
    raw_id_fields = ["product"]
    product_paths = ("product",)
    # Whole references: they are found by an index, whatever the ledger has grown to.
    search_fields = ["order_ref__exact", "cart_ref__exact"]
    search_help_text = gettext_lazy(
        "The reference of an order or of a cart, in full, or the name of a product."
    )
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("offer", "bundle")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.name_products([row])
        return row

    def products_of(self, row: Acceptance) -> Iterable[ProductId]:
        allocated = [from_json(key) for key in row.terms.get("allocations", {})]
        return [it for it in (row.product_id, *allocated) if it is not None]

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        row: Any = obj or Acceptance()
        shopper = ["customer_id", "shopper_key", "cart_ref"]
        sections = [
            (None, ["taken_at", "kind", "taken", "product_title", "quantity", "placement"]),
            (gettext_lazy("What became of it"), ["state", "order_ref", "saved"]),
            (gettext_lazy("What it saved"), ["shares"] if row.terms.get("allocations") else []),
            (gettext_lazy("By whom"), shopper),
        ]
        return [(name, {"fields": fields}) for name, fields in sections if fields]

    @admin.display(description=gettext_lazy("taken at"), ordering="accepted_at")
    def taken_at(self, row: Acceptance) -> str:
        return moment(row.accepted_at)

    @admin.display(description=gettext_lazy("offer or bundle"))
    def taken(self, row: Acceptance) -> str:
        if row.offer is not None:
            return row.offer.name
        if row.bundle is not None:
            return row.bundle.name
        gone: str = row.terms.get("name", "")
        return _("%(name)s (deleted since)") % {"name": gone} if gone else ""

    @admin.display(description=gettext_lazy("product"))
    def product_title(self, row: Acceptance) -> str:
        return title_of(row, row.product_id)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Acceptance) -> str:
        if row.order_ref:
            return _("Ordered") if row.expires_at is None else _("Ordered, and all came back")
        if row.expires_at is None:
            return _("In the cart")
        if row.expires_at > timezone.now():
            return _("Held until %(moment)s") % {"moment": moment(row.expires_at)}
        return _("Lapsed")

    @admin.display(description=gettext_lazy("saving"), ordering="saving")
    def saved(self, row: Acceptance) -> str:
        return "" if row.saving is None else in_currency(row.saving, row)

    @admin.display(description=gettext_lazy("by product"))
    def shares(self, row: Acceptance) -> SafeString:
        came_back = Counter[str]()
        for refund in row.refunds.all():
            came_back[str(refund.product_id)] += refund.quantity
        return as_table(
            _("What it saved"),
            [_("product"), _("saving"), _("units ordered"), _("came back")],
            [
                (
                    title_of(row, from_json(key)),
                    in_currency(Decimal(it["saving"]), row),
                    number(it["bought"]),
                    number(came_back[key]),
                )
                for key, it in row.terms["allocations"].items()
            ],
        )


def in_currency(amount: Decimal, row: Acceptance) -> str:
    """The amount as the shop writes it."""
    return get_adapter().format_price(amount, row.currency, get_language() or "")
