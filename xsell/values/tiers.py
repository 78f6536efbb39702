"""Ladders as a shopper sees them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xsell.values.shop import ProductDetails, ProductId


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
class TierGain:
    """A feature that comes with a step: "Warranty", "5 years", instead of "2 years".

    `value` is empty for a plain tick, `instead_of` where the current product does not have it.
    """

    feature: str
    value: str
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Another product instead of the current one: what is gained, then what it costs more.

    `source` names the step: who declines it says no to that. `losses` are what the current product
    has and this one has not, or has otherwise in a smaller one. `difference` is below zero where it
    costs less. `is_downsell`: the smaller one, after a no. `is_computed`: nobody curated it, it
    costs a little more and is bought more often.
    """

    product: ProductDetails
    label: str
    headline: str
    gains: tuple[TierGain, ...]
    difference: Decimal
    source: str = ""
    losses: tuple[TierGain, ...] = ()
    is_downsell: bool = False
    is_computed: bool = False


@dataclass(frozen=True, slots=True)
class Undoable:
    """An upgrade that the shopper can take back: `key` names the click that took it."""

    key: str
    product_id: ProductId
    title: str
    former_id: ProductId
    former_title: str
