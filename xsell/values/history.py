"""What a customer has bought, as the shop's own orders tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from xsell.values.shop import ProductId


@dataclass(frozen=True, slots=True)
class Purchase:
    """One line of an order that counts; `product_id` is none when the product has been deleted."""

    order_ref: str
    product_id: ProductId | None
    placed_at: datetime
    quantity: int
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """What the line cost."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class History:
    """A customer's purchases, the newest first; a guest, or who never bought, has none."""

    purchases: tuple[Purchase, ...] = ()

    @property
    def product_ids(self) -> tuple[ProductId, ...]:
        """Distinct products, the last bought first."""
        bought = (it.product_id for it in self.purchases if it.product_id is not None)
        return tuple(dict.fromkeys(bought))

    @property
    def n_orders(self) -> int:
        """Distinct orders."""
        return len({it.order_ref for it in self.purchases})

    @property
    def spent(self) -> Decimal:
        """What all orders cost together."""
        return sum((it.amount for it in self.purchases), Decimal(0))

    @property
    def last_order_at(self) -> datetime | None:
        """When the newest order was placed."""
        return self.purchases[0].placed_at if self.purchases else None

    @property
    def first_order_at(self) -> datetime | None:
        """When the oldest order was placed."""
        return self.purchases[-1].placed_at if self.purchases else None

    def since(self, moment: datetime) -> History:
        """The part of it that was placed at or after the moment."""
        return History(tuple(it for it in self.purchases if it.placed_at >= moment))


def history_from(purchases: Iterable[Purchase]) -> History:
    """A history of purchases in any order."""
    return History(tuple(sorted(purchases, key=lambda it: it.placed_at, reverse=True)))
