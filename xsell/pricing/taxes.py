"""The tax on what is to pay, rounded once per rate, and how it falls on the lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xsell.pricing.units import Scale, half_up, split_units
from xsell.values import TaxTotal


@dataclass(slots=True)
class Taxed:
    """An amount in smallest units with its tax rate, and once it is known the tax on it."""

    amount: int
    tax_rate: Decimal | None
    has_tax: bool | None
    tax: int | None = None


def spread_tax(parts: Iterable[Taxed]) -> dict[Decimal, list[Taxed]]:
    """Set the tax on each part, so that each rate's tax is rounded once; the parts by rate."""
    by_rate = _by_rate(parts)
    for rate, alike in by_rate.items():
        _spread(alike, total_tax(alike, rate), rate)
    return by_rate


def relieved(before: Iterable[Taxed], after: dict[Decimal, list[Taxed]]) -> dict[Decimal, int]:
    """By rate, how much less tax there is on what is to pay than there was on the whole."""
    return {
        rate: total_tax(parts, rate) - total_tax(after[rate], rate)
        for rate, parts in _by_rate(before).items()
    }


def spread_relief(parts: Iterable[Taxed], relief: dict[Decimal, int]) -> None:
    """Set the tax that falls away with each part, which sums to the rate's `relief`."""
    for rate, alike in _by_rate(parts).items():
        _spread(alike, relief[rate], rate)


def total_tax(parts: Sequence[Taxed], rate: Decimal) -> int:
    """The tax on all these parts, in smallest units, rounded once."""
    numerator, denominator = rate.as_integer_ratio()
    weight = sum(_weights(parts, rate))
    return half_up(numerator * weight, denominator * (denominator + numerator))


def tax_totals(by_rate: dict[Decimal, list[Taxed]], scale: Scale) -> tuple[TaxTotal, ...]:
    """What is to pay at each rate, the lowest rate first."""
    totals = []
    for rate in sorted(by_rate):
        tax = sum(part.tax or 0 for part in by_rate[rate])
        amount = sum(part.amount for part in by_rate[rate])
        within = sum(part.tax or 0 for part in by_rate[rate] if part.has_tax)
        totals.append(TaxTotal(rate, scale.amount(amount - within), scale.amount(tax)))
    return tuple(totals)


def _by_rate(parts: Iterable[Taxed]) -> dict[Decimal, list[Taxed]]:
    """The parts whose tax can be told, by rate."""
    by_rate: dict[Decimal, list[Taxed]] = {}
    for part in parts:
        if part.tax_rate is not None and part.has_tax is not None:
            by_rate.setdefault(part.tax_rate, []).append(part)
    return by_rate


def _spread(parts: Sequence[Taxed], tax: int, rate: Decimal) -> None:
    shares = split_units(tax, _weights(parts, rate)) if tax else [0] * len(parts)
    for part, share in zip(parts, shares, strict=True):
        part.tax = share


def _weights(parts: Sequence[Taxed], rate: Decimal) -> list[int]:
    """Whole numbers in proportion to the tax on each part: a price with tax has less of it."""
    numerator, denominator = rate.as_integer_ratio()
    return [
        part.amount * (denominator if part.has_tax else denominator + numerator) for part in parts
    ]
