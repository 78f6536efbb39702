"""Which offers hold for a shopper's page and cart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from xsell.models import Offer, OfferCondition
from xsell.values import Candidate, Cart, OfferCopy, ProductDetails, ProductId, Source


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as the rows hold it."""

    kind: str
    product_id: ProductId | None
    category_id: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class LiveOffer:
    """A live offer: its candidate, and groups of conditions (AND inside, OR between)."""

    kind: str
    candidate: Candidate
    groups: tuple[tuple[Condition, ...], ...]


def live_offers(now: datetime, **filters: object) -> list[LiveOffer]:
    """Live offers in the order of their priority, conditions included, in one query."""
    rows = (
        Offer.objects.running_at(now)
        .filter(is_live=True, **filters)
        .order_by("priority", "pk", "conditions__group", "conditions__pk")
        .values_list(
            *("pk", "kind", "product_id", "headline", "text"),
            *("conditions__group", "conditions__kind", "conditions__product_id"),
            *("conditions__category_id", "conditions__amount"),
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
    present = set(anchors) | set(cart.product_ids)
    # A condition on a product holds for its variants.
    present |= {details[product_id].family for product_id in present if product_id in details}
    categories = {
        category_id
        for product_id in present
        if product_id in details
        for category_id in details[product_id].category_ids
    }

    def holds(condition: Condition) -> bool:
        match condition.kind:
            case OfferCondition.Kind.HAS_PRODUCT:
                return condition.product_id in present
            case OfferCondition.Kind.HAS_CATEGORY:
                return condition.category_id in categories
            case OfferCondition.Kind.TOTAL_AT_LEAST:
                return condition.amount is not None and cart.total >= condition.amount
        raise ValueError(f"unknown kind of offer condition: {condition.kind!r}")

    return [
        offer.candidate
        for offer in offers
        if offer.kind == kind
        and (not offer.groups or any(all(map(holds, group)) for group in offer.groups))
    ]
