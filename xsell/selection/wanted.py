"""What a condition wants, in words for whoever asks why an offer does not show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xsell.selection.conditions import Condition, Kind
from xsell.values import ProductDetails, ProductId


def wanted(condition: Condition, details: Mapping[ProductId, ProductDetails]) -> str:
    """The condition, as in "the cart or the page has Camera"."""
    told = _told(condition, details)
    return f"not: {told}" if condition.is_negated else told


def _told(condition: Condition, details: Mapping[ProductId, ProductDetails]) -> str:
    product = details.get(condition.product_id)
    title = product.title if product is not None else f"product {condition.product_id}"
    amount = f"{condition.amount.normalize():f}" if condition.amount is not None else ""
    return {
        Kind.HAS_PRODUCT: f"the cart or the page has {title}",
        Kind.HAS_CATEGORY: f"the cart or the page has category {condition.category_id}",
        Kind.ANY_PRODUCT: f"the cart or the page has one of {condition.value}",
        Kind.ANY_CATEGORY: f"the cart or the page has a category of {condition.value}",
        Kind.TOTAL_AT_LEAST: f"the cart comes to {amount}",
        Kind.UNITS_AT_LEAST: f"the cart has {amount} units",
        Kind.KINDS_AT_LEAST: f"the cart has {amount} different products",
        Kind.DISCOUNT_IS_NEAR: "with its product a bundle is whole",
        Kind.SHOPPER_IS: f"{condition.fact} is {condition.value}",
        Kind.IS_CUSTOMER: "the shopper is logged in",
        Kind.IN_SEGMENT: f"the shopper is in segment {condition.segment_id}",
        Kind.WEEKDAYS: f"it is weekday {condition.value}",
        Kind.HOURS: f"it is between {condition.value}",
        Kind.DATES: f"it is between {condition.value}",
        Kind.STOCK_AT_LEAST: f"{amount} of {title} are in stock",
    }[Kind(condition.kind)]


def lacking(conditions: Iterable[Condition], details: Mapping[ProductId, ProductDetails]) -> str:
    """Why no group holds: of each the first that does not."""
    return "wants " + ", or ".join(dict.fromkeys(wanted(it, details) for it in conditions))
