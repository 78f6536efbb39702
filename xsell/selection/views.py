"""What a shopper looked at, if they agreed to its being remembered."""

from __future__ import annotations

from xsell.adapters.visits import PERSONAL
from xsell.models import ProductView
from xsell.selection.encounters import own_encounters
from xsell.values import ProductId, ShopContext

MOST_VIEWED = 10
"""Products that suggestions start from, the last viewed ones."""


def viewed_by(context: ShopContext) -> tuple[ProductId, ...]:
    """What was viewed in this visit, or by this customer, the last viewed first.

    In one query; in none, and nothing, for who gave no consent (or took it back).
    """
    own = own_encounters(context)
    if PERSONAL not in context.consent or own is None:
        return ()
    rows = ProductView.objects.filter(own).order_by("-viewed_at", "-pk")
    newest = rows.values_list("product_id", flat=True)[: 2 * MOST_VIEWED]
    # A customer may have looked at the same thing on several visits.
    return tuple(dict.fromkeys(newest))[:MOST_VIEWED]
