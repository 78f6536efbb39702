"""Placements: where in the shop suggestions show, and from which sources."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xsell.models.offers import Offer
from xsell.models.revisions import RuleQuerySet
from xsell.models.segments import Segment, not_beside_prices
from xsell.values import Source


def known_sources(sources: Any) -> None:
    """Refuse anything but a list of distinct source names."""
    if not isinstance(sources, list) or not sources:
        raise ValidationError(
            _("Give a list of sources, as in [%(one)s]."), params={"one": '"mined"'}
        )
    unknown = [name for name in sources if name not in list(Source)]
    if unknown:
        raise ValidationError(
            _("Unknown sources: %(unknown)s. Known: %(known)s."),
            params={"unknown": ", ".join(map(str, unknown)), "known": ", ".join(Source)},
        )
    if len(set(sources)) < len(sources):
        raise ValidationError(_("Each source can be asked once."))


class Placement(models.Model):
    """A place in the shop, and what may fill it: sources in order, how few and how many."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    heading = models.CharField(_("heading"), max_length=120)
    fallback_heading = models.CharField(
        _("heading with best sellers"),
        max_length=120,
        blank=True,
        help_text=_("Says the truth when best sellers fill the place; empty: the same heading."),
    )
    sources = models.JSONField(_("sources"), validators=[known_sources])
    offer_kind = models.CharField(
        _("kind of offers"), max_length=16, choices=Offer.Kind, default=Offer.Kind.CROSS_SELL
    )
    min_items = models.PositiveSmallIntegerField(
        _("minimum"), default=1, help_text=_("With fewer, the place stays empty.")
    )
    max_items = models.PositiveSmallIntegerField(_("maximum"), default=4)
    max_per_category = models.PositiveSmallIntegerField(
        _("maximum per category"), null=True, blank=True, help_text=_("Gives variety.")
    )
    step_up_from_percent = models.PositiveSmallIntegerField(
        _("a step up costs at least … % more"),
        null=True,
        blank=True,
        help_text=_("For steps up that are computed; empty: none are."),
    )
    step_up_to_percent = models.PositiveSmallIntegerField(
        _("a step up costs at most … % more"), null=True, blank=True
    )
    is_live = models.BooleanField(_("live"), default=True)
    segment = models.ForeignKey(
        Segment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="placements",
        verbose_name=_("segment"),
        help_text=_("For others the place is empty; nothing chosen: for everybody."),
    )

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(min_items__gte=1) & Q(max_items__gte=F("min_items")),
                name="xsell_placement_min_max",
                violation_error_message=_("The minimum is 1 or more, the maximum not below it."),
            ),
            models.CheckConstraint(
                condition=Q(max_items__lte=24),
                name="xsell_placement_few",
                violation_error_message=_("More than 24 suggestions help nobody."),
            ),
            models.CheckConstraint(
                condition=Q(max_per_category=None) | Q(max_per_category__gte=1),
                name="xsell_placement_variety",
                violation_error_message=_("The maximum per category is 1 or more."),
            ),
            models.CheckConstraint(
                condition=Q(step_up_from_percent=None, step_up_to_percent=None)
                | Q(
                    # A comparison with an empty one is neither true nor false, and would pass.
                    step_up_from_percent__isnull=False,
                    step_up_to_percent__isnull=False,
                    step_up_from_percent__gte=1,
                    step_up_to_percent__gt=F("step_up_from_percent"),
                ),
                name="xsell_placement_step_up",
                violation_error_message=_(
                    "A computed step up costs at least one percent more, and at most more than "
                    "that; or leave both empty."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    def clean(self) -> None:
        """Raise ValidationError for offers that only people of a protected trait would see."""
        super().clean()
        if self.segment is None or Source.OFFERS not in (self.sources or ()):
            return
        if traits := self.segment.protected_traits():
            named = str(_("segment %(name)s") % {"name": self.segment})
            raise ValidationError({"segment": not_beside_prices(traits[0], named)})
