"""Oscar's catalogue, priced by the shopper's strategy."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from oscar.core.loading import get_model
from oscar.core.utils import get_default_currency

from xsell.adapters import FAMILY_COLUMN, BaseAdapter
from xsell.values import Category, ProductDetails, ProductId, ShopContext

STRATEGY = "oscar.strategy"
"""The fact of a context that holds Oscar's strategy for the shopper."""


class ProductsFromOscar(BaseAdapter):
    """Products, categories and search."""

    @property
    def currency(self) -> str:
        """The shop's only currency. Override it where strategies price in several."""
        return str(get_default_currency())

    def products(self, context: ShopContext) -> QuerySet[Any]:
        """What the strategy that Oscar ships sells; override it where yours has other rules."""
        product = get_model("catalogue", "Product")
        stock = (
            get_model("partner", "StockRecord")
            .objects.filter(price__isnull=False)
            .annotate(left=Coalesce("num_in_stock", 0) - Coalesce("num_allocated", 0))
        )
        of_product = stock.filter(product=OuterRef("pk"))
        of_child = stock.filter(product__parent=OuterRef("pk"), product__is_public=True)
        is_counted = Q(product_class__track_stock=True) | Q(parent__product_class__track_stock=True)
        in_stock = Q(left__gt=0)
        shown = product.objects.filter(is_public=True).exclude(parent__is_public=False)
        rows: QuerySet[Any] = shown.annotate(**{FAMILY_COLUMN: F("parent_id")})
        return rows.filter(
            Exists(of_product.filter(in_stock))
            | Exists(of_child.filter(in_stock))
            | (~is_counted & (Exists(of_product) | Exists(of_child)))
        )

    def details(
        self, product_ids: Iterable[ProductId], context: ShopContext
    ) -> Mapping[ProductId, ProductDetails]:
        rows = self._with_prices().filter(pk__in=list(product_ids))
        strategy = self.strategy(context)
        return {row.pk: self._details(row, strategy) for row in rows}

    def strategy(self, context: ShopContext) -> Any:
        """Oscar's strategy for this shopper."""
        return context.facts[STRATEGY]

    def _with_prices(self) -> QuerySet[Any]:
        """Products with all that strategies and details look at, in a fixed number of queries."""
        product = get_model("catalogue", "Product")
        children = product.objects.public().prefetch_related("stockrecords")
        rows: QuerySet[Any] = (
            product.objects.order_by("pk")
            .select_related("product_class", "parent__product_class")
            .prefetch_related("stockrecords", "images", "parent__images")
            .prefetch_public_children(children)
            .prefetch_browsable_categories(
                get_model("catalogue", "Category").objects.browsable().order_by("path")
            )
        )
        return rows

    def sold_as(self, product: Any, strategy: Any) -> tuple[Any, Any]:
        """What is sold under this name, and its purchase info: a parent's cheapest child.

        (None, None) for a parent of which nothing can be bought.
        """
        if not product.is_parent:
            return product, strategy.fetch_for_product(product)
        children = [
            (child, info)
            for child in product.get_public_children()
            if can_be_bought(info := strategy.fetch_for_product(child))
        ]
        return min(children, key=lambda it: (shown_price(it[1]), it[0].pk), default=(None, None))

    def _details(self, product: Any, strategy: Any) -> ProductDetails:
        _, info = self.sold_as(product, strategy)
        images = list(product.get_all_images())
        price: Any = getattr(info, "price", None)
        return ProductDetails(
            product_id=product.pk,
            title=product.get_title(),
            url=product.get_absolute_url(),
            price=None if info is None else shown_price(info),
            currency=getattr(price, "currency", None) or self.currency,
            is_available=is_shown(product) and info is not None and can_be_bought(info),
            family=product.parent_id or product.pk,
            image_url=images[0].original.url if images else "",
            image_alt=(images[0].caption or product.get_title()) if images else "",
            list_price=getattr(price, "retail", None),
            tax_rate=tax_rate(price),
            price_includes_tax=getattr(price, "is_tax_known", None),
            category_ids=tuple(str(it.pk) for it in product.get_categories()),
            rating=None if product.rating is None else Decimal(str(product.rating)),
            stock=getattr(getattr(info, "availability", None), "num_available", None),
        )

    def search(self, query: str, *, limit: int = 20) -> Sequence[ProductId]:
        words = query.split()
        if not words:
            return []
        product = get_model("catalogue", "Product")
        by_number = Q(upc__iexact=query.strip())
        with contextlib.suppress(ValidationError):  # words, not a number
            by_number |= Q(pk=product._meta.pk.to_python(query))
        by_name = Q(*(("title__icontains", word) for word in words))
        best_first = Case(
            When(by_number, then=Value(0)),
            When(title__istartswith=query, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        found = product.objects.filter(by_name | by_number).order_by(best_first, F("title"), "pk")
        return list(found.values_list("pk", flat=True)[:limit])

    def categories(self) -> Sequence[Category]:
        rows = get_model("catalogue", "Category").objects.browsable().order_by("path")
        return [Category(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def is_shown(product: Any) -> bool:
    """Whether shoppers may see the product: a child goes with its parent."""
    return bool(product.is_public and (product.parent is None or product.parent.is_public))


def can_be_bought(info: Any) -> bool:
    """Whether a basket takes the product: Oscar wants a price and a stock record."""
    return bool(
        info.price.exists and info.stockrecord is not None and info.availability.is_available_to_buy
    )


def shown_price(info: Any) -> Decimal | None:
    """The price as Oscar's pages show it: with tax where the tax is known."""
    if not info.price.exists:
        return None
    price: Decimal | None = info.price.incl_tax if info.price.is_tax_known else info.price.excl_tax
    return price


def tax_rate(price: Any) -> Decimal | None:
    """Tax as a share of the price without it, where it is known."""
    if price is None or not price.is_tax_known or not price.excl_tax:
        return None
    rate: Decimal = price.tax / price.excl_tax
    return rate
