"""Which units make one set of a bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from xsell.values import BundleChoice, PriceRule, ProductDetails, ProductId, RulePart


def default_set(
    rule: PriceRule,
    details: Mapping[ProductId, ProductDetails],
    currency: str,
    anchor_id: ProductId | None = None,
) -> dict[ProductId, int] | None:
    """One set that can be bought now: the anchor first, then the products as they are listed.

    None if no set can be. Where fewer parts are enough, those that cannot be had are left out.
    """
    filled = {part: _filled(part, details, currency, anchor_id) for part in rule.parts}
    had = {part: units for part, units in filled.items() if units}
    if len(had) < rule.n_parts_needed or any(part not in had for part in _needed(rule)):
        return None
    if anchor_id in rule.product_ids and not any(anchor_id in units for units in had.values()):
        return None
    chosen = Counter[ProductId]()
    for units in had.values():
        chosen.update(units)
    return dict(chosen)


def is_a_set(rule: PriceRule, product_ids: Iterable[ProductId]) -> bool:
    """Whether these units, a product as often as it is named, are one set of the rule's today."""
    units = Counter(product_ids)
    if not set(units) <= set(rule.product_ids):
        return False
    sums = {part: sum(units[it] for it in part.product_ids) for part in rule.parts}
    whole = [part for part, n in sums.items() if n == part.quantity]
    if len(whole) + sum(n == 0 for n in sums.values()) < len(rule.parts):
        return False
    return len(whole) >= rule.n_parts_needed and all(part in whole for part in _needed(rule))


def could_stand(
    rule: PriceRule, details: Mapping[ProductId, ProductDetails], currency: str
) -> tuple[BundleChoice, ...]:
    """What may be mixed at will: the parts with more than one product that can be bought now."""
    choices = []
    for part in rule.parts:
        products = tuple(
            details[it] for it in part.product_ids if _units_to_have(details.get(it), currency) > 0
        )
        if len(products) > 1:
            choices.append(BundleChoice(products, part.quantity))
    return tuple(choices)


def _needed(rule: PriceRule) -> list[RulePart]:
    """Parts without which there is no set."""
    if rule.fewest_parts is None:
        return list(rule.parts)
    return [part for part in rule.parts if part.is_required]


def _filled(
    part: RulePart,
    details: Mapping[ProductId, ProductDetails],
    currency: str,
    anchor_id: ProductId | None,
) -> dict[ProductId, int]:
    """The part's units, one of each product in turn; empty if there are too few."""
    ordered = sorted(part.product_ids, key=lambda it: it != anchor_id)
    left = {it: _units_to_have(details.get(it), currency) for it in ordered}
    units = Counter[ProductId]()
    while units.total() < part.quantity:
        takeable = [it for it in ordered if left[it] > 0][: part.quantity - units.total()]
        if not takeable:
            return {}
        for product_id in takeable:
            units[product_id] += 1
            left[product_id] -= 1
    return dict(units)


def _units_to_have(product: ProductDetails | None, currency: str) -> float:
    """How many of the product can be bought now, in the shopper's currency."""
    if product is None or not product.is_available or product.price is None:
        return 0
    if product.currency != currency:
        return 0
    return float("inf") if product.stock is None else product.stock
