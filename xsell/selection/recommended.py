"""Recommendations for a customer without a request: for mails, and for jobs that send them."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.selection.pages import Page
from xsell.selection.placements import RECOMMENDED
from xsell.values import Cart, PlacementContent


def recommended_for(
    customer_id: str, *, slug: str = RECOMMENDED, now: datetime | None = None
) -> PlacementContent:
    """What the placement recommends to the customer: from their orders, with an empty cart.

    What they viewed counts if the adapter's `context_for` says that they agreed. Raise
    UnknownPlacement for a slug that no row has.
    """
    adapter = get_adapter()
    page = Page(adapter, adapter.context_for(customer_id), Cart(), now or timezone.now())
    return page.placement(slug)
