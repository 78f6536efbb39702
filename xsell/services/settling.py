"""What goes with something stays with it: bumps and add-ons follow it out of the cart."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import router, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from xsell.adapters import BaseAdapter, get_adapter
from xsell.adapters.visits import context_of
from xsell.models import Acceptance, Offer
from xsell.selection.acceptances import LAPSED, Taken, TakenOffer, taken_into
from xsell.selection.conditions import Occasion, hold
from xsell.selection.holdings import NAMING, Held
from xsell.selection.offers import ATTACHED, StoredOffer
from xsell.selection.quotes import others_of, segments_asked_for
from xsell.selection.rulebook import rulebook
from xsell.selection.terms import offer_record
from xsell.services.acceptances import change_record
from xsell.values import Cart, CartChange, ProductDetails, ProductId, ShopContext, Why


def settle_cart(request: HttpRequest) -> tuple[CartChange, ...]:
    """Take out what belonged to something that has left the cart, and put in what is included.

    A shop calls it after every change of a cart that is not a click of xsell's, and tells the
    shopper each change's message::

        for change in settle_cart(request):
            messages.info(request, change.message)

    Never adds what costs something: only units of an add-on that are always there, which are
    included in the price of their product. Safe to call again; reads alone where nothing has to be
    done.
    """
    adapter = get_adapter()
    context, cart, now = context_of(adapter, request), adapter.cart(request), timezone.now()
    if not cart.lines:
        return ()
    taken = taken_into(cart.ref)
    included = [it for it in rulebook().offers.values() if _is_included(it, now)]
    if not included and not any(_is_attached(it) for it in taken.offers):
        return ()
    alias = router.db_for_write(Acceptance)
    settling = _Settling(request, adapter, context, cart, taken, now, alias)
    with transaction.atomic(using=alias):
        changes = [it for offer in taken.offers for it in settling.let_go(offer)]
        changes += [it for offer in included for it in settling.include(offer)]
    return tuple(changes)


def _is_attached(offer: TakenOffer) -> bool:
    stored = offer.stored
    if stored is None or stored.kind not in ATTACHED or not stored.columns["leaves_with_trigger"]:
        return False
    return bool(stored.groups) and all(
        any(it.kind in NAMING and not it.is_negated for it in group) for group in stored.groups
    )


def _is_included(offer: StoredOffer, now: datetime) -> bool:
    """Whether it is an add-on of which some units are always there."""
    is_live = not offer.is_shadow and not offer.objection and offer.is_running(now)
    return is_live and offer.kind == Offer.Kind.ADD_ON and bool(offer.columns["fewest_units"])


@dataclass(slots=True)
class _Settling:
    """One cart that is set right."""

    request: HttpRequest
    adapter: BaseAdapter
    context: ShopContext
    cart: Cart
    taken: Taken
    now: datetime
    alias: str

    def let_go(self, offer: TakenOffer) -> Iterator[CartChange]:
        """Take out units that go with nothing any more, or with less than before."""
        stored, held = offer.stored, self._held()
        if stored is None or not _is_attached(offer):
            return
        own = self._own_units(offer, held)
        n_triggers = held.triggers(stored.groups, besides=offer.product_ids)
        surplus = own - min(own, most_beside(stored, n_triggers, own))
        if not surplus:
            return
        words = _("%(title)s has left your cart: it belongs to something that is not there.")
        if surplus < own:
            words = _("Your cart has fewer of %(title)s now: as many as go with the rest.")
        for product_id in offer.product_ids:
            gone = self._take_out(product_id, surplus)
            surplus -= gone
            if gone:
                message = words % {"title": self._title(product_id)}
                yield CartChange(product_id, done=True, message=message)
                self._lapse(offer, gone)

    def include(self, stored: StoredOffer) -> Iterator[CartChange]:
        """Put in what is always there with its product, and included in its price."""
        held = self._held()
        if not hold(stored.early_groups, held.occasion()):
            return
        taken = next((it for it in self.taken.offers if it.source == stored.source), None)
        own = self._own_units(taken, held) if taken is not None else 0
        n_triggers = held.triggers(stored.groups, besides=[stored.product_id])
        missing = stored.columns["fewest_units"] * n_triggers - own
        if missing <= 0:
            return
        change = self.adapter.add_to_cart(self.request, stored.product_id, missing)
        if change.done:
            self._write(stored, change, missing)
            said = {"title": self._title(stored.product_id)}
            message = _("In your cart, too, and included in the price: %(title)s.") % said
            yield replace(change, message=message)

    def _held(self) -> Held:
        """The cart as it is now."""
        self.cart = self.adapter.cart(self.request)
        segments = segments_asked_for(self.adapter, self.taken, self.context, self.now)
        who = Occasion(context=self.context, now=self.now, segments=segments)
        return Held(who, self.cart, self._details())

    def _details(self) -> Mapping[ProductId, ProductDetails]:
        wanted = dict.fromkeys([*self.cart.product_ids, *others_of(self.taken)])
        return self.adapter.details(wanted, self.context)

    def _title(self, product_id: ProductId) -> str:
        product = self.adapter.details([product_id], self.context).get(product_id)
        return product.title if product is not None else ""

    def _own_units(self, offer: TakenOffer, held: Held) -> int:
        """Units in the cart that the offer put there, as far as they are still held."""
        n_held = sum(it.quantity for it in offer.units if it.is_held(self.now))
        return min(n_held, sum(held.units[it] for it in offer.product_ids))

    def _take_out(self, product_id: ProductId, units: int) -> int:
        """Take so many units out of the cart, from the last lines on; return how many went."""
        gone = 0
        for line in reversed(self.cart.lines):
            if line.product_id != product_id or gone >= units:
                continue
            fewer = min(line.quantity, units - gone)
            if self.adapter.set_quantity(self.request, line.ref, line.quantity - fewer).done:
                gone += fewer
        return gone

    def _lapse(self, offer: TakenOffer, units: int) -> None:
        """Write down that so many units are held no more, the last taken first."""
        pks = [it.acceptance_id for it in offer.units]
        rows = Acceptance.objects.using(self.alias).select_for_update().filter(pk__in=pks)
        for row in rows.filter(order_ref="").order_by("-pk"):
            fewer = min(row.quantity, units)
            units -= fewer
            if fewer == row.quantity:
                row.expires_at, row.terms = self.now, {**row.terms, LAPSED: Why.CONDITION.value}
            elif fewer:
                row.quantity -= fewer
            row.save(using=self.alias, update_fields=["expires_at", "terms", "quantity"])

    def _write(self, stored: StoredOffer, change: CartChange, units: int) -> None:
        """Write the included units into the ledger, as if they had been taken."""
        context, cart = context_of(self.adapter, self.request), self.adapter.cart(self.request)
        offer = Offer.objects.using(self.alias).get(pk=stored.offer_id)
        Acceptance.objects.using(self.alias).create(
            key=f"included:{secrets.token_urlsafe(16)}",
            kind=Acceptance.Kind.OFFER,
            offer=offer,
            product_id=change.product_id,
            quantity=units,
            shopper_key=context.shopper_key,
            customer_id=context.customer_id or "",
            cart_ref=cart.ref,
            currency=cart.currency,
            terms=offer_record(offer),
            result=[change_record(change)],
            accepted_at=self.now,
        )


def most_beside(offer: StoredOffer, n_triggers: int, units: int) -> int:
    """How many of so many units may stay beside so many of what they go with.

    Never more than there are: a shop does not raise by itself what somebody has to pay.
    """
    if not n_triggers:
        return 0
    if offer.columns["units"] == Offer.Units.AS_TRIGGER:
        return n_triggers
    most = offer.most_units_for(n_triggers)
    return units if most is None else most
