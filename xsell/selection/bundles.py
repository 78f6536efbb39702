"""Live bundles, as terms for pricing and as offers for shoppers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from xsell.models import BundleItem
from xsell.models.schedules import running
from xsell.pricing.bundles import bundle_saving
from xsell.values import BundleOffer, BundlePart, BundleRule, Cart, ProductDetails, ProductId


def live_bundles(product_ids: Collection[ProductId], now: datetime) -> list[BundleRule]:
    """Terms of the live bundles that hold one of the products, in one query."""
    return _rules(now, bundle__items__product__in=product_ids)


def live_bundle(bundle_id: int, now: datetime) -> BundleRule | None:
    """Terms of the bundle, if it is live."""
    return next(iter(_rules(now, bundle=bundle_id)), None)


def _rules(now: datetime, **which: object) -> list[BundleRule]:
    rows = (
        BundleItem.objects.filter(running(now, "bundle__"), bundle__is_live=True, **which)
        .order_by("bundle_id", "position", "pk")
        .values_list(
            "bundle_id", "bundle__name", "bundle__saving_percent", "product_id", "quantity"
        )
    )
    terms: dict[int, tuple[str, Decimal]] = {}
    # A dict: the join finds an item once for each of the products that its bundle holds.
    quantities: dict[int, dict[ProductId, int]] = {}
    for bundle_id, name, percent, product_id, quantity in rows:
        terms[bundle_id] = (name, percent)
        quantities.setdefault(bundle_id, {})[product_id] = quantity
    return [
        BundleRule(bundle_id, name, tuple(quantities[bundle_id].items()), percent)
        for bundle_id, (name, percent) in terms.items()
    ]


def bundle_offers(
    rules: Iterable[BundleRule],
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
        products = [details.get(product_id) for product_id, _ in rule.quantities]
        if all(held[product_id] >= quantity for product_id, quantity in rule.quantities):
            continue
        if not all(_fits(it, rule, currency) for it in products):
            continue
        parts = tuple(BundlePart(details[product_id], n) for product_id, n in rule.quantities)
        prices = {it.product.product_id: it.product.price or Decimal(0) for it in parts}
        list_price, saving = bundle_saving(rule, prices, currency)
        if saving <= 0:
            continue
        offers.append(
            BundleOffer(rule.bundle_id, rule.name, parts, list_price, list_price - saving, saving)
        )
    return tuple(sorted(offers, key=lambda it: (-it.saving, it.bundle_id)))


def _fits(product: ProductDetails | None, rule: BundleRule, currency: str) -> bool:
    """Whether one set's quantity of the product can be bought now, in the cart's currency."""
    if product is None or not product.is_available or product.price is None:
        return False
    wanted = dict(rule.quantities)[product.product_id]
    enough = product.stock is None or product.stock >= wanted
    return enough and product.currency == currency
