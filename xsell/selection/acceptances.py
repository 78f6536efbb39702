"""What a cart's shopper has taken: what it is worth at this moment, and why not more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from xsell.models import Acceptance, Offer
from xsell.selection.conditions import Occasion, group_that_holds, hold
from xsell.selection.holdings import Held
from xsell.selection.offers import StoredOffer
from xsell.selection.rulebook import rulebook
from xsell.selection.terms import (
    BUNDLE,
    OFFER,
    OFFER_BENEFIT,
    benefit_record,
    key_of,
    names,
    source_of,
)
from xsell.values import (
    BenefitKind,
    PriceRule,
    ProductId,
    RulePart,
    Why,
    Withheld,
)

LAPSED = "lapsed"
"""Among the terms: why an acceptance is not held any more, if not for its time."""


@dataclass(frozen=True, slots=True)
class TakenUnit:
    """One acceptance: so many units, held until a moment, on the terms that were written down."""

    acceptance_id: int
    product_id: ProductId | None
    quantity: int
    expires_at: datetime | None
    terms: Mapping[str, Any]

    def is_held(self, now: datetime) -> bool:
        """Whether its time has not run out."""
        return self.expires_at is None or self.expires_at > now

    @property
    def why_lapsed(self) -> Why:
        """Why it is held no more: its time ran out, unless something else ended it."""
        return Why(self.terms.get(LAPSED, Why.EXPIRED.value))


@dataclass(frozen=True, slots=True)
class TakenOffer:
    """An offer that was taken, once or more often; `stored` is none if it is live no more."""

    source: str
    stored: StoredOffer | None
    units: tuple[TakenUnit, ...]

    @property
    def name(self) -> str:
        """What shoppers read of it."""
        return self.stored.rule.name if self.stored else str(self.units[0].terms.get("name", ""))

    @property
    def product_ids(self) -> tuple[ProductId, ...]:
        """What was taken, as the cart has it: of an offered parent some of its variants."""
        return tuple(dict.fromkeys(it.product_id for it in self.units))

    @property
    def n_taken(self) -> int:
        """Units that were taken, whether or not they are still held."""
        return sum(it.quantity for it in self.units)

    def is_of_today(self) -> bool:
        """Whether the offer is there, and still of the product that it was of."""
        offered = self.units[0].terms.get("product_id")
        return self.stored is not None and str(self.stored.product_id) == offered

    @property
    def other_ids(self) -> tuple[ProductId, ...]:
        """The product that comes with it for nothing, and the one whose place it took."""
        if self.stored is None:
            return ()
        others = (self.stored.rule.benefit.gift_id, self.stored.replaced_id)
        return tuple(it for it in others if it is not None)

    def promised(self) -> bool:
        """Whether anything was, or is now, gained by it: else nobody misses it."""
        kinds = {it.terms.get("benefit") for it in self.units} - {None}
        if self.stored is not None:
            kinds.add(self.stored.rule.benefit.kind.value)
        return bool(kinds - {BenefitKind.NONE.value})

    def withheld(self, why: Why, detail: str = "") -> Withheld:
        """Why nothing, or less than was promised, is taken off."""
        return Withheld(self.source, self.name, why, detail, self.units[0].acceptance_id)


@dataclass(frozen=True, slots=True)
class Taken:
    """Offers and bundles that were taken into a cart and are not ordered yet.

    `bundles`: the first click on each bundle, by source. What a bundle takes off asks for no click.
    """

    offers: tuple[TakenOffer, ...] = ()
    bundles: Mapping[str, TakenUnit] = field(default_factory=dict)

    def bundles_of(self, product_ids: Iterable[ProductId]) -> list[int]:
        """Keys of the bundles with one of these products: of the others nobody wants to hear."""
        products = {str(it) for it in product_ids}
        return [
            key_of(source)
            for source, click in self.bundles.items()
            if names(BUNDLE, source) and products & set(click.terms.get("items", ()))
        ]


def taken_into(cart_ref: str) -> Taken:
    """What was taken into the cart, with the offers as they are today.

    In one query, and one more where there are offers.
    """
    if not cart_ref:
        return Taken()
    kinds = (Acceptance.Kind.OFFER, Acceptance.Kind.BUNDLE)
    rows = (
        Acceptance.objects.filter(cart_ref=cart_ref, order_ref="", kind__in=kinds)
        .order_by("pk")
        .values_list("pk", "product_id", "quantity", "expires_at", "terms", "kind", "offer_id")
    )
    found: dict[str, tuple[int | None, list[TakenUnit]]] = {}
    bundles: dict[str, TakenUnit] = {}
    for pk, product_id, quantity, expires_at, terms, kind, offer_id in rows:
        unit = TakenUnit(pk, product_id, quantity, expires_at, terms)
        if kind == Acceptance.Kind.BUNDLE:
            bundles.setdefault(terms.get("source", ""), unit)
            continue
        source = source_of(OFFER, offer_id) if offer_id else terms.get("source", "")
        found.setdefault(source, (offer_id, []))[1].append(unit)
    today = rulebook().offers if found else {}
    offers = tuple(
        _whole(source, today.get(offer_id or 0), units)
        for source, (offer_id, units) in found.items()
    )
    return Taken(offers, bundles)


def _whole(source: str, stored: StoredOffer | None, units: list[TakenUnit]) -> TakenOffer:
    """The offer; what was taken of another product than today's is over beside it."""
    product = str(stored.product_id) if stored else ""
    of_today = tuple(it for it in units if it.terms.get("product_id") == product)
    return TakenOffer(source, stored, of_today or tuple(units))


def rules_for(
    taken: Iterable[TakenOffer], *, holds: Held, now: datetime
) -> tuple[list[PriceRule], list[Withheld]]:
    """Terms of the taken offers that hold for the cart now; why the others do not, or not whole.

    An offer whose product has left the cart is neither: its shopper does not want it any more.
    """
    rules, withheld = [], []
    for offer in taken:
        in_cart = sum(holds.units[it] for it in offer.product_ids)
        if not in_cart or not offer.promised():
            continue
        why = why_not(offer, holds, now)
        if why is not None or offer.stored is None:
            withheld.append(offer.withheld(why or Why.ENDED))
            continue
        held = [it for it in offer.units if it.is_held(now)]
        n_held = sum(it.quantity for it in held)
        if n_held < min(offer.n_taken, in_cart):
            why = next(it.why_lapsed for it in offer.units if not it.is_held(now))
            withheld.append(offer.withheld(why, f"{n_held} of {offer.n_taken} are still held"))
        if any(is_changed(it.terms, offer.stored.columns) for it in held):
            withheld.append(offer.withheld(Why.TERMS_CHANGED))
        if offer.stored.rule.benefit.kind is not BenefitKind.NONE:
            rules.append(_rule(offer, offer.stored, held, holds))
    return rules, withheld


def why_not(offer: TakenOffer, cart: Held, now: datetime) -> Why | None:
    """Why a taken offer takes off nothing now; None where it does."""
    stored = offer.stored
    if stored is None or stored.is_shadow or not offer.is_of_today() or not stored.is_running(now):
        return Why.ENDED
    if not any(it.is_held(now) for it in offer.units):
        return offer.units[-1].why_lapsed
    if stored.objection:
        return Why.PROTECTED_TRAIT
    return None if still_holds(offer, cart) else Why.CONDITION


def still_holds(offer: TakenOffer, cart: Held) -> bool:
    """Whether the conditions hold without the units that the offer put there.

    It is no trigger of its own. What it took the place of counts as if it were there still; what
    came after an order depends on no cart.
    """
    stored = offer.stored
    if stored is None or not stored.groups or stored.kind == Offer.Kind.POST_PURCHASE:
        return stored is not None
    return hold(stored.groups, _without(offer, cart), stored.product_id)


def trigger_units(offer: TakenOffer, cart: Held) -> int:
    """Units in the cart of what the offer goes with; 0 where it holds no more."""
    stored = offer.stored
    if stored is None or not still_holds(offer, cart):
        return 0
    group = group_that_holds(stored.groups, _without(offer, cart), stored.product_id)
    return cart.units_of(group, besides=offer.product_ids)


def _without(offer: TakenOffer, cart: Held) -> Occasion:
    replaced = offer.stored.replaced_id if offer.stored else None
    return cart.without(offer.product_ids, offer.n_taken, instead=replaced)


def is_changed(terms: Mapping[str, Any], today: Mapping[str, Any]) -> bool:
    """Whether the offer gains something else than when it was taken."""
    record = benefit_record({name: today[name] for name in OFFER_BENEFIT})
    return any(terms.get(name) != value for name, value in record.items())


def _rule(
    offer: TakenOffer, stored: StoredOffer, held: Sequence[TakenUnit], cart: Held
) -> PriceRule:
    units, limit = sum(it.quantity for it in held), stored.columns["limit_per_order"]
    if limit is not None:
        units = min(units, limit)
    if included := stored.columns["included_units"]:
        units = min(units, included * trigger_units(offer, cart))
    products = tuple(dict.fromkeys(it.product_id for it in held))
    return replace(
        stored.rule,
        parts=(RulePart(products, 1),),
        most_times=units,
        acceptance_id=held[0].acceptance_id,
    )


def bundles_withheld(
    taken: Taken,
    withheld: Iterable[Withheld],
    *,
    live: Collection[str],
    in_cart: Collection[ProductId],
) -> list[Withheld]:
    """What pricing withheld, with the clicks on the bundles; and bundles taken that are over.

    Of a bundle none of whose products is left in the cart nobody wants to hear.
    """
    clicks = taken.bundles
    told = [
        replace(it, acceptance_id=clicks[it.source].acceptance_id) if it.source in clicks else it
        for it in withheld
    ]
    products = {str(product_id) for product_id in in_cart}
    for source, click in clicks.items():
        if source not in live and products & set(click.terms.get("items", ())):
            name = str(click.terms.get("name", ""))
            told.append(Withheld(source, name, Why.ENDED, "", click.acceptance_id))
    return told
