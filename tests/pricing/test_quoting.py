"""Whatever the cart and the rules: the best total, to the cent, and nothing counted twice."""

from dataclasses import replace

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.pricing.carts import NOW, cases, line
from tests.pricing.laws import LAWS, in_units
from tests.pricing.naive import NaiveShop
from xsell.pricing import packing
from xsell.pricing.quoting import quote
from xsell.values import BenefitKind

KINDS = tuple(BenefitKind)


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
def test_every_law_of_pricing_holds(case):
    """See tests/pricing/laws.py. One test, as making a cart takes longer than judging a quote."""
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    for law in LAWS:
        law(found, case)


@given(cases(KINDS, has_levels=True), st.randoms(use_true_random=True))
def test_the_order_of_lines_and_rules_does_not_matter(case, random):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    lines, others = list(held.lines), list(rules)
    random.shuffle(lines)
    random.shuffle(others)
    again = quote(replace(held, lines=tuple(lines)), others, shop, NOW)
    assert replace(again, lines=()) == replace(found, lines=())
    assert set(again.lines) == set(found.lines)


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


@given(cases(most_lines=6, most_rules=8))
def test_the_search_never_saves_less_than_the_greedy(case):
    held, shop, rules = case
    found = quote(held, rules, shop, NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "improved", lambda options, left, saved: False)
        greedy = quote(held, rules, shop, NOW)
    gap = found.saving - greedy.saving
    assert gap >= 0
    size = "none" if not gap else "up to 10%" if gap * 10 <= found.saving else "more"
    event(f"greedy gap: {size}")
