"""A shop curates by the parent; a cart holds variants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xsell.values import Cart, PriceRule, ProductDetails, ProductId

Variants = Mapping[ProductId, tuple[ProductId, ...]]


def variants_in(cart: Cart, details: Mapping[ProductId, ProductDetails]) -> Variants:
    """Parent -> its variants in the cart."""
    variants: dict[ProductId, tuple[ProductId, ...]] = {}
    for product_id in cart.product_ids:
        family = details[product_id].family if product_id in details else product_id
        if family != product_id:
            variants[family] = (*variants.get(family, ()), product_id)
    return variants


def with_variants(rule: PriceRule, variants: Variants) -> PriceRule:
    """The rule with the cart's variants wherever it names their parent."""
    if not any(product_id in variants for product_id in rule.product_ids):
        return rule
    parts = []
    for part in rule.parts:
        own = (it for parent in part.product_ids for it in variants.get(parent, ()))
        parts.append(replace(part, product_ids=tuple(dict.fromkeys([*part.product_ids, *own]))))
    return replace(rule, parts=tuple(parts))
