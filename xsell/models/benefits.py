"""What a bundle or an offer takes off, and how far that may go: shared by both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xsell.values import BenefitKind

BENEFIT_LABELS = {
    BenefitKind.NONE: _("Nothing: it is just offered"),
    BenefitKind.PERCENT: _("A percentage off"),
    BenefitKind.AMOUNT: _("An amount off"),
    BenefitKind.FIXED_PRICE: _("A price of its own"),
    BenefitKind.CHEAPEST_FREE: _("The cheapest item for free"),
    BenefitKind.FREE_SHIPPING: _("Free shipping"),
    BenefitKind.GIFT: _("A gift"),
    BenefitKind.CODE: _("A code for the shop's own discounts"),
}
ALL = Decimal(100)
IN_MONEY = (BenefitKind.AMOUNT, BenefitKind.FIXED_PRICE)


def choices_of(*kinds: BenefitKind) -> list[tuple[str, Any]]:
    """Choices of a benefit field, in words."""
    return [(kind.value, BENEFIT_LABELS[kind]) for kind in kinds]


def has_its_operand(name: str, **others: Q) -> models.CheckConstraint:
    """Constraint: a benefit has the figure that its kind asks for, and no other.

    `others`: kind -> what it asks for, of the kinds that have an operand of their own.
    """
    percent = Q(saving_percent__isnull=False, saving_percent__gt=0, saving_percent__lt=100)
    no_percent = Q(saving_percent__isnull=True)
    amount = Q(benefit_amount__isnull=False, benefit_amount__gt=0) & ~Q(benefit_currency="")
    no_amount = Q(benefit_amount__isnull=True, benefit_currency="")
    plain = [kind for kind in BenefitKind if kind not in (BenefitKind.PERCENT, *IN_MONEY)]
    condition = (Q(benefit=BenefitKind.PERCENT.value) & percent & no_amount) | (
        Q(benefit__in=[kind.value for kind in IN_MONEY]) & amount & no_percent
    )
    condition |= Q(benefit__in=[kind.value for kind in plain]) & no_percent & no_amount
    for kind, asked in others.items():
        condition &= ~Q(benefit=kind) | asked
    return models.CheckConstraint(
        condition=condition,
        name=name,
        violation_error_message=_(
            "Fill in what the benefit asks for, and nothing else: a percentage above 0 and below "
            "100, or an amount above 0 with its currency."
        ),
    )


class Beneficial(models.Model):
    """Terms in money: what is gained, what comes first, and what must be left for the shop."""

    saving_percent = models.DecimalField(
        _("saving in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    benefit_amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    benefit_currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, as in EUR."))],
        help_text=_("Of the amount. Carts in another currency do not get it."),
    )
    precedence = models.PositiveSmallIntegerField(
        _("precedence"),
        null=True,
        blank=True,
        help_text=_(
            "Where several could take the same items: the lowest number first. Without one, "
            "whatever is best for the shopper."
        ),
    )
    is_exclusive = models.BooleanField(
        _("exclusive"),
        default=False,
        help_text=_("Comes first, and no other saving touches the products that it uses."),
    )
    least_margin_percent = models.DecimalField(
        _("least margin in percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("99.99"))],
        help_text=_(
            "Of the net price, above the cost, where the shop knows it. The saving shrinks, or is "
            "not offered, before less is left."
        ),
    )
    limit_per_order = models.PositiveSmallIntegerField(
        _("limit per order"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError naming each field that the benefit asks for, or has no use for."""
        super().clean()
        errors = {}
        kind = getattr(self, "benefit", "")
        if kind == BenefitKind.PERCENT.value:
            if self.saving_percent is None:
                errors["saving_percent"] = _("Say how many percent.")
            elif self.saving_percent >= ALL:
                errors["saving_percent"] = _("The saving is more than 0 and less than 100 percent.")
        elif self.saving_percent is not None:
            errors["saving_percent"] = _("Only for a percentage off.")
        errors |= self._errors_of_amount(in_money=kind in {it.value for it in IN_MONEY})
        if errors:
            raise ValidationError(errors)

    def _errors_of_amount(self, *, in_money: bool) -> dict[str, Any]:
        if not in_money:
            only = _("Only for an amount off or a price of its own.")
            given = {
                "benefit_amount": self.benefit_amount is not None,
                "benefit_currency": bool(self.benefit_currency),
            }
            return {name: only for name, is_given in given.items() if is_given}
        errors = {}
        if self.benefit_amount is None or self.benefit_amount <= 0:
            errors["benefit_amount"] = _("Say an amount above 0.")
        if not self.benefit_currency:
            errors["benefit_currency"] = _("Say the amount's currency, as in EUR.")
        return errors
