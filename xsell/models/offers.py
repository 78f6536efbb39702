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
        UPSELL = "upsell", _("Up-sell: something better in the place of what is there")
        BUMP = "bump", _("Bump: one tick before paying")
        ADD_ON = "add_on", _("Add-on: belongs to a product, and leaves with it")
        POST_PURCHASE = "post_purchase", _("Post-purchase: after the order")
        DOWNSELL = "downsell", _("Downsell: something smaller after a no")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Live")
        SHADOW = "shadow", _("Shadow: decided and written down, but not shown")
        PAUSED = "paused", _("Paused")

    class Units(models.TextChoices):
        ONE = "one", _("One")
        AS_TRIGGER = "as_trigger", _("As many as of what it goes with")

    name = models.CharField(
        _("name"), max_length=100, help_text=_("For you; shoppers do not see it.")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.BUMP)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    product = ProductKey(verbose_name=_("product"))
    replaced_product = ProductKey(
        on_delete=go_with_product,
        verbose_name=_("in the place of"),
        null=True,
        blank=True,
        help_text=_("Of an up-sell, or of a downsell that makes an order smaller."),
    )
    placement = models.ForeignKey(
        "xsell.Placement",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("placement"),
        help_text=_("Empty: wherever offers of its kind show."),
    )
    headline = models.CharField(_("headline"), max_length=120)
    text = models.TextField(_("text"), max_length=400, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=100, help_text=_("The lowest number comes first.")
    )
    shows_end = models.BooleanField(
        _("shows its end"), default=False, help_text=_("A countdown to the end of its schedule.")
    )
    units = models.CharField(_("units"), max_length=10, choices=Units, default=Units.ONE)
    leaves_with_trigger = models.BooleanField(
        _("leaves with its trigger"),
        default=True,
        help_text=_("Bumps and add-ons: out of the cart once their conditions hold no more."),
    )
    fewest_units = models.PositiveSmallIntegerField(
        _("fewest units"),
        default=0,
        help_text=_("Of an add-on, for each unit of its product: always there, so included."),
    )
    most_units = models.PositiveSmallIntegerField(
        _("most units"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Of an add-on, for each unit of its product."),
    )
    included_units = models.PositiveSmallIntegerField(
        _("included units"),
        default=0,
        help_text=_("Of an add-on, for each unit of its product: these cost nothing."),
    )
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
    shown_per_session = models.PositiveSmallIntegerField(
        _("shown per session"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("So often at most; really seen, as the browser tells."),
    )
    shown_per_customer = models.PositiveSmallIntegerField(
        _("shown per customer"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    cool_down_days = models.PositiveSmallIntegerField(
        _("days of rest after a no"),
        default=30,
        help_text=_("0: it may show again on the next page."),
    )
    days_after_purchase = models.PositiveSmallIntegerField(
        _("days of rest after an order"),
        null=True,
        blank=True,
        help_text=_("Not before so many days after the shopper's last order."),
    )
    next_if_accepted = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("next after a yes"),
    )
    next_if_declined = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("next after a no"),
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
        errors |= self._errors_of_kind()
        errors |= self._errors_of_sequence()
        if traits := self._protected_traits():
            errors["benefit"] = not_by(traits[0])
        if errors:
            raise ValidationError(errors)

    def _errors_of_kind(self) -> dict[str, Any]:
        """What its kind asks for, or has no use for."""
        errors: dict[str, Any] = {}
        if self.replaced_product_id is not None:
            if self.kind not in (self.Kind.UPSELL, self.Kind.DOWNSELL):
                errors["replaced_product"] = _("Only up-sells and downsells replace.")
            elif self.replaced_product_id == self.product_id:
                errors["replaced_product"] = _("It cannot replace itself.")
        elif self.kind == self.Kind.UPSELL:
            errors["replaced_product"] = _("Say which: an up-sell replaces.")
        if self.shows_end and self.ends_at is None:
            errors["shows_end"] = _("There is no end to show: say when it ends.")
        return errors | self._errors_of_units()

    def _errors_of_units(self) -> dict[str, Any]:
        """How many units of an add-on belong to one of its product."""
        usual = {"fewest_units": 0, "most_units": 1, "included_units": 0}
        if self.kind != self.Kind.ADD_ON:
            others = [name for name, units in usual.items() if getattr(self, name) != units]
            return dict.fromkeys(others, _("Only for add-ons."))
        errors: dict[str, Any] = {}
        if self.fewest_units > self.included_units:
            errors["fewest_units"] = _("What is always there must be included in the price.")
        if self.most_units < max(self.fewest_units, self.included_units):
            errors["most_units"] = _("Fewer than are included.")
        return errors

    def _errors_of_sequence(self) -> dict[str, Any]:
        """A sequence ends: nothing comes back to where it began."""
        errors: dict[str, Any] = {}
        for name in ("next_if_accepted", "next_if_declined"):
            ahead: list[Offer] = [it for it in [getattr(self, name)] if it is not None]
            seen: set[int] = set()
            while ahead:
                offer = ahead.pop()
                if offer.pk == self.pk:
                    errors[name] = _("This sequence would come back to where it began.")
                    break
                if offer.pk not in seen:
                    seen.add(offer.pk)
                    followers = (offer.next_if_accepted, offer.next_if_declined)
                    ahead += [it for it in followers if it is not None]
        return errors

    def _protected_traits(self) -> list[str]:
        """Protected traits that would decide what something costs."""
        if self.pk is None or self.benefit == BenefitKind.NONE.value:
            return []
        return [trait for it in self.conditions.all() for trait in it.protected_traits()]
