"""Bundles: fixed sets at one price."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey
from xsell.models.schedules import Scheduled, ends_after_start


class Bundle(Scheduled):
    """Whoever has every item in the cart pays `saving_percent` less for them."""

    name = models.CharField(_("name"), max_length=100)
    saving_percent = models.DecimalField(
        _("saving in percent"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("Of the parts' prices, when bought together."),
    )
    is_live = models.BooleanField(_("live"), default=False)

    class Meta:
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(saving_percent__gt=0) & Q(saving_percent__lt=100),
                name="xsell_bundle_valid_percent",
                violation_error_message=_("The saving is more than 0 and less than 100 percent."),
            ),
            ends_after_start("xsell_bundle_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name


class BundleItem(models.Model):
    """One set of the bundle holds `quantity` of `product`."""

    bundle = models.ForeignKey(
        Bundle,
        on_delete=models.CASCADE,
        related_name="items",
        db_index=False,
        verbose_name=_("bundle"),
    )
    product = ProductKey(verbose_name=_("product"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("bundle item")
        verbose_name_plural = _("bundle items")
        ordering = ["bundle_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "product"], name="xsell_bundle_item_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1),
                name="xsell_bundle_item_quantity",
                violation_error_message=_("A bundle holds at least one of each item."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_id}"
