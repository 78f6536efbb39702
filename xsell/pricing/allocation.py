"""Splitting an amount so that its parts sum to it, to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

from xsell.pricing.currencies import minor_units


def split_amount(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Split `amount` in proportion to `weights` by the largest remainder method (Hamilton's).

    Each part is a whole number of smallest units; the parts sum to `amount` exactly, and a part is
    never larger than its weight while `amount` is not larger than their sum. Ties go to the first.
    Raise ValueError if `amount` is not in whole units, or the weights are negative or sum to 0.

    >>> split_amount(Decimal("1.00"), [Decimal(1), Decimal(1), Decimal(1)], "EUR")
    [Decimal('0.34'), Decimal('0.33'), Decimal('0.33')]
    """
    unit = Decimal(1).scaleb(-minor_units(currency))
    if amount % unit:
        raise ValueError(f"amount {amount} is finer than the smallest unit of {currency}, {unit}")
    total = sum(weights, Decimal(0))
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"weights must not be negative and must sum to more than 0: {weights}")
    exact = [amount * weight / total / unit for weight in weights]
    whole = [share.to_integral_value(rounding=ROUND_FLOOR) for share in exact]
    missing = int(amount / unit - sum(whole))
    by_remainder = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in by_remainder[:missing]:
        whole[place] += 1
    return [units * unit for units in whole]
