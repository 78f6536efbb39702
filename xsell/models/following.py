"""What customers do next: what they go on to buy, and when they buy the same again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import mined_product_key
from xsell.models.mining import MiningRun


class NextPurchase(models.Model):
    """In this run, `n_both` of `n_anchor` customers went on from `anchor` to `suggested`.

    `n_anchor` customers could be watched for the whole window after their first purchase of the
    anchor; `n_both` of them first bought the suggested in it. Of all windows of the run, whatever
    product opened them, `n_suggested` saw that.
    """

    run = models.ForeignKey(
        MiningRun,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="next_purchases",
        db_index=False,
        verbose_name=_("mining run"),
    )
    anchor = mined_product_key(_("anchor"))
    suggested = mined_product_key(_("suggested"))
    position = models.PositiveSmallIntegerField(_("position"))
    score = models.FloatField(_("score"))
    n_both = models.PositiveIntegerField(_("customers with both"))
    n_anchor = models.PositiveIntegerField(_("customers with the anchor"))
    n_suggested = models.PositiveIntegerField(_("windows with the suggested"))
    lift = models.FloatField(_("lift"))
    lift_lower = models.FloatField(_("lift, lower bound"))
    lag_days = models.FloatField(_("days between, median"))

    class Meta:
        verbose_name = _("next purchase")
        verbose_name_plural = _("next purchases")
        ordering = ["run_id", "anchor_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "anchor", "suggested"], name="xsell_next_once"),
            models.CheckConstraint(
                condition=~Q(anchor=F("suggested")), name="xsell_next_not_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anchor_id} → {self.suggested_id} ({self.n_both}/{self.n_anchor})"

    @property
    def confidence(self) -> float:
        """Share of the anchor's customers who went on to the suggested product (0 to 1)."""
        return self.n_both / self.n_anchor


class RepurchaseGap(models.Model):
    """In this run, customers who bought `product` again did so after a median of so many days."""

    run = models.ForeignKey(
        MiningRun,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="repurchase_gaps",
        db_index=False,
        verbose_name=_("mining run"),
    )
    product = mined_product_key(_("product"))
    n_gaps = models.PositiveIntegerField(_("times bought again"))
    n_customers = models.PositiveIntegerField(_("customers who did"))
    lower_quartile_days = models.FloatField(_("days, lower quartile"))
    median_days = models.FloatField(_("days, median"))
    upper_quartile_days = models.FloatField(_("days, upper quartile"))

    class Meta:
        verbose_name = _("repurchase gap")
        verbose_name_plural = _("repurchase gaps")
        ordering = ["run_id", "product_id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "product"], name="xsell_gap_once"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.median_days:g}"
