"""The ledger of what shoppers took: limits, discounts and attribution rest on it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xsell.models.bundles import Bundle
from xsell.models.fields import ProductKey
from xsell.models.offers import Offer


def counted(now: datetime) -> Q:
    """Condition for rows that count for a limit: held, or ordered and not wholly refunded."""
    return Q(expires_at__isnull=True) | Q(expires_at__gt=now)


class Acceptance(models.Model):
    """A shopper took something that was suggested; rows are never pruned.

    `key` names the click: whoever sends it again gets the first result. `terms` are those of that
    moment, for the record: what counts at a total are the rows of today. An offer's unit is held
    until `expires_at`. Once ordered it is taken for good, without an end, unless all of it comes
    back: `expires_at` is then the moment of the refund.
    """

    class Kind(models.TextChoices):
        ADD = "add", _("A suggestion")
        UPGRADE = "upgrade", _("An upgrade")
        BUNDLE = "bundle", _("A bundle")
        OFFER = "offer", _("An offer")

    key = models.CharField(_("key"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    offer = models.ForeignKey(
        Offer, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("offer")
    )
    bundle = models.ForeignKey(
        Bundle, null=True, blank=True, on_delete=models.SET_NULL, verbose_name=_("bundle")
    )
    placement = models.CharField(_("placement"), max_length=50, blank=True)
    product = ProductKey(
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("product"),
    )
    quantity = models.PositiveIntegerField(_("quantity"), default=1)
    shopper_key = models.CharField(_("shopper"), max_length=255, blank=True)
    customer_id = models.CharField(_("customer"), max_length=255, blank=True)
    cart_ref = models.CharField(_("cart"), max_length=255, blank=True)
    terms = models.JSONField(_("terms"), default=dict, blank=True)
    result = models.JSONField(_("result"), default=list, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"))
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    order_ref = models.CharField(_("order"), max_length=255, blank=True)
    ordered_at = models.DateTimeField(_("ordered at"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    saving = models.DecimalField(
        _("saving"),
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("What it took off the order."),
    )

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["-accepted_at", "-pk"]
        indexes = [
            models.Index(fields=["cart_ref", "order_ref"], name="xsell_acceptance_cart"),
            models.Index(fields=["offer", "order_ref", "expires_at"], name="xsell_acceptance_held"),
            models.Index(fields=["order_ref"], name="xsell_acceptance_order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(order_ref="", ordered_at__isnull=True)
                | (~Q(order_ref="") & Q(ordered_at__isnull=False)),
                name="xsell_acceptance_ordered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class AcceptanceRefund(models.Model):
    """Units of an ordered acceptance that came back, and the share of the saving that fell on them.

    One row for each refund of the host's, product and acceptance: recorded once, however often it
    is told.
    """

    acceptance = models.ForeignKey(
        Acceptance,
        on_delete=models.CASCADE,
        related_name="refunds",
        db_index=False,
        verbose_name=_("acceptance"),
    )
    refund_ref = models.CharField(_("refund"), max_length=255)
    product = ProductKey(
        on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("product")
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    saving = models.DecimalField(_("saving"), max_digits=14, decimal_places=4)
    refunded_at = models.DateTimeField(_("refunded at"))

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(
                fields=["acceptance", "refund_ref", "product"], name="xsell_refund_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_ref}: {self.quantity} × {self.product_id}"
