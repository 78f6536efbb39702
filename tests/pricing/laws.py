"""What every quote must keep to, whatever the cart, the shop and the rules."""

from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

from tests.pricing.carts import NOW, Case
from tests.pricing.naive import NaiveShop
from xsell.pricing.currencies import minor_units, rounded
from xsell.pricing.quoting import quote
from xsell.values import BenefitKind, Quote, Why


def in_units(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(minor_units(currency)))


def no_line_saves_more_than_it_costs(found: Quote, case: Case) -> None:
    held, _, _ = case
    assert [line.line_ref for line in found.lines] == [line.ref for line in held.lines]
    for before, after in zip(held.lines, found.lines, strict=True):
        assert after.amount == rounded(before.unit_price * before.quantity, held.currency)
        assert 0 <= after.saving <= after.amount


def everything_sums_to_the_cent(found: Quote, case: Case) -> None:
    held, _, _ = case
    assert sum((it.amount for it in found.applied), Decimal(0)) == found.saving
    saved = defaultdict(Decimal)
    for part in found.allocations:
        assert part.amount == rounded(part.amount, held.currency)
        saved[part.line_ref] += part.amount
    assert all(saved[line.line_ref] == line.saving for line in found.lines)


def each_rates_tax_falls_by_what_the_savings_take_with_them(found: Quote, case: Case) -> None:
    held, shop, _ = case
    before = quote(held, [], shop, NOW)
    relief = defaultdict(Decimal)
    for part in found.allocations:
        if part.tax is not None:
            relief[part.tax_rate] += part.tax
    for was, now in zip(before.taxes, found.taxes, strict=True):
        assert was.tax_rate == now.tax_rate
        assert was.tax - relief[now.tax_rate] == now.tax


def each_rates_tax_is_rounded_once(found: Quote, case: Case) -> None:
    held, shop, _ = case
    half_a_cent = Fraction(1, 2 * 10 ** minor_units(held.currency))
    for total in found.taxes:
        lines = [
            (line, shop.products[line.product_id].price_includes_tax)
            for line in found.lines
            if line.tax is not None and line.tax_rate == total.tax_rate
        ]
        rate = Fraction(total.tax_rate)
        exact = sum(
            Fraction(line.to_pay) * rate / (1 + rate if within else 1) for line, within in lines
        )
        assert abs(Fraction(total.tax) - exact) <= half_a_cent
        assert total.tax == sum(line.tax for line, _ in lines)
        assert total.gross == sum(
            line.to_pay + (0 if within else line.tax) for line, within in lines
        )


def no_unit_is_used_twice_and_none_that_cannot_be_bought(found: Quote, case: Case) -> None:
    held, shop, _ = case
    used = Counter()
    for part in found.allocations:
        used[part.line_ref] += part.quantity
    usable = NaiveShop(held, shop, NOW).usable()
    assert all(used[it.ref] <= n for it, n in zip(held.lines, usable, strict=True))


def no_margin_is_broken(found: Quote, case: Case) -> None:
    held, shop, rules = case
    margins = {it.source: it.least_margin_percent for it in rules}
    naive = NaiveShop(held, shop, NOW)
    number = {line.ref: place for place, line in enumerate(held.lines)}
    for part in found.allocations:
        room = naive.room(number[part.line_ref], part.quantity, margins[part.source])
        assert in_units(part.amount, held.currency) <= room


def each_rule_is_accounted_for(found: Quote, case: Case) -> None:
    _, _, rules = case
    applied = {it.source for it in found.applied}
    nothing = {it.source for it in found.withheld if it.why is not Why.MARGIN_SHRINKS}
    shrunk = {it.source for it in found.withheld if it.why is Why.MARGIN_SHRINKS}
    assert not applied & nothing
    assert shrunk <= applied
    told = {it.source for it in rules if it.benefit.kind is not BenefitKind.NONE}
    assert applied | nothing == told


def pricing_again_gives_the_same(found: Quote, case: Case) -> None:
    held, shop, rules = case
    assert quote(held, rules, shop, NOW) == found


LAWS = (
    no_line_saves_more_than_it_costs,
    everything_sums_to_the_cent,
    each_rates_tax_falls_by_what_the_savings_take_with_them,
    each_rates_tax_is_rounded_once,
    no_unit_is_used_twice_and_none_that_cannot_be_bought,
    no_margin_is_broken,
    each_rule_is_accounted_for,
    pricing_again_gives_the_same,
)
