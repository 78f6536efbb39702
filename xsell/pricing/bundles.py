"""What bundles take off a cart.

Stated order: bundles are tried from the largest saving per set to the smallest (ties: the lower
id), each as many times as the cart holds it whole from units that no bundle before has used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xsell.pricing.allocation import split_amount
from xsell.pricing.currencies import rounded
from xsell.values import (
    Allocation,
    AppliedBundle,
    BundleRule,
    Cart,
    CartLine,
    ProductId,
    Quote,
)


def bundle_saving(
    rule: BundleRule, prices: Mapping[ProductId, Decimal], currency: str
) -> tuple[Decimal, Decimal]:
    """List price of one set and what the bundle takes off it, both in whole smallest units.

    >>> rule = BundleRule(1, "Breakfast", (("bread", 1), ("egg", 6)), Decimal(10))
    >>> bundle_saving(rule, {"bread": Decimal("2.50"), "egg": Decimal("0.30")}, "EUR")
    (Decimal('4.30'), Decimal('0.43'))
    """
    list_price = sum(
        (prices[product_id] * quantity for product_id, quantity in rule.quantities), Decimal(0)
    )
    return rounded(list_price, currency), rounded(list_price * rule.saving_percent / 100, currency)


@dataclass(slots=True)
class _Unused:
    """Units of a cart line that no bundle has taken yet."""

    line: CartLine
    quantity: int


def quote_bundles(cart: Cart, rules: Iterable[BundleRule]) -> Quote:
    """Allocations of every bundle that the cart holds whole. No unit is used twice, no line gets
    more off than its units cost, and the order of lines and rules does not matter.
    """
    unused: dict[ProductId, list[_Unused]] = {}
    # Dearest units first: where a product stands in two lines at two prices, the shopper gains.
    for line in sorted(cart.lines, key=lambda line: (-line.unit_price, line.ref)):
        unused.setdefault(line.product_id, []).append(_Unused(line, line.quantity))
    prices = {product_id: lines[0].line.unit_price for product_id, lines in unused.items()}
    applicable = [
        rule for rule in rules if all(product_id in prices for product_id, _ in rule.quantities)
    ]
    applicable.sort(
        key=lambda rule: (-bundle_saving(rule, prices, cart.currency)[1], rule.bundle_id)
    )
    allocations: list[Allocation] = []
    applied: list[AppliedBundle] = []
    for rule in applicable:
        times, parts = _apply(rule, unused, cart.currency)
        if parts:
            amount = sum((part.amount for part in parts), Decimal(0))
            allocations += parts
            applied.append(AppliedBundle(rule.bundle_id, rule.name, times, amount))
    return Quote(cart.currency, tuple(allocations), tuple(applied))


def _apply(
    rule: BundleRule, unused: Mapping[ProductId, list[_Unused]], currency: str
) -> tuple[int, list[Allocation]]:
    """Take the rule's units as often as they are there; the allocations of all its sets."""
    times = min(
        sum(part.quantity for part in unused[product_id]) // quantity
        for product_id, quantity in rule.quantities
    )
    if not times:
        return 0, []
    taken = [
        use
        for product_id, quantity in rule.quantities
        for use in _take(unused[product_id], quantity * times)
    ]
    costs = [line.unit_price * quantity for line, quantity in taken]
    saving = rounded(sum(costs, Decimal(0)) * rule.saving_percent / 100, currency)
    if saving <= 0:
        return 0, []
    amounts = split_amount(saving, costs, currency)
    return times, [
        Allocation(line.ref, quantity, amount, f"bundle:{rule.bundle_id}")
        for (line, quantity), amount in zip(taken, amounts, strict=True)
        if amount
    ]


def _take(parts: list[_Unused], wanted: int) -> list[tuple[CartLine, int]]:
    """Use up `wanted` units, from the first lines on."""
    taken = []
    for part in parts:
        quantity = min(part.quantity, wanted)
        if quantity:
            part.quantity -= quantity
            wanted -= quantity
            taken.append((part.line, quantity))
    return taken
