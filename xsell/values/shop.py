"""The shop as its adapter tells it: shoppers, products, carts, orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeAlias

ProductId: TypeAlias = Any
"""The host's primary key of a product: an int, a str or a UUID, as the host's model has it."""


@dataclass(frozen=True, slots=True)
class ShopContext:
    """Who is shopping, and under which terms. The adapter builds it, with a request or without.

    `visit` is xsell's own: a random name in the session, from the first answer or look that came
    back on; it outlives a log-in. `consent` holds purposes; "personal" lets xsell remember what a
    shopper looked at.
    """

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
    visit: str = ""


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


class Described(Protocol):
    """What a product is, whatever it costs: details, or traits alone."""

    @property
    def product_id(self) -> ProductId:
        """Its key."""

    @property
    def family(self) -> ProductId:
        """The parent of a variant, else the product itself."""

    @property
    def category_ids(self) -> tuple[str, ...]:
        """Its categories, the closest first."""

    @property
    def attributes(self) -> Mapping[str, str]:
        """Name -> value."""


@dataclass(frozen=True, slots=True)
class ProductTraits:
    """What conditions and segments ask of a product: as in its details, without the dear rest."""

    product_id: ProductId
    family: ProductId
    category_ids: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


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
    def units(self) -> Counter[ProductId]:
        """Units of each product, whatever lines they are on."""
        units = Counter[ProductId]()
        for line in self.lines:
            units[line.product_id] += line.quantity
        return units

    @property
    def total(self) -> Decimal:
        """Sum of the lines before any discount of xsell's."""
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Replacement:
    """So many units of a product were put into the place of another: what undoing it must know."""

    title: str
    former_id: ProductId
    former_title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class CartChange:
    """What a change of the cart came to: done, or the reason why not, in words for the shopper.

    `message` says what was done, where there is more to say than that it is in the cart.
    """

    product_id: ProductId
    done: bool
    reason: str = ""
    line_ref: str = ""
    message: str = ""
    replacement: Replacement | None = None


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
