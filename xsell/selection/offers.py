"""Which offers hold for a shopper's page and cart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from xsell.models import Offer, OfferCondition
from xsell.values import Candidate, Cart, OfferCopy, ProductDetails, ProductId, Source


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as the rows hold it."""

    kind: str
    product_id: ProductId | None
    category_id: str
    amount: Decimal | None


Groups: TypeAlias = tuple[tuple[Condition, ...], ...]
"""Conditions of an offer: AND inside a group, OR between groups."""

CONDITION = tuple(column.name for column in fields(Condition))
"""Columns of a condition's row, in the order of the value."""


@dataclass(frozen=True, slots=True)
class LiveOffer:
    """A live offer: its candidate, and groups of conditions (AND inside, OR between)."""

    kind: str
    candidate: Candidate
    groups: Groups


def live_offers(now: datetime, **filters: object) -> list[LiveOffer]:
    """Live offers in the order of their priority, conditions included, in one query."""
    rows = (
        Offer.objects.running_at(now)
        .filter(is_live=True, **filters)
        .order_by("priority", "pk", "conditions__group", "conditions__pk")
        .values_list(
            *("pk", "kind", "product_id", "headline", "text"),
            "conditions__group",
            *(f"conditions__{name}" for name in CONDITION),
        )
    )
    offers: dict[int, LiveOffer] = {}
    groups: dict[int, dict[int, list[Condition]]] = {}
    for pk, kind, product_id, headline, text, group, *condition in rows:
        candidate = Candidate(
            product_id, Source.OFFERS, None, len(offers), offer=OfferCopy(pk, headline, text)
        )
        offers.setdefault(pk, LiveOffer(kind, candidate, ()))
        if group is not None:
            groups.setdefault(pk, {}).setdefault(group, []).append(Condition(*condition))
    return [
        LiveOffer(it.kind, it.candidate, tuple(map(tuple, groups.get(pk, {}).values())))
        for pk, it in offers.items()
    ]


def holding(
    offers: Iterable[LiveOffer],
    kind: str,
    *,
    cart: Cart,
    anchors: Set[ProductId],
    details: Mapping[ProductId, ProductDetails],
) -> list[Candidate]:
    """Candidates of the offers of this kind whose conditions hold; without conditions they do."""
    facts = facts_of(cart, anchors, details)
    return [
        offer.candidate for offer in offers if offer.kind == kind and holds_for(offer.groups, facts)
    ]


@dataclass(frozen=True, slots=True)
class Facts:
    """What conditions look at: the products of page and cart, their categories, and the total."""

    products: Set[ProductId]
    categories: Set[str]
    total: Decimal


def facts_of(
    cart: Cart, anchors: Set[ProductId], details: Mapping[ProductId, ProductDetails]
) -> Facts:
    """What conditions look at, for a cart and the products that a page is about."""
    present = set(anchors) | set(cart.product_ids)
    # A condition on a product holds for its variants.
    present |= {details[product_id].family for product_id in present if product_id in details}
    categories = {
        category_id
        for product_id in present
        if product_id in details
        for category_id in details[product_id].category_ids
    }
    return Facts(present, categories, cart.total)


def holds_for(groups: Groups, facts: Facts) -> bool:
    """Whether all conditions of one group hold; without conditions they do."""
    return not groups or any(all(holds(it, facts) for it in group) for group in groups)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether one condition holds."""
    match condition.kind:
        case OfferCondition.Kind.HAS_PRODUCT:
            return condition.product_id in facts.products
        case OfferCondition.Kind.HAS_CATEGORY:
            return condition.category_id in facts.categories
        case OfferCondition.Kind.TOTAL_AT_LEAST:
            return condition.amount is not None and facts.total >= condition.amount
    raise ValueError(f"unknown kind of offer condition: {condition.kind!r}")
