"""Pricing once more, the slow way: every assignment of units to sets, in fractions.

It shares the values and the currencies' decimals with xsell.pricing, and not one line more.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations, combinations_with_replacement, product
from math import floor

from xsell.pricing.currencies import minor_units
from xsell.values import BenefitKind, Cart, PriceContext, PriceRule

MONEY = {
    BenefitKind.PERCENT,
    BenefitKind.AMOUNT,
    BenefitKind.FIXED_PRICE,
    BenefitKind.CHEAPEST_FREE,
}
Units = tuple[int, ...]
"""Of each line of the cart, so many."""


def whole_cents(amount: Fraction, currency: str) -> int:
    """Smallest units, halves up."""
    return floor(amount * 10 ** minor_units(currency) + Fraction(1, 2))


class NaiveShop:
    """A cart, its shop and a moment: what each set of a rule would save, and the best total."""

    def __init__(self, cart: Cart, context: PriceContext, now: datetime) -> None:
        self.cart, self.context, self.now = cart, context, now

    def usable(self) -> Units:
        """Units that can be bought: of a scarce product the dearest lines come first."""
        usable = [line.quantity for line in self.cart.lines]
        for product_id, details in self.context.products.items():
            left = details.stock if details.is_available else 0
            mine = [n for n, it in enumerate(self.cart.lines) if it.product_id == product_id]
            mine.sort(key=lambda n: (-self.cart.lines[n].unit_price, self.cart.lines[n].ref))
            for number in mine:
                if left is not None:
                    usable[number] = min(usable[number], left)
                    left -= usable[number]
        return tuple(usable)

    def holds_now(self, rule: PriceRule) -> bool:
        if rule.starts_at and self.now < rule.starts_at:
            return False
        if rule.ends_at and self.now >= rule.ends_at:
            return False
        in_money = rule.benefit.kind in (BenefitKind.AMOUNT, BenefitKind.FIXED_PRICE)
        return not in_money or rule.benefit.currency == self.cart.currency

    def sets(self, rule: PriceRule) -> set[Units]:
        """Every combination of units that makes up one set of the rule, were there enough."""
        found = set()
        for parts in self._part_choices(rule):
            ways = [self._fillings(part.product_ids, part.quantity) for part in parts]
            for filling in product(*ways):
                counted = Counter(number for units in filling for number in units)
                if counted:
                    found.add(tuple(counted[n] for n in range(len(self.cart.lines))))
        return found

    def _part_choices(self, rule: PriceRule) -> Iterator[tuple]:
        if rule.fewest_parts is None:
            yield rule.parts
            return
        for size in range(rule.fewest_parts, len(rule.parts) + 1):
            for numbers in combinations(range(len(rule.parts)), size):
                if all(n in numbers for n, it in enumerate(rule.parts) if it.is_required):
                    yield tuple(rule.parts[n] for n in numbers)

    def _fillings(self, product_ids: tuple, quantity: int) -> list[tuple[int, ...]]:
        fit = [n for n, line in enumerate(self.cart.lines) if line.product_id in product_ids]
        return list(combinations_with_replacement(fit, quantity))

    def room(self, number: int, n_units: int, least_margin_percent: Decimal) -> int:
        """Whole smallest units that so many units of a line may lose."""
        line = self.cart.lines[number]
        details = self.context.products.get(line.product_id)
        lowest = Fraction(0)
        if details and details.unit_cost is not None and details.currency == self.cart.currency:
            lowest = Fraction(details.unit_cost) / (1 - Fraction(least_margin_percent) / 100)
            rate = line.tax_rate if line.tax_rate is not None else details.tax_rate
            if details.price_includes_tax and rate is not None:
                lowest *= 1 + Fraction(rate)
        spare = (Fraction(line.unit_price) - lowest) * n_units
        return max(0, floor(spare * 10 ** minor_units(self.cart.currency)))

    def saving(self, rule: PriceRule, units: Units) -> int:
        """What one set of these units saves, in smallest units."""
        used = [(self.cart.lines[n], n_units) for n, n_units in enumerate(units) if n_units]
        currency, benefit = self.cart.currency, rule.benefit
        apart = whole_cents(sum(Fraction(it.unit_price) * n for it, n in used), currency)
        saving = {
            BenefitKind.PERCENT: floor(apart * Fraction(benefit.percent) / 100 + Fraction(1, 2)),
            BenefitKind.AMOUNT: min(apart, whole_cents(Fraction(benefit.amount), currency)),
            BenefitKind.FIXED_PRICE: apart - whole_cents(Fraction(benefit.amount), currency),
            BenefitKind.CHEAPEST_FREE: whole_cents(
                min(Fraction(it.unit_price) for it, _ in used), currency
            ),
        }[benefit.kind]
        rooms = [self.room(n, it, rule.least_margin_percent) for n, it in enumerate(units) if it]
        return max(0, min(saving, sum(rooms)))

    def best(self, rules: list[PriceRule], left: Units) -> tuple[int, set[Units]]:
        """The best total of rules on one level, and what units each way to it leaves."""
        sets = [[(units, self.saving(rule, units)) for units in self.sets(rule)] for rule in rules]

        @cache
        def reach(left: Units, taken: tuple[int, ...]) -> tuple[int, frozenset[Units]]:
            best, leaves = 0, {left}
            for number, rule in enumerate(rules):
                if rule.most_times is not None and taken[number] >= rule.most_times:
                    continue
                one_more = tuple(n + (place == number) for place, n in enumerate(taken))
                for units, saving in sets[number]:
                    if saving > 0 and all(n <= has for n, has in zip(units, left, strict=True)):
                        rest = tuple(has - n for n, has in zip(units, left, strict=True))
                        total, after = reach(rest, one_more)
                        if total + saving > best:
                            best, leaves = total + saving, set()
                        if total + saving == best:
                            leaves |= after
            return best, frozenset(leaves)

        total, leaves = reach(left, (0,) * len(rules))
        return total, set(leaves)

    def best_total(self, rules: list[PriceRule]) -> int:
        """The best total of rules that are all on one level, in smallest units."""
        fit = [it for it in rules if it.benefit.kind in MONEY and self.holds_now(it)]
        return self.best(fit, self.usable())[0]

    def totals(self, rules: list[PriceRule]) -> set[int]:
        """Every total that the order of precedence allows: what ties leave open is left open."""
        fit = [it for it in rules if it.benefit.kind in MONEY and self.holds_now(it)]
        alone = sorted(
            (it for it in fit if it.is_exclusive), key=lambda it: (_level(it), it.source)
        )
        levels = sorted({_level(it) for it in fit if not it.is_exclusive})
        states = {(0, self.usable())}
        for rule in alone:
            states = {
                (total + gain, self._closed(left, rest))
                for total, left in states
                for gain, leaves in [self.best([rule], left)]
                for rest in leaves
            }
        for level in levels:
            alike = [it for it in fit if not it.is_exclusive and _level(it) == level]
            states = {
                (total + gain, rest)
                for total, left in states
                for gain, leaves in [self.best(alike, left)]
                for rest in leaves
            }
        return {total for total, _ in states}

    def _closed(self, before: Units, after: Units) -> Units:
        """What an exclusive rule leaves to others: nothing of the products that it touched."""
        lines = self.cart.lines
        touched = {
            line.product_id
            for line, had, has in zip(lines, before, after, strict=True)
            if has < had
        }
        return tuple(
            0 if line.product_id in touched else has for line, has in zip(lines, after, strict=True)
        )


def _level(rule: PriceRule) -> tuple[bool, int]:
    return rule.precedence is None, rule.precedence or 0
