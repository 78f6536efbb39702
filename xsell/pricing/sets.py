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


class SetTerms:
    """A rule's benefit in whole smallest units, for any units of the cart's pools."""

    __slots__ = ("kind", "least_margin_percent", "percent", "percent_of", "scale", "units")

    def __init__(self, rule: PriceRule, scale: Scale) -> None:
        self.kind = rule.benefit.kind
        self.scale = scale
        self.least_margin_percent = rule.least_margin_percent
        self.percent, self.percent_of = rule.benefit.percent.as_integer_ratio()
        self.units = scale.whole(rule.benefit.amount)

    def list_price(self, groups: Sequence[tuple[Pool, int]]) -> int:
        """What these units cost, rounded once."""
        return half_up(sum(pool.price * n for pool, n in groups), self.scale.fine)

    def promised(self, groups: Sequence[tuple[Pool, int]]) -> int:
        """What the terms take off these units, whatever the shop has left of them."""
        whole = self.list_price(groups)
        if self.kind is BenefitKind.PERCENT:
            saving = half_up(whole * self.percent, 100 * self.percent_of)
        elif self.kind is BenefitKind.AMOUNT:
            saving = self.units
        elif self.kind is BenefitKind.FIXED_PRICE:
            saving = whole - self.units
        elif self.kind is BenefitKind.CHEAPEST_FREE:
            saving = half_up(min(pool.price for pool, _ in groups), self.scale.fine)
        else:
            saving = 0
        # Of a price finer than the smallest unit, no more than whole units can be taken off.
        return max(0, min(saving, sum(pool.price * n // self.scale.fine for pool, n in groups)))

    def rooms(self, groups: Sequence[tuple[Pool, int]]) -> list[int]:
        """What each of the groups may lose before its margin is too small."""
        return [pool.room(n, self.least_margin_percent, self.scale) for pool, n in groups]

    def saving(self, groups: Sequence[tuple[Pool, int]]) -> tuple[int, int]:
        """What these units save, and how much the terms say."""
        promised = self.promised(groups)
        if all(pool.unit_cost is None for pool, _ in groups):
            return promised, promised
        return min(promised, sum(self.rooms(groups))), promised


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
    terms = SetTerms(rule, scale)
    list_price = scale.amount(terms.list_price(groups))
    if rule.benefit.kind in IN_MONEY and rule.benefit.currency != currency:
        return SetPrice(list_price, scale.amount(0), Why.OTHER_CURRENCY)
    saving, promised = terms.saving(groups)
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
