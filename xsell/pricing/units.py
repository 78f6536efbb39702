"""Money as whole numbers: of a currency's smallest unit, and of a fixed part of it for prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xsell.pricing.currencies import minor_units


@dataclass(frozen=True, slots=True)
class Scale:
    """How money is counted in one quote: amounts in smallest units, prices `fine` times finer."""

    decimals: int
    fine: int

    @classmethod
    def of(cls, currency: str, prices: Iterable[Decimal]) -> Scale:
        """The scale on which each of these prices is a whole number."""
        decimals = minor_units(currency)
        units, fine = 10**decimals, 1
        for price in prices:
            _, denominator = price.as_integer_ratio()
            # Reduced: 0.335 is 67/200, which is whole in thousandths.
            while units * fine % denominator:
                fine *= 10
        return cls(decimals, fine)

    @property
    def per_unit(self) -> int:
        """Parts in which prices are counted, to one of the currency itself."""
        return self.fine * int(10**self.decimals)

    def price(self, price: Decimal) -> int:
        """A price as a whole number."""
        numerator, denominator = price.as_integer_ratio()
        return numerator * self.per_unit // denominator

    def whole(self, amount: Decimal) -> int:
        """An amount in smallest units, halves up."""
        numerator, denominator = amount.as_integer_ratio()
        return half_up(numerator * 10**self.decimals, denominator)

    def amount(self, units: int) -> Decimal:
        """So many smallest units as an amount."""
        return Decimal(units).scaleb(-self.decimals)


def half_up(numerator: int, denominator: int) -> int:
    """The quotient as a whole number, halves away from zero.

    >>> half_up(5, 2), half_up(-5, 2), half_up(7, 5)
    (3, -3, 1)
    """
    if numerator < 0:
        return -half_up(-numerator, denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def split_units(amount: int, weights: Sequence[int]) -> list[int]:
    """Split whole units in proportion to the weights by the largest remainder, ties to the first.

    >>> split_units(100, [1, 1, 1])
    [34, 33, 33]
    """
    total = sum(weights)
    if total == 0:
        if amount:
            raise ValueError(f"nothing to split {amount} over: {weights}")
        return [0] * len(weights)
    shares = [divmod(amount * weight, total) for weight in weights]
    parts = [whole for whole, _ in shares]
    missing = amount - sum(parts)
    if missing:
        by_remainder = sorted(range(len(parts)), key=lambda place: -abs(shares[place][1]))
        for place in by_remainder[:missing]:
            parts[place] += 1
    return parts


def split_within(amount: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """Split in proportion to the weights, but give none more than it has room for.

    What a full one cannot hold goes to the others. Raise ValueError where all are too small.

    >>> split_within(10, [5, 5], [2, 9])
    [2, 8]
    """
    if amount > sum(rooms):
        raise ValueError(f"no room for {amount} in {rooms}")
    parts = [0] * len(weights)
    open_places = list(range(len(weights)))
    while True:
        total = sum(weights[place] for place in open_places)
        full = [it for it in open_places if amount * weights[it] > rooms[it] * total]
        if not full:
            break
        for place in full:
            parts[place] = rooms[place]
            amount -= rooms[place]
        open_places = [place for place in open_places if place not in full]
    shares = split_units(amount, [weights[place] for place in open_places])
    for place, share in zip(open_places, shares, strict=True):
        parts[place] = share
    return parts
