from decimal import Decimal

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from demo_shop.models.catalogue import Product


class Order(models.Model):
    """A purchase that was placed; the shopper may have had no account."""

    class Status(models.TextChoices):
        PLACED = "placed", "Placed"
        CANCELLED = "cancelled", "Cancelled"

    number = models.CharField(max_length=20, unique=True)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="orders",
    )
    placed_at = models.DateTimeField(default=timezone.now, db_index=True)
    changed_at = models.DateTimeField(
        auto_now=True, db_index=True, help_text="Cancelled, refunded or changed in any way."
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLACED)
    total = models.DecimalField(max_digits=10, decimal_places=2)
    saving = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        help_text="What bundles and offers took off; the total is after it.",
    )
    tax = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        help_text="Part of the total.",
    )
    shipping = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        help_text="Part of the total, without tax.",
    )
    refunded = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        help_text="What was given back of the total.",
    )
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["-placed_at"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("order", args=[self.number])


class OrderLine(models.Model):
    """One product of an order, with the title, the price and the tax of that day."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="order_lines"
    )
    title = models.CharField(max_length=160)
    # Imported tills also write zero: a coupon, a voided item. Mining must skip those.
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    amount = models.DecimalField(
        max_digits=10, decimal_places=2, help_text="Before the saving, without tax."
    )
    # The database's own defaults: the history of a million tills is loaded without these.
    saving = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )
    tax_rate = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True)
    tax = models.DecimalField(
        max_digits=10, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )
    is_gift = models.BooleanField(default=False, db_default=False)
    returned = models.PositiveIntegerField(
        default=0, db_default=0, help_text="So many units came back."
    )

    def __str__(self) -> str:
        return f"{self.quantity} x {self.title}"

    @property
    def to_pay(self) -> Decimal:
        """What the line costs, without tax."""
        return self.amount - self.saving

    @property
    def left(self) -> int:
        """Units that have not come back."""
        return max(0, self.quantity - self.returned)


class LineSaving(models.Model):
    """What one bundle or offer took off a line of an order, by the name that the shopper read."""

    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="savings")
    name = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=10, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"


class Refund(models.Model):
    """Units of an order came back, and so much was paid back for them, tax included."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    refunded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.order}: {self.amount}"
