"""Oscar's basket as the cart. Discounts stay Oscar's: lines carry the price before offers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, empty
from django.utils.translation import gettext as _
from oscar.apps.basket.signals import basket_addition
from oscar.core.loading import get_model

from xsell.contrib.oscar.products import (
    ProductsFromOscar,
    can_be_bought,
    is_shown,
    shown_price,
)
from xsell.values import Cart, CartChange, CartLine, ProductId

oscar_settings: Any = settings

LOOKED_AT = (
    *("product__product_class", "product__parent__product_class", "product__stockrecords"),
    "attributes__option",
)
"""What Oscar looks at for each line, and would fetch for each line."""


class BasketFromOscar(ProductsFromOscar):
    """The basket that Oscar's BasketMiddleware puts on the request."""

    def cart(self, request: HttpRequest) -> Cart:
        basket = self.existing_basket(request)
        if basket is None:
            return Cart(currency=self.currency)
        rows = list(basket.all_lines())
        prefetch_related_objects(rows, *LOOKED_AT)
        lines = tuple(
            CartLine(
                ref=str(row.pk),
                product_id=row.product_id,
                quantity=row.quantity,
                unit_price=price,
                options=_options(row),
            )
            for row in rows
            if (price := shown_price(row.purchase_info)) is not None
        )
        return Cart(str(basket.pk), basket.currency or self.currency, lines)

    def existing_basket(self, request: HttpRequest) -> Any:
        """The shopper's basket, or None. Never makes one.

        Oscar makes a customer's basket at the first look at `request.basket`, so it is not looked
        at before there is something in it: a row of the customer's, or a guest's cookie to merge.
        """
        basket = getattr(request, "basket", None)
        if basket is None:
            return None
        is_untouched = isinstance(basket, SimpleLazyObject) and basket._wrapped is empty
        if is_untouched and request.user.is_authenticated and not self._has_basket(request):
            return None
        return basket if basket.pk is not None else None

    def _has_basket(self, request: HttpRequest) -> bool:
        baskets = get_model("basket", "Basket").open
        cookie = oscar_settings.OSCAR_BASKET_COOKIE_OPEN
        return cookie in request.COOKIES or baskets.filter(owner=request.user).exists()

    def add_to_cart(
        self, request: HttpRequest, product_id: ProductId, quantity: int = 1
    ) -> CartChange:
        with transaction.atomic():
            product, refusal = self._wanted(request, product_id, quantity)
            if refusal:
                return CartChange(product_id, done=False, reason=refusal)
            line, _created = basket_of(request).add_product(product, quantity)
        # As Oscar's own view does; its reports count additions by this signal.
        basket_addition.send(sender=type(self), product=product, user=request.user, request=request)
        return CartChange(product.pk, done=True, line_ref=str(line.pk))

    def set_quantity(self, request: HttpRequest, line_ref: str, quantity: int) -> CartChange:
        with transaction.atomic():
            line = self._own_line(request, line_ref)
            if line is None:
                return CartChange("", done=False, reason=_("This is not in your cart any more."))
            if quantity > 0:
                _product, refusal = self._wanted(request, line.product_id, quantity, besides=line)
                if refusal:
                    return CartChange(
                        line.product_id, done=False, reason=refusal, line_ref=line_ref
                    )
                line.quantity = quantity
                line.save(update_fields=["quantity", "date_updated"])
            else:
                line.delete()
            basket_of(request).reset_offer_applications()
        return CartChange(line.product_id, done=True, line_ref=line_ref if quantity > 0 else "")

    def replace_line(
        self, request: HttpRequest, line_ref: str, product_id: ProductId
    ) -> CartChange:
        with transaction.atomic():
            line = self._own_line(request, line_ref)
            if line is None:
                reason = _("This is not in your cart any more.")
                return CartChange(product_id, done=False, reason=reason)
            product, refusal = self._wanted(request, product_id, line.quantity, besides=line)
            if refusal:
                return CartChange(product_id, done=False, reason=refusal, line_ref=line_ref)
            chosen = [{"option": it.option, "value": it.value} for it in line.attributes.all()]
            quantity = line.quantity
            line.delete()
            better, _created = basket_of(request).add_product(product, quantity, chosen)
        return CartChange(product.pk, done=True, line_ref=str(better.pk))

    def _wanted(
        self, request: HttpRequest, product_id: ProductId, quantity: int, besides: Any = None
    ) -> tuple[Any, str]:
        """What is sold under this id, and why the shopper cannot have so many more; or no reason.

        `besides`: a line that does not count, for it is about to go.
        """
        unavailable = _("This product is not available any more.")
        row = self._with_prices().filter(pk=product_id).first()
        if row is None or not is_shown(row):
            return None, unavailable
        product, info = self.sold_as(row, self.strategy(self.context(request)))
        if product is None or not can_be_bought(info):
            return None, unavailable
        basket = self.existing_basket(request)
        held = basket.product_quantity(product) if basket is not None else 0
        if besides is not None and besides.product_id == product.pk:
            held -= besides.quantity
        permitted, reason = info.availability.is_purchase_permitted(held + quantity)
        if permitted and basket is not None:
            if basket.currency not in (None, info.price.currency):
                return product, _("Your cart is in another currency.")
            more = quantity - (besides.quantity if besides is not None else 0)
            permitted, reason = basket.is_quantity_allowed(more)
        return product, "" if permitted else str(reason)

    def _own_line(self, request: HttpRequest, line_ref: str) -> Any:
        basket = self.existing_basket(request)
        if basket is None or not line_ref.isdecimal():
            return None
        return basket.lines.select_for_update().filter(pk=line_ref).first()


def basket_of(request: Any) -> Any:
    """Oscar's basket; looking at it makes one for a customer who has none."""
    return request.basket


def _options(line: Any) -> dict[str, Any]:
    return {it.option.code: it.value for it in line.attributes.all()}
