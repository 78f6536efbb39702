"""What a product leaves behind that the shop deletes: no saving for less than was asked for it."""

from __future__ import annotations

import logging
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete

from xsell.models import Bundle, BundleItem, Offer, OfferCondition, Segment, SegmentRule

OWN = (Bundle, BundleItem, Offer, OfferCondition, Segment, SegmentRule)

logger = logging.getLogger("xsell")


def listen() -> None:
    """Connect the receivers."""
    post_delete.connect(stop_bundle, sender=BundleItem, dispatch_uid="xsell.vanished.bundle")
    post_delete.connect(stop_offer, sender=OfferCondition, dispatch_uid="xsell.vanished.offer")
    post_delete.connect(narrow_segment, sender=SegmentRule, dispatch_uid="xsell.vanished.segment")


def stop_bundle(
    instance: BundleItem, using: str, origin: Model | QuerySet[Any] | None = None, **kwargs: Any
) -> None:
    """Take a bundle off line that has lost an item with its product: the rest never earned it.

    Where others of the item's group are left, they stand for it.
    """
    if _is_deliberate(origin):
        return
    items = BundleItem.objects.using(using).filter(bundle=instance.bundle_id)
    if instance.group is not None and items.filter(group=instance.group).exists():
        return
    _stop(Bundle, instance.bundle_id, using)


def stop_offer(
    instance: OfferCondition, using: str, origin: Model | QuerySet[Any] | None = None, **kwargs: Any
) -> None:
    """Take an offer off line that has lost a condition with its product: it would hold for all."""
    if not _is_deliberate(origin):
        _stop(Offer, instance.offer_id, using)


def narrow_segment(
    instance: SegmentRule, using: str, origin: Model | QuerySet[Any] | None = None, **kwargs: Any
) -> None:
    """Take the whole group out of a segment where what one of its rules wants was deleted.

    Nobody can be known to have bought that any more: without the rule the group would hold for
    people who never did. A rule that asks for never having bought it holds for everybody now, and
    may go alone.
    """
    if _is_deliberate(origin) or instance.is_negated:
        return
    rules = SegmentRule.objects.using(using).filter(
        segment=instance.segment_id, group=instance.group
    )
    if rules.delete()[0]:
        logger.warning(
            "xsell: group %s of segment %s is gone: a product was deleted",
            instance.group,
            instance.segment_id,
        )


def _is_deliberate(origin: Model | QuerySet[Any] | None) -> bool:
    """Whether somebody deleted rows of ours, and not something that they point to."""
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    return issubclass(model, OWN)


def _stop(model: type[Bundle] | type[Offer], key: int, using: str) -> None:
    rows = model._default_manager.using(using).filter(pk=key)
    if model is Offer:
        stopped = rows.filter(state=Offer.State.LIVE).update(state=Offer.State.DRAFT)
    else:
        stopped = rows.filter(is_live=True).update(is_live=False)
    if stopped:
        name = model._meta.model_name
        logger.warning("xsell: %s %s is not live any more: a product was deleted", name, key)
