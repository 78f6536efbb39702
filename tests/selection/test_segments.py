"""Who is in a segment: rules, groups, days, and what is read for them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.selection.naive_segments import naive_segments_of
from tests.selection.segmenting import (
    GUEST,
    LAPSED,
    NEW,
    NOW,
    REGULAR,
    SHELF,
    bought,
    rule,
    segment,
)
from xsell.selection.segments import Kind, needs, segments_of
from xsell.values import History, Purchase, ShopContext, history_from

PEOPLE = {"guest": GUEST, "new": NEW, "regular": REGULAR, "lapsed": LAPSED}
EVERYBODY = "guest new regular lapsed"

TABLE = [
    # What the shop knows of the shopper.
    (rule("fact_is", "country", "DE"), "regular"),
    (rule("fact_is", "country", " de "), "regular"),
    (rule("not fact_is", "country", "DE"), ""),
    (rule("not fact_is", "country", "FR"), "regular"),
    (rule("fact_is", "customer_group", "gold"), "regular"),
    (rule("fact_is", "groups", "vip"), "lapsed"),
    (rule("not fact_is", "groups", "gold"), "lapsed"),
    (rule("not fact_is", "tags", "any"), "lapsed"),
    (rule("fact_at_least", "age", 34), "lapsed"),
    (rule("fact_at_least", "age", 35), ""),
    (rule("not fact_at_least", "age", 35), "lapsed"),
    (rule("fact_at_least", "groups", 1), ""),
    (rule("not fact_at_least", "groups", 1), ""),
    # How many orders, and what they cost.
    (rule("orders_at_least", 1), "new regular lapsed"),
    (rule("not orders_at_least", 1), "guest"),
    (rule("orders_at_least", 3), "regular"),
    (rule("not orders_at_least", 2), "guest new lapsed"),
    (rule("orders_at_least", 2, within=41), "regular"),
    (rule("orders_at_least", 2, within=40), ""),
    (rule("spent_at_least", 100), "new regular lapsed"),
    (rule("spent_at_least", "100.01"), "lapsed"),
    (rule("not spent_at_least", 100), "guest"),
    (rule("spent_at_least", 60, within=60), "new regular"),
    (rule("average_at_least", 100), "new lapsed"),
    (rule("average_at_least", "33.34"), "new lapsed"),
    (rule("average_at_least", "33.33"), "new regular lapsed"),
    (rule("not average_at_least", 50), "regular"),
    (rule("not average_at_least", 50, within=6), "regular"),
    # What was bought.
    (rule("bought_product", "camera"), "new regular"),
    (rule("not bought_product", "camera"), "guest lapsed"),
    (rule("bought_product", "camera", within=30), "new"),
    (rule("not bought_product", "camera", within=30), "guest regular lapsed"),
    (rule("bought_product", "shirt"), "regular"),
    (rule("bought_product", "shirt-s"), "regular"),
    (rule("bought_category", "photo"), "new regular lapsed"),
    (rule("bought_category", "lenses"), "regular lapsed"),
    (rule("not bought_category", "lenses", within=365), "guest new lapsed"),
    (rule("bought_with", "Brand", "Canon"), "new regular"),
    (rule("bought_with", "brand", "CANON"), "new regular"),
    (rule("not bought_with", "Brand", "Sigma"), "guest new"),
    # How long ago.
    (rule("last_order_before", 5), "new regular lapsed"),
    (rule("last_order_before", 6), "new lapsed"),
    (rule("last_order_before", 90), "lapsed"),
    (rule("not last_order_before", 90), "new regular"),
    (rule("last_order_before", 90, within=365), ""),
    (rule("last_order_before", 90, within=500), "lapsed"),
    (rule("first_order_before", 200), "regular lapsed"),
    (rule("first_order_before", 201), "lapsed"),
    (rule("not first_order_before", 30), "new"),
]


def people_in(it):
    return " ".join(
        name
        for name, (context, history) in PEOPLE.items()
        if segments_of([it], context, history, SHELF, NOW)
    )


@pytest.mark.parametrize(("one", "who"), TABLE)
def test_one_rule(one, who):
    assert people_in(segment([one])) == who


FROM_GERMANY = rule("fact_is", "country", "DE")
PHOTOGRAPHER = rule("bought_category", "photo")
LATELY = rule("not last_order_before", 30)


@pytest.mark.parametrize(
    ("groups", "who"),
    [
        ([], ""),
        ([[PHOTOGRAPHER, LATELY]], "new regular"),
        ([[PHOTOGRAPHER, LATELY, FROM_GERMANY]], "regular"),
        ([[FROM_GERMANY], [rule("not orders_at_least", 1)]], "guest regular"),
        ([[rule("orders_at_least", 9), PHOTOGRAPHER], [rule("last_order_before", 90)]], "lapsed"),
        ([[rule("not orders_at_least", 1)], [rule("orders_at_least", 1)]], EVERYBODY),
    ],
)
def test_all_of_a_group_and_any_group(groups, who):
    assert people_in(segment(*groups)) == who


# -------------------------------------------------------------------------------------------- days

BERLIN, SAO_PAULO, AZORES = "Europe/Berlin", "America/Sao_Paulo", "Atlantic/Azores"


@pytest.mark.parametrize(
    ("zone", "now", "placed_at", "days"),
    [
        # Midnight in the shop is what ends a day, whatever it is in Greenwich.
        ("UTC", "2026-11-27 00:30", "2026-11-26 23:30", 1),
        (BERLIN, "2026-11-27 00:30", "2026-11-26 23:30", 0),
        (BERLIN, "2026-11-27 23:30", "2026-11-27 22:30", 1),
        ("Asia/Tokyo", "2026-11-27 15:00", "2026-11-27 14:59", 1),
        ("America/New_York", "2026-11-27 04:59", "2026-11-26 05:00", 0),
        # 29 March 2026 has 23 hours in Berlin, 25 October has 25.
        (BERLIN, "2026-03-29 22:00", "2026-03-28 23:00", 1),
        (BERLIN, "2026-03-29 21:59", "2026-03-28 23:00", 0),
        (BERLIN, "2026-10-25 22:59", "2026-10-24 22:00", 0),
        (BERLIN, "2026-10-25 23:00", "2026-10-24 22:00", 1),
        (BERLIN, "2026-11-24 12:00", "2026-10-25 01:30", 30),
        # The day begins at 01:00, for there is no midnight; or midnight comes twice.
        (SAO_PAULO, "2017-10-15 12:00", "2017-10-15 03:00", 0),
        (SAO_PAULO, "2017-10-15 12:00", "2017-10-15 02:59", 1),
        (AZORES, "2026-10-25 12:00", "2026-10-25 00:00", 0),
        (AZORES, "2026-10-25 12:00", "2026-10-24 23:59", 1),
    ],
)
def test_days_are_the_shop_s_own(settings, zone, now, placed_at, days):
    settings.TIME_ZONE = zone
    now, placed_at = (datetime.fromisoformat(it).replace(tzinfo=UTC) for it in (now, placed_at))
    history = bought((placed_at, 10, "tea"))
    limits = [
        segment([rule(kind, operand, within=within)], segment_id=number)
        for number, (kind, operand, within) in enumerate(
            [
                ("last_order_before", max(days, 1), None),
                ("last_order_before", days + 1, None),
                ("orders_at_least", 1, days + 1),
                ("bought_product", "tea", max(days, 1)),
            ]
        )
    ]
    expected = {2, *([0] if days else [3])}
    assert segments_of(limits, ShopContext(), history, SHELF, now) == expected
    assert naive_segments_of(limits, ShopContext(), history, SHELF, now) == expected


def test_a_shop_without_time_zones_counts_days_by_its_own_clock(settings):
    settings.USE_TZ = False
    now = datetime(2026, 11, 27, 0, 30)  # noqa: DTZ001 - this shop's times have no zone
    history = bought((now - timedelta(hours=1), 10, "tea"))
    yesterday = segment([rule("last_order_before", 1), rule("orders_at_least", 1, within=2)])
    assert segments_of([yesterday], ShopContext(), history, SHELF, now) == {1}


def test_more_days_than_any_shop_is_old_mean_all():
    always = segment([rule("orders_at_least", 1, within=2_000_000_000)])
    assert segments_of([always], *LAPSED, SHELF, NOW) == {1}


# -------------------------------------------------------------------------------------------- laws

products = st.sampled_from([*SHELF, "forgotten", None])
moments = st.integers(0, 24 * 60).map(lambda hours: NOW - timedelta(hours=hours))
purchases = st.builds(
    Purchase,
    order_ref=st.sampled_from("abcdef"),
    product_id=products,
    placed_at=moments,
    quantity=st.integers(1, 3),
    unit_price=st.decimals(0, 50, places=2),
)


@st.composite
def histories(draw):
    """Lines of one order were placed at one moment."""
    lines = draw(st.lists(purchases, max_size=8))
    placed = {it.order_ref: it.placed_at for it in lines}
    return history_from(
        Purchase(it.order_ref, it.product_id, placed[it.order_ref], it.quantity, it.unit_price)
        for it in lines
    )


def windowed(kind, *operands):
    return st.builds(rule, kind, *operands, within=st.one_of(st.none(), st.integers(1, 60)))


amounts = st.integers(1, 150)
days = st.integers(1, 60)
plain = st.one_of(
    st.builds(rule, st.just("fact_is"), st.sampled_from(["country", "age"]), st.just("DE")),
    st.builds(rule, st.just("fact_at_least"), st.sampled_from(["country", "age"]), amounts),
    windowed(st.just("orders_at_least"), st.integers(1, 5)),
    windowed(st.just("spent_at_least"), amounts),
    windowed(st.just("average_at_least"), amounts),
    windowed(st.just("bought_product"), st.sampled_from([*SHELF, "forgotten"])),
    windowed(st.just("bought_category"), st.sampled_from(["photo", "lenses", "clothes"])),
    windowed(st.just("bought_with"), st.just("Brand"), st.sampled_from(["Canon", "Sigma"])),
    windowed(st.just("last_order_before"), days),
    st.builds(rule, st.just("first_order_before"), days),
)


def negated(it):
    return type(it)(**{name: getattr(it, name) for name in it.__slots__} | {"is_negated": True})


rules = st.one_of(plain, plain.map(negated))
segments = st.lists(st.lists(st.lists(rules, min_size=1, max_size=3), max_size=3), max_size=4).map(
    lambda drawn: [segment(*groups, segment_id=n) for n, groups in enumerate(drawn)]
)
contexts = st.builds(
    lambda country, age: ShopContext(country=country, facts={"age": age}),
    st.sampled_from(["", "DE", "FR"]),
    st.sampled_from([None, 17, "34", "old"]),
)


@given(segments, contexts, histories(), st.sampled_from([BERLIN, "Asia/Kolkata"]))
def test_it_decides_as_the_plain_way_does(drawn, context, history, zone):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.get_default_timezone", lambda: ZoneInfo(zone))
        patch.setattr("tests.selection.naive_segments.settings.TIME_ZONE", zone)
        found = segments_of(drawn, context, history, SHELF, NOW)
        assert found == naive_segments_of(drawn, context, history, SHELF, NOW)


@given(plain, contexts, histories())
def test_a_rule_and_its_negation_never_hold_both(one, context, history):
    both = [
        segment([one], [negated(one)], segment_id=1),
        segment([one, negated(one)], segment_id=2),
    ]
    found = segments_of(both, context, history, SHELF, NOW)
    assert 2 not in found
    if one.kind.startswith(("orders", "spent", "bought")):
        assert found == {1}  # what was bought is always known


# ----------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], (False, False, False)),
        ([("fact_is", "country", "DE")], (True, False, False)),
        ([("orders_at_least", 1)], (False, True, False)),
        ([("not bought_category", "photo")], (False, True, True)),
        ([("fact_at_least", "age", 18), ("bought_product", "tea")], (True, True, True)),
    ],
)
def test_it_says_what_must_be_read(kinds, expected):
    needed = needs([segment([rule(*it)]) for it in kinds])
    assert (needed.facts, needed.history, needed.details) == expected


def test_every_kind_is_in_the_table():
    assert {it.kind for it, _ in TABLE} == set(Kind)
    assert {it.kind for it, _ in TABLE if it.is_negated} == set(Kind)


def test_what_was_spent_is_added_exactly():
    cents = History(bought(*((1, "0.10", "tea") for _ in range(3))).purchases)
    exactly = segment([rule("spent_at_least", Decimal("0.30"))])
    assert segments_of([exactly], ShopContext(), cents, SHELF, NOW) == {1}
