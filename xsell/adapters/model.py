"""The adapter of a plain shop: everything from a declarative mapping of field paths.

    class ShopAdapter(ModelAdapter):
        currency = "EUR"
        product = ProductFields(title="name", price="price", available=Q(is_active=True))
        order_line = OrderLineFields(model="shop.OrderLine", order="order_id", ...)
        cart_line = CartLineFields(model="shop.CartLine", unit_price="product__price")

Every method can be overridden. Wrong paths are refused at start, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import FieldError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import get_language

from xsell.adapters.carts import CartFromModel
from xsell.adapters.mapping import (
    CartLineFields,
    CategoryFields,
    OrderLineFields,
    Path,
    ProductFields,
    prefixed,
)
from xsell.adapters.orders import OrdersFromModel
from xsell.adapters.products import ProductsFromModel
from xsell.conf import conf
from xsell.values import ShopContext

__all__ = [
    "CartLineFields",
    "CategoryFields",
    "ModelAdapter",
    "OrderLineFields",
    "ProductFields",
]


class ModelAdapter(ProductsFromModel, OrdersFromModel, CartFromModel):
    """A plain shop: products, order lines and cart lines in models of its own."""

    def context(self, request: HttpRequest) -> ShopContext:
        user = getattr(request, "user", None)
        known = user is not None and user.is_authenticated
        session = getattr(request, "session", None)
        session_key = (session.session_key or "") if session is not None else ""
        orders = session.get(self.order_line.session_key, ()) if session is not None else ()
        return ShopContext(
            shopper_key=f"customer:{user.pk}" if known and user is not None else session_key,
            customer_id=str(user.pk) if known and user is not None else None,
            currency=self.currency,
            language=get_language() or "",
            facts={
                **self.facts(user if known else None),
                "order_refs": tuple(map(str, orders)),
            },
            consent=self.consent(request),
            is_staff=bool(known and getattr(user, "is_staff", False)),
        )

    def context_for(self, customer_id: str | None = None) -> ShopContext:
        known = self._customers([customer_id] if customer_id else [])
        return self._context_of(customer_id, known.get(str(customer_id)))

    def contexts_for(self, customer_ids: Iterable[str]) -> Mapping[str, ShopContext]:
        wanted = list(customer_ids)
        if type(self).context_for is not ModelAdapter.context_for:
            return super().contexts_for(wanted)
        known = self._customers(wanted)
        return {it: self._context_of(it, known.get(it)) for it in wanted}

    def _context_of(self, customer_id: str | None, customer: Any) -> ShopContext:
        return ShopContext(
            shopper_key=f"customer:{customer_id}" if customer_id else "",
            customer_id=customer_id,
            currency=self.currency,
            language=get_language() or "",
            facts=self.facts(customer),
        )

    def _customers(self, customer_ids: Sequence[str]) -> dict[str, Any]:
        """The users by their ids as texts: fetched only where a shop has facts of them."""
        if type(self).facts is ModelAdapter.facts or not customer_ids:
            return {}
        users = get_user_model()._default_manager.filter(pk__in=customer_ids)
        return {str(user.pk): user for user in users}

    def consent(self, request: HttpRequest) -> frozenset[str]:
        """Purposes that the shopper has agreed to; override it to tell xsell.

        "personal" lets it remember which products a shopper looks at, for suggestions.
        """
        return frozenset()

    def facts(self, customer: Any) -> Mapping[str, Any]:
        """What segments and offers may ask of a customer, by name: override it to tell more.

        As in {"age_band": "30-39", "town": "Bath"}. `customer` is the user, or None for a guest.
        """
        return {}

    def check(self) -> list[checks.CheckMessage]:
        missing = [
            name
            for name in ("currency", "product", "order_line", "cart_line")
            if not hasattr(self, name)
        ]
        if missing:
            return [
                checks.Error(
                    f"{self._name} does not say its {', '.join(missing)}.",
                    hint="See xsell.adapters.model for an example.",
                    id="xsell.E003",
                )
            ]
        return [
            *self._check_mapping("product", conf.PRODUCT_MODEL, self.product.columns()),
            *self._check_mapping("order_line", self.order_line.model, self.order_line.columns()),
            *self._check_mapping("cart_line", self.cart_line.model, self.cart_line.columns()),
            *self._check_category(),
            *self._check_conditions(),
            *self._check_product(),
            *self._check_price(),
            *self._check_shipping(),
        ]

    def _check_product(self) -> list[checks.CheckMessage]:
        """One error for each attribute, join or search field that the product does not have."""
        try:
            model = self.product_model
        except (LookupError, ValueError):
            return []  # said by _check_mapping
        names = {"image": self.product.image, "image_alt": self.product.image_alt}
        if type(self).product_url is ProductsFromModel.product_url:
            names["url"] = "get_absolute_url"
        errors: list[checks.CheckMessage] = [
            self._wrong("product", field, name, AttributeError(f"{model.__name__} has no {name}"))
            for field, name in names.items()
            if name is not None and not hasattr(model, name)
        ]
        tries = {
            ("select_related", path): partial(_joined, model, path)
            for path in self.product.select_related
        } | {
            ("search", path): partial(model._default_manager.filter, **{f"{path}__icontains": ""})
            for path in self.product.search
        }
        for (field, path), attempt in tries.items():
            try:
                attempt()
            except FieldError as error:
                errors.append(self._wrong("product", field, path, error))
        return errors

    def _check_price(self) -> list[checks.CheckMessage]:
        """A price that the cart line stores would go stale, and nobody would write it."""
        own, path = self.cart_line, self.cart_line.unit_price
        if type(self).add_to_cart is not CartFromModel.add_to_cart or not isinstance(path, str):
            return []
        if "__" in path or path == own.product:
            return []
        return [
            checks.Error(
                f"{self._name}.cart_line: unit_price = {path!r} is stored with the line.",
                hint=(
                    f"Name the product's own price, as in {own.product + '__price'!r}; or override "
                    "add_to_cart and replace_line, and keep the stored price true there."
                ),
                id="xsell.E004",
            )
        ]

    def _check_shipping(self) -> list[checks.CheckMessage]:
        """One error for each threshold that is no amount: a float would fail in the cart."""
        return [
            checks.Error(
                f"{self._name}.free_shipping_from: {amount!r} for {currency!r} is no amount.",
                hint="Give a Decimal by the ISO 4217 code, as in {'EUR': Decimal(\"50.00\")}.",
                id="xsell.E004",
            )
            for currency, amount in self.free_shipping_from.items()
            if not isinstance(amount, Decimal) or amount <= 0
        ]

    def _check_category(self) -> list[checks.CheckMessage]:
        if self.category is None:
            return []
        return self._check_mapping("category", self.category.model, self.category.columns())

    def _check_mapping(
        self, mapping: str, label: str, columns: Mapping[str, Path]
    ) -> list[checks.CheckMessage]:
        """One error for each path that the model does not have."""
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError) as error:
            return [self._wrong(mapping, "model", label, error)]
        errors: list[checks.CheckMessage] = []
        for name, path in columns.items():
            try:
                model._default_manager.annotate(**prefixed({name: path}))
            except FieldError as error:
                errors.append(self._wrong(mapping, name, path, error))
        return errors

    def _check_conditions(self) -> list[checks.CheckMessage]:
        """One error for each condition that names a field that is not there."""
        conditions = {
            ("product", "available", conf.PRODUCT_MODEL): self.product.available,
            ("order_line", "counts", self.order_line.model): self.order_line.counts,
        }
        errors: list[checks.CheckMessage] = []
        for (mapping, name, label), condition in conditions.items():
            try:
                apps.get_model(label)._default_manager.filter(condition)
            except (LookupError, ValueError):
                continue  # said by _check_mapping
            except FieldError as error:
                errors.append(self._wrong(mapping, name, condition, error))
        return errors

    def _wrong(self, mapping: str, name: str, value: Any, error: Exception) -> checks.Error:
        return checks.Error(
            f"{self._name}.{mapping}: {name} = {str(value)!r} does not fit: {error}",
            hint="Give a field path as in queries, for instance 'category__name'.",
            id="xsell.E004",
        )

    @property
    def _name(self) -> str:
        return f"{type(self).__module__}.{type(self).__qualname__}"


def _joined(model: type[Model], path: str) -> None:
    """Compile a query that joins the path. Raise FieldError if there is nothing to join."""
    str(model._default_manager.select_related(path).query)
