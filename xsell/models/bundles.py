"""Bundles: sets that cost less together."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xsell.models.benefits import Beneficial, choices_of, has_its_operand
from xsell.models.fields import ProductKey
from xsell.models.schedules import Scheduled, ends_after_start
from xsell.values import BenefitKind

BENEFITS = (
    BenefitKind.PERCENT,
    BenefitKind.AMOUNT,
    BenefitKind.FIXED_PRICE,
    BenefitKind.CHEAPEST_FREE,
    BenefitKind.FREE_SHIPPING,
)


class Bundle(Beneficial, Scheduled):
    """Whoever has a set of its items in the cart gains `benefit`."""

    name = models.CharField(_("name"), max_length=100)
    benefit = models.CharField(
        _("benefit"),
        max_length=16,
        choices=choices_of(*BENEFITS),
        default=BenefitKind.PERCENT.value,
    )
    fewest_items = models.PositiveSmallIntegerField(
        _("fewest items"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2)],
        help_text=_(
            "So many different items are enough for a percentage. Without it, all are needed."
        ),
    )
    is_live = models.BooleanField(_("live"), default=False)

    class Meta:
        verbose_name = _("bundle")
        verbose_name_plural = _("bundles")
        ordering = ["name", "pk"]
        constraints = [
            has_its_operand("xsell_bundle_benefit_has_its_operand"),
            models.CheckConstraint(
                condition=Q(fewest_items__isnull=True) | Q(benefit=BenefitKind.PERCENT.value),
                name="xsell_bundle_partial_in_percent",
                violation_error_message=_("A part of a bundle can only gain a percentage."),
            ),
            ends_after_start("xsell_bundle_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError naming each field whose value does not go with the others."""
        super().clean()
        if self.fewest_items is not None and self.benefit != BenefitKind.PERCENT.value:
            reason = _("A part of a bundle can only gain a percentage.")
            raise ValidationError({"fewest_items": reason})


class BundleItem(models.Model):
    """One set of the bundle holds `quantity` of `product`, or of its group mixed at will."""

    bundle = models.ForeignKey(
        Bundle,
        on_delete=models.CASCADE,
        related_name="items",
        db_index=False,
        verbose_name=_("bundle"),
    )
    product = ProductKey(verbose_name=_("product"))
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    group = models.PositiveSmallIntegerField(
        _("group"),
        null=True,
        blank=True,
        help_text=_(
            "Products of one group may be mixed: any so many of them as the quantity says."
        ),
    )
    is_required = models.BooleanField(
        _("required"),
        default=False,
        help_text=_("Must be there even where fewer items are enough."),
    )
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
