"""Rows of the demo shop and of xsell for tests, with sensible values where a test does not care."""

from decimal import Decimal

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from factory.django import DjangoModelFactory

from demo_shop.models import Cart, CartLine, Category, Order, OrderLine, Product


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence("shopper-{}".format)
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.django.Password("secret")


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence("Shelf {}".format)
    slug = factory.Sequence("shelf-{}".format)
    picture = "box-gift"


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    sku = factory.Sequence(lambda n: 1000 + n)
    title = factory.Sequence("Product {}".format)
    slug = factory.LazyAttribute(lambda product: f"product-{product.sku}")
    category = factory.SubFactory(
        CategoryFactory,
        parent=factory.SubFactory(CategoryFactory),
    )
    product_type = "Product"
    price = Decimal("2.50")
    stock = 20
    picture = "box-gift"


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = Order

    number = factory.Sequence("N{:06}".format)
    placed_at = factory.LazyFunction(timezone.now)
    total = Decimal("10.00")


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    title = factory.LazyAttribute(lambda line: line.product.title if line.product else "Gone")
    quantity = 1
    unit_price = Decimal("2.50")
    amount = factory.LazyAttribute(lambda line: line.unit_price * line.quantity)


class CartFactory(DjangoModelFactory):
    class Meta:
        model = Cart


class CartLineFactory(DjangoModelFactory):
    class Meta:
        model = CartLine

    cart = factory.SubFactory(CartFactory)
    product = factory.SubFactory(ProductFactory)
    quantity = 1
