"""Curated relations between products: written by people, never by mining."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey
from xsell.models.schedules import Scheduled, ends_after_start


class ProductRelation(Scheduled):
    """A person says that `suggested` belongs (or must never be shown) with `anchor`."""

    class Kind(models.TextChoices):
        CROSS_SELL = "cross_sell", _("Cross-sell: adds to it")
        ACCESSORY = "accessory", _("Accessory: made for it")
        UPSELL = "upsell", _("Upsell: better, instead of it")
        SUBSTITUTE = "substitute", _("Substitute: alike, instead of it")

    class Verdict(models.TextChoices):
        PIN = "pin", _("Pin: show it")
        BAN = "ban", _("Ban: never show it")

    anchor = ProductKey(verbose_name=_("anchor"))
    suggested = ProductKey(verbose_name=_("suggested"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CROSS_SELL)
    verdict = models.CharField(_("verdict"), max_length=3, choices=Verdict, default=Verdict.PIN)
    position = models.PositiveIntegerField(_("position"), default=0)
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("product relation")
        verbose_name_plural = _("product relations")
        ordering = ["anchor_id", "kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["anchor", "suggested", "kind"], name="xsell_relation_once"
            ),
            models.CheckConstraint(
                condition=~Q(anchor=F("suggested")),
                name="xsell_relation_not_to_itself",
                violation_error_message=_("A product cannot be related to itself."),
            ),
            ends_after_start("xsell_relation_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.anchor_id} → {self.suggested_id} ({self.kind}, {self.verdict})"
