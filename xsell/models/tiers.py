"""Tier ladders: ordered, comparable products, as in good, better, best."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey
from xsell.models.rules import KeptByUs


class TierLadder(models.Model):
    """Comparable products in order; a shopper of one may be shown the next better."""

    name = models.CharField(_("name"), max_length=100)
    is_live = models.BooleanField(_("live"), default=True)
    offers_downsell = models.BooleanField(
        _("offers a smaller one after a no"),
        default=False,
        help_text=_("Who declines the step up is shown the rung below, if there is one."),
    )
    cool_down_days = models.PositiveSmallIntegerField(
        _("days of rest after a no"), default=30, help_text=_("0: it may show again at once.")
    )

    class Meta:
        verbose_name = _("tier ladder")
        verbose_name_plural = _("tier ladders")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Tier(KeptByUs):
    """One rung: `product` is the ladder's choice at `rank`, 1 being the lowest."""

    ladder = models.ForeignKey(
        TierLadder,
        on_delete=models.CASCADE,
        related_name="tiers",
        db_index=False,
        verbose_name=_("ladder"),
    )
    product = ProductKey(verbose_name=_("product"))
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 is the lowest."))
    label = models.CharField(_("label"), max_length=40, help_text=_("As in Good, Better, Best."))
    headline = models.CharField(
        _("headline"), max_length=120, blank=True, help_text=_("What the shopper gains by it.")
    )
    is_recommended = models.BooleanField(_("recommended"), default=False)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["ladder_id", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["ladder", "rank"], name="xsell_tier_rank_once"),
            models.UniqueConstraint(fields=["ladder", "product"], name="xsell_tier_product_once"),
            models.UniqueConstraint(
                fields=["ladder"],
                condition=Q(is_recommended=True),
                name="xsell_one_recommended_tier",
                violation_error_message=_("A ladder has one recommended rung at most."),
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1),
                name="xsell_tier_rank_from_1",
                violation_error_message=_("Ranks count from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.label}"


class TierBenefit(models.Model):
    """What a rung gives: one cell of the table that compares the rungs."""

    tier = models.ForeignKey(
        Tier,
        on_delete=models.CASCADE,
        related_name="benefits",
        db_index=False,
        verbose_name=_("tier"),
    )
    feature = models.CharField(_("feature"), max_length=60, help_text=_("As in Warranty."))
    value = models.CharField(
        _("value"), max_length=60, blank=True, help_text=_("As in 5 years; empty for a tick.")
    )
    is_included = models.BooleanField(_("included"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tier benefit")
        verbose_name_plural = _("tier benefits")
        ordering = ["tier_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tier", "feature"], name="xsell_tier_feature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.feature}: {self.value or self.is_included}"
