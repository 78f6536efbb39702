"""The cart as pricing sees it: lines in an order that is the same whatever the cart's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from xsell.pricing.margins import floor_price, room
from xsell.pricing.units import Scale
from xsell.values import Cart, CartLine, PriceContext, ProductDetails, ProductId


@dataclass(slots=True)
class Pool:
    """Units of the cart's line `number`, all alike; `usable` of them can be bought now."""

    line: CartLine
    price: int
    usable: int
    number: int = 0
    tax_rate: Decimal | None = None
    has_tax: bool | None = None
    unit_cost: Decimal | None = None
    rooms: dict[tuple[int, Decimal | None], int] = field(default_factory=dict)

    def room(self, quantity: int, least_margin_percent: Decimal | None, scale: Scale) -> int:
        """Smallest units that `quantity` of its units may lose; None: all of their price."""
        asked = (quantity, least_margin_percent)
        known = self.rooms.get(asked)
        if known is None:
            floor = None
            if self.unit_cost is not None and least_margin_percent is not None:
                has_tax = bool(self.has_tax)
                floor = floor_price(self.unit_cost, least_margin_percent, self.tax_rate, has_tax)
            known = room(self.price, quantity, floor, scale.fine, scale.per_unit)
            self.rooms[asked] = known
        return known


@dataclass(frozen=True, slots=True)
class Holding:
    """Everything that the cart holds: the dearest line first, of equal ones the lowest ref.

    `places` has the lines of each product, `only` the line of those that are on one alone.
    `held` and `usable` count the units of each; `is_short`: not all can be bought.
    """

    currency: str
    scale: Scale
    pools: tuple[Pool, ...]
    places: dict[ProductId, list[int]]
    only: dict[ProductId, int]
    held: dict[ProductId, int]
    usable: dict[ProductId, int]
    is_short: bool


def pool_of(line: CartLine, details: ProductDetails | None, scale: Scale, currency: str) -> Pool:
    """The line as a pool whose units can all be bought."""
    usable = max(0, line.quantity) if line.unit_price >= 0 else 0
    pool = Pool(line, scale.price(line.unit_price), usable, tax_rate=line.tax_rate)
    if details is not None:
        if pool.tax_rate is None:
            pool.tax_rate = details.tax_rate
        pool.has_tax = details.price_includes_tax
        # A cost in another currency says nothing about this price.
        if details.currency in ("", currency):
            pool.unit_cost = details.unit_cost
    return pool


def holding_of(cart: Cart, context: PriceContext) -> Holding:
    """The cart's lines with what the shop knows of their products."""
    numbered = sorted(enumerate(cart.lines), key=lambda it: (-it[1].unit_price, it[1].ref))
    scale = Scale.of(cart.currency, (line.unit_price for line in cart.lines))
    left: dict[ProductId, int] = {}
    places: dict[ProductId, list[int]] = {}
    pools = []
    for place, (number, line) in enumerate(numbered):
        product_id = line.product_id
        details = context.products.get(product_id)
        pool = pool_of(line, details, scale, cart.currency)
        pool.number = number
        if details is not None:
            _keep_to_stock(pool, details, left)
        places.setdefault(product_id, []).append(place)
        pools.append(pool)
    only = {product_id: at[0] for product_id, at in places.items() if len(at) == 1}
    held = _counted([(it.line.product_id, max(0, it.line.quantity)) for it in pools])
    usable = _counted([(it.line.product_id, it.usable) for it in pools])
    return Holding(cart.currency, scale, tuple(pools), places, only, held, usable, usable != held)


def _keep_to_stock(pool: Pool, details: ProductDetails, left: dict[ProductId, int]) -> None:
    if not details.is_available:
        pool.usable = 0
    elif details.stock is not None:
        stock = left.get(details.product_id, max(0, details.stock))
        pool.usable = min(pool.usable, stock)
        left[details.product_id] = stock - pool.usable


def _counted(units: Iterable[tuple[ProductId, int]]) -> dict[ProductId, int]:
    counted: dict[ProductId, int] = {}
    for product_id, quantity in units:
        counted[product_id] = counted.get(product_id, 0) + quantity
    return counted
