"""Offers: a product with words and conditions, shown at the right moment."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xsell.models.benefits import Beneficial, choices_of, has_its_operand
from xsell.models.fields import ProductKey, go_with_product
from xsell.models.schedules import Scheduled, ends_after_start
from xsell.pricing.fairness import is_protected
from xsell.values import BenefitKind

BENEFITS = (
    BenefitKind.NONE,
    BenefitKind.PERCENT,
    BenefitKind.AMOUNT,
    BenefitKind.FIXED_PRICE,
    BenefitKind.FREE_SHIPPING,
    BenefitKind.GIFT,
    BenefitKind.CODE,
)


def not_by(fact: str) -> str:
    """Why a fact must not stand beside a benefit."""
    reason = _("%(fact)s may decide what is shown, but not what it costs.")
    return str(reason % {"fact": fact})


class Offer(Beneficial, Scheduled):
    """Under its conditions, shoppers are offered `product` with these words and on these terms."""

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
    benefit = models.CharField(
        _("benefit"),
        max_length=16,
        choices=choices_of(*BENEFITS),
        default=BenefitKind.NONE.value,
        help_text=_("For one unit of the product, once the shopper has taken the offer."),
    )
    gift_product = ProductKey(
        on_delete=go_with_product, verbose_name=_("gift"), null=True, blank=True
    )
    code = models.CharField(_("code"), max_length=60, blank=True)
    limit_in_all = models.PositiveIntegerField(
        _("limit in all"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    limit_per_customer = models.PositiveSmallIntegerField(
        _("limit per customer"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    hold_minutes = models.PositiveIntegerField(
        _("held for minutes"),
        default=120,
        validators=[MinValueValidator(1)],
        help_text=_("How long a shopper who took the offer has to order."),
    )

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["priority", "pk"]
        constraints = [
            ends_after_start("xsell_offer_ends_after_start"),
            has_its_operand(
                "xsell_offer_benefit_has_its_operand",
                gift=Q(gift_product__isnull=False),
                code=~Q(code=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError naming each field whose value does not go with the others."""
        super().clean()
        errors: dict[str, Any] = {}
        for kind, name, is_given in (
            (BenefitKind.GIFT, "gift_product", self.gift_product_id is not None),
            (BenefitKind.CODE, "code", bool(self.code)),
        ):
            if is_given != (self.benefit == kind.value):
                errors[name] = _("Only for this benefit.") if is_given else _("Say which.")
        in_all, each = self.limit_in_all, self.limit_per_customer
        if in_all is not None and each is not None and each > in_all:
            errors["limit_per_customer"] = _("More than there are in all.")
        if self.pk is not None and self.benefit != BenefitKind.NONE.value:
            about = self.conditions.filter(kind=OfferCondition.Kind.SHOPPER_IS)
            if traits := [it.fact for it in about if is_protected(it.fact)]:
                errors["benefit"] = not_by(traits[0])
        if errors:
            raise ValidationError(errors)


class OfferCondition(models.Model):
    """One condition of an offer: all of a group must hold, and one group is enough."""

    class Kind(models.TextChoices):
        HAS_PRODUCT = "has_product", _("The cart or the page has this product")
        HAS_CATEGORY = "has_category", _("The cart or the page has a product of this category")
        TOTAL_AT_LEAST = "total_at_least", _("The cart comes to at least this amount")
        SHOPPER_IS = "shopper_is", _("The shopper is known to be this")

    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, related_name="conditions", verbose_name=_("offer")
    )
    group = models.PositiveSmallIntegerField(
        _("group"), default=1, help_text=_("AND inside a group, OR between groups.")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    product = ProductKey(
        on_delete=go_with_product, verbose_name=_("product"), null=True, blank=True
    )
    category_id = models.CharField(_("category"), max_length=255, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    fact = models.CharField(
        _("fact"),
        max_length=60,
        blank=True,
        help_text=_(
            "customer_group, country, language, channel, or a fact that your shop knows of its "
            "shoppers."
        ),
    )
    value = models.CharField(_("value of the fact"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("offer condition")
        verbose_name_plural = _("offer conditions")
        ordering = ["offer_id", "group", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(
                        kind="has_product",
                        product__isnull=False,
                        category_id="",
                        amount=None,
                        fact="",
                        value="",
                    )
                    | (
                        Q(kind="has_category", product=None, amount=None, fact="", value="")
                        & ~Q(category_id="")
                    )
                    | Q(
                        kind="total_at_least",
                        product=None,
                        category_id="",
                        # A comparison with NULL is no failure to a CHECK: say it outright.
                        amount__isnull=False,
                        amount__gt=0,
                        fact="",
                        value="",
                    )
                    | (
                        Q(kind="shopper_is", product=None, category_id="", amount=None)
                        & ~Q(fact="")
                        & ~Q(value="")
                    )
                ),
                name="xsell_condition_has_its_operand",
                violation_error_message=_(
                    "Fill in what the kind asks for, and nothing else: "
                    "a product, a category, an amount above 0, or a fact with its value."
                ),
            ),
        ]

    def __str__(self) -> str:
        operand = (
            self.product_id or self.category_id or self.amount or f"{self.fact} = {self.value}"
        )
        return f"{self.get_kind_display()}: {operand}"

    def clean(self) -> None:
        """Raise ValidationError if it would let a protected trait decide what something costs."""
        super().clean()
        offer = self.offer if self.offer_id or "offer" in self._state.fields_cache else None
        if offer is None or offer.benefit == BenefitKind.NONE.value:
            return
        if self.kind == self.Kind.SHOPPER_IS and is_protected(self.fact):
            raise ValidationError({"fact": not_by(self.fact)})
