"""A shop with variants, from field paths: orders are mined by the parents of variants."""

from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat

from tests.hosts.uuid_shop.models import Product
from xsell.adapters.model import (
    CartLineFields,
    CategoryFields,
    ModelAdapter,
    OrderLineFields,
    ProductFields,
)

FOR_SALE = Q(is_listed=True, stock__gt=0, price__isnull=False)
# Whoever takes a parent with one click gets this variant: its price is the one that was shown.
CHEAPEST = Product.objects.filter(FOR_SALE, parent=OuterRef("pk")).order_by("price", "pk")


class ShopAdapter(ModelAdapter):
    currency = "AED"
    price_includes_tax = True
    product = ProductFields(
        title=Case(
            When(parent=None, then="title"),
            default=Concat("parent__title", Value(", "), "title"),
        ),
        price=Coalesce("price", Subquery(CHEAPEST.values("price")[:1])),
        stock=Coalesce(Subquery(CHEAPEST.values("stock")[:1]), "stock"),
        available=Q(is_listed=True) & (Q(stock__gt=0) | Exists(CHEAPEST)),
        family="parent_id",
        categories=("categories", "parent__categories"),
        search=("title", "parent__title"),
    )
    category = CategoryFields(model="uuid_shop.Category")
    order_line = OrderLineFields(
        model="uuid_shop.OrderLine",
        order="order_id",
        product=Coalesce("product__parent_id", "product_id"),
        placed_at="order__placed_at",
        changed_at="order__changed_at",
        quantity="quantity",
        unit_price="unit_price",
        customer="order__shopper_id",
        counts=Q(order__is_cancelled=False),
    )
    cart_line = CartLineFields(
        model="uuid_shop.CartLine", unit_price="product__price", options="options"
    )

    def add_to_cart(self, request, product_id, quantity=1):
        return super().add_to_cart(request, self.sold_as(product_id), quantity)

    def replace_line(self, request, line_ref, product_id):
        return super().replace_line(request, line_ref, self.sold_as(product_id))

    def sold_as(self, product_id):
        """The product itself, or the cheapest variant of a parent."""
        variants = Product.objects.filter(FOR_SALE, parent=product_id).order_by("price", "pk")
        return variants.values_list("pk", flat=True).first() or product_id
