from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template

register = template.Library()
CENT = Decimal("0.01")


@register.filter
def money(amount: Decimal | float | None) -> str:
    """1234.5 -> "$1,234.50"."""
    if amount is None or amount == "":
        return ""
    rounded = Decimal(str(amount)).quantize(CENT, ROUND_HALF_UP)
    return f"-${-rounded:,.2f}" if rounded < 0 else f"${rounded:,.2f}"


@register.filter
def unit_price(product: Any) -> str:
    """The price of one measure unit, to the tenth of a cent below a dollar: "$0.124 / oz"."""
    per_unit = product.price_per_unit
    if per_unit is None:
        return ""
    figure = f"${per_unit:,.2f}" if per_unit >= 1 else f"{per_unit * 100:.1f}¢"
    return f"{figure} / {product.measure_unit}"


@register.filter
def percent(rate: Decimal) -> str:
    """0.0700 -> "7%"."""
    return f"{(rate * 100).normalize():f}%"
