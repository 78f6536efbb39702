"""The up-sell that replaces: one product in the place of another, and back again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import router, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.adapters import get_adapter
from xsell.exceptions import NotOnOffer, Refusal
from xsell.models import Acceptance
from xsell.models.fields import from_json
from xsell.selection.pages import Page
from xsell.selection.upgrades import TAKEN_BACK, UNDO_HOLDS, upgraded_line
from xsell.services.acceptances import change_from, change_record, replacement_from
from xsell.services.tokens import refused
from xsell.values import Cart, CartChange, CartLine, ProductId, Replacement, Take

OVER = gettext_lazy("This cannot be taken back any more.")


def upgrade(request: HttpRequest, page: Page, wanted: Take) -> tuple[CartChange, ...]:
    """Put the better product in the place of the current one, or into the cart if it is not there.

    The cart line keeps its quantity and options. Raise NotOnOffer unless the better one is a step
    up, or another rung of the same ladder, that this shopper can have now.
    """
    adapter = get_adapter()
    (better,) = wanted.product_ids
    if not page.may_replace(wanted.current_id, better, wanted.placement):
        raise NotOnOffer(_("This is not on offer any more."))
    # Looked at again: another tab may have changed it while this click waited for its turn.
    held = (it for it in adapter.cart(request).lines if it.product_id == wanted.current_id)
    line = next(held, None)
    if line is None:
        return (adapter.add_to_cart(request, better),)
    return (replace_line(request, page, line, better),)


def replace_line(request: HttpRequest, page: Page, line: CartLine, better: ProductId) -> CartChange:
    """Put the product in the place of the line's, and say so: it can be taken back."""
    change = put_in_place(request, line, better)
    if not change.done:
        return change
    titles = {key: product.title for key, product in page.known()[0].items()}
    done = Replacement(
        titles.get(better, ""), line.product_id, titles.get(line.product_id, ""), line.quantity
    )
    message = _("%(title)s is now in your cart in the place of %(former)s.")
    said = {"title": done.title, "former": done.former_title}
    return replace(change, message=message % said, replacement=done)


def put_in_place(request: HttpRequest, line: CartLine, product_id: ProductId) -> CartChange:
    """Put the product in the place of the line's: every replacement goes through here."""
    return get_adapter().replace_line(request, line.ref, product_id)


def undo(request: HttpRequest, page: Page, wanted: Take, now: datetime) -> tuple[CartChange, ...]:
    """Take the upgrade back that the click names: once, who clicks again gets the same result.

    Raise NotOnOffer where it is ordered or too long ago, TokenRefused if it is another cart's.
    Where it cannot be taken back the cart stays as it is.
    """
    alias = router.db_for_write(Acceptance)
    kinds = (Acceptance.Kind.UPGRADE, Acceptance.Kind.OFFER)
    rows = Acceptance.objects.using(alias).filter(kind__in=kinds, key=wanted.source)
    try:
        row = _to_take_back(rows.first(), page.cart, now)
        with transaction.atomic(using=alias):
            change = _take_back(request, row)
            # The cart before the ledger, as orders lock them: nobody waits in a circle.
            row = _to_take_back(rows.select_for_update().first(), page.cart, now)
            if change.done:
                record = {"reason": "undone", "result": change_record(change)}
                row.expires_at, row.terms = now, {**row.terms, TAKEN_BACK: record}
                row.save(using=alias, update_fields=["expires_at", "terms"])
    except _TakenBack as earlier:
        return (earlier.change,)
    return (change,)


class _TakenBack(Exception):
    """Another click was faster: what this one did to the cart is rolled back."""

    def __init__(self, change: CartChange) -> None:
        super().__init__()
        self.change = change


def _to_take_back(row: Acceptance | None, cart: Cart, now: datetime) -> Acceptance:
    """The row if there is one, of this cart, and neither ordered nor taken back already."""
    if row is None:
        raise NotOnOffer(OVER)
    if row.cart_ref != cart.ref:
        raise refused(Refusal.OTHER_CART)
    if TAKEN_BACK in row.terms:
        raise _TakenBack(change_from(row.terms[TAKEN_BACK]["result"]))
    if row.order_ref or row.accepted_at <= now - UNDO_HOLDS:
        raise NotOnOffer(OVER)
    return row


def _take_back(request: HttpRequest, row: Acceptance) -> CartChange:
    """Put the former product back for as many units as were upgraded and are there still.

    Units beyond those were in the cart for other reasons, and stay; but not on a line with options,
    for no second line with them could be made: that one is left as it is, as is a cart that the
    upgraded product has left.
    """
    said = next((it for it in row.result if it.get("replacement")), None)
    if said is None:
        raise NotOnOffer(OVER)
    done = replacement_from(said["replacement"])
    product_id = from_json(said["product_id"])
    line = upgraded_line(get_adapter().cart(request), said["line_ref"], product_id)
    if line is None:
        gone = _("%(title)s is not in your cart any more.") % {"title": done.title}
        return CartChange(product_id, done=False, reason=gone)
    if line.quantity <= done.quantity:
        change = put_in_place(request, line, done.former_id)
        units = line.quantity
    elif line.options:
        more = _("Your cart has more of %(title)s now than you upgraded: please change it there.")
        return CartChange(product_id, done=False, reason=more % {"title": done.title})
    else:
        change = _part(request, line, done)
        units = done.quantity
    if not change.done:
        stays = _("%(title)s stays in your cart.") % {"title": done.title}
        return replace(change, reason=f"{change.reason} {stays}")
    return replace(change, message=_words(done, units, line.quantity - units))


def _part(request: HttpRequest, line: CartLine, done: Replacement) -> CartChange:
    """Give the upgraded units back, and leave the rest of the line."""
    adapter = get_adapter()
    before = adapter.cart(request)
    change = adapter.add_to_cart(request, done.former_id, done.quantity)
    if not change.done:
        return change
    rest = _quantity_of(adapter.cart(request), line) - done.quantity
    left = adapter.set_quantity(request, line.ref, rest)
    if left.done:
        return change
    # Taken back by hand, as with bundles: a cart need not be in a database.
    earlier = {it.ref: it.quantity for it in before.lines}
    adapter.set_quantity(request, change.line_ref, earlier.get(change.line_ref, 0))
    return left


def _quantity_of(cart: Cart, line: CartLine) -> int:
    """Units of the line as the cart has them now: it was changed before, and so is locked."""
    return next((it.quantity for it in cart.lines if it.ref == line.ref), line.quantity)


def _words(done: Replacement, units: int, rest: int) -> str:
    """What came of it; what differs from the cart of before is said."""
    said = {"title": done.title, "former": done.former_title, "units": units, "rest": rest}
    words = [_("%(former)s is in your cart again in the place of %(title)s.") % said]
    if units < done.quantity:
        fewer = ngettext(
            "It is %(units)d now, as many as you had left.",
            "They are %(units)d now, as many as you had left.",
            units,
        )
        words.append(fewer % said)
    if rest:
        stay = ngettext(
            "%(rest)d of %(title)s stays in your cart: you had it besides.",
            "%(rest)d of %(title)s stay in your cart: you had them besides.",
            rest,
        )
        words.append(stay % said)
    return " ".join(words)
