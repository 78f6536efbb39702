"""How often an offer may be taken: counted on the ledger, under a lock on the offer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from xsell.exceptions import LimitReached
from xsell.models import Acceptance, Offer
from xsell.models.acceptances import counted
from xsell.values import Cart


@dataclass(frozen=True, slots=True)
class Shopper:
    """By what a shopper's acceptances are known; a guest on the first click has nothing yet."""

    shopper_key: str = ""
    customer_id: str = ""
    cart_ref: str = ""

    def rows(self) -> Q:
        """Condition for the acceptances of this shopper: the customer's, else the session's."""
        one = Q(pk__in=())
        if self.customer_id:
            one |= Q(customer_id=self.customer_id)
        elif self.shopper_key:
            one |= Q(shopper_key=self.shopper_key)
        if self.cart_ref:
            # A guest's first click came before the session had a key.
            one |= Q(cart_ref=self.cart_ref)
        return one


@dataclass(frozen=True, slots=True)
class Taken:
    """Units of an offer that count for its limits."""

    in_all: int = 0
    by_shopper: int = 0
    in_cart: int = 0


def insert_once(rows: Iterable[Acceptance], using: str) -> None:
    """Write the rows whose keys are not there yet, and lock those that are.

    In one statement: two that were both told of a duplicate would share MariaDB's lock on it, and
    each would wait for the other to let go.
    """
    names_target = connections[using].features.supports_update_conflicts_with_target
    Acceptance.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        update_fields=["key"],
        unique_fields=["key"] if names_target else None,
    )


def lock_offers(offer_ids: Iterable[int], using: str) -> dict[int, Offer]:
    """The offers by their keys, locked in the order of them: nobody waits in a circle."""
    rows = Offer.objects.using(using).select_for_update().filter(pk__in=set(offer_ids))
    return {offer.pk: offer for offer in rows.order_by("pk")}


def taken_of(
    offer: Offer, shopper: Shopper, now: datetime, *, besides: Iterable[int], using: str
) -> Taken:
    """Units of a locked offer that count, but for the acceptances `besides`."""
    in_cart = Q(cart_ref=shopper.cart_ref, order_ref="") & ~Q(cart_ref="")
    rows = (
        Acceptance.objects.using(using)
        .filter(counted(now), offer=offer)
        .exclude(pk__in=tuple(besides))
        .order_by()
        .values("offer")
        .annotate(
            in_all=Sum("quantity"),
            by_shopper=Sum("quantity", filter=shopper.rows(), default=0),
            in_cart=Sum("quantity", filter=in_cart, default=0),
        )
    )
    if _keeps_its_first_view(using):
        rows = rows.select_for_update()
    found = list(rows.values_list("in_all", "by_shopper", "in_cart"))
    return Taken(*found[0]) if found else Taken()


def _keeps_its_first_view(using: str) -> bool:
    """Whether a plain read may miss who took the last unit before the offer's lock was had.

    MariaDB's and MySQL's own default does, REPEATABLE READ; a locking read sees it. Not where each
    statement looks anew, as with Django's default for them: nobody need wait for rows counted.
    """
    connection = connections[using]
    if connection.vendor != "mysql":
        return False
    return getattr(connection, "isolation_level", None) != "read committed"


def let_go(offer: Offer, cart: Cart, now: datetime, *, besides: int, using: str) -> None:
    """Hold no more units of a locked offer for the cart than it has in it.

    Else whoever takes an offer, removes it and takes it again could hold all that there is.
    """
    left = cart.units
    held = Acceptance.objects.using(using).filter(
        offer=offer, cart_ref=cart.ref, order_ref="", expires_at__gt=now
    )
    for row in held.exclude(cart_ref="").exclude(pk=besides).order_by("pk"):
        left[row.product_id] -= row.quantity
        if left[row.product_id] < 0:
            row.expires_at = now
            row.save(using=using, update_fields=["expires_at"])


def refuse_beyond_limits(offer: Offer, taken: Taken, units: int = 1) -> None:
    """Raise LimitReached if so many units more are too many."""
    if exceeds(offer.limit_in_all, taken.in_all, units):
        raise LimitReached(_("Others were faster: nothing is left of this offer."))
    if exceeds(offer.limit_per_customer, taken.by_shopper, units):
        raise LimitReached(_("You have had this offer as often as one shopper can."))
    if exceeds(offer.limit_per_order, taken.in_cart, units):
        raise LimitReached(_("Your cart has this offer as often as one order can."))


def exceeds(limit: int | None, taken: int, units: int) -> bool:
    """Whether so many units more are beyond the limit."""
    return limit is not None and taken + units > limit
