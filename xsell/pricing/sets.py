"""What one set of a rule costs, and what it saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xsell.pricing.pools import Pool, pool_of
from xsell.pricing.units import Scale, half_up
from xsell.values import BenefitKind, CartLine, PriceContext, PriceRule, ProductId, Why

IN_MONEY = frozenset((BenefitKind.AMOUNT, BenefitKind.FIXED_PRICE))
TAKES_OFF = IN_MONEY | {BenefitKind.PERCENT, BenefitKind.CHEAPEST_FREE}


@dataclass(frozen=True, slots=True)
class SetPrice:
    """A set's price apart, what it saves, and why that is less than the terms say."""

    list_price: Decimal
    saving: Decimal
    why: Why | None = None


Groups = Sequence[tuple[Pool, int]]
"""Units of a set, those of one line together."""


def apart(groups: Groups, scale: Scale) -> int:
    """What these units cost, rounded once."""
    return half_up(sum(pool.price * n for pool, n in groups), scale.fine)


def saving_of(rule: PriceRule, groups: Groups, scale: Scale) -> tuple[int, int]:
    """What one set of these units saves, and what the terms alone would take off it."""
    promised = _promised(rule, groups, scale)
    for pool, _ in groups:
        if pool.unit_cost is not None:
            return min(promised, sum(rooms_of(rule, groups, scale))), promised
    return promised, promised


def rooms_of(rule: PriceRule, groups: Groups, scale: Scale) -> list[int]:
    """What each of the groups may lose before its margin is too small."""
    margin = rule.least_margin_percent
    return [pool.room(n, margin, scale) for pool, n in groups]


def _promised(rule: PriceRule, groups: Groups, scale: Scale) -> int:
    whole = apart(groups, scale)
    benefit = rule.benefit
    kind = benefit.kind
    if kind is BenefitKind.PERCENT:
        percent, of = benefit.percent.as_integer_ratio()
        saving = half_up(whole * percent, 100 * of)
    elif kind is BenefitKind.AMOUNT:
        saving = scale.whole(benefit.amount)
    elif kind is BenefitKind.FIXED_PRICE:
        saving = whole - scale.whole(benefit.amount)
    elif kind is BenefitKind.CHEAPEST_FREE:
        saving = half_up(min(pool.price for pool, _ in groups), scale.fine)
    else:
        saving = 0
    most = whole
    if scale.fine > 1:
        # Of a price finer than the smallest unit, no more than whole units can be taken off.
        most = sum(pool.price * n // scale.fine for pool, n in groups)
    return max(0, min(saving, most))


def price_of_set(
    rule: PriceRule, chosen: Mapping[ProductId, int], context: PriceContext, currency: str
) -> SetPrice:
    """The price of one set of these units, as the cart will take it off. Prices are the details'.

    Raise ValueError where a product has no price.
    """
    lines = []
    for product_id, quantity in chosen.items():
        price = context.products[product_id].price
        if price is None:
            raise ValueError(f"product {product_id} has no price")
        lines.append(CartLine(str(product_id), product_id, quantity, price))
    scale = Scale.of(currency, (line.unit_price for line in lines))
    groups = [
        (pool_of(line, context.products[line.product_id], scale, currency), line.quantity)
        for line in lines
    ]
    list_price = scale.amount(apart(groups, scale))
    if rule.benefit.kind in IN_MONEY and rule.benefit.currency != currency:
        return SetPrice(list_price, scale.amount(0), Why.OTHER_CURRENCY)
    saving, promised = saving_of(rule, groups, scale)
    why = why_less(rule, saving, promised)
    return SetPrice(list_price, scale.amount(saving), why)


def why_less(rule: PriceRule, saving: int, promised: int) -> Why | None:
    """Why a set saves nothing, or less than promised; None where it saves what it should."""
    if rule.benefit.kind not in TAKES_OFF:
        return None
    if promised <= 0:
        return Why.NO_SAVING
    if saving <= 0:
        return Why.MARGIN
    return Why.MARGIN_SHRINKS if saving < promised else None
