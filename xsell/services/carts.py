"""Shoppers take suggestions: products go into the cart at the shop's own price."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

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

BUMP_SLUG = "checkout-bump"


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
    changes = []
    with transaction.atomic():
        for product_id, quantity in rule.quantities:
            changes.append(adapter.add_to_cart(request, product_id, quantity))
            if not changes[-1].done:
                transaction.set_rollback(True)
                return (changes[-1],)
    _tell(request, tuple(changes))
    return tuple(changes)


def upgrade(*, request: HttpRequest, current: ProductId, better: ProductId) -> CartChange:
    """Put the better product in the place of the current one, or into the cart if it is not there.

    The cart line keeps its quantity and options. Raise NotOnOffer unless `better` is an upgrade of
    `current` that this shopper can have now.
    """
    adapter = get_adapter()
    cart = adapter.cart(request)
    page = Page(adapter, adapter.context(request), cart, timezone.now())
    steps_up = [step.product.product_id for step in page.upgrades(current)[1]]
    rungs = [rung.product.product_id for rung in page.tier_table(current) if not rung.is_current]
    if better not in (*steps_up, *rungs):
        raise NotOnOffer(_("This is not on offer any more."))
    line = next((line for line in cart.lines if line.product_id == current), None)
    if line is None:
        change = adapter.add_to_cart(request, better)
    else:
        change = adapter.replace_line(request, line.ref, better)
    _tell(request, (change,))
    return change


def accept_bump(*, request: HttpRequest, offer_id: int) -> CartChange:
    """Put a bump's product into the cart.

    Raise NotOnOffer unless the checkout would show this bump to this shopper now.
    """
    adapter = get_adapter()
    page = Page(adapter, adapter.context(request), adapter.cart(request), timezone.now())
    for suggestion in page.placement(BUMP_SLUG).suggestions:
        if suggestion.offer is not None and suggestion.offer.offer_id == offer_id:
            change = adapter.add_to_cart(request, suggestion.product.product_id)
            _tell(request, (change,))
            return change
    raise NotOnOffer(_("This offer does not hold any more."))


def _tell(request: HttpRequest, changes: tuple[CartChange, ...]) -> None:
    """Send `products_added` once the cart is really changed."""
    if any(change.done for change in changes):
        send = partial(products_added.send, sender=None, request=request, changes=changes)
        transaction.on_commit(send)
