"""Mined snapshots: written by machines, never by people, and never touching curated rows.

One plain row per pair, not one packed row per product: the desk lists, joins, compares and bans
single pairs, and a cart of twenty lines reads four hundred short rows in one query. Rows point to
their run without a database constraint: checking it took two thirds of the time of writing them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import mined_product_key
from xsell.models.rules import KeptByUs


class MiningRun(KeptByUs):
    """One snapshot of mined relations, with what it was made from; at most one is active."""

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        RUNNING = "running", _("Running")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    class Kind(models.TextChoices):
        FULL = "full", _("All orders")
        UPDATE = "update", _("What changed")

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RUNNING)
    kind = models.CharField(_("read"), max_length=10, choices=Kind, default=Kind.FULL)
    is_active = models.BooleanField(_("serves the shop"), default=False)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    started_by = models.CharField(_("started by"), max_length=100, blank=True)
    holder = models.CharField(
        _("at work"), max_length=200, blank=True, help_text=_("The process that mines.")
    )
    is_at_work = models.BooleanField(
        _("is at work"),
        null=True,
        unique=True,
        editable=False,
        help_text=_("True for one run; none for others."),
    )
    seen_at = models.DateTimeField(
        _("last sign of life"), null=True, blank=True, help_text=_("Silent runs are taken over.")
    )
    read_at = models.DateTimeField(
        _("orders as of"), null=True, blank=True, help_text=_("When reading the orders began.")
    )
    since = models.DateTimeField(_("orders since"), null=True, blank=True)
    until = models.DateTimeField(_("orders until"), null=True, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict)
    dropped = models.JSONField(_("order lines left out, by reason"), default=dict)
    seconds = models.JSONField(_("seconds per step"), default=dict)
    memory_mb = models.JSONField(_("peak memory in MB per step"), default=dict)
    peak_memory_mb = models.PositiveIntegerField(_("peak memory in MB"), default=0)
    model = models.JSONField(
        _("model"), default=dict, help_text=_("What scores the pairs, and how it was chosen.")
    )
    is_sum = models.BooleanField(
        _("scores add up"),
        default=True,
        help_text=_("Whether the scores of a cart's products add up, or the largest counts."),
    )
    following = models.JSONField(
        _("what comes next"),
        default=dict,
        help_text=_("Days that next steps were looked for in, windows, next steps, gaps."),
    )
    evaluation = models.JSONField(_("evaluation"), default=dict)
    n_lines = models.PositiveBigIntegerField(_("order lines"), default=0)
    n_baskets = models.PositiveBigIntegerField(_("baskets"), default=0)
    n_products = models.PositiveBigIntegerField(_("products sold"), default=0)
    n_pairs = models.PositiveBigIntegerField(_("relations"), default=0)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("mining run")
        verbose_name_plural = _("mining runs")
        ordering = ["-started_at", "-pk"]
        get_latest_by = ["started_at", "pk"]
        permissions = [("request_miningrun", "Can ask for new relations")]
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="xsell_one_active_run"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(status="ready"), name="xsell_active_run_is_ready"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.get_status_display()}"


class CoPurchase(models.Model):
    """In this run, orders with `anchor` held `suggested` too, `n_both` times out of `n_anchor`."""

    run = models.ForeignKey(
        MiningRun,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="copurchases",
        db_index=False,
        verbose_name=_("mining run"),
    )
    anchor = mined_product_key(_("anchor"))
    suggested = mined_product_key(_("suggested"))
    position = models.PositiveSmallIntegerField(_("position"))
    on_pages = models.BooleanField(
        _("on pages"),
        default=True,
        help_text=_("Bought together more often than chance; the others only complete carts."),
    )
    score = models.FloatField(
        _("score"), help_text=_("What the anchor in a cart says for the suggested; 0 is nothing.")
    )
    n_both = models.PositiveIntegerField(_("orders with both"))
    n_anchor = models.PositiveIntegerField(_("orders with the anchor"))
    n_suggested = models.PositiveIntegerField(_("orders with the suggested"))
    suggested_prior = models.FloatField(
        _("prior of the suggested"), default=0.0, help_text=_("As the best sellers have it.")
    )
    suggested_position = models.PositiveIntegerField(
        _("position of the suggested"),
        default=0,
        help_text=_("Among best sellers; 0 where the shop has it no more."),
    )
    lift = models.FloatField(_("lift"))
    lift_lower = models.FloatField(_("lift, lower bound"))

    class Meta:
        verbose_name = _("co-purchase")
        verbose_name_plural = _("co-purchases")
        ordering = ["run_id", "anchor_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "anchor", "suggested"], name="xsell_copurchase_once"
            ),
            models.CheckConstraint(
                condition=~Q(anchor=F("suggested")), name="xsell_copurchase_not_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anchor_id} → {self.suggested_id} ({self.n_both}/{self.n_anchor})"

    @property
    def confidence(self) -> float:
        """Share of the anchor's orders that hold the suggested product too (0 to 1)."""
        return self.n_both / self.n_anchor


class BestSeller(models.Model):
    """In this run, `product` was in `n_orders` orders; positions count from 1, best first."""

    run = models.ForeignKey(
        MiningRun,
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="best_sellers",
        db_index=False,
        verbose_name=_("mining run"),
    )
    product = mined_product_key(_("product"))
    category_id = models.CharField(_("category"), max_length=255, blank=True)
    n_orders = models.PositiveIntegerField(_("orders"))
    position = models.PositiveIntegerField(_("position"))
    category_position = models.PositiveIntegerField(_("position in its category"))
    prior = models.FloatField(
        _("prior"), default=0.0, help_text=_("Its score beside any cart, before the cart speaks.")
    )
    prior_position = models.PositiveIntegerField(_("position by prior"), default=0)

    class Meta:
        verbose_name = _("best seller")
        verbose_name_plural = _("best sellers")
        ordering = ["run_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "product"], name="xsell_best_seller_once"),
        ]
        indexes = [
            models.Index(fields=["run", "position"], name="xsell_best_position"),
            models.Index(fields=["run", "prior_position"], name="xsell_best_prior"),
            models.Index(
                fields=["run", "category_id", "category_position"], name="xsell_best_category"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.product_id} ({self.n_orders})"
