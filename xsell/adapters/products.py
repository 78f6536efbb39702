"""The catalogue part of `ModelAdapter`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, IntegerField, Model, OuterRef, Q, QuerySet, Value, When

from xsell.adapters.base import BaseAdapter
from xsell.adapters.mapping import CategoryFields, ProductFields, prefixed
from xsell.conf import conf
from xsell.values import Category, Described, ProductDetails, ProductId, ProductTraits, ShopContext

OPTIONAL = ("list_price", "lowest_price_30_days", "tax_rate", "unit_cost", "rating", "stock")
"""Details that a shop may not have; they are named alike in the mapping."""


class ProductsFromModel(BaseAdapter):
    """Products, categories and search, from `product` and `category` mappings."""

    product: ClassVar[ProductFields]
    category: ClassVar[CategoryFields | None] = None
    currency: ClassVar[str]
    price_includes_tax: ClassVar[bool | None] = None

    @property
    def product_model(self) -> type[Model]:
        """The model that `XSELL_PRODUCT_MODEL` names."""
        return apps.get_model(conf.PRODUCT_MODEL)

    def products(self, context: ShopContext) -> QuerySet[Any]:
        columns = {"price": self.product.price}
        if self.product.family != "pk":
            columns["family"] = self.product.family
        priced: QuerySet[Any] = self.product_model._default_manager.annotate(**prefixed(columns))
        return priced.filter(self.product.available, xsell_price__isnull=False)

    def details(
        self, product_ids: Iterable[ProductId], context: ShopContext
    ) -> Mapping[ProductId, ProductDetails]:
        for_sale = self.products(context).filter(pk=OuterRef("pk"))
        rows = (
            self.product_model._default_manager.filter(pk__in=list(product_ids))
            .annotate(**prefixed(self.product.columns()), xsell_available=Exists(for_sale))
            .order_by("pk", *self._category_columns)
        )
        if self.product.select_related:
            rows = rows.select_related(*self.product.select_related)
        variants: dict[ProductId, list[Any]] = {}
        for row in rows:
            # A many-to-many category gives one row for each category of the product.
            variants.setdefault(row.pk, []).append(row)
        return {pk: self._details(same) for pk, same in variants.items()}

    def _details(self, rows: list[Any]) -> ProductDetails:
        row = rows[0]
        categories = (
            str(key)
            for depth in range(len(self.product.categories))
            for each in rows
            if (key := getattr(each, f"xsell_category_{depth}")) is not None
        )
        return ProductDetails(
            product_id=row.pk,
            title=str(row.xsell_title),
            url=self.product_url(row),
            price=row.xsell_price,
            currency=self.currency,
            is_available=bool(row.xsell_available),
            family=row.xsell_family or row.pk,
            image_url=shown(row, self.product.image),
            image_alt=shown(row, self.product.image_alt),
            price_includes_tax=self.price_includes_tax,
            category_ids=tuple(dict.fromkeys(categories)),
            attributes={
                name: str(value)
                for place, name in enumerate(self.product.attributes)
                if (value := getattr(row, f"xsell_attribute_{place}")) not in (None, "")
            },
            **{name: getattr(row, f"xsell_{name}", None) for name in OPTIONAL},
        )

    def traits(self, product_ids: Iterable[ProductId]) -> Mapping[ProductId, Described]:
        own = self.product
        n_categories = len(own.categories)
        columns = {
            "family": own.family,
            **own.category_columns(),
            **{f"attribute_{place}": path for place, path in enumerate(own.attributes.values())},
        }
        rows = (
            self.product_model._default_manager.filter(pk__in=list(product_ids))
            .annotate(**prefixed(columns))
            .order_by("pk", *self._category_columns)
            .values_list("pk", *prefixed(columns))
        )
        same: dict[ProductId, list[tuple[Any, ...]]] = {}
        for row in rows:
            # A many-to-many category gives one row for each category of the product.
            same.setdefault(row[0], []).append(row[1:])
        names = tuple(own.attributes)
        traits: dict[ProductId, Described] = {}
        for pk, found in same.items():
            keys = (row[1 + depth] for depth in range(n_categories) for row in found)
            values = zip(names, found[0][1 + n_categories :], strict=True)
            traits[pk] = ProductTraits(
                product_id=pk,
                family=found[0][0] or pk,
                category_ids=tuple(dict.fromkeys(str(it) for it in keys if it is not None)),
                attributes={name: str(it) for name, it in values if it not in (None, "")},
            )
        return traits

    @property
    def _category_columns(self) -> list[str]:
        # Sorted by these, the rows of a many-to-many category always come in the same order.
        return list(prefixed(self.product.category_columns()))

    def product_url(self, product: Any) -> str:
        """Where the product's page is."""
        return str(product.get_absolute_url())

    def search(self, query: str, *, limit: int = 20) -> Sequence[ProductId]:
        words = query.split()
        if not words:
            return []
        found = Q()
        for word in words:
            found &= Q(*[(f"{path}__icontains", word) for path in self._searched], _connector=Q.OR)
        by_number = self._number(query)
        best_first = Case(
            *([When(by_number, then=Value(0))] if by_number else []),
            When(**{f"{self._searched[0]}__istartswith": query}, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        rows = self.product_model._default_manager.filter(found | (by_number or Q(pk__in=[])))
        return list(
            rows.order_by(best_first, self._searched[0], "pk").values_list("pk", flat=True)[:limit]
        )

    @property
    def _searched(self) -> tuple[str, ...]:
        if self.product.search:
            return self.product.search
        return (self.product.title,) if isinstance(self.product.title, str) else ("pk",)

    def _number(self, query: str) -> Q | None:
        try:
            return Q(pk=self.product_model._meta.pk.to_python(query))
        except ValidationError:
            return None

    def categories(self) -> Sequence[Category]:
        if self.category is None:
            return []
        model = apps.get_model(self.category.model)
        rows = model._default_manager.annotate(**prefixed(self.category.columns()))
        return [Category(str(row.pk), str(row.xsell_name)) for row in rows.order_by("xsell_name")]


def shown(product: Any, name: str | None) -> str:
    """Text of an attribute, a method, or a file's address; empty if it is not mapped or not set."""
    value = getattr(product, name) if name else ""
    if callable(value):
        value = value()
    if not value:
        return ""
    return str(getattr(value, "url", value))
