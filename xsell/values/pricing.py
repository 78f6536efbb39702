"""Bundles and what they take off."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xsell.values.shop import ProductDetails, ProductId


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
