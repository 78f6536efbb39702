"""How xsell sees this shop. Copy this file into your own project and change the field paths."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from demo_shop.carts import open_cart
from demo_shop.shipping import FREE_FROM
from xsell.adapters.model import (
    CartLineFields,
    CategoryFields,
    ModelAdapter,
    OrderLineFields,
    ProductFields,
)


class ShopAdapter(ModelAdapter):
    currency = "USD"
    price_includes_tax = False
    free_shipping_from = {currency: FREE_FROM}
    product = ProductFields(
        title="title",
        price="price",
        tax_rate="tax_rate",
        unit_cost="unit_cost",
        available=Q(is_published=True, stock__gt=0),
        image="picture_url",
        categories=("category_id", "category__parent_id"),
        stock="stock",
        attributes={"Brand": "brand", "Size": "size"},
        search=("title",),
    )
    category = CategoryFields(model="demo_shop.Category")
    order_line = OrderLineFields(
        model="demo_shop.OrderLine",
        order="order_id",
        product="product_id",
        placed_at="order__placed_at",
        changed_at="order__changed_at",
        quantity="quantity",
        unit_price="unit_price",
        customer="order__customer_id",
        # Fuel, coupons and lottery tickets are in every other basket and belong to none. Nobody
        # chose a gift.
        counts=Q(order__status="placed", product__is_merchandise=True, is_gift=False),
        session_key="order_refs",
    )
    cart_line = CartLineFields(
        model="demo_shop.CartLine",
        unit_price="product__price",
        options="options",
        session_key="cart_id",
    )

    def consent(self, request: HttpRequest) -> frozenset[str]:
        """What the shopper has agreed to at the foot of a page."""
        return frozenset({"personal"}) if request.session.get("is_remembered") else frozenset()

    def create_cart(self, request: HttpRequest) -> Any:
        """The shop's own way: a logged-in shopper's cart belongs to the account."""
        return open_cart(request).pk
