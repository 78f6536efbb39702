"""Frozen values that travel between the layers; no request and no model instance among them."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

ProductId: TypeAlias = int | str | uuid.UUID
"""The host's primary key of a product, in the host's own type."""


@dataclass(frozen=True, slots=True)
class ShopContext:
    """Who is shopping, and under which terms. Built by the adapter, from a request or without one."""

    shopper_key: str = ""
    customer_id: str | None = None
    currency: str = ""
    language: str = ""
    channel: str = ""
    country: str = ""
    customer_group: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    consent: frozenset[str] = frozenset()
    is_staff: bool = False
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """What a shopper may know of one product now. Prices are per unit, in `currency`."""

    product_id: ProductId
    title: str
    url: str
    price: Decimal | None
    currency: str
    is_available: bool
    family: ProductId
    image_url: str = ""
    image_alt: str = ""
    list_price: Decimal | None = None
    lowest_price_30_days: Decimal | None = None
    tax_rate: Decimal | None = None
    price_includes_tax: bool | None = None
    unit_cost: Decimal | None = None
    category_ids: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    rating: Decimal | None = None
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line of a cart. `ref` is the host's name for the line; a product may have several."""

    ref: str
    product_id: ProductId
    quantity: int
    unit_price: Decimal
    tax_rate: Decimal | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cart:
    """What the shopper holds now. An absent cart is an empty one with an empty ref."""

    ref: str = ""
    currency: str = ""
    lines: tuple[CartLine, ...] = ()

    @property
    def product_ids(self) -> tuple[ProductId, ...]:
        """Distinct products in the cart, first line first."""
        return tuple(dict.fromkeys(line.product_id for line in self.lines))

    @property
    def total(self) -> Decimal:
        """Sum of the lines before any discount of xsell's."""
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class CartChange:
    """What a change of the cart came to: done, or the reason why not, in words for the shopper."""

    product_id: ProductId
    done: bool
    reason: str = ""
    line_ref: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of a placed order; `product_id` is none when the product has been deleted."""

    product_id: ProductId | None
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """A placed order that its shopper may see."""

    ref: str
    placed_at: datetime
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A category for pickers; `category_id` is what `ProductDetails.category_ids` holds."""

    category_id: str
    name: str


class Source(enum.StrEnum):
    """Where a suggestion comes from; their order here is the order in which they are asked."""

    PINNED = "pinned"
    OFFERS = "offers"
    MINED = "mined"
    TIERS = "tiers"
    CATEGORY_BEST_SELLERS = "category-best-sellers"
    BEST_SELLERS = "best-sellers"


FALLBACK_SOURCES = frozenset({Source.CATEGORY_BEST_SELLERS, Source.BEST_SELLERS})
"""Asked only while a placement has fewer suggestions than its minimum."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How often two products were bought together, and how far that is from chance.

    `lift` 1 means independent; `lift_lower` is its one-sided 95% lower bound.
    """

    n_both: int
    n_anchor: int
    n_suggested: int
    n_baskets: int
    lift: float
    lift_lower: float

    @property
    def confidence(self) -> float:
        """Share of the anchor's orders that hold the suggested product too (0 to 1)."""
        return self.n_both / self.n_anchor if self.n_anchor else 0.0


@dataclass(frozen=True, slots=True)
class OfferCopy:
    """An offer's words and identity, as a template needs them."""

    offer_id: int
    headline: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A product that a source proposes for an anchor, before anybody asked whether it may show."""

    product_id: ProductId
    source: Source
    anchor_id: ProductId | None
    position: int
    score: float = 0.0
    evidence: Evidence | None = None
    offer: OfferCopy | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product that a placement shows, with where it comes from and on what evidence."""

    product: ProductDetails
    source: Source
    anchor_id: ProductId | None
    score: float
    evidence: Evidence | None = None
    offer: OfferCopy | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What one step of the selection did with one candidate, and why."""

    product_id: ProductId
    source: Source
    step: str
    kept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PlacementContent:
    """What a placement shows: its heading, its suggestions, and every decision on the way."""

    slug: str
    heading: str
    suggestions: tuple[Suggestion, ...]
    decisions: tuple[Decision, ...]

    @property
    def has_fallback(self) -> bool:
        """Whether best sellers had to fill the place."""
        return any(it.source in FALLBACK_SOURCES for it in self.suggestions)


@dataclass(frozen=True, slots=True)
class TierFeature:
    """One cell of a tier table: "Warranty" -> "5 years"; `is_included` for a plain tick."""

    feature: str
    value: str
    is_included: bool


@dataclass(frozen=True, slots=True)
class TierRung:
    """One rung of a ladder as a shopper sees it; `difference` is what it costs above the current one."""

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


@dataclass(frozen=True, slots=True)
class BundlePart:
    """A product of a bundle and how many of it one set holds."""

    product: ProductDetails
    quantity: int


@dataclass(frozen=True, slots=True)
class BundleOffer:
    """A bundle as a shopper sees it. `list_price` - `saving` = `bundle_price`, to the cent."""

    bundle_id: int
    name: str
    parts: tuple[BundlePart, ...]
    list_price: Decimal
    bundle_price: Decimal
    saving: Decimal


@dataclass(frozen=True, slots=True)
class BundleRule:
    """The terms of a bundle as pricing needs them: product -> quantity in one set."""

    bundle_id: int
    name: str
    quantities: tuple[tuple[ProductId, int], ...]
    saving_percent: Decimal


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a discount that falls on `quantity` units of one cart line."""

    line_ref: str
    quantity: int
    amount: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class AppliedBundle:
    """A bundle that the cart holds whole, `times` times."""

    bundle_id: int
    name: str
    times: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Quote:
    """What xsell takes off a cart: allocations that sum to `saving`, to the cent."""

    currency: str
    allocations: tuple[Allocation, ...] = ()
    bundles: tuple[AppliedBundle, ...] = ()

    @property
    def saving(self) -> Decimal:
        """Everything taken off, in the cart's currency."""
        return sum((part.amount for part in self.allocations), Decimal(0))
