"""Segments: shoppers who have something in common, told by facts and by what they bought."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey, go_with_product
from xsell.models.operands import Grouped, Operands, asks_for
from xsell.models.revisions import RuleQuerySet
from xsell.pricing.fairness import is_protected
from xsell.values import BenefitKind, Source

MOST_DAYS = 36_500
"""A hundred years: longer ago than any order."""


class Segment(models.Model):
    """Shoppers for whom one group of the rules holds; nobody while there are no rules.

    Who is in is decided anew at each request. What a job counted last is for editors and reports,
    and true of the rules as they were at `counted_at`.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    note = models.TextField(_("note"), max_length=400, blank=True)
    n_members = models.PositiveIntegerField(
        _("customers in it"), null=True, blank=True, editable=False
    )
    n_customers = models.PositiveIntegerField(
        _("customers asked"), null=True, blank=True, editable=False
    )
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_outdated(self) -> bool:
        """Whether it was changed since it was counted."""
        return self.counted_at is not None and self.changed_at > self.counted_at

    def protected_traits(self) -> list[str]:
        """Facts in the rules that may choose what is shown, and never what it costs."""
        facts = [it.fact for it in self.rules.all() if it.kind in ABOUT_SHOPPER]
        return [fact for fact in dict.fromkeys(facts) if is_protected(fact)]

    def priced_by(self) -> str:
        """What would let it decide what something costs: an offer or placement by name, or "".

        Offers show at placements, so who alone sees one alone has what its offers gain.
        """
        if self._state.adding:
            return ""
        conditions = self.offercondition_set.exclude(offer__benefit=BenefitKind.NONE.value)
        if condition := conditions.select_related("offer").first():
            return str(_("offer %(name)s") % {"name": condition.offer})
        for placement in self.placements.all():
            if Source.OFFERS in placement.sources:
                return str(_("placement %(name)s") % {"name": placement})
        return ""


OPERANDS: Operands = {
    "fact_is": ("fact", "value"),
    "fact_at_least": ("fact", "amount"),
    "orders_at_least": ("amount",),
    "spent_at_least": ("amount",),
    "average_at_least": ("amount",),
    "bought_product": ("product",),
    "bought_category": ("category_id",),
    "bought_with": ("fact", "value"),
    "last_order_before": ("days",),
    "first_order_before": ("days",),
}
COLUMNS: Mapping[str, Any] = {
    "fact": "",
    "value": "",
    "amount": None,
    "product": None,
    "category_id": "",
    "days": None,
}
ABOUT_SHOPPER = frozenset({"fact_is", "fact_at_least"})
"""Kinds that ask what the shop knows of the shopper, and not what they bought."""


class SegmentRule(Grouped):
    """One rule of a segment; `within_days` narrows what was bought to the last so many days."""

    class Kind(models.TextChoices):
        FACT_IS = "fact_is", _("The shopper is known to be this")
        FACT_AT_LEAST = "fact_at_least", _("A figure known of the shopper is at least this")
        ORDERS_AT_LEAST = "orders_at_least", _("Has placed at least so many orders")
        SPENT_AT_LEAST = "spent_at_least", _("Has spent at least this amount")
        AVERAGE_AT_LEAST = "average_at_least", _("Spends at least this amount per order")
        BOUGHT_PRODUCT = "bought_product", _("Has bought this product")
        BOUGHT_CATEGORY = "bought_category", _("Has bought something of this category")
        BOUGHT_WITH = "bought_with", _("Has bought something of this brand or attribute")
        LAST_ORDER_BEFORE = "last_order_before", _("The last order is at least so many days ago")
        FIRST_ORDER_BEFORE = "first_order_before", _("The first order is at least so many days ago")

    OPERANDS: ClassVar[Operands] = OPERANDS
    COLUMNS: ClassVar[Mapping[str, Any]] = COLUMNS

    segment = models.ForeignKey(
        Segment, on_delete=models.CASCADE, related_name="rules", verbose_name=_("segment")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    fact = models.CharField(
        _("fact or attribute"),
        max_length=60,
        blank=True,
        help_text=_("A fact of the shopper, as in age_band; or an attribute of products: Brand."),
    )
    value = models.CharField(_("value"), max_length=120, blank=True)
    amount = models.DecimalField(
        _("amount or number"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    product = ProductKey(
        on_delete=go_with_product, verbose_name=_("product"), null=True, blank=True
    )
    category_id = models.CharField(_("category"), max_length=255, blank=True)
    days = models.PositiveIntegerField(
        _("days"), null=True, blank=True, validators=[MaxValueValidator(MOST_DAYS)]
    )
    within_days = models.PositiveIntegerField(
        _("within days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=_("Only orders of the last so many days count, today included; empty: all."),
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment rule")
        verbose_name_plural = _("segment rules")
        ordering = ["segment_id", "group", "pk"]
        constraints = [asks_for(OPERANDS, COLUMNS, "xsell_segment_rule_has_its_operand")]

    def __str__(self) -> str:
        operands = [str(getattr(self, it)) for it in OPERANDS.get(self.kind, ())]
        told = f"{self.get_kind_display()}: {' = '.join(operands)}"
        return str(_("not: %(condition)s") % {"condition": told}) if self.is_negated else told

    def clean(self) -> None:
        """Raise ValidationError naming each column that does not go with the kind.

        Also for a protected trait in a segment that decides what something costs.
        """
        super().clean()
        if self.within_days is not None and self.kind in {*ABOUT_SHOPPER, "first_order_before"}:
            raise ValidationError({"within_days": _("Not for this kind of rule.")})
        if self.within_days and self.days and self.within_days <= self.days:
            raise ValidationError({"within_days": _("Nobody: say more days than above.")})
        if self.kind not in ABOUT_SHOPPER or not is_protected(self.fact):
            return
        segment = self.segment if self.segment_id or "segment" in self._state.fields_cache else None
        if segment is not None and (named := segment.priced_by()):
            raise ValidationError({"fact": not_beside_prices(self.fact, named)})


def not_beside_prices(fact: str, named: str) -> str:
    """Why a protected trait must not come into what gives an offer its shoppers."""
    reason = _("%(fact)s may decide what is shown, but not what it costs: see %(named)s.")
    return str(reason % {"fact": fact, "named": named})


class SegmentMember(models.Model):
    """A customer who was in the segment when it was last counted: for reports and exports."""

    segment = models.ForeignKey(
        Segment,
        on_delete=models.CASCADE,
        related_name="members",
        db_index=False,
        verbose_name=_("segment"),
    )
    customer_id = models.CharField(_("customer"), max_length=255)

    class Meta:
        verbose_name = _("segment member")
        verbose_name_plural = _("segment members")
        constraints = [
            models.UniqueConstraint(fields=["segment", "customer_id"], name="xsell_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.customer_id}"


class SampledCustomer(models.Model):
    """One of the customers drawn at random when segments were last counted: estimates ask these."""

    customer_id = models.CharField(_("customer"), max_length=255, unique=True)

    class Meta:
        verbose_name = _("sampled customer")
        verbose_name_plural = _("sampled customers")

    def __str__(self) -> str:
        return self.customer_id
