"""Shoppers take suggestions: products go into the cart at the shop's own price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from xsell.adapters import get_adapter
from xsell.adapters.visits import context_of, open_visit
from xsell.exceptions import NotOnOffer
from xsell.selection.bundle_sets import is_a_set
from xsell.selection.bundles import live_bundle
from xsell.selection.pages import Page
from xsell.services import tokens
from xsell.services.acceptances import take_once
from xsell.services.encounters import record_no, record_yes
from xsell.services.upgrades import put_in_place, undo, upgrade
from xsell.signals import products_added
from xsell.values import CartChange, Take, TakeKind


def take(*, request: HttpRequest, token: str) -> tuple[CartChange, ...]:
    """Do what the token says, once; each change says whether it was done, or why not.

    A no changes nothing. The same token again gives the first result. Raise TokenRefused for a
    token that is not this shopper's to use now, NotOnOffer for what the shop does not offer this
    shopper (any more).
    """
    adapter = get_adapter()
    now = timezone.now()
    page = Page(adapter, context_of(adapter, request), adapter.cart(request), now)
    wanted = tokens.read(token, page.context, page.cart)
    if wanted.kind is TakeKind.UNDO:
        return undo(request, page, wanted, now)
    if wanted.kind is TakeKind.DECLINE:
        _remember(record_no, request, page, wanted, now)
        return ()

    def act() -> tuple[CartChange, ...]:
        changes = _STEPS[wanted.kind](request, page, wanted)
        if any(change.done for change in changes):
            _remember(record_yes, request, page, wanted, now)
            _tell(request, changes)
        return changes

    return take_once(
        take=wanted,
        context=page.context,
        cart=page.cart,
        now=now,
        act=act,
        afterwards=lambda: (context_of(adapter, request), adapter.cart(request)),
    )


def _add_products(request: HttpRequest, page: Page, wanted: Take) -> tuple[CartChange, ...]:
    """Put one of each product into the cart."""
    adapter = get_adapter()
    return tuple(adapter.add_to_cart(request, it) for it in dict.fromkeys(wanted.product_ids))


def _add_bundle(request: HttpRequest, page: Page, wanted: Take) -> tuple[CartChange, ...]:
    """Put one set of a bundle into the cart: every part, or none with the reason why not.

    Or the one unit that it lacks. Raise NotOnOffer if no such bundle is live, its set is not what
    the shopper saw, or the unit would not make it whole.
    """
    rule = live_bundle(wanted.bundle_id or 0, timezone.now())
    is_whole = rule is not None and is_a_set(rule, wanted.product_ids)
    if not is_whole and not page.completes(wanted.bundle_id, wanted.product_ids):
        raise NotOnOffer(_("This bundle is not on offer any more."))
    adapter = get_adapter()
    before = {line.ref: line.quantity for line in page.cart.lines}
    changes: list[CartChange] = []
    for product_id, quantity in Counter(wanted.product_ids).items():
        change = adapter.add_to_cart(request, product_id, quantity)
        if not change.done:
            # Taken back by hand: a cart need not be in a database, and a session that has heard of
            # a new cart would not be rolled back with it.
            for done in reversed(changes):
                adapter.set_quantity(request, done.line_ref, before.get(done.line_ref, 0))
            return (change,)
        changes.append(change)
    return tuple(changes)


def _accept_offer(request: HttpRequest, page: Page, wanted: Take) -> tuple[CartChange, ...]:
    """Put an offer's product into the cart.

    Raise NotOnOffer unless its placement may offer the product that was shown to this shopper now.
    """
    offered = page.offered(wanted.offer_id, wanted.placement, wanted.anchor_ids)
    if offered is None or offered.offer is None or offered.product_id not in wanted.product_ids:
        raise NotOnOffer(_("This offer does not hold any more."))
    adapter = get_adapter()
    replaced = [it for it in page.cart.lines if it.product_id == offered.replaced_id]
    if replaced:
        return (put_in_place(request, replaced[0], offered.product_id),)
    return (adapter.add_to_cart(request, offered.product_id, offered.offer.units),)


_STEPS: dict[TakeKind, Callable[[HttpRequest, Page, Take], tuple[CartChange, ...]]] = {
    TakeKind.ADD: _add_products,
    TakeKind.UPGRADE: upgrade,
    TakeKind.BUNDLE: _add_bundle,
    TakeKind.OFFER: _accept_offer,
}


def _tell(request: HttpRequest, changes: tuple[CartChange, ...]) -> None:
    """Send `products_added` once the cart is really changed.

    Robust: the shopper has the products, whatever befalls those who listen.
    """
    transaction.on_commit(
        lambda: products_added.send(sender=None, request=request, changes=changes), robust=True
    )


def _remember(
    answer: Callable[..., None], request: HttpRequest, page: Page, wanted: Take, now: datetime
) -> None:
    """Write down what the shopper said to the step; a shop without sessions remembers nothing."""
    visit = open_visit(request) if wanted.source else ""
    if visit:
        answer(
            source=wanted.source,
            visit=visit,
            customer_id=page.context.customer_id,
            placement=wanted.placement,
            now=now,
        )
