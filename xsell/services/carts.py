"""Shoppers take suggestions: products go into the cart at the shop's own price."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from xsell.adapters import get_adapter
from xsell.exceptions import NotOnOffer
from xsell.selection.bundles import live_bundle
from xsell.selection.pages import Page
from xsell.signals import products_added
from xsell.values import CartChange, ProductId


def add_products(
    *, request: HttpRequest, product_ids: Iterable[ProductId]
) -> tuple[CartChange, ...]:
    """Put one of each product into the cart; each change says whether it was done, or why not."""
    adapter = get_adapter()
    wanted = dict.fromkeys(product_ids)
    changes = tuple(adapter.add_to_cart(request, product_id) for product_id in wanted)
    _tell(request, changes)
    return changes


def add_bundle(*, request: HttpRequest, bundle_id: int) -> tuple[CartChange, ...]:
    """Put one set of a bundle into the cart: every part, or none with the reason why not.

    Raise NotOnOffer if no such bundle is live.
    """
    rule = live_bundle(bundle_id, timezone.now())
    if rule is None:
        raise NotOnOffer(_("This bundle is not on offer any more."))
    adapter = get_adapter()
    before = {line.ref: line.quantity for line in adapter.cart(request).lines}
    changes: list[CartChange] = []
    for product_id, quantity in ((it.product_ids[0], it.quantity) for it in rule.parts):
        change = adapter.add_to_cart(request, product_id, quantity)
        if not change.done:
            # Taken back by hand: a cart need not be in a database, and a session that has heard of
            # a new cart would not be rolled back with it.
            for done in reversed(changes):
                adapter.set_quantity(request, done.line_ref, before.get(done.line_ref, 0))
            return (change,)
        changes.append(change)
    _tell(request, tuple(changes))
    return tuple(changes)


def upgrade(*, request: HttpRequest, current: ProductId, better: ProductId) -> CartChange:
    """Put the better product in the place of the current one, or into the cart if it is not there.

    The cart line keeps its quantity and options. Raise NotOnOffer unless `better` is a step up from
    `current`, or another rung of its ladder, that this shopper can have now.
    """
    adapter = get_adapter()
    page = _page(request)
    if not page.may_replace(current, better):
        raise NotOnOffer(_("This is not on offer any more."))
    line = next((line for line in page.cart.lines if line.product_id == current), None)
    if line is None:
        change = adapter.add_to_cart(request, better)
    else:
        change = adapter.replace_line(request, line.ref, better)
    _tell(request, (change,))
    return change


def accept_bump(*, request: HttpRequest, offer_id: int) -> CartChange:
    """Put a bump's product into the cart.

    Raise NotOnOffer unless the checkout may offer this bump to this shopper now.
    """
    product_id = _page(request).bump(offer_id)
    if product_id is None:
        raise NotOnOffer(_("This offer does not hold any more."))
    change = get_adapter().add_to_cart(request, product_id)
    _tell(request, (change,))
    return change


def _page(request: HttpRequest) -> Page:
    adapter = get_adapter()
    return Page(adapter, adapter.context(request), adapter.cart(request), timezone.now())


def _tell(request: HttpRequest, changes: tuple[CartChange, ...]) -> None:
    """Send `products_added` once the cart is really changed.

    Robust: the shopper has the products, whatever befalls those who listen.
    """
    if any(change.done for change in changes):
        transaction.on_commit(
            lambda: products_added.send(sender=None, request=request, changes=changes), robust=True
        )
