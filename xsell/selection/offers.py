"""Which offers hold for a shopper's page and cart, and on which terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce

from xsell.models import Acceptance, Offer
from xsell.models.acceptances import counted
from xsell.pricing.sets import TAKES_OFF, price_of_set
from xsell.selection.conditions import (
    CONDITION_COLUMNS,
    Condition,
    Groups,
    Occasion,
    ask_who_is_shopping,
    grouped,
    hold,
    protected_traits,
)
from xsell.selection.terms import NOTHING_OFF, OFFER_TERMS, offer_rule
from xsell.values import (
    BenefitKind,
    Candidate,
    OfferCopy,
    PriceContext,
    PriceRule,
    ProductDetails,
    ProductId,
    ShopContext,
    Source,
    Why,
)

NOT_HONOURED = "this shop's totals do not take it off"
NOT_IN_CART = "the page meets its conditions, but the cart does not: it would save nothing there"


@dataclass(frozen=True, slots=True)
class LiveOffer:
    """A live offer: candidate, conditions and terms; `objection`: why it must not be offered."""

    kind: str
    candidate: Candidate
    groups: Groups
    rule: PriceRule
    objection: str = ""

    @property
    def product_ids(self) -> tuple[ProductId, ...]:
        """Its product and its gift."""
        gift_id = self.rule.benefit.gift_id
        return (self.candidate.product_id, *([] if gift_id is None else [gift_id]))


def live_offers(now: datetime, context: ShopContext | None = None) -> list[LiveOffer]:
    """Live offers in the order of their priority, conditions and limits included, in one query."""
    rows = (
        Offer.objects.running_at(now)
        .filter(state=Offer.State.LIVE)
        .annotate(**_left(now, context or ShopContext()))
        .order_by("priority", "pk", "conditions__group", "conditions__pk")
        .values_list(
            *("pk", "kind", "text", "left_in_all", "left_for_shopper"),
            *OFFER_TERMS,
            *("conditions__group", *(f"conditions__{name}" for name in CONDITION_COLUMNS)),
        )
    )
    first, end = 5, 5 + len(OFFER_TERMS)
    offers: dict[int, tuple[Any, ...]] = {}
    conditions: dict[int, list[tuple[int, Condition]]] = {}
    for row in rows:
        offers.setdefault(row[0], row)
        if row[end] is not None:
            conditions.setdefault(row[0], []).append((row[end], Condition(*row[end + 1 :])))
    return [
        _live(
            row[:first],
            dict(zip(OFFER_TERMS, row[first:end], strict=True)),
            grouped(conditions.get(pk, ())),
            position,
        )
        for position, (pk, row) in enumerate(offers.items())
    ]


def _live(
    own: tuple[Any, ...], terms: Mapping[str, Any], groups: Groups, position: int
) -> LiveOffer:
    pk, kind, text, left_in_all, left_for_shopper = own
    copy = OfferCopy(pk, terms["headline"], text)
    candidate = Candidate(terms["product_id"], Source.OFFERS, None, position, offer=copy)
    rule = offer_rule(pk, terms)
    objection = ""
    if left_in_all is not None and left_in_all <= 0:
        objection = "it was taken as often as it may be in all"
    elif left_for_shopper is not None and left_for_shopper <= 0:
        objection = "this shopper has had it as often as one may"
    elif rule.benefit.kind is not BenefitKind.NONE and (traits := protected_traits(groups)):
        objection = f"{', '.join(traits)} must not decide what something costs"
    return LiveOffer(kind, candidate, groups, rule, objection)


def _left(now: datetime, context: ShopContext) -> dict[str, Case]:
    """What is left of an offer's limits; none where it has none."""
    taken = Acceptance.objects.filter(counted(now), offer=OuterRef("pk")).order_by()
    own = Q(pk__in=())
    if context.customer_id:
        own = Q(customer_id=context.customer_id)
    elif context.shopper_key:
        own = Q(shopper_key=context.shopper_key)
    return {
        "left_in_all": _minus("limit_in_all", taken),
        "left_for_shopper": _minus("limit_per_customer", taken.filter(own)),
    }


def _minus(limit: str, taken: QuerySet[Any]) -> Case:
    units = taken.values("offer").annotate(units=Sum("quantity")).values("units")
    left = F(limit) - Coalesce(Subquery(units), 0)
    return Case(When(**{f"{limit}__isnull": False}, then=left), output_field=IntegerField())


def holding(
    offers: Iterable[LiveOffer],
    kind: str,
    *,
    occasion: Occasion,
    in_cart: Occasion,
    details: Mapping[ProductId, ProductDetails],
    currency: str,
    honoured: Set[BenefitKind],
) -> list[Candidate]:
    """Candidates of the offers of this kind whose conditions hold, with what they then cost.

    One that must not be offered has an objection: also one with a benefit whose conditions hold on
    the page alone, for the cart would not take off what the page says.
    """
    found = []
    for offer in offers:
        if offer.kind != kind or not hold(offer.groups, occasion):
            continue
        kind_of_benefit = offer.rule.benefit.kind
        if kind_of_benefit not in honoured:
            found.append(replace(offer.candidate, objection=NOT_HONOURED))
        elif kind_of_benefit is not BenefitKind.NONE and not hold(offer.groups, in_cart):
            found.append(replace(offer.candidate, objection=NOT_IN_CART))
        else:
            found.append(_priced(offer, details, currency))
    return found


def _priced(
    offer: LiveOffer, details: Mapping[ProductId, ProductDetails], currency: str
) -> Candidate:
    """The offer's candidate with its terms in figures, or with the reason why it must not show."""
    candidate, benefit = offer.candidate, offer.rule.benefit
    product = details.get(candidate.product_id)
    if offer.objection or candidate.offer is None or product is None or product.price is None:
        return replace(candidate, objection=offer.objection)
    if benefit.kind is BenefitKind.NONE:
        return candidate
    terms: dict[str, Any] = {"is_personal": ask_who_is_shopping(offer.groups)}
    if benefit.kind in TAKES_OFF:
        chosen = {product.product_id: 1}
        price = price_of_set(offer.rule, chosen, PriceContext(details), currency)
        if price.saving <= 0:
            return replace(candidate, objection=NOTHING_OFF[price.why or Why.NO_SAVING])
        terms |= reduced(price.list_price - price.saving, product.lowest_price_30_days)
    elif benefit.kind is BenefitKind.GIFT:
        gift = details.get(benefit.gift_id)
        if gift is None or not gift.is_available:
            return replace(candidate, objection="its gift cannot be had now")
        terms["gift"] = gift
    elif benefit.kind is BenefitKind.CODE:
        terms["code"] = benefit.code
    elif benefit.kind is BenefitKind.FREE_SHIPPING:
        terms["has_free_shipping"] = True
    return replace(candidate, offer=replace(candidate.offer, **terms))


def reduced(price: Decimal, lowest: Decimal | None) -> dict[str, Any]:
    """How a reduced price may be announced (directive 98/6/EC, article 6a).

    A struck price is the lowest of the last 30 days, and percentages are off that one; where the
    shop does not know it, or has sold for as little, the price stands alone.

    >>> reduced(Decimal("7.50"), Decimal("9.00"))["saving_percent"]
    16
    """
    if lowest is None or lowest <= price:
        return {"price": price}
    percent = ((lowest - price) * 100 / lowest).to_integral_value(rounding=ROUND_FLOOR)
    return {"price": price, "struck": lowest, "saving_percent": int(percent) or None}
