"""Live bundles, as terms for pricing and as offers for shoppers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from xsell.models import BundleItem
from xsell.models.schedules import running
from xsell.pricing.sets import TAKES_OFF, price_of_set
from xsell.selection.bundle_sets import could_stand, default_set
from xsell.selection.terms import BUNDLE_TERMS, NOTHING_OFF, bundle_rule, key_of
from xsell.values import (
    BenefitKind,
    BundleOffer,
    BundlePart,
    Cart,
    PriceContext,
    PriceRule,
    ProductDetails,
    ProductId,
    RulePart,
    Why,
)

Item = tuple[ProductId, int, int | None, bool]
"""Product, quantity, group and whether it is required."""


def live_bundles(product_ids: Collection[ProductId], now: datetime) -> list[PriceRule]:
    """Terms of the live bundles that hold one of the products, in one query."""
    holding = BundleItem.objects.filter(product__in=product_ids).values("bundle")
    return _rules(now, Q(bundle__in=holding))


def bundles_held(
    product_ids: Collection[ProductId], now: datetime, *, also: Collection[int] = ()
) -> list[PriceRule]:
    """Terms of the live bundles that these products may make, in one query.

    Left out are those that need another product, but for `also`: most bundles that share a product
    with a large cart are of no use to it.
    """
    items = BundleItem.objects.order_by()
    lacking = items.filter(group=None, bundle__fewest_items=None).exclude(product__in=product_ids)
    held = items.filter(product__in=product_ids).exclude(bundle__in=lacking.values("bundle"))
    return _rules(now, Q(bundle__in=held.values("bundle")) | Q(bundle__in=also))


def bundles_near(product_ids: Collection[ProductId], now: datetime) -> list[PriceRule]:
    """Terms of the live bundles with one of the products that lack one item at most, in one query.

    Left out are those that need two products or more which are not there.
    """
    items = BundleItem.objects.order_by()
    lacking = items.filter(group=None, bundle__fewest_items=None).exclude(product__in=product_ids)
    too_far = lacking.values("bundle").annotate(n_lacking=Count("pk")).filter(n_lacking__gt=1)
    held = items.filter(product__in=product_ids).exclude(bundle__in=too_far.values("bundle"))
    return _rules(now, Q(bundle__in=held.values("bundle")))


def live_bundle(bundle_id: int, now: datetime) -> PriceRule | None:
    """Terms of the bundle, if it is live."""
    return next(iter(_rules(now, Q(bundle=bundle_id))), None)


def _rules(now: datetime, which: Q) -> list[PriceRule]:
    rows = (
        BundleItem.objects.filter(which, running(now, "bundle__"), bundle__is_live=True)
        .order_by("bundle_id", "position", "pk")
        .values_list(
            *("bundle_id", "pk", "product_id", "quantity", "group", "is_required"),
            *(f"bundle__{name}" for name in BUNDLE_TERMS),
        )
    )
    terms: dict[int, tuple[Any, ...]] = {}
    # A dict: the join finds an item once for each of the products that its bundle holds.
    items: dict[int, dict[int, Item]] = {}
    for bundle_id, item_id, product_id, quantity, group, is_required, *values in rows:
        terms.setdefault(bundle_id, tuple(values))
        items.setdefault(bundle_id, {})[item_id] = (product_id, quantity, group, is_required)
    return [
        bundle_rule(
            bundle_id,
            dict(zip(BUNDLE_TERMS, values, strict=True)),
            _parts(items[bundle_id].values()),
        )
        for bundle_id, values in terms.items()
    ]


def _parts(items: Iterable[Item]) -> tuple[RulePart, ...]:
    """The items, those of one group as one part."""
    parts: dict[object, RulePart] = {}
    for product_id, quantity, group, is_required in items:
        key = ("group", group) if group is not None else ("product", product_id)
        before = parts.get(key)
        products = (*before.product_ids, product_id) if before else (product_id,)
        required = is_required or (before is not None and before.is_required)
        parts[key] = RulePart(products, quantity, required)
    return tuple(parts.values())


def bundle_offers(
    rules: Iterable[PriceRule],
    details: Mapping[ProductId, ProductDetails],
    cart: Cart,
    currency: str,
    anchor_id: ProductId | None = None,
) -> tuple[tuple[BundleOffer, ...], dict[str, str]]:
    """Bundles that can be bought now and are not all in the cart, best saving first.

    And why the others do not show: source -> reason.
    """
    held = cart.units
    for product_id, quantity in cart.units.items():
        product = details.get(product_id)
        if product is not None and product.family != product_id:
            held[product.family] += quantity
    offers, hidden = [], {}
    for rule in rules:
        if all(sum(held[it] for it in part.product_ids) >= part.quantity for part in rule.parts):
            hidden[rule.source] = "the cart has all of it"
            continue
        shown = _offer(rule, details, currency, anchor_id)
        if isinstance(shown, str):
            hidden[rule.source] = shown
        else:
            offers.append(shown)
    return tuple(sorted(offers, key=lambda it: (-it.saving, it.bundle_id))), hidden


def _offer(
    rule: PriceRule,
    details: Mapping[ProductId, ProductDetails],
    currency: str,
    anchor_id: ProductId | None,
) -> BundleOffer | str:
    """The bundle as it shows, or why it does not."""
    chosen = default_set(rule, details, currency, anchor_id)
    if chosen is None:
        return "a part of it cannot be bought now, or not so many"
    price = price_of_set(rule, chosen, PriceContext(details), currency)
    if rule.benefit.kind in TAKES_OFF and price.saving <= 0:
        return NOTHING_OFF[price.why or Why.NO_SAVING]
    return BundleOffer(
        bundle_id=key_of(rule.source),
        name=rule.name,
        parts=tuple(BundlePart(details[it], quantity) for it, quantity in chosen.items()),
        list_price=price.list_price,
        bundle_price=price.list_price - price.saving,
        saving=price.saving,
        gives_free_shipping=rule.benefit.kind is BenefitKind.FREE_SHIPPING,
        choices=could_stand(rule, details, currency),
        fewest_parts=rule.fewest_parts,
    )
