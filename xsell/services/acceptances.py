"""Shoppers take what they were offered: once for each click, and written into the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import router, transaction
from django.utils.translation import gettext as _

from xsell.exceptions import NotOnOffer, Refusal
from xsell.models import Acceptance, Bundle, Offer
from xsell.models.fields import as_json, from_json
from xsell.selection.terms import bundle_record, offer_record
from xsell.selection.upgrades import TAKEN_BACK
from xsell.services.limits import (
    Shopper,
    insert_once,
    let_go,
    lock_offers,
    refuse_beyond_limits,
    taken_of,
)
from xsell.services.tokens import refused
from xsell.values import (
    Cart,
    CartChange,
    ProductId,
    Replacement,
    ShopContext,
    Take,
    TakeKind,
)


def take_once(
    *,
    take: Take,
    context: ShopContext,
    cart: Cart,
    now: datetime,
    act: Callable[[], tuple[CartChange, ...]],
    units: Callable[[], int] = lambda: 1,
    afterwards: Callable[[], tuple[ShopContext, Cart]],
) -> tuple[CartChange, ...]:
    """Do what was clicked and write it down; the same click again gets the first result.

    `act` changes the cart; `units` tells how many of an offer it takes. `afterwards` tells shopper
    and cart once it has: a guest has neither before the first click. Where `act` does nothing,
    nothing is written; where it fails, all is rolled back. Raise LimitReached if the offer was
    taken as often as it may be, NotOnOffer if there is no such offer, TokenRefused if somebody else
    clicked with this key.
    """
    alias = router.db_for_write(Acceptance)
    with transaction.atomic(using=alias):
        # Before the row: who counts an offer's rows would wait for one that waits for the offer.
        offer = lock_offers([take.offer_id], alias).get(take.offer_id) if take.offer_id else None
        row = _claimed(take, offer, context, cart, now, alias)
        if row.result:
            return _first_result(row, context, cart)
        n_units = 1
        if offer is not None:
            # Looked at again under the lock: another tab may have changed the cart.
            let_go(offer, afterwards()[1], now, besides=row.pk, using=alias)
            shopper = Shopper(context.shopper_key, context.customer_id or "", cart.ref)
            taken, n_units = taken_of(offer, shopper, now, besides=[row.pk], using=alias), units()
            refuse_beyond_limits(offer, taken, n_units)
        elif take.offer_id:
            raise NotOnOffer(_("This offer does not hold any more."))
        changes = act()
        if any(change.done for change in changes):
            _record(row, take, offer, n_units, changes, *afterwards())
        else:
            row.delete(using=alias)
    return changes


def _claimed(
    take: Take, offer: Offer | None, context: ShopContext, cart: Cart, now: datetime, alias: str
) -> Acceptance:
    """The click's row, locked: without a result if this is the first time that it is clicked.

    Whoever comes second waits for the first.
    """
    row = Acceptance(
        key=take.key,
        kind=take.kind,
        offer=offer,
        placement=take.placement,
        shopper_key=context.shopper_key,
        customer_id=context.customer_id or "",
        cart_ref=cart.ref,
        accepted_at=now,
        # Not held yet: the shopper's own click must not be the one that uses the offer up.
        expires_at=now if offer else None,
    )
    insert_once([row], alias)
    return Acceptance.objects.using(alias).select_for_update().get(key=take.key)


def _first_result(row: Acceptance, context: ShopContext, cart: Cart) -> tuple[CartChange, ...]:
    """What the click came to. Raise TokenRefused unless it was this shopper's, on this cart.

    A guest's session may have got its key only after the first click. Raise NotOnOffer for what the
    shopper has taken back since: what was said then is not true any more.
    """
    if row.shopper_key not in {"", context.shopper_key}:
        raise refused(Refusal.OTHER_SHOPPER)
    if row.cart_ref != cart.ref:
        raise refused(Refusal.OTHER_CART)
    if TAKEN_BACK in row.terms:
        raise NotOnOffer(_("You have taken this back. Please open the page again to choose anew."))
    return tuple(change_from(it) for it in row.result)


def _record(
    row: Acceptance,
    take: Take,
    offer: Offer | None,
    units: int,
    changes: tuple[CartChange, ...],
    context: ShopContext,
    cart: Cart,
) -> None:
    """Write down what was taken, by whom, into which cart, and on which terms."""
    done = [change.product_id for change in changes if change.done]
    # As the cart has it: of an offered parent that is one of its variants.
    row.product_id = done[0] if len(done) == 1 else None
    row.quantity = len(done) if take.kind == TakeKind.ADD else _units_of(changes, units)
    row.shopper_key, row.customer_id = context.shopper_key, context.customer_id or ""
    row.cart_ref, row.currency = cart.ref, cart.currency
    row.result = [change_record(change) for change in changes]
    row.terms = {"prices": _prices(cart, done)}
    if offer is not None:
        row.expires_at = row.accepted_at + timedelta(minutes=offer.hold_minutes)
        row.terms |= offer_record(offer)
    elif take.bundle_id:
        row.bundle = Bundle.objects.filter(pk=take.bundle_id).first()
        row.terms |= bundle_record(row.bundle) if row.bundle else {}
    row.save()


def _units_of(changes: tuple[CartChange, ...], units: int) -> int:
    """Units that were taken: of what was replaced, as many as there were."""
    replaced = [it.replacement.quantity for it in changes if it.replacement is not None]
    return sum(replaced) or units


def _prices(cart: Cart, product_ids: list[ProductId]) -> dict[str, str]:
    """The shop's price of each product at this moment, as the cart has it."""
    return {
        str(line.product_id): str(line.unit_price)
        for line in cart.lines
        if line.product_id in product_ids
    }


def change_record(change: CartChange) -> dict[str, Any]:
    """A change as the ledger keeps it."""
    done = change.replacement
    return {
        "product_id": as_json(change.product_id),
        "done": change.done,
        "reason": str(change.reason),
        "line_ref": change.line_ref,
        "message": change.message,
        "replacement": {**asdict(done), "former_id": as_json(done.former_id)} if done else None,
    }


def change_from(said: Mapping[str, Any]) -> CartChange:
    """A change as the ledger kept it."""
    done = said.get("replacement")
    return CartChange(
        **{
            **said,
            "product_id": from_json(said["product_id"]),
            "replacement": replacement_from(done) if done else None,
        }
    )


def replacement_from(said: Mapping[str, Any]) -> Replacement:
    """A replacement as the ledger kept it."""
    return Replacement(**{**said, "former_id": from_json(said["former_id"])})
