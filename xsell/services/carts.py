"""Shoppers take suggestions: products go into the cart at the shop's own price."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xsell.adapters import get_adapter
from xsell.adapters.visits import context_of, open_visit
from xsell.exceptions import NotOnOffer, Refusal
from xsell.selection.bundle_sets import is_a_set
from xsell.selection.bundles import live_bundle
from xsell.selection.pages import Page
from xsell.services import tokens
from xsell.services.acceptances import take_once
from xsell.services.encounters import record_no, record_yes
from xsell.services.popups import note_added
from xsell.services.settling import settle_cart
from xsell.services.upgrades import replace_line, undo, upgrade
from xsell.signals import products_added
from xsell.values import Candidate, CartChange, OfferCopy, Take, TakeKind

MOST_ALSO = 12
"""Add-ons that one click may take with their product."""

MOST_UNITS = 9_999
"""Units that a click may ask for; how many an offer gives is another matter, and mostly fewer."""


def take(
    *, request: HttpRequest, token: str, also: Iterable[str] = (), units: int | None = None
) -> tuple[CartChange, ...]:
    """Do what the token says, once; each change says whether it was done, or why not.

    `also` are the tokens of add-ons that were ticked with it: taken after it, if it could be had;
    one of them that cannot be had takes nothing from the rest. `units`: so many of an add-on, where
    the shopper chose. A no changes nothing. What goes with something that leaves the cart by the
    click leaves it, too (`settle_cart`). The same tokens again give the first result. Raise
    TokenRefused, before anything is done, if one of them is not this shopper's to use now or not an
    offer's, NotOnOffer for what the shop does not offer this shopper (any more).
    """
    page = _page_of(request)
    wanted = tokens.read(token, page.context, page.cart)
    others = dict.fromkeys(it for it in also if it != token)
    ticked = [tokens.read(it, page.context, page.cart) for it in others]
    if any(it.kind is not TakeKind.OFFER for it in ticked):
        raise tokens.refused(Refusal.FORGED)
    if wanted.kind is TakeKind.DECLINE:
        _remember(record_no, request, page, wanted)
        return ()
    changes = _take(request, page, wanted, units)
    if any(it.done for it in changes):
        changes += tuple(change for it in ticked for change in _take_also(request, it))
    return (*changes, *settle_cart(request))


def _take(
    request: HttpRequest, page: Page, wanted: Take, units: int | None = None
) -> tuple[CartChange, ...]:
    """One click, once."""
    if units and not wanted.offer_id:
        refuse_units_beyond(1, units)
    if wanted.kind is TakeKind.UNDO:
        return undo(request, page, wanted, page.now)
    offer = _Offered(page, wanted, units)

    def act() -> tuple[CartChange, ...]:
        step = _STEPS.get(wanted.kind)
        changes = step(request, page, wanted) if step else offer.take(request)
        if any(change.done for change in changes):
            if wanted.kind is TakeKind.ADD:
                note_added(request, next(it.product_id for it in changes if it.done))
            _remember(record_yes, request, page, wanted)
            _tell(request, changes)
        return changes

    adapter = get_adapter()
    return take_once(
        take=wanted,
        context=page.context,
        cart=page.cart,
        now=page.now,
        act=act,
        units=offer.n_units,
        afterwards=lambda: (context_of(adapter, request), adapter.cart(request)),
    )


def _take_also(request: HttpRequest, wanted: Take) -> tuple[CartChange, ...]:
    """What an add-on came to, with the product in the cart by now."""
    try:
        return _take(request, _page_of(request), wanted)
    except NotOnOffer as error:
        return (CartChange(wanted.product_ids[0], done=False, reason=str(error)),)


def _page_of(request: HttpRequest) -> Page:
    """The shop as it is for this shopper now: each click changes it."""
    adapter = get_adapter()
    return Page(adapter, context_of(adapter, request), adapter.cart(request), timezone.now())


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


def refuse_units_beyond(most: int, units: int) -> None:
    """Raise NotOnOffer if so many units are none, or more than can be chosen."""
    if not 1 <= units <= most:
        said = ngettext(
            "You can choose up to %(most)d of this.",
            "You can choose up to %(most)d of these.",
            most,
        )
        raise NotOnOffer(said % {"most": most})


class _Offered:
    """The offer of a click, looked up once, and only when it is the click's first time."""

    def __init__(self, page: Page, wanted: Take, units: int | None) -> None:
        self._page = page
        self._wanted = wanted
        self._units = units

    def n_units(self) -> int:
        """How many units the click takes: a limit that is nearly reached is asked for all of them.

        Raise NotOnOffer unless the offer's placement may offer the product that was shown to this
        shopper now, and so many of it.
        """
        if not self._wanted.offer_id:
            return 1
        _candidate, offer = self._found
        # No more than the page said, whatever the cart has now.
        shown = min(offer.units, len(self._wanted.product_ids))
        units, most = self._units or shown, offer.most_units or shown
        refuse_units_beyond(most, units)
        return units

    def take(self, request: HttpRequest) -> tuple[CartChange, ...]:
        """Put the offer's product into the cart, or in the place of what it replaces."""
        candidate, _offer = self._found
        adapter = get_adapter()
        # Looked at again: another tab may have changed it while this click waited for its turn.
        lines = adapter.cart(request).lines if candidate.replaced_id is not None else ()
        replaced = [it for it in lines if it.product_id == candidate.replaced_id]
        if replaced:
            return (replace_line(request, self._page, replaced[0], candidate.product_id),)
        return (adapter.add_to_cart(request, candidate.product_id, self.n_units()),)

    @functools.cached_property
    def _found(self) -> tuple[Candidate, OfferCopy]:
        wanted = self._wanted
        found = self._page.offered(wanted.offer_id, wanted.placement, wanted.anchor_ids)
        if found is None or found.offer is None or found.product_id not in wanted.product_ids:
            raise NotOnOffer(_("This offer does not hold any more."))
        return found, found.offer


_STEPS: dict[TakeKind, Callable[[HttpRequest, Page, Take], tuple[CartChange, ...]]] = {
    TakeKind.ADD: _add_products,
    TakeKind.UPGRADE: upgrade,
    TakeKind.BUNDLE: _add_bundle,
}


def _tell(request: HttpRequest, changes: tuple[CartChange, ...]) -> None:
    """Send `products_added` once the cart is really changed.

    Robust: the shopper has the products, whatever befalls those who listen.
    """
    transaction.on_commit(
        lambda: products_added.send(sender=None, request=request, changes=changes), robust=True
    )


def _remember(answer: Callable[..., None], request: HttpRequest, page: Page, wanted: Take) -> None:
    """Write down what the shopper said to the step; a shop without sessions remembers nothing."""
    visit = open_visit(request) if wanted.source else ""
    if visit:
        answer(
            source=wanted.source,
            visit=visit,
            customer_id=page.context.customer_id,
            placement=wanted.placement,
            now=page.now,
        )
