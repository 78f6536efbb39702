"""The form of an offer: its fields in the order in which somebody makes one up."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from xsell.admin.benefits import PRECEDENCE, TERMS
from xsell.models import Offer

KIND_WORDS: dict[str, Any] = {
    Offer.Kind.CROSS_SELL: gettext_lazy("Cross-sell"),
    Offer.Kind.UPSELL: gettext_lazy("Up-sell"),
    Offer.Kind.BUMP: gettext_lazy("Bump"),
    Offer.Kind.ADD_ON: gettext_lazy("Add-on"),
    Offer.Kind.POST_PURCHASE: gettext_lazy("Post-purchase"),
    Offer.Kind.DOWNSELL: gettext_lazy("Downsell"),
}
"""The kinds in few words, for narrow columns."""

FIELDSETS: list[tuple[Any, dict[str, Any]]] = [
    (
        None,
        {
            "fields": [
                *("name", "kind", "product", "replaced_product"),
                *("placement", "priority", "state"),
            ]
        },
    ),
    (gettext_lazy("What shoppers read"), {"fields": ["headline", "text"]}),
    (gettext_lazy("What they gain"), {"fields": ["benefit", *TERMS, "gift_product", "code"]}),
    (
        gettext_lazy("How many they take"),
        {
            "fields": [
                *("units", "leaves_with_trigger"),
                ("fewest_units", "most_units", "included_units"),
            ],
            "description": gettext_lazy(
                "One click takes one unit, or as many as of what it goes with. Fewest, most and "
                "included units are for add-ons alone."
            ),
        },
    ),
    (
        gettext_lazy("How often it can be taken"),
        {
            "fields": [
                ("limit_in_all", "limit_per_customer", "limit_per_order"),
                "hold_minutes",
            ],
            "description": gettext_lazy(
                "Counted in the ledger of what was taken. Empty: unlimited."
            ),
        },
    ),
    (
        gettext_lazy("How often it shows"),
        {
            "fields": [
                ("shown_per_session", "shown_per_customer"),
                ("cool_down_days", "days_after_purchase"),
            ],
            "description": gettext_lazy(
                "For each shopper, besides the attention budget, which holds for all offers "
                "together. Empty: as often as that allows."
            ),
        },
    ),
    (
        gettext_lazy("What follows an answer"),
        {
            "fields": ["next_if_accepted", "next_if_declined"],
            "description": gettext_lazy(
                "What follows comes in the same place, within half an hour, and not by itself. A "
                "downsell comes after a no only."
            ),
        },
    ),
    (gettext_lazy("Dates"), {"fields": ["starts_at", "ends_at", "shows_end"]}),
    PRECEDENCE,
]
SO_FAR: tuple[Any, dict[str, Any]] = (gettext_lazy("What shoppers said"), {"fields": ["so_far"]})


def fieldsets_of(*, is_new: bool) -> list[tuple[Any, dict[str, Any]]]:
    """All fields; what shoppers said of it where there is something to say."""
    return FIELDSETS if is_new else [*FIELDSETS, SO_FAR]
