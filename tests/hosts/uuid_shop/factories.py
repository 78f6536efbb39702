"""Rows of this shop, with sensible values where a test does not care."""

from decimal import Decimal

import factory
from django.utils.text import slugify
from factory.django import DjangoModelFactory

from tests.hosts.uuid_shop import models


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = models.Category
        django_get_or_create = ("slug",)

    slug = "clothes"
    name = factory.LazyAttribute(lambda category: category.slug.title())


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = models.Product
        skip_postgeneration_save = True

    title = "Cap"
    price = Decimal("49.00")
    stock = 10

    @factory.post_generation
    def categories(self, create, extracted):
        if self.parent is None:
            self.categories.add(extracted or CategoryFactory(slug=slugify(self.title)))


class ParentFactory(ProductFactory):
    title = "Shirt"
    price = None
    stock = 0


class OrderFactory(DjangoModelFactory):
    class Meta:
        model = models.Order


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = models.OrderLine

    order = factory.SubFactory(OrderFactory)
    product = factory.SubFactory(ProductFactory)
    unit_price = factory.LazyAttribute(lambda line: line.product.price)
