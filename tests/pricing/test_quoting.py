"""Whatever the cart and the rules: the best total, to the cent, and nothing counted twice."""

from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.pricing.carts import MONEY, NOW, cases, line, rules
from tests.pricing.naive import NaiveShop
from xsell.pricing import packing
from xsell.pricing.currencies import minor_units, rounded
from xsell.pricing.quoting import quote
from xsell.values import BenefitKind, Why

KINDS = tuple(BenefitKind)


def in_units(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(minor_units(currency)))


@given(cases())
def test_the_total_is_the_best_of_all_assignments(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    best = NaiveShop(held, shop, NOW).best_total(rules)
    saving = in_units(found.saving, held.currency)
    event("exact" if found.is_exact else "not exact")
    assert saving == best if found.is_exact else saving <= best


@given(cases(has_levels=True))
def test_each_level_is_the_best_of_what_the_levels_before_leave(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    if found.is_exact:
        totals = NaiveShop(held, shop, NOW).totals(rules)
        assert in_units(found.saving, held.currency) in totals


@given(cases(KINDS, has_levels=True))
def test_no_line_saves_more_than_it_costs(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    assert [line.line_ref for line in found.lines] == [line.ref for line in held.lines]
    for before, after in zip(held.lines, found.lines, strict=True):
        assert after.amount == rounded(before.unit_price * before.quantity, held.currency)
        assert 0 <= after.saving <= after.amount


@given(cases(KINDS, has_levels=True))
def test_everything_sums_to_the_cent(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    assert sum((it.amount for it in found.applied), Decimal(0)) == found.saving
    saved = defaultdict(Decimal)
    for part in found.allocations:
        assert part.amount == rounded(part.amount, held.currency)
        saved[part.line_ref] += part.amount
    assert all(saved[line.line_ref] == line.saving for line in found.lines)


@given(cases(KINDS, has_levels=True))
def test_each_rates_tax_is_rounded_once_and_falls_by_what_the_savings_take_with_them(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    before = quote(held, [], shop, NOW)
    relief = defaultdict(Decimal)
    for part in found.allocations:
        if part.tax is not None:
            relief[part.tax_rate] += part.tax
    for was, now in zip(before.taxes, found.taxes, strict=True):
        assert was.tax_rate == now.tax_rate
        assert was.tax - relief[now.tax_rate] == now.tax
    for total in found.taxes:
        lines = [
            (line, shop.products[line.product_id].price_includes_tax)
            for line in found.lines
            if line.tax is not None and line.tax_rate == total.tax_rate
        ]
        assert sum(line.tax for line, _ in lines) == total.tax
        gross = sum(line.to_pay + (0 if within else line.tax) for line, within in lines)
        assert total.gross == gross
        rate = Fraction(total.tax_rate)
        exact = sum(
            Fraction(line.to_pay) * rate / (1 + rate if within else 1) for line, within in lines
        )
        step = Fraction(1, 10 ** minor_units(held.currency))
        assert abs(Fraction(total.tax) - exact) <= step / 2


@given(cases(KINDS, has_levels=True), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_rules_does_not_matter(case, random):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    lines, others = list(held.lines), list(rules)
    random.shuffle(lines)
    random.shuffle(others)
    again = quote(replace(held, lines=tuple(lines)), others, shop, NOW)
    assert replace(again, lines=()) == replace(found, lines=())
    assert set(again.lines) == set(found.lines)


@given(cases(KINDS, has_levels=True))
def test_pricing_again_gives_the_same(case):
    held, shop, rules = case
    assert quote(held, rules, shop, NOW) == quote(held, rules, shop, NOW)


@given(cases(MONEY, has_levels=True))
def test_no_unit_is_used_twice_and_none_that_cannot_be_bought(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    used = Counter()
    for part in found.allocations:
        used[part.line_ref] += part.quantity
    usable = NaiveShop(held, shop, NOW).usable()
    for each, n_usable in zip(held.lines, usable, strict=True):
        assert used[each.ref] <= n_usable


@given(cases(KINDS, has_levels=True), st.integers(1, 3), st.sampled_from(["0.335", "7", "99.9999"]))
def test_an_unrelated_product_changes_no_other_lines_price(case, quantity, price):
    held, shop, rules = case
    lamp = line("lamp", price, quantity)
    alone = quote(held, rules, shop, NOW)
    beside = quote(replace(held, lines=(lamp, *held.lines)), rules, shop, NOW)
    kept = [(it.line_ref, it.amount, it.saving) for it in beside.lines[1:]]
    assert kept == [(it.line_ref, it.amount, it.saving) for it in alone.lines]
    assert beside.applied == alone.applied
    assert beside.lines[0].saving == 0


@given(cases(has_levels=True))
def test_no_margin_is_broken(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    by_source = {it.source: it for it in rules}
    naive = NaiveShop(held, shop, NOW)
    number = {line.ref: place for place, line in enumerate(held.lines)}
    for part in found.allocations:
        margin = by_source[part.source].least_margin_percent
        room = naive.room(number[part.line_ref], part.quantity, margin)
        assert in_units(part.amount, held.currency) <= room


@given(cases(KINDS, has_levels=True))
def test_each_rule_is_accounted_for(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    applied = {it.source for it in found.applied}
    nothing = {it.source for it in found.withheld if it.why is not Why.MARGIN_SHRINKS}
    shrunk = {it.source for it in found.withheld if it.why is Why.MARGIN_SHRINKS}
    assert not applied & nothing
    assert shrunk <= applied
    told = {it.source for it in rules if it.benefit.kind is not BenefitKind.NONE}
    assert applied | nothing == told


@given(cases(most_lines=6), st.data())
def test_the_search_never_saves_less_than_the_greedy(case, data):
    held, shop, few = case
    more = data.draw(rules(held.currency, most=6))
    offered = few + [replace(it, source=f"more-{it.source}") for it in more]
    found = quote(held, offered, shop, NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "improved", lambda options, left, saved: False)
        greedy = quote(held, offered, shop, NOW)
    gap = found.saving - greedy.saving
    assert gap >= 0
    event(
        "greedy gap: "
        + ("none" if not gap else "up to 10%" if gap * 10 <= found.saving else "more")
    )
