"""What a shop calls when an order is placed, when some of it comes back, and at log-in.

Each is done once, however often it is called with the same references, and belongs to the
transaction that it is called in: what the shop rolls back is rolled back here, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import router, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xsell.exceptions import OfferExpired
from xsell.models import Acceptance, Bundle, Offer
from xsell.pricing.allocation import split_amount
from xsell.selection.terms import BUNDLE, OFFER, key_of, names
from xsell.services.limits import Shopper, exceeds, insert_once, lock_offers, taken_of
from xsell.services.merging import merge_carts
from xsell.services.refunds import record_refund
from xsell.values import AppliedRule, BenefitKind, Quote

__all__ = ["merge_carts", "record_order", "record_refund"]

LONGEST_KEY = 80

SURELY_HELD = timedelta(minutes=5)
"""Longer than an order takes to be placed: what is held for so long is nobody else's till then."""


def record_order(*, order_ref: str, quote: Quote) -> None:
    """Write down what of the cart was ordered, and what each offer and bundle took off.

    Call it in the transaction that places the order, with the quote that the order was priced by::

        with transaction.atomic():
            lock(cart)
            quote = price_cart(request)
            order = place_order(cart, saving=quote.saving)
            record_order(order_ref=str(order.pk), quote=quote)

    Raise OfferExpired, with nothing written, if the time of an offer ran out since and its last
    unit went to somebody else: roll back, tell the shopper, and price the cart again.
    """
    alias, now = router.db_for_write(Acceptance), timezone.now()
    with transaction.atomic(using=alias):
        rows, offers = _locked(order_ref, quote.cart_ref, now, alias)
        order = _Order(order_ref, quote, now, offers, rows, alias)
        if not order.is_known():
            order.mark_offers()
            order.mark_the_rest()
            Acceptance.objects.using(alias).bulk_update(order.marked, ORDERED)
            insert_once(order.bundles(), alias)


def _locked(
    order_ref: str, cart_ref: str, now: datetime, alias: str
) -> tuple[list[Acceptance], dict[int, Offer]]:
    """The cart's acceptances, and the offers of those whose time runs out, locked.

    The shop has locked its cart by now, and whoever takes an offer locks that first and the cart
    then: the two would wait for each other. So no offer is locked for what is surely held, and no
    row that a click has only just begun to write. (MariaDB's check of the foreign key locks the
    offer all the same: there a click that meets the order of its own cart is refused as a
    deadlock, and the order is placed.) The order's own rows are among them, for it may be told
    twice at once.
    """
    rows = Acceptance.objects.using(alias)
    known = rows.filter(cart_ref=cart_ref, order_ref__in=["", order_ref]).exclude(cart_ref="")
    ends = {pk: (offer, at) for pk, offer, at in known.values_list("pk", "offer_id", "expires_at")}
    soon = [it for it, at in ends.values() if at is not None and at <= now + SURELY_HELD]
    offers = lock_offers(soon, alias)
    locked = rows.select_for_update().filter(pk__in=ends).order_by("pk")
    return [it for it in locked if it.order_ref in ("", order_ref)], offers


ORDERED = (
    *("order_ref", "ordered_at", "expires_at", "currency", "saving"),
    *("terms", "shopper_key", "customer_id"),
)
"""Columns that an order writes."""


@dataclass(slots=True)
class _Order:
    """An order that is written down; `rows` and `offers` are locked."""

    ref: str
    quote: Quote
    now: datetime
    offers: Mapping[int, Offer]
    rows: list[Acceptance]
    alias: str
    marked: list[Acceptance] = field(default_factory=list)

    @property
    def bought(self) -> Counter[str]:
        """Units of each product in the order."""
        units = Counter[str]()
        for line in self.quote.lines:
            units[str(line.product_id)] += line.quantity
        return units

    def is_known(self) -> bool:
        """Whether it was written down before."""
        known = Acceptance.objects.using(self.alias).filter(order_ref=self.ref)
        return any(row.order_ref for row in self.rows) or known.exists()

    def mark_offers(self) -> None:
        """Give each offer that the quote applied the acceptances that it rests on.

        Raise OfferExpired if too few of them are held, and there is no room for more.
        """
        for applied in self.quote.applied:
            if names(OFFER, applied.source):
                self._mark(applied)

    def _mark(self, applied: AppliedRule) -> None:
        shares = self._shares(applied.source)
        rows = [it for it in self.rows if it.terms.get("source") == applied.source]
        # Those of a product that is in the order first; stable: of equal ones the oldest first.
        rows.sort(key=lambda it: (not self._is_held(it), str(it.product_id) not in shares))
        chosen = _enough(rows, applied.times)
        if not chosen or not self._has_room([*chosen]):
            raise OfferExpired(
                _(
                    "“%(name)s” was kept for you for a while. That time is over, and others were "
                    "faster. Please look at your cart again."
                )
                % {"name": applied.name}
            )
        for row, parts in self._parts(chosen, shares):
            self._take_for_good(row, parts)

    def _parts(
        self, rows: list[Acceptance], shares: Mapping[str, _Share]
    ) -> Iterator[tuple[Acceptance, dict[str, _Share]]]:
        """What each acceptance took off: of its own product, and of one that is nobody's own."""
        own = [str(row.product_id) for row in rows]
        for place, row in enumerate(rows):
            parts = {own[place]: _Share()}
            for key, share in shares.items():
                owners = [at for at, it in enumerate(own) if it == key] or [*range(len(rows))]
                if place in owners:
                    weights = [rows[at].quantity for at in owners]
                    parts[key] = share.of(owners.index(place), weights, self.quote)
            yield row, parts

    def _is_held(self, row: Acceptance) -> bool:
        return row.expires_at is None or row.expires_at > self.now

    def _has_room(self, rows: Iterable[Acceptance]) -> bool:
        """Whether those of the rows whose time ran out can be had again."""
        lapsed = [row for row in rows if not self._is_held(row)]
        if not lapsed or lapsed[0].offer_id is None:  # the offer has been deleted, its limits too
            return True
        offer = self.offers.get(lapsed[0].offer_id)
        if offer is None:  # it lapsed in this very moment, by a log-in
            return False
        shopper = Shopper(self.quote.shopper_key, self.quote.customer_id or "", self.quote.cart_ref)
        pks = [row.pk for row in lapsed]
        taken = taken_of(offer, shopper, self.now, besides=pks, using=self.alias)
        units = sum(row.quantity for row in lapsed)
        return not exceeds(offer.limit_in_all, taken.in_all, units) and not exceeds(
            offer.limit_per_customer, taken.by_shopper, units
        )

    def mark_the_rest(self) -> None:
        """Mark what was taken at the shop's own price and is in the order."""
        bought, marked = set(self.bought), {row.pk for row in self.marked}
        for row in self.rows:
            products = bought & {it["product_id"] for it in row.result if it["done"]}
            if products and row.pk not in marked and self._is_plain(row):
                self._take_for_good(row, dict.fromkeys(sorted(products), _Share()))

    def _is_plain(self, row: Acceptance) -> bool:
        """Whether it takes nothing off by itself.

        An offer that gave nothing of what it promised is not used up by the order.
        """
        if row.kind != Acceptance.Kind.OFFER:
            return self._is_held(row)  # an upgrade that was taken back is not
        return row.terms.get("benefit") == BenefitKind.NONE.value and self._has_room([row])

    def bundles(self) -> list[Acceptance]:
        """One row for each bundle that the quote applied."""
        applied = {key_of(it.source): it for it in self.quote.applied if names(BUNDLE, it.source)}
        known = set(Bundle.objects.filter(pk__in=applied).values_list("pk", flat=True))
        rows = []
        for key, bundle in applied.items():
            row = Acceptance(
                key=_short(f"order:{self.ref}:{bundle.source}"),
                kind=Acceptance.Kind.BUNDLE,
                bundle_id=key if key in known else None,
                quantity=bundle.times,
                cart_ref=self.quote.cart_ref,
                terms={"source": bundle.source, "name": bundle.name},
                accepted_at=self.now,
            )
            self._take_for_good(row, self._shares(bundle.source))
            rows.append(row)
        return rows

    def _shares(self, source: str) -> dict[str, _Share]:
        """Units and saving of each product that the rule took something off."""
        products = {line.line_ref: str(line.product_id) for line in self.quote.lines}
        shares: dict[str, _Share] = {}
        for part in self.quote.allocations:
            if part.source == source:
                key = products[part.line_ref]
                before = shares.get(key, _Share())
                shares[key] = _Share(before.quantity + part.quantity, before.saving + part.amount)
        return shares

    def _take_for_good(self, row: Acceptance, shares: Mapping[str, _Share]) -> None:
        """Write the order on the row, with what it took off each product."""
        row.order_ref, row.ordered_at, row.expires_at = self.ref, self.now, None
        row.currency = self.quote.currency
        row.saving = sum((it.saving for it in shares.values()), Decimal(0))
        row.shopper_key = self.quote.shopper_key or row.shopper_key
        row.customer_id = self.quote.customer_id or row.customer_id
        bought = self.bought
        allocations = {key: it.as_json(bought[key]) for key, it in shares.items()}
        row.terms = {**row.terms, "allocations": allocations}
        if row.pk is not None:
            self.marked.append(row)


@dataclass(frozen=True, slots=True)
class _Share:
    """What a rule took off a product."""

    quantity: int = 0
    saving: Decimal = Decimal(0)

    def of(self, place: int, weights: Sequence[int], quote: Quote) -> _Share:
        """The part of one of several acceptances, each of so many units."""
        saving = split_amount(self.saving, [*map(Decimal, weights)], quote.currency)[place]
        return _Share(self.quantity * weights[place] // sum(weights), saving)

    def as_json(self, bought: int) -> dict[str, Any]:
        return {"bought": bought, "quantity": self.quantity, "saving": str(self.saving)}


def _enough(rows: Sequence[Acceptance], units: int) -> list[Acceptance]:
    """The first rows that hold so many units together; none if all do not."""
    chosen: list[Acceptance] = []
    for row in rows:
        if units <= 0:
            break
        chosen.append(row)
        units -= row.quantity
    return chosen if units <= 0 else []


def _short(key: str) -> str:
    """The key, or where the shop's reference is too long for one, a digest of it."""
    return key if len(key) <= LONGEST_KEY else f"order:{sha256(key.encode()).hexdigest()}"
