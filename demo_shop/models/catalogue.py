from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.urls import reverse


class Category(models.Model):
    """An aisle of the shop (no parent) or a shelf in an aisle (its parent)."""

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="shelves"
    )
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=100, unique=True)
    picture = models.CharField(max_length=60, help_text="A drawing's name: see pictures.py.")
    position = models.PositiveSmallIntegerField(default=0)
    is_listed = models.BooleanField(default=True, help_text="Whether the shop shows it.")

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return f"{self.parent.name} / {self.name}" if self.parent else self.name

    def get_absolute_url(self) -> str:
        return reverse("aisle", args=[self.slug])

    @property
    def picture_url(self) -> str:
        return reverse("picture", args=[self.picture, self.pk % 8])


class ProductQuerySet(models.QuerySet["Product"]):
    def on_sale(self) -> ProductQuerySet:
        """What a shopper may look at: published and priced, in stock or not."""
        return self.filter(is_published=True, price__isnull=False)


class Product(models.Model):
    """One article as it stands on the shelf: one brand, one kind, one size."""

    class BrandKind(models.TextChoices):
        NATIONAL = "national", "National brand"
        PRIVATE = "private", "Private label"

    sku = models.BigIntegerField(unique=True)
    title = models.CharField(max_length=160)
    slug = models.SlugField(max_length=170)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    product_type = models.CharField(
        max_length=80, db_index=True, help_text="What it is, without brand and size."
    )
    brand = models.CharField(max_length=60, blank=True)
    brand_kind = models.CharField(
        max_length=10, choices=BrandKind.choices, default=BrandKind.NATIONAL
    )
    size = models.CharField(max_length=40, blank=True)
    measure = models.DecimalField(
        max_digits=9,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="The content of one pack, in measure units; empty when the size does not say.",
    )
    measure_unit = models.CharField(max_length=10, blank=True)
    price = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text="Without tax."
    )
    unit_cost = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="What the shop pays for one. No discount goes below it; empty: not known.",
    )
    tax_rate = models.DecimalField(
        max_digits=5, decimal_places=4, default=Decimal(0), help_text="0.07 is 7%."
    )
    stock = models.PositiveIntegerField(default=0)
    is_published = models.BooleanField(default=True)
    is_merchandise = models.BooleanField(
        default=True, help_text="Off for fuel, coupons, lottery tickets and other till services."
    )
    n_orders = models.PositiveIntegerField(
        default=0, help_text="In how many orders it was when the shop was loaded: its popularity."
    )
    picture = models.CharField(max_length=60, help_text="A drawing's name: see pictures.py.")
    palette = models.PositiveSmallIntegerField(default=0)

    objects = ProductQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["is_published", "-n_orders", "id"], name="product_popular"),
            models.Index(fields=["is_published", "price"], name="product_by_price"),
            models.Index(fields=["is_published", "title"], name="product_by_title"),
            models.Index(fields=["category", "is_published", "-n_orders"], name="product_shelf"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__isnull=True) | models.Q(price__gt=0),
                name="product_price_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.sku, self.slug])

    @property
    def picture_url(self) -> str:
        return reverse("picture", args=[self.picture, self.palette])

    @property
    def is_available(self) -> bool:
        return self.is_published and self.price is not None and self.stock > 0

    @property
    def is_private_label(self) -> bool:
        return self.brand_kind == self.BrandKind.PRIVATE

    @property
    def price_per_unit(self) -> Decimal | None:
        """Price of one measure unit (one ounce, one sheet), or none when the size is unknown."""
        if self.price is None or not self.measure:
            return None
        return self.price / self.measure
