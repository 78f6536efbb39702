"""Which upgrade of a cart can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from xsell.models import Acceptance
from xsell.models.fields import from_json
from xsell.values import Cart, CartLine, ProductId, Undoable

UNDO_HOLDS = timedelta(hours=24)
"""How long an upgrade can be taken back: as long as the page that offered it could be clicked."""

LOOKED_AT = 5
"""How many of a cart's last upgrades are looked at for one that can be taken back."""

TAKEN_BACK = "taken_back"
"""Among an upgrade's terms: when it was taken back, and what came of it."""


def last_upgrade(cart: Cart, now: datetime) -> Undoable | None:
    """The cart's last upgrade that can be taken back, in one query; in none for an empty cart."""
    if not cart.ref or not cart.lines:
        return None
    found = upgrades_of(cart.ref, now).values_list("key", "result")[:LOOKED_AT]
    undoable = (undoable_from(key, result, cart) for key, result in found)
    return next(filter(None, undoable), None)


def upgrades_of(cart_ref: str, now: datetime) -> QuerySet[Acceptance]:
    """Upgrades of a cart that are neither ordered nor taken back, the last one first."""
    steps = Q(kind=Acceptance.Kind.UPGRADE, expires_at=None)
    return Acceptance.objects.filter(
        steps | Q(kind=Acceptance.Kind.OFFER, expires_at__gt=now),
        cart_ref=cart_ref,
        order_ref="",
        accepted_at__gt=now - UNDO_HOLDS,
    ).order_by("-pk")


def undoable_from(key: str, result: list[dict[str, Any]], cart: Cart) -> Undoable | None:
    """The upgrade with this result, unless it replaced nothing or has left the cart."""
    for change in result:
        former = change.get("replacement")
        product_id = from_json(change["product_id"])
        if former and upgraded_line(cart, change["line_ref"], product_id) is not None:
            return Undoable(
                key=key,
                product_id=product_id,
                title=former["title"],
                former_id=from_json(former["former_id"]),
                former_title=former["former_title"],
            )
    return None


def upgraded_line(cart: Cart, line_ref: str, product_id: ProductId) -> CartLine | None:
    """The line that holds what was upgraded: the very one, or else the product's only one.

    A shop may name a line anew, at log-in or when another upgrade of it is taken back.
    """
    lines = [line for line in cart.lines if line.product_id == product_id]
    own = next((line for line in lines if line.ref == line_ref), None)
    return own or (lines[0] if len(lines) == 1 else None)
