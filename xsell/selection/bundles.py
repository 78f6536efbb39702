"""Live bundles, as terms for pricing and as offers for shoppers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from xsell.models import BundleItem
from xsell.models.schedules import running
from xsell.pricing.sets import price_of_set
from xsell.values import (
    Benefit,
    BenefitKind,
    BundleOffer,
    BundlePart,
    Cart,
    PriceContext,
    PriceRule,
    ProductDetails,
    ProductId,
    RulePart,
)

TERMS = (
    *("name", "benefit", "saving_percent", "benefit_amount", "benefit_currency", "fewest_items"),
    *("precedence", "is_exclusive", "least_margin_percent", "limit_per_order"),
    *("starts_at", "ends_at"),
)


def live_bundles(product_ids: Collection[ProductId], now: datetime) -> list[PriceRule]:
    """Terms of the live bundles that hold one of the products, in one query."""
    return _rules(now, bundle__items__product__in=product_ids)


def live_bundle(bundle_id: int, now: datetime) -> PriceRule | None:
    """Terms of the bundle, if it is live."""
    return next(iter(_rules(now, bundle=bundle_id)), None)


def _rules(now: datetime, **which: object) -> list[PriceRule]:
    rows = (
        BundleItem.objects.filter(running(now, "bundle__"), bundle__is_live=True, **which)
        .order_by("bundle_id", "position", "pk")
        .values_list(
            *("bundle_id", "pk", "product_id", "quantity", "group", "is_required"),
            *(f"bundle__{name}" for name in TERMS),
        )
    )
    terms: dict[int, dict[str, Any]] = {}
    # A dict: the join finds an item once for each of the products that its bundle holds.
    items: dict[int, dict[int, tuple[ProductId, int, int | None, bool]]] = {}
    for bundle_id, item_id, product_id, quantity, group, is_required, *values in rows:
        terms[bundle_id] = dict(zip(TERMS, values, strict=True))
        items.setdefault(bundle_id, {})[item_id] = (product_id, quantity, group, is_required)
    return [_rule(bundle_id, terms[bundle_id], items[bundle_id].values()) for bundle_id in terms]


def _rule(
    bundle_id: int,
    terms: Mapping[str, Any],
    items: Iterable[tuple[ProductId, int, int | None, bool]],
) -> PriceRule:
    parts: dict[object, RulePart] = {}
    for product_id, quantity, group, is_required in items:
        key = ("group", group) if group is not None else ("product", product_id)
        before = parts.get(key)
        products = (*before.product_ids, product_id) if before else (product_id,)
        required = is_required or (before is not None and before.is_required)
        parts[key] = RulePart(products, quantity, required)
    return PriceRule(
        source=f"bundle:{bundle_id}",
        name=terms["name"],
        parts=tuple(parts.values()),
        benefit=Benefit(
            BenefitKind(terms["benefit"]),
            percent=terms["saving_percent"] or Decimal(0),
            amount=terms["benefit_amount"] or Decimal(0),
            currency=terms["benefit_currency"],
        ),
        fewest_parts=terms["fewest_items"],
        most_times=terms["limit_per_order"],
        precedence=terms["precedence"],
        is_exclusive=terms["is_exclusive"],
        least_margin_percent=terms["least_margin_percent"],
        starts_at=terms["starts_at"],
        ends_at=terms["ends_at"],
    )


def bundle_offers(
    rules: Iterable[PriceRule],
    details: Mapping[ProductId, ProductDetails],
    cart: Cart,
    currency: str,
) -> tuple[BundleOffer, ...]:
    """Bundles that can be bought whole now and are not all in the cart, best saving first."""
    held = Counter[ProductId]()
    for line in cart.lines:
        held[line.product_id] += line.quantity
    offers = []
    for rule in rules:
        chosen = {it.product_ids[0]: it.quantity for it in rule.parts}
        if all(held[product_id] >= quantity for product_id, quantity in chosen.items()):
            continue
        if not all(_fits(details.get(it), n, currency) for it, n in chosen.items()):
            continue
        price = price_of_set(rule, chosen, PriceContext(details), currency)
        if price.saving <= 0:
            continue
        offers.append(
            BundleOffer(
                int(rule.source.partition(":")[2]),
                rule.name,
                tuple(BundlePart(details[product_id], n) for product_id, n in chosen.items()),
                price.list_price,
                price.list_price - price.saving,
                price.saving,
            )
        )
    return tuple(sorted(offers, key=lambda it: (-it.saving, it.bundle_id)))


def _fits(product: ProductDetails | None, wanted: int, currency: str) -> bool:
    """Whether so many of the product can be bought now, in the cart's currency."""
    if product is None or not product.is_available or product.price is None:
        return False
    enough = product.stock is None or product.stock >= wanted
    return enough and product.currency == currency
