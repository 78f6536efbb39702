"""The ledger of what shoppers took (a thin local version, until the real one is merged)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from xsell.models import Acceptance
from xsell.values import Cart, CartChange, ShopContext, Take


def take_once(
    *,
    take: Take,
    context: ShopContext,
    cart: Cart,
    now: datetime,
    act: Callable[[], tuple[CartChange, ...]],
) -> tuple[CartChange, ...]:
    """What `act` did, or what it did the first time."""
    with transaction.atomic():
        row = Acceptance.objects.filter(key=take.key).first()
        if row is not None:
            return tuple(CartChange(*it) for it in row.result)
        changes = act()
        if any(it.done for it in changes):
            Acceptance.objects.create(
                key=take.key,
                kind=take.kind,
                offer_id=take.offer_id,
                bundle_id=take.bundle_id,
                placement=take.placement,
                shopper_key=context.shopper_key,
                cart_ref=cart.ref,
                accepted_at=now,
                result=[[str(it.product_id), it.done, it.reason, it.line_ref] for it in changes],
            )
        return changes
