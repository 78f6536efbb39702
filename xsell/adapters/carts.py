"""The cart part of `ModelAdapter`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.apps import apps
from django.db import router, transaction
from django.db.models import F, Model, QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xsell.adapters.base import BaseAdapter
from xsell.adapters.mapping import CartLineFields, prefixed
from xsell.values import (
    Cart,
    CartChange,
    CartLine,
    ProductId,
    Quote,
    ShippingGap,
    ShopContext,
)


class CartFromModel(BaseAdapter):
    """The cart, from a `cart_line` mapping. Its id is kept in the session."""

    cart_line: ClassVar[CartLineFields]
    currency: ClassVar[str]
    free_shipping_from: ClassVar[Mapping[str, Decimal]] = {}
    """Currency -> what the goods must come to, in your shop's kind of price, to ship free."""

    @property
    def cart_line_model(self) -> type[Model]:
        """The model of the cart's lines."""
        return apps.get_model(self.cart_line.model)

    @property
    def _cart_model(self) -> Any:
        return self.cart_line_model._meta.get_field(self.cart_line.cart).related_model

    def cart_id(self, request: HttpRequest) -> Any:
        """Key of the shopper's cart, or None. Must not create one."""
        session = getattr(request, "session", None)
        return session.get(self.cart_line.session_key) if session is not None else None

    def create_cart(self, request: HttpRequest) -> Any:
        """Make the shopper's cart and return its key."""
        cart = self._cart_model._default_manager.create()
        request.session[self.cart_line.session_key] = str(cart.pk)
        return cart.pk

    def cart(self, request: HttpRequest) -> Cart:
        cart_id = self.cart_id(request)
        if cart_id is None:
            return Cart(currency=self.currency)
        rows = (
            self._cart_lines(cart_id).annotate(**prefixed(self.cart_line.columns())).order_by("pk")
        )
        lines = tuple(
            CartLine(
                ref=str(row.pk),
                product_id=row.xsell_product,
                quantity=row.xsell_quantity,
                unit_price=row.xsell_unit_price,
                options=getattr(row, "xsell_options", None) or {},
            )
            for row in rows
            if row.xsell_product is not None and row.xsell_unit_price is not None
        )
        return Cart(ref=str(cart_id), currency=self.currency, lines=lines)

    def add_to_cart(
        self, request: HttpRequest, product_id: ProductId, quantity: int = 1
    ) -> CartChange:
        with self._atomic():
            # The cart may not exist yet: a refused product must not leave an empty one behind.
            cart_id = self._lock_cart(self.cart_id(request))
            refusal = self._refusal(request, product_id, self._held(cart_id, product_id) + quantity)
            if refusal:
                return CartChange(product_id, done=False, reason=refusal)
            if cart_id is None:
                cart_id = self.create_cart(request)
            line = self._plain_line(cart_id, product_id)
            if line is None:
                line = self._new_line(cart_id, product_id, quantity)
            else:
                self._set(line, F(self.cart_line.quantity) + quantity)
        return CartChange(product_id, done=True, line_ref=str(line.pk))

    def set_quantity(self, request: HttpRequest, line_ref: str, quantity: int) -> CartChange:
        with self._atomic():
            line = self._own_line(request, line_ref)
            if line is None:
                return CartChange("", done=False, reason=_("This is not in your cart any more."))
            product_id = getattr(line, f"{self.cart_line.product}_id")
            if quantity <= 0:
                line.delete()
                return CartChange(product_id, done=True)
            held = self._held(self._cart_of(line), product_id, besides=line)
            refusal = self._refusal(request, product_id, held + quantity)
            if refusal:
                return CartChange(product_id, done=False, reason=refusal, line_ref=line_ref)
            self._set(line, quantity)
        return CartChange(product_id, done=True, line_ref=line_ref)

    def replace_line(
        self, request: HttpRequest, line_ref: str, product_id: ProductId
    ) -> CartChange:
        mapping = self.cart_line
        with self._atomic():
            line = self._own_line(request, line_ref)
            if line is None:
                reason = _("This is not in your cart any more.")
                return CartChange(product_id, done=False, reason=reason)
            quantity = getattr(line, mapping.quantity)
            held = self._held(self._cart_of(line), product_id, besides=line)
            refusal = self._refusal(request, product_id, held + quantity)
            if refusal:
                return CartChange(product_id, done=False, reason=refusal, line_ref=line_ref)
            twin = self._twin(line, product_id)
            if twin is not None:
                line.delete()
                self._set(twin, F(mapping.quantity) + quantity)
                return CartChange(product_id, done=True, line_ref=str(twin.pk))
            setattr(line, f"{mapping.product}_id", product_id)
            line.save(update_fields=[mapping.product])
        return CartChange(product_id, done=True, line_ref=line_ref)

    def shipping_gap(self, context: ShopContext, cart: Cart, quote: Quote) -> ShippingGap | None:
        threshold = self.free_shipping_from.get(quote.currency)
        if threshold is None:
            return None
        return ShippingGap.to(threshold, quote.total, quote.currency)

    def _refusal(self, request: HttpRequest, product_id: ProductId, quantity: int) -> str:
        """Why the shopper cannot have so many of it; empty if they can."""
        context = self.context(request)
        details = self.details([product_id], context).get(product_id)
        if details is None or not details.is_available:
            return _("This product is not available any more.")
        if details.stock is not None and quantity > details.stock:
            left = ngettext(
                "Only %(stock)d of %(title)s is left.",
                "Only %(stock)d of %(title)s are left.",
                details.stock,
            )
            return left % {"stock": details.stock, "title": details.title}
        return ""

    def _cart_lines(self, cart_id: Any) -> QuerySet[Any]:
        return self.cart_line_model._default_manager.filter(**{self.cart_line.cart: cart_id})

    def _lock_cart(self, cart_id: Any) -> Any:
        """The cart's key, or None if it has been cleared away since the session noted it.

        Locked, so that two clicks at once do not make two lines of one product.
        """
        if cart_id is None:
            return None
        carts = self._cart_model._default_manager.select_for_update().filter(pk=cart_id)
        return carts.values_list("pk", flat=True).first()

    def _held(self, cart_id: Any, product_id: ProductId, besides: Any = None) -> int:
        """Units of the product in all lines of the cart, whatever their options."""
        if cart_id is None:
            return 0
        lines = self._cart_lines(cart_id).filter(**{self.cart_line.product: product_id})
        if besides is not None:
            lines = lines.exclude(pk=besides.pk)
        return lines.aggregate(units=Sum(self.cart_line.quantity))["units"] or 0

    def _cart_of(self, line: Any) -> Any:
        return getattr(line, f"{self.cart_line.cart}_id")

    def _plain_line(self, cart_id: Any, product_id: ProductId) -> Any:
        mapping = self.cart_line
        lines = (
            self._cart_lines(cart_id).select_for_update().filter(**{mapping.product: product_id})
        )
        return next((line for line in lines.order_by("pk") if not self._options(line)), None)

    def _twin(self, line: Any, product_id: ProductId) -> Any:
        """Another line of the same cart with that product and the same options."""
        mapping = self.cart_line
        lines = self._cart_lines(self._cart_of(line)).select_for_update()
        others = lines.filter(**{mapping.product: product_id}).exclude(pk=line.pk).order_by("pk")
        return next((it for it in others if self._options(it) == self._options(line)), None)

    def _own_line(self, request: HttpRequest, line_ref: str) -> Any:
        cart_id = self.cart_id(request)
        if cart_id is None or not str(line_ref).strip():
            return None
        # The cart first, as everybody locks it: nobody waits in a circle.
        self._lock_cart(cart_id)
        lines = self._cart_lines(cart_id).select_for_update()
        return next((line for line in lines if str(line.pk) == str(line_ref)), None)

    def _options(self, line: Any) -> Any:
        return (getattr(line, self.cart_line.options) or {}) if self.cart_line.options else {}

    def _new_line(self, cart_id: Any, product_id: ProductId, quantity: int) -> Any:
        mapping = self.cart_line
        return self.cart_line_model._default_manager.create(
            **{
                f"{mapping.cart}_id": cart_id,
                f"{mapping.product}_id": product_id,
                mapping.quantity: quantity,
            }
        )

    def _set(self, line: Any, quantity: Any) -> None:
        self._cart_lines(self._cart_of(line)).filter(pk=line.pk).update(
            **{self.cart_line.quantity: quantity}
        )

    def _atomic(self) -> transaction.Atomic:
        return transaction.atomic(using=router.db_for_write(self.cart_line_model))
