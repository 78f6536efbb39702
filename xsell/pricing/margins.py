"""How far a price may fall before the shop earns too little on it."""

from __future__ import annotations

from decimal import Decimal

Ratio = tuple[int, int]


def floor_price(
    unit_cost: Decimal, least_margin_percent: Decimal, tax_rate: Decimal | None, has_tax: bool
) -> Ratio:
    """The lowest price of a unit, as a numerator and a denominator.

    The net price must keep the margin above the cost: cost / (1 - margin). Where prices include
    tax, the floor does too.
    """
    cost, cost_of = unit_cost.as_integer_ratio()
    left, left_of = (100 - least_margin_percent).as_integer_ratio()
    gross, gross_of = (1 + tax_rate if has_tax and tax_rate else Decimal(1)).as_integer_ratio()
    return cost * 100 * left_of * gross, cost_of * left * gross_of


def room(price: int, quantity: int, floor: Ratio | None, fine: int, in_prices: int) -> int:
    """Whole smallest units that so many units of a product may lose, never less than 0.

    `price` counts in parts of a smallest unit, `fine` to one, `in_prices` to the main unit.
    """
    if floor is None:
        return max(0, price * quantity // fine)
    numerator, denominator = floor
    spare = price * denominator - numerator * in_prices
    return max(0, quantity * spare // (denominator * fine))
