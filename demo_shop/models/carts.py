from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models

from demo_shop.models.catalogue import Product


class Cart(models.Model):
    """What a shopper holds now, found by the session; a logged-in shopper keeps it."""

    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="cart",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"Cart {self.pk}"


class CartLine(models.Model):
    """Some units of one product with the same options; the price is always today's."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="cart_lines")
    quantity = models.PositiveIntegerField(default=1)
    options = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="cart_line_quantity_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"

    @property
    def amount(self) -> Decimal:
        """What the line costs; nothing while its product cannot be bought."""
        if self.product.price is None or not self.product.is_available:
            return Decimal(0)
        return self.product.price * self.quantity
