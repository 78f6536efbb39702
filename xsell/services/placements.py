"""The placements that xsell's own tags draw."""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import router
from django.db.models import Model
from django.utils.translation import gettext_noop

from xsell.models import Offer, Placement
from xsell.selection.placements import (
    ADD_ONS,
    ADD_TO_CART,
    CART,
    CART_UPGRADE,
    CHECKOUT_BUMP,
    DISCOUNT,
    FREE_SHIPPING,
    POST_PURCHASE,
    PRODUCT_PAGE,
    RECOMMENDED,
    THANK_YOU,
    UPGRADE,
)
from xsell.values import Source

DEFAULT_PLACEMENTS: dict[str, dict[str, Any]] = {
    PRODUCT_PAGE: {
        "heading": gettext_noop("Frequently bought together"),
        "fallback_heading": gettext_noop("Goes well with this"),
        "sources": [Source.PINNED, Source.MINED, Source.CATEGORY_BEST_SELLERS],
        "min_items": 2,
        "max_items": 3,
    },
    UPGRADE: {
        "heading": gettext_noop("A step up"),
        "sources": [Source.TIERS, Source.STEP_UP],
        "max_items": 1,
        "step_up_from_percent": 5,
        "step_up_to_percent": 35,
    },
    CART: {
        "heading": gettext_noop("Goes well with your cart"),
        "fallback_heading": gettext_noop("Popular with other shoppers"),
        "sources": [Source.PINNED, Source.OFFERS, Source.MINED, Source.BEST_SELLERS],
        "min_items": 2,
        "max_items": 4,
        "max_per_category": 1,
    },
    CHECKOUT_BUMP: {
        "heading": gettext_noop("Add to your order"),
        "sources": [Source.OFFERS],
        "offer_kind": Offer.Kind.BUMP,
        "max_items": 2,
    },
    ADD_ONS: {
        "heading": gettext_noop("Goes with it"),
        "sources": [Source.OFFERS],
        "offer_kind": Offer.Kind.ADD_ON,
        "max_items": 6,
    },
    ADD_TO_CART: {
        "heading": gettext_noop("Before you go on"),
        "sources": [Source.OFFERS, Source.TIERS],
        "offer_kind": Offer.Kind.UPSELL,
        "max_items": 1,
    },
    CART_UPGRADE: {
        "heading": gettext_noop("A step up for your cart"),
        "sources": [Source.OFFERS],
        "offer_kind": Offer.Kind.UPSELL,
        "max_items": 1,
    },
    POST_PURCHASE: {
        "heading": gettext_noop("One more thing"),
        "sources": [Source.OFFERS],
        "offer_kind": Offer.Kind.POST_PURCHASE,
        "max_items": 1,
    },
    FREE_SHIPPING: {
        "heading": gettext_noop("With one of these your order ships free"),
        "sources": [Source.SHIPPING_GAP],
        "max_items": 3,
    },
    DISCOUNT: {
        "heading": gettext_noop("One more, and you save"),
        "sources": [Source.NEARLY_BUNDLE],
        "max_items": 2,
    },
    THANK_YOU: {
        "heading": gettext_noop("For your next order"),
        "fallback_heading": gettext_noop("Popular with other shoppers"),
        "sources": [Source.PINNED, Source.MINED, Source.BEST_SELLERS],
        "min_items": 2,
        "max_items": 4,
        "max_per_category": 1,
    },
    RECOMMENDED: {
        "heading": gettext_noop("Recommended for you"),
        "fallback_heading": gettext_noop("You might like these"),
        "sources": [
            *(Source.DUE, Source.NEXT_STEP, Source.HISTORY, Source.VIEWED, Source.BEST_SELLERS),
        ],
        "min_items": 4,
        "max_items": 8,
        "max_per_category": 2,
    },
}


def create_default_placements(*, using: str, apps: Apps = installed, **kwargs: Any) -> None:
    """Make those of the default placements that are missing; never touch one that is there.

    Receiver of `post_migrate`: tags work right after `migrate`, and a merchandiser sees in the
    admin what they draw. To have a placement no more, switch it off.
    """
    try:
        model = apps.get_model("xsell", "Placement")
    except LookupError:  # migrated back to nothing
        return
    if not router.allow_migrate_model(using, model) or _is_of_before(model):
        return
    placements = model._default_manager.using(using)
    known = set(placements.values_list("slug", flat=True))
    placements.bulk_create(
        [
            model(slug=slug, **{**fields, "sources": [str(it) for it in fields["sources"]]})
            for slug, fields in DEFAULT_PLACEMENTS.items()
            if slug not in known
        ],
        ignore_conflicts=True,
    )


def _is_of_before(model: type[Model]) -> bool:
    """Whether this is an earlier state of the rows, which has no room for today's."""
    names = {it.name for it in model._meta.concrete_fields}
    return not names >= {it.name for it in Placement._meta.concrete_fields}
