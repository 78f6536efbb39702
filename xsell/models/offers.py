"""Offers: a product with words and conditions, shown at the right moment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey
from xsell.models.schedules import Scheduled, ends_after_start


class Offer(Scheduled):
    """Under its conditions, shoppers are offered `product` with these words."""

    class Kind(models.TextChoices):
        CROSS_SELL = "cross_sell", _("Cross-sell: among the suggestions")
        BUMP = "bump", _("Bump: one tick before paying")

    name = models.CharField(
        _("name"), max_length=100, help_text=_("For you; shoppers do not see it.")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.BUMP)
    product = ProductKey(verbose_name=_("product"))
    headline = models.CharField(_("headline"), max_length=120)
    text = models.TextField(_("text"), max_length=400, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=100, help_text=_("The lowest number comes first.")
    )
    is_live = models.BooleanField(_("live"), default=False)

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["priority", "pk"]
        constraints = [ends_after_start("xsell_offer_ends_after_start")]

    def __str__(self) -> str:
        return self.name


class OfferCondition(models.Model):
    """One condition of an offer: all of a group must hold, and one group is enough."""

    class Kind(models.TextChoices):
        HAS_PRODUCT = "has_product", _("The cart or the page has this product")
        HAS_CATEGORY = "has_category", _("The cart or the page has a product of this category")
        TOTAL_AT_LEAST = "total_at_least", _("The cart comes to at least this amount")

    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, related_name="conditions", verbose_name=_("offer")
    )
    group = models.PositiveSmallIntegerField(
        _("group"), default=1, help_text=_("AND inside a group, OR between groups.")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    product = ProductKey(verbose_name=_("product"), null=True, blank=True)
    category_id = models.CharField(_("category"), max_length=255, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=4, null=True, blank=True
    )

    class Meta:
        verbose_name = _("offer condition")
        verbose_name_plural = _("offer conditions")
        ordering = ["offer_id", "group", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="has_product", product__isnull=False, category_id="", amount=None)
                    | (Q(kind="has_category", product=None, amount=None) & ~Q(category_id=""))
                    | Q(
                        kind="total_at_least",
                        product=None,
                        category_id="",
                        # A comparison with NULL is no failure to a CHECK: say it outright.
                        amount__isnull=False,
                        amount__gt=0,
                    )
                ),
                name="xsell_condition_has_its_operand",
                violation_error_message=_(
                    "Fill in what the kind asks for, and nothing else: "
                    "a product, a category or an amount above 0."
                ),
            ),
        ]

    def __str__(self) -> str:
        operand = self.product_id or self.category_id or self.amount
        return f"{self.get_kind_display()}: {operand}"
