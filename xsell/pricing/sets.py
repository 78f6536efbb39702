"""What one set of a rule costs, and what it saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xsell.values import PriceContext, PriceRule, ProductId, Why


@dataclass(frozen=True, slots=True)
class SetPrice:
    """A set's price apart, what it saves, and why that is less than the terms say."""

    list_price: Decimal
    saving: Decimal
    why: Why | None = None


def price_of_set(
    rule: PriceRule, chosen: Mapping[ProductId, int], context: PriceContext, currency: str
) -> SetPrice:
    """The price of one set of these units, as the cart will take it off. Prices are the details'."""
    raise NotImplementedError
