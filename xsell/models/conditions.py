"""When an offer holds: conditions on the cart, the page, the shopper and the hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey, go_with_product
from xsell.models.offers import Offer, not_by
from xsell.models.operands import Grouped, Operands, asks_for
from xsell.models.revisions import RuleQuerySet
from xsell.models.segments import Segment
from xsell.pricing.fairness import is_protected
from xsell.values import BenefitKind
from xsell.values.hours import Dates, Hours, Weekdays, listed

OPERANDS: Operands = {
    "has_product": ("product",),
    "has_category": ("category_id",),
    "any_product": ("value",),
    "any_category": ("value",),
    "total_at_least": ("amount",),
    "units_at_least": ("amount",),
    "kinds_at_least": ("amount",),
    "discount_is_near": (),
    "shopper_is": ("fact", "value"),
    "is_customer": (),
    "in_segment": ("segment",),
    "weekdays": ("value",),
    "hours": ("value",),
    "dates": ("value",),
    "stock_at_least": ("product", "amount"),
}
COLUMNS: Mapping[str, Any] = {
    "product": None,
    "category_id": "",
    "amount": None,
    "fact": "",
    "value": "",
    "segment": None,
}
READERS: Mapping[str, Callable[[str], Any]] = {
    "any_product": listed,
    "any_category": listed,
    "weekdays": Weekdays.read,
    "hours": Hours.read,
    "dates": Dates.read,
}
"""Kind -> what reads its value, and raises ValueError in words for people."""


class OfferCondition(Grouped):
    """One condition of an offer: all of a group must hold, and one group is enough."""

    class Kind(models.TextChoices):
        HAS_PRODUCT = "has_product", _("The cart or the page has this product")
        HAS_CATEGORY = "has_category", _("The cart or the page has a product of this category")
        ANY_PRODUCT = "any_product", _("The cart or the page has one of these products")
        ANY_CATEGORY = "any_category", _("The cart or the page has one of these categories")
        TOTAL_AT_LEAST = "total_at_least", _("The cart comes to at least this amount")
        UNITS_AT_LEAST = "units_at_least", _("The cart has at least so many units")
        KINDS_AT_LEAST = "kinds_at_least", _("The cart has at least so many different products")
        DISCOUNT_IS_NEAR = "discount_is_near", _("With the offer's product a bundle is whole")
        SHOPPER_IS = "shopper_is", _("The shopper is known to be this")
        IS_CUSTOMER = "is_customer", _("The shopper is logged in")
        IN_SEGMENT = "in_segment", _("The shopper is in this segment")
        WEEKDAYS = "weekdays", _("It is one of these weekdays, 1 being Monday")
        HOURS = "hours", _("It is between these hours")
        DATES = "dates", _("It is between these days")
        STOCK_AT_LEAST = "stock_at_least", _("So many of this product are in stock")

    OPERANDS: ClassVar[Operands] = OPERANDS
    COLUMNS: ClassVar[Mapping[str, Any]] = COLUMNS

    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, related_name="conditions", verbose_name=_("offer")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    product = ProductKey(
        on_delete=go_with_product, verbose_name=_("product"), null=True, blank=True
    )
    category_id = models.CharField(_("category"), max_length=255, blank=True)
    amount = models.DecimalField(
        _("amount or number"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    fact = models.CharField(
        _("fact"),
        max_length=60,
        blank=True,
        help_text=_(
            "customer_group, country, currency, language, channel, or a fact that your shop knows "
            "of its shoppers."
        ),
    )
    value = models.CharField(
        _("value"),
        max_length=400,
        blank=True,
        help_text=_(
            "Of the fact; or several ids with commas; weekdays as in 1,2,5; hours as in "
            "18:00-02:00; days as in 2026-12-01/2026-12-24."
        ),
    )
    segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("segment")
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer condition")
        verbose_name_plural = _("offer conditions")
        ordering = ["offer_id", "group", "pk"]
        constraints = [asks_for(OPERANDS, COLUMNS, "xsell_condition_has_its_operand")]

    def __str__(self) -> str:
        operands = [str(getattr(self, it)) for it in self.OPERANDS.get(self.kind, ())]
        told = f"{self.get_kind_display()}: {' = '.join(operands)}" if operands else ""
        told = told or str(self.get_kind_display())
        return str(_("not: %(condition)s") % {"condition": told}) if self.is_negated else told

    def clean(self) -> None:
        """Raise ValidationError for a value that cannot be read, or a protected trait's price."""
        super().clean()
        reader = READERS.get(self.kind)
        if reader is not None:
            try:
                reader(self.value)
            except ValueError as error:
                raise ValidationError({"value": str(error)}) from error
        offer = self.offer if self.offer_id or "offer" in self._state.fields_cache else None
        if offer is None or offer.benefit == BenefitKind.NONE.value:
            return
        if traits := self.protected_traits():
            column = "fact" if self.kind == self.Kind.SHOPPER_IS else "segment"
            raise ValidationError({column: not_by(traits[0])})

    def protected_traits(self) -> list[str]:
        """Facts that must not decide what something costs, the segment's included."""
        if self.kind == self.Kind.SHOPPER_IS:
            return [self.fact] if is_protected(self.fact) else []
        if self.kind == self.Kind.IN_SEGMENT and self.segment is not None:
            return self.segment.protected_traits()
        return []
