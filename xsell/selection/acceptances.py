"""What a cart's shopper has taken: what it is worth at this moment, and why not more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from xsell.models import Acceptance, Offer
from xsell.selection.conditions import (
    CONDITION_COLUMNS,
    Condition,
    Groups,
    Held,
    grouped,
    hold,
    protected_traits,
)
from xsell.selection.terms import (
    BUNDLE,
    OFFER,
    OFFER_BENEFIT,
    OFFER_TERMS,
    benefit_record,
    key_of,
    names,
    offer_rule,
    source_of,
)
from xsell.values import (
    BenefitKind,
    Cart,
    PriceRule,
    ProductDetails,
    ProductId,
    RulePart,
    ShopContext,
    Why,
    Withheld,
)

LAPSED = "lapsed"
"""Among the terms: why an acceptance is not held any more, if not for its time."""

TODAY = ("state", "limit_per_order", *OFFER_TERMS)
"""Columns of an offer that say what it is worth now."""


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
    """An offer that was taken, once or more often; `today` is empty if it has been deleted."""

    source: str
    today: Mapping[str, Any]
    units: tuple[TakenUnit, ...]
    groups: Groups = ()

    @property
    def offer_id(self) -> int:
        """Its key, as the source tells it."""
        return key_of(self.source)

    @property
    def name(self) -> str:
        """What shoppers read of it."""
        return str(self.today.get("headline") or self.units[0].terms.get("name", ""))

    @property
    def product_ids(self) -> tuple[ProductId, ...]:
        """What was taken, as the cart has it: of an offered parent some of its variants."""
        return tuple(dict.fromkeys(it.product_id for it in self.units))

    def is_of_today(self) -> bool:
        """Whether the offer is there, and still of the product that it was of."""
        offered = self.units[0].terms.get("product_id")
        return bool(self.today) and str(self.today["product_id"]) == offered

    @property
    def gift_id(self) -> ProductId | None:
        """The product that comes with it for nothing."""
        return self.today.get("gift_product_id")

    def promised(self) -> bool:
        """Whether anything was, or is now, gained by it: else nobody misses it."""
        kinds = {it.terms.get("benefit") for it in self.units} | {self.today.get("benefit")}
        return bool(kinds - {None, BenefitKind.NONE.value})

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
    """What was taken into the cart, with the offers as they are today, in one query."""
    if not cart_ref:
        return Taken()
    kinds = (Acceptance.Kind.OFFER, Acceptance.Kind.BUNDLE)
    rows = (
        Acceptance.objects.filter(cart_ref=cart_ref, order_ref="", kind__in=kinds)
        .order_by("pk", "offer__conditions__group", "offer__conditions__pk")
        .values_list(
            *("pk", "product_id", "quantity", "expires_at", "terms", "kind", "offer_id"),
            *(f"offer__{name}" for name in TODAY),
            "offer__conditions__group",
            *(f"offer__conditions__{name}" for name in CONDITION_COLUMNS),
        )
    )
    found: dict[str, _Found] = {}
    bundles: dict[str, TakenUnit] = {}
    for pk, product_id, quantity, expires_at, terms, kind, offer_id, *rest in rows:
        unit = TakenUnit(pk, product_id, quantity, expires_at, terms)
        if kind == Acceptance.Kind.BUNDLE:
            bundles.setdefault(terms.get("source", ""), unit)
            continue
        source = source_of(OFFER, offer_id) if offer_id else terms.get("source", "")
        offer = found.setdefault(source, _Found())
        offer.units[pk] = unit
        if offer_id:
            offer.today = dict(zip(TODAY, rest, strict=False))
        group, *condition = rest[len(TODAY) :]
        if group is not None and len(offer.units) == 1:  # the join tells them with each acceptance
            offer.conditions.append((group, Condition(*condition)))
    return Taken(tuple(offer.whole(source) for source, offer in found.items()), bundles)


@dataclass(slots=True)
class _Found:
    """What the rows have told so far of one offer."""

    today: dict[str, Any] = field(default_factory=dict)
    units: dict[int, TakenUnit] = field(default_factory=dict)
    conditions: list[tuple[int, Condition]] = field(default_factory=list)

    def whole(self, source: str) -> TakenOffer:
        """The offer; what was taken of another product than today's is over beside it."""
        units = tuple(self.units.values())
        product = str(self.today.get("product_id"))
        of_today = tuple(it for it in units if it.terms.get("product_id") == product)
        return TakenOffer(source, self.today, of_today or units, grouped(self.conditions))


def rules_for(
    taken: Iterable[TakenOffer],
    *,
    cart: Cart,
    context: ShopContext,
    details: Mapping[ProductId, ProductDetails],
    now: datetime,
) -> tuple[list[PriceRule], list[Withheld]]:
    """Terms of the taken offers that hold for the cart now; why the others do not, or not whole.

    An offer whose product has left the cart is neither: its shopper does not want it any more.
    """
    rules, withheld = [], []
    holds = Held(context, cart, details)
    for offer in taken:
        in_cart = sum(holds.units[it] for it in offer.product_ids)
        if not in_cart or not offer.promised():
            continue
        why = why_not(offer, holds, now)
        if why is not None:
            withheld.append(offer.withheld(why))
            continue
        held = [it for it in offer.units if it.is_held(now)]
        n_held, n_taken = (sum(it.quantity for it in units) for units in (held, offer.units))
        if n_held < min(n_taken, in_cart):
            why = next(it.why_lapsed for it in offer.units if not it.is_held(now))
            withheld.append(offer.withheld(why, f"{n_held} of {n_taken} are still held"))
        if any(is_changed(it.terms, offer.today) for it in held):
            withheld.append(offer.withheld(Why.TERMS_CHANGED))
        if offer.today["benefit"] != BenefitKind.NONE.value:
            rules.append(_rule(offer, held))
    return rules, withheld


def why_not(offer: TakenOffer, cart: Held, now: datetime) -> Why | None:
    """Why a taken offer takes off nothing now; None where it does."""
    today = offer.today
    if not offer.is_of_today() or today["state"] != Offer.State.LIVE:
        return Why.ENDED
    starts_at, ends_at = today["starts_at"], today["ends_at"]
    if (starts_at is not None and starts_at > now) or (ends_at is not None and ends_at <= now):
        return Why.ENDED
    if not any(it.is_held(now) for it in offer.units):
        return offer.units[-1].why_lapsed
    if today["benefit"] != BenefitKind.NONE.value and protected_traits(offer.groups):
        return Why.PROTECTED_TRAIT
    if not offer.groups:
        return None
    # Without the units that the offer put there: it is no trigger of its own.
    others = cart.without(offer.product_ids, sum(it.quantity for it in offer.units))
    return None if hold(offer.groups, others) else Why.CONDITION


def is_changed(terms: Mapping[str, Any], today: Mapping[str, Any]) -> bool:
    """Whether the offer gains something else than when it was taken."""
    record = benefit_record({name: today[name] for name in OFFER_BENEFIT})
    return any(terms.get(name) != value for name, value in record.items())


def _rule(offer: TakenOffer, held: Sequence[TakenUnit]) -> PriceRule:
    n_held, limit = sum(it.quantity for it in held), offer.today["limit_per_order"]
    rule = offer_rule(
        offer.offer_id,
        offer.today,
        units=n_held if limit is None else min(n_held, limit),
        acceptance_id=held[0].acceptance_id,
    )
    products = tuple(dict.fromkeys(it.product_id for it in held))
    return replace(rule, parts=(RulePart(products, 1),))


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
