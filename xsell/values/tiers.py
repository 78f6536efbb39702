"""Ladders as a shopper sees them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xsell.values.shop import ProductDetails


@dataclass(frozen=True, slots=True)
class TierFeature:
    """One cell of a tier table: "Warranty" -> "5 years"; `is_included` for a plain tick."""

    feature: str
    value: str
    is_included: bool


@dataclass(frozen=True, slots=True)
class TierRung:
    """One rung as a shopper sees it; `difference` is what it costs above the current one."""

    product: ProductDetails
    rank: int
    label: str
    headline: str
    is_recommended: bool
    is_current: bool
    difference: Decimal
    features: tuple[TierFeature, ...]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A better product instead of the current one: what is gained, then what it costs more."""

    product: ProductDetails
    label: str
    headline: str
    gains: tuple[TierFeature, ...]
    difference: Decimal
