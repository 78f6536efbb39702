"""The shop's products on xsell's screens: named in bulk, picked by search, found by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.views.main import ChangeList
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from xsell.adapters import get_adapter
from xsell.conf import conf
from xsell.values import ProductDetails, ProductId

PRODUCTS_ATTRIBUTE = "_xsell_products"
"""Where a row of a list keeps the details of every product that the list names."""

FOUND_AT_MOST = 100
"""How many products a search in a list looks up by name."""


def details_of(product_ids: Iterable[ProductId]) -> Mapping[ProductId, ProductDetails]:
    """Details of the products as a shopper without an account sees them; no query for none."""
    wanted = list(dict.fromkeys(product_ids))
    adapter = get_adapter()
    return adapter.details(wanted, adapter.context_for()) if wanted else {}


def title_of(row: Model, product_id: ProductId | None) -> str:
    """The product's title, and whether it cannot be bought now or is gone."""
    if product_id is None:
        return ""
    known = getattr(row, PRODUCTS_ATTRIBUTE, None)
    return name_of(details_of([product_id]) if known is None else known, product_id)


def name_of(known: Mapping[ProductId, ProductDetails], product_id: ProductId) -> str:
    """The product's title among these, and whether it cannot be bought now or is gone."""
    product = known.get(product_id)
    if product is None:
        return _("product %(id)s, which the shop does not have any more") % {"id": product_id}
    if not product.is_available:
        return _("%(title)s (cannot be bought now)") % {"title": product.title}
    return product.title


def can_search_products(site: admin.AdminSite, request: HttpRequest) -> bool:
    """Whether the shop's own admin lets this person look products up by name."""
    try:
        product_admin = site.get_model_admin(apps.get_model(conf.PRODUCT_MODEL))
    except NotRegistered:
        return False
    return bool(product_admin.get_search_fields(request)) and product_admin.has_view_permission(
        request
    )


class NamedChangeList(ChangeList):
    """A list whose rows know the products that they name, whatever their number, at one go."""

    model_admin: ProductAdmin

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.model_admin.name_products(self.result_list)


class PicksProducts(admin.options.BaseModelAdmin):  # type: ignore[type-arg]
    """A form whose `raw_id_fields` are products, all of them.

    They are picked by name where the shop's own admin can be searched, else entered by their id:
    that is seen when the form is drawn, for the shop may register its product after xsell, and
    not everybody may look at products.
    """

    class Media:
        css = {"all": ["xsell/admin.css"]}

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        fields = super().get_autocomplete_fields(request)
        if can_search_products(self.admin_site, request):
            return [*fields, *self.raw_id_fields]
        return [*fields]


class RowsInline(PicksProducts, admin.TabularInline):  # type: ignore[type-arg]
    """Rows under the row that holds them: compact, without their keys above them, and told apart.

    Django names the columns of such rows, but no control in them: a screen reader would say none.
    """

    classes = ["xsell-rows"]
    extra = 0

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs.setdefault("aria-label", field.label)
        return field


class ProductAdmin(PicksProducts, admin.ModelAdmin):  # type: ignore[type-arg]
    """A screen about rows with products.

    `product_paths`: paths to product keys, searched by the product's name, besides the text in
    `search_fields`.
    """

    product_paths: tuple[str, ...] = ()
    list_per_page = 50

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NamedChangeList

    def products_of(self, row: Any) -> Iterable[ProductId]:
        """Products that the row's line in the list names."""
        return [getattr(row, f"{name}_id") for name in self.raw_id_fields]

    def name_products(self, rows: Iterable[Any]) -> None:
        """Fetch the details of every product that the rows name, for `title_of`."""
        known = details_of(product_id for row in rows for product_id in self.products_of(row))
        for row in rows:
            setattr(row, PRODUCTS_ATTRIBUTE, known)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        # Django shows the search box where there are fields to search in.
        return [*(self.search_fields or self.product_paths)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        product_ids = get_adapter().search(search_term, limit=FOUND_AT_MOST)
        named = Q(*[(f"{path}__in", product_ids) for path in self.product_paths], _connector=Q.OR)
        found = queryset.filter(named)
        if self.search_fields:
            found |= super().get_search_results(request, queryset, search_term)[0]
        return found, True
