"""Offers as the rows hold them: terms, conditions, caps, and what follows an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from xsell.models import Offer, OfferCondition
from xsell.selection.conditions import (
    CONDITION_COLUMNS,
    Condition,
    Groups,
    Kind,
    grouped,
    protected_traits,
)
from xsell.selection.terms import OFFER, OFFER_TERMS, offer_rule, source_of
from xsell.values import Benefit, BenefitKind, OfferCopy, PriceRule, ProductId

CAPS = ("shown_per_session", "shown_per_customer", "cool_down_days", "days_after_purchase")
LIMITS = ("limit_in_all", "limit_per_customer", "limit_per_order")
MANNER = (
    *("units", "leaves_with_trigger", "fewest_units", "most_units", "included_units"),
    *("replaced_product_id", "shows_end", "next_if_accepted_id", "next_if_declined_id"),
)
OWN = ("pk", "kind", "state", "text", "placement__slug", "hold_minutes")
ALL_OF_IT = Benefit(BenefitKind.PERCENT, percent=Decimal(100))

LATE = frozenset({Kind.STOCK_AT_LEAST, Kind.DISCOUNT_IS_NEAR})
REPLACING = frozenset({Offer.Kind.UPSELL, Offer.Kind.DOWNSELL})
ATTACHED = frozenset({Offer.Kind.BUMP, Offer.Kind.ADD_ON})
"""Kinds that belong to what is in the cart already."""


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """An offer that is live or in shadow, whatever the hour; `columns` are its own.

    `objection`: why it must not be offered to anybody, whoever asks.
    """

    offer_id: int
    position: int
    kind: str
    placement: str
    rule: PriceRule
    columns: Mapping[str, Any]
    groups: Groups = ()
    early_groups: Groups = ()
    """The conditions that can be decided before the offer's products are known."""
    objection: str = ""

    @property
    def source(self) -> str:
        """The name by which the ledger and the shopper's answers know it."""
        return self.rule.source

    @property
    def product_id(self) -> ProductId:
        """What is offered."""
        return self.columns["product_id"]

    @property
    def replaced_id(self) -> ProductId | None:
        """What it takes the place of."""
        return self.columns["replaced_product_id"]

    @property
    def is_shadow(self) -> bool:
        """Whether it is decided and not shown."""
        return bool(self.columns["state"] == Offer.State.SHADOW)

    @property
    def is_limited(self) -> bool:
        """Whether it can be taken only so often, over all carts."""
        limits = (self.columns["limit_in_all"], self.columns["limit_per_customer"])
        return any(it is not None for it in limits)

    @property
    def stocked_ids(self) -> tuple[ProductId, ...]:
        """Products whose stock its conditions ask for."""
        conditions = (it for group in self.groups for it in group)
        return tuple(it.product_id for it in conditions if it.kind == Kind.STOCK_AT_LEAST)

    @property
    def product_ids(self) -> tuple[ProductId, ...]:
        """All products that must be known to decide about it."""
        own = (self.product_id, self.replaced_id, self.rule.benefit.gift_id)
        return (*(it for it in own if it is not None), *self.stocked_ids)

    @property
    def named_ids(self) -> tuple[ProductId, ...]:
        """All products that its conditions name."""
        conditions = (it for group in self.groups for it in group)
        return tuple(it.product_id for it in conditions if it.product_id is not None)

    @property
    def asks_for_discount(self) -> bool:
        """Whether a condition asks if its product makes a bundle whole."""
        return any(it.kind == Kind.DISCOUNT_IS_NEAR for group in self.groups for it in group)

    @property
    def segment_ids(self) -> tuple[int, ...]:
        """Segments that its conditions ask for."""
        conditions = (it for group in self.groups for it in group)
        return tuple(it.segment_id for it in conditions if it.segment_id is not None)

    def copy(self) -> OfferCopy:
        """Its words."""
        return OfferCopy(self.offer_id, self.columns["headline"], self.columns["text"])

    def is_running(self, now: datetime) -> bool:
        """Whether its schedule holds."""
        starts_at, ends_at = self.rule.starts_at, self.rule.ends_at
        return (starts_at is None or starts_at <= now) and (ends_at is None or ends_at > now)

    def units_for(self, trigger_units: int) -> int:
        """Units that one click takes, where so many units of what it goes with are in the cart."""
        if self.columns["units"] == Offer.Units.AS_TRIGGER:
            return max(1, trigger_units)
        return 1

    def most_units_for(self, trigger_units: int) -> int | None:
        """Units that may stand beside so many of what it goes with; None: any number."""
        if self.kind == Offer.Kind.ADD_ON:
            most: int = self.columns["most_units"]
            return most * trigger_units
        return None


def stored_offers(traits: Mapping[int, Sequence[str]] = {}) -> list[StoredOffer]:
    """All offers that are live or in shadow, by priority, in two queries.

    `traits`: protected traits that a segment asks for.
    """
    states = (Offer.State.LIVE, Offer.State.SHADOW)
    names = tuple(dict.fromkeys((*OWN, *OFFER_TERMS, *LIMITS, *CAPS, *MANNER)))
    rows = Offer.objects.filter(state__in=states).order_by("priority", "pk").values(*names)
    conditions = _conditions(states)
    return [
        _stored(position, columns, conditions.get(columns["pk"], ()), traits)
        for position, columns in enumerate(rows)
    ]


def _conditions(states: Iterable[str]) -> dict[int, list[tuple[int, tuple[Any, ...]]]]:
    """Group and columns of each condition, by offer."""
    found: dict[int, list[tuple[int, tuple[Any, ...]]]] = {}
    rows = (
        OfferCondition.objects.filter(offer__state__in=states)
        .order_by("offer_id", "group", "pk")
        .values_list("offer_id", "group", *CONDITION_COLUMNS)
    )
    for offer_id, group, *columns in rows:
        found.setdefault(offer_id, []).append((group, tuple(columns)))
    return found


def _stored(
    position: int,
    columns: Mapping[str, Any],
    conditions: Iterable[tuple[int, tuple[Any, ...]]],
    traits: Mapping[int, Sequence[str]],
) -> StoredOffer:
    objection = ""
    groups: Groups = ()
    try:
        groups = grouped((group, Condition.of(*own)) for group, own in conditions)
    except ValueError as error:
        objection = f"a condition cannot be read: {error}"
    rule = offer_rule(columns["pk"], columns)
    if columns["included_units"]:
        # What it goes with bears its cost: beside it no margin is left to keep.
        rule = replace(rule, benefit=ALL_OF_IT, least_margin_percent=None)
    asked = (it for group in groups for it in group if it.segment_id is not None)
    protected = [
        *protected_traits(groups),
        *(trait for it in asked for trait in traits.get(it.segment_id or 0, ())),
    ]
    if rule.benefit.kind is not BenefitKind.NONE and protected:
        objection = f"{', '.join(protected)} must not decide what something costs"
    placement = columns["placement__slug"] or ""
    own = (columns["pk"], position, columns["kind"], placement)
    early = tuple(tuple(it for it in group if it.kind not in LATE) for group in groups)
    return StoredOffer(*own, rule, columns, groups, early, objection)


Answers = dict[int, tuple[tuple[str, bool], ...]]
"""Offer -> after which answers it comes: (source, whether that was a yes)."""


def stored_followers() -> Answers:
    """What follows what, in one query.

    Of offers in every state: who waits for the answer to a paused one must not come on its own.
    """
    led = Offer.objects.exclude(next_if_accepted=None, next_if_declined=None).order_by("pk")
    return followers(led.values_list("pk", "next_if_accepted_id", "next_if_declined_id"))


def followers(leading: Iterable[tuple[int, int | None, int | None]]) -> Answers:
    """From keys of offers, each with what comes after a yes and after a no."""
    found: dict[int, list[tuple[str, bool]]] = {}
    for offer_id, after_yes, after_no in leading:
        for follower, is_yes in ((after_yes, True), (after_no, False)):
            if follower is not None:
                found.setdefault(follower, []).append((source_of(OFFER, offer_id), is_yes))
    return {offer_id: tuple(answers) for offer_id, answers in found.items()}


def leading(offers: Iterable[StoredOffer]) -> list[tuple[int, int | None, int | None]]:
    """Of each offer its key, what comes after a yes, and what after a no."""
    ahead = ("next_if_accepted_id", "next_if_declined_id")
    return [(it.offer_id, *(it.columns[name] for name in ahead)) for it in offers]
