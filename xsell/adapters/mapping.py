"""The declarative part of a plain shop's adapter: which field holds what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db.models import F, Q
from django.db.models.expressions import Combinable

Path: TypeAlias = str | Combinable
"""A field path as in queries ("category__name"), or an expression over the model's fields."""


def prefixed(columns: Mapping[str, Path]) -> dict[str, Combinable]:
    """Columns as annotations, prefixed so that they clash with no field of the model."""
    return {
        f"xsell_{name}": F(path) if isinstance(path, str) else path
        for name, path in columns.items()
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductFields:
    """Where a product keeps what shoppers see. Required: title and price.

    `available`: which products can be bought now. `family`: the parent's key of a variant; who has
    no parent is its own. `categories`: paths to category keys, the closest first. `image` and
    `image_alt`: attributes or methods of the product. `attributes`: shown name -> path. `search`:
    text fields for pickers. `select_related`: what the product's own `get_absolute_url` and image
    need.
    """

    title: Path
    price: Path
    available: Q = field(default_factory=Q)
    image: str | None = None
    image_alt: str | None = None
    list_price: Path | None = None
    lowest_price_30_days: Path | None = None
    tax_rate: Path | None = None
    unit_cost: Path | None = None
    family: Path = "pk"
    categories: tuple[str, ...] = ()
    rating: Path | None = None
    stock: Path | None = None
    attributes: Mapping[str, Path] = field(default_factory=dict)
    search: tuple[str, ...] = ()
    select_related: tuple[str, ...] = ()

    def columns(self) -> dict[str, Path]:
        """Name -> path of everything that one query fetches."""
        optional = {
            "list_price": self.list_price,
            "lowest_price_30_days": self.lowest_price_30_days,
            "tax_rate": self.tax_rate,
            "unit_cost": self.unit_cost,
            "rating": self.rating,
            "stock": self.stock,
        }
        return {
            "title": self.title,
            "price": self.price,
            "family": self.family,
            **{name: path for name, path in optional.items() if path is not None},
            **self.category_columns(),
            **{f"attribute_{place}": path for place, path in enumerate(self.attributes.values())},
        }

    def category_columns(self) -> dict[str, Path]:
        """Those of the columns that hold category keys, the closest first."""
        return {f"category_{depth}": path for depth, path in enumerate(self.categories)}


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLineFields:
    """Where an order line keeps what mining reads. `counts` leaves cancelled orders out.

    `session_key`: where the session keeps the references of orders that a guest has just placed.
    `changed_at`: when the order was last placed, changed, cancelled or refunded, as a field with
    `auto_now` says; without it a mining update reads all orders.
    """

    model: str
    order: Path
    product: Path
    placed_at: str
    quantity: Path
    unit_price: Path
    customer: Path
    counts: Q = field(default_factory=Q)
    session_key: str = "order_refs"
    changed_at: str | None = None

    def columns(self) -> dict[str, Path]:
        """ORDER_LINE_COLUMNS without their prefix -> path; `changed_at` where it is given."""
        changed_at = {} if self.changed_at is None else {"changed_at": self.changed_at}
        return {**self.line_columns(), **changed_at}

    def line_columns(self) -> dict[str, Path]:
        """ORDER_LINE_COLUMNS without their prefix -> path."""
        return {
            "order": self.order,
            "product": self.product,
            "customer": self.customer,
            "placed_at": self.placed_at,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
        }

    def order_columns(self) -> dict[str, Path]:
        """What is the order's own: ORDER_COLUMNS and `changed_at`, as paths from a line."""
        names = ("order", "placed_at", "customer", "changed_at")
        return {name: path for name, path in self.columns().items() if name in names}

    def order_relation(self) -> str | None:
        """The line's foreign key to its order, where all that is the order's own lies behind it."""
        relation = self.placed_at.partition("__")[0]
        mine = {relation, f"{relation}_id"}
        for name, path in self.order_columns().items():
            is_key = name == "order" and path in mine
            if not is_key and not (isinstance(path, str) and path.startswith(f"{relation}__")):
                return None
        return relation


@dataclass(frozen=True, kw_only=True, slots=True)
class CartLineFields:
    """Where the cart keeps its lines; `session_key` is where the session keeps the cart's id.

    `options` is a JSON field, if lines have options; lines that differ in them stay apart.
    """

    model: str
    unit_price: Path
    cart: str = "cart"
    product: str = "product"
    quantity: str = "quantity"
    options: str | None = None
    session_key: str = "cart_id"

    def columns(self) -> dict[str, Path]:
        """Name -> path of everything that one query fetches."""
        options = {} if self.options is None else {"options": self.options}
        return {
            "cart": self.cart,
            "product": self.product,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            **options,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryFields:
    """Where a category keeps its name; its key is what `ProductFields.categories` lead to."""

    model: str
    name: Path = "name"

    def columns(self) -> dict[str, Path]:
        """Name -> path of everything that one query fetches."""
        return {"name": self.name}
