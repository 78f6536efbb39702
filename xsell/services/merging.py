"""What a shop calls when a guest logs in."""

from __future__ import annotations

from datetime import datetime

from django.db import router, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from xsell.adapters import get_adapter
from xsell.adapters.visits import context_of
from xsell.models import Acceptance, Offer
from xsell.selection.acceptances import LAPSED
from xsell.services.limits import Shopper, exceeds, lock_offers, taken_of
from xsell.values import Why, Withheld

MOVED = ("shopper_key", "customer_id", "cart_ref", "expires_at", "terms")
"""Columns that a merger writes."""


def merge_carts(*, request: HttpRequest, from_ref: str) -> tuple[Withheld, ...]:
    """Give what was taken into the guest's cart to the shopper who has logged in, and their cart.

    Call it after log-in, when the shop has merged the carts, with the guest's cart's ref::

        guest = find_cart(request)
        adopt_cart(request, user)
        for lapsed in merge_carts(request=request, from_ref=str(guest.pk)):
            messages.info(request, words_for(lapsed))

    What the customer cannot have once more (`limit_per_customer`) lapses and is returned.
    """
    adapter, alias = get_adapter(), router.db_for_write(Acceptance)
    context, cart, now = context_of(adapter, request), adapter.cart(request), timezone.now()
    customer_id, cart_ref = context.customer_id or "", cart.ref or from_ref
    with transaction.atomic(using=alias):
        rows = Acceptance.objects.using(alias)
        guests = rows.filter(cart_ref=from_ref, order_ref="").exclude(cart_ref="")
        # A ref that is not the guest's must not take away what another customer has.
        guests = guests.filter(Q(customer_id="") | Q(customer_id=customer_id))
        limited = guests.filter(offer__limit_per_customer__isnull=False)
        offers = lock_offers(limited.values_list("offer_id", flat=True), alias)
        moved = list(guests.select_for_update().order_by("pk"))
        for row in moved:
            row.shopper_key = context.shopper_key or row.shopper_key
            row.customer_id, row.cart_ref = customer_id, cart_ref
        shopper = Shopper(context.shopper_key, customer_id, cart_ref)
        lapsed = [row for it in offers.values() for row in _beyond(it, shopper, moved, now, alias)]
        for row in lapsed:
            row.expires_at, row.terms = now, {**row.terms, LAPSED: Why.LIMIT.value}
        rows.bulk_update(moved, MOVED)
    return tuple(
        Withheld(it.terms["source"], it.terms["name"], Why.LIMIT, "at log-in", it.pk)
        for it in lapsed
    )


def _beyond(
    offer: Offer, shopper: Shopper, rows: list[Acceptance], now: datetime, alias: str
) -> list[Acceptance]:
    """Of the offer's held acceptances among the rows, those beyond what one customer can have."""
    own = [it for it in rows if it.offer_id == offer.pk]
    taken = taken_of(offer, shopper, now, besides=[it.pk for it in own], using=alias).by_shopper
    beyond = []
    for row in own:
        if row.expires_at is not None and row.expires_at <= now:
            continue
        if exceeds(offer.limit_per_customer, taken, row.quantity):
            beyond.append(row)
        else:
            taken += row.quantity
    return beyond
