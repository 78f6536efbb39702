"""What shoppers saw of an offer, and what they said to it: caps and cool-downs rest on it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from xsell.models.fields import ProductKey
from xsell.models.revisions import RuleQuerySet


class Encounter(models.Model):
    """One visit's dealings with one offer or step up, `source` naming it; prunable.

    `visit` is a random name kept in the shopper's session, which outlives a log-in. What was really
    seen comes back from the browser; without scripts a yes or a no counts as seen once.
    """

    source = models.CharField(_("source"), max_length=64)
    visit = models.CharField(_("visit"), max_length=64)
    customer_id = models.CharField(_("customer"), max_length=255, blank=True)
    placement = models.CharField(_("placement"), max_length=60, blank=True)
    n_seen = models.PositiveIntegerField(_("times seen"), default=0)
    last_view = models.CharField(_("last view"), max_length=32, blank=True)
    last_seen_at = models.DateTimeField(_("last seen at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)

    class Meta:
        verbose_name = _("encounter")
        verbose_name_plural = _("encounters")
        constraints = [
            models.UniqueConstraint(fields=["visit", "source"], name="xsell_encounter_once"),
        ]
        indexes = [
            models.Index(fields=["customer_id", "source"], name="xsell_encounter_customer"),
            models.Index(fields=["source"], name="xsell_encounter_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.visit}"


class ProductView(models.Model):
    """A shopper looked at a product's page, with consent to being remembered; prunable."""

    visit = models.CharField(_("visit"), max_length=64)
    customer_id = models.CharField(_("customer"), max_length=255, blank=True)
    product = ProductKey(on_delete=models.CASCADE, db_constraint=False, verbose_name=_("product"))
    n_views = models.PositiveIntegerField(_("views"), default=1)
    viewed_at = models.DateTimeField(_("viewed at"))

    class Meta:
        verbose_name = _("product view")
        verbose_name_plural = _("product views")
        constraints = [
            models.UniqueConstraint(fields=["visit", "product"], name="xsell_view_once"),
        ]
        indexes = [models.Index(fields=["customer_id", "viewed_at"], name="xsell_view_customer")]

    def __str__(self) -> str:
        return f"{self.visit}: {self.product_id}"


class AttentionBudget(models.Model):
    """How much of a shopper's attention offers may ask for, over all placements: one row."""

    offers_per_page = models.PositiveSmallIntegerField(
        _("offers per page"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("Over all placements of a page; mere suggestions do not count."),
    )
    offers_per_session = models.PositiveSmallIntegerField(
        _("offers per session"),
        default=12,
        validators=[MinValueValidator(1)],
        help_text=_("So many different ones, as they were really seen."),
    )
    noes_per_session = models.PositiveSmallIntegerField(
        _("noes per session"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("After so many, nothing is offered any more in this session."),
    )
    in_a_row = models.PositiveSmallIntegerField(
        _("offers in a row"),
        default=3,
        validators=[MinValueValidator(1)],
        help_text=_("How long a sequence may go on after the first answer."),
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("attention budget")
        verbose_name_plural = _("attention budget")

    def __str__(self) -> str:
        return str(_("attention budget"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """There is one row, whoever saves it."""
        self.pk = 1
        super().save(*args, **kwargs)
