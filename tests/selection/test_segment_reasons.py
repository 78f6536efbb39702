"""Why somebody is in a segment: each rule in words, with the figure that decided."""

import pytest
from django.utils import translation

from tests.selection.segmenting import GUEST, LAPSED, NEW, NOW, REGULAR, SHELF, rule, segment
from xsell.selection.segment_reasons import Names, why

NAMES = Names({"camera": "Camera X1"}, {"photo": "Photography"})


def reason(one, who):
    context, history = who
    (group,) = why(segment([one]), context, history, SHELF, NOW, NAMES).groups
    (found,) = group
    return f"{'+' if found.holds else '-'} {found.wants} ({found.found})"


@pytest.mark.parametrize(
    ("one", "who", "said"),
    [
        (rule("fact_is", "country", "DE"), REGULAR, "+ country is DE (DE)"),
        (rule("not fact_is", "country", "DE"), REGULAR, "- country is not DE (DE)"),
        (rule("fact_is", "country", "DE"), GUEST, "- country is DE (not known)"),
        (rule("not fact_is", "country", "DE"), GUEST, "- country is not DE (not known)"),
        (rule("fact_is", "groups", "vip"), LAPSED, "+ groups is vip (Press, VIP)"),
        (rule("fact_is", "tags", "vip"), LAPSED, "- tags is vip (none)"),
        (rule("fact_at_least", "age", 40), LAPSED, "- age is at least 40 (34)"),
        (rule("not fact_at_least", "age", 40), LAPSED, "+ age is below 40 (34)"),
        (rule("orders_at_least", 5), REGULAR, "- number of orders: 5 or more (3 orders)"),
        (
            rule("orders_at_least", 1, within=30),
            NEW,
            "+ number of orders: 1 or more, in the last 30 days (1 order)",
        ),
        (rule("not orders_at_least", 1), GUEST, "+ number of orders: fewer than 1 (0 orders)"),
        (rule("spent_at_least", "1250.50"), NEW, "- spent 1,250.50 or more (100)"),
        (rule("not spent_at_least", 60), REGULAR, "- spent less than 60 (100)"),
        (
            rule("average_at_least", "33.34"),
            REGULAR,
            "- spends 33.34 or more per order (33.33)",
        ),
        (
            rule("not average_at_least", 50),
            GUEST,
            "- spends less than 50 per order (no orders)",
        ),
        (
            rule("bought_product", "camera", within=30),
            REGULAR,
            "- bought Camera X1, in the last 30 days (last on 05/11/2026)",
        ),
        (rule("not bought_product", "lens"), NEW, "+ did not buy product lens (never)"),
        (
            rule("bought_category", "photo"),
            NEW,
            "+ bought something of Photography (last on 11/17/2026)",
        ),
        (
            rule("not bought_with", "Brand", "Sigma"),
            LAPSED,
            "- bought nothing whose Brand is Sigma (last on 10/23/2025)",
        ),
        (
            rule("last_order_before", 90),
            REGULAR,
            "- days since the last order: 90 or more (11/22/2026)",
        ),
        (
            rule("not first_order_before", 1000),
            GUEST,
            "- days since the first order: fewer than 1,000 (no orders)",
        ),
    ],
)
def test_each_rule_is_told_with_what_decided(one, who, said):
    assert reason(one, who) == said


def test_the_groups_are_told_apart():
    groups = [[rule("orders_at_least", 9)], [rule("orders_at_least", 3), rule("spent_at_least", 1)]]
    context, history = REGULAR
    told = why(segment(*groups), context, history, SHELF, NOW, NAMES)
    assert told.is_in
    assert [[it.holds for it in group] for group in told.groups] == [[False], [True, True]]


def test_a_german_merchandiser_reads_german_figures():
    with translation.override("de"):
        assert "1.250,50" in reason(rule("spent_at_least", "1250.50"), NEW)
        assert "17.11.2026" in reason(rule("bought_category", "photo"), NEW)
