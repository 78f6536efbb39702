"""What is mined from order lines, held against a naive double and at the extremes."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine import naive
from tests.engine.shops import (
    FIRST_DAY,
    ID_DTYPES,
    ID_KINDS,
    KEEP_ALL,
    baskets,
    order_lines,
    pairs,
    random_lines,
    rows,
)
from xsell.engine import MEASURES, OrderLines, collect_baskets, mine


@st.composite
def shop_lines(draw):
    """A few kinds of baskets, each sold several times, with the flaws that order tables have."""
    lines, order = [], 0
    for _ in range(draw(st.integers(0, 8))):
        basket = draw(st.lists(st.integers(0, 9), min_size=1, max_size=7))
        buyers = draw(st.sampled_from([[None], [1], [1, 2], [1, None], [1, 2, 3, 4]]))
        for _ in range(draw(st.integers(1, 6))):
            day = draw(st.integers(0, 60))
            order += draw(st.sampled_from([1, 1, 1, 0]))
            lines += [
                naive.Line(
                    order,
                    product,
                    None if draw(st.integers(0, 19)) == 0 else FIRST_DAY + timedelta(days=day),
                    draw(st.sampled_from([1, 1, 1, 2, 3, 1, 1, 1, 0, -1])),
                    draw(st.sampled_from(buyers)),
                )
                for product in basket
            ]
    return draw(st.permutations(lines))


@settings(max_examples=300, deadline=None)
@given(
    lines=shop_lines(),
    id_kind=st.sampled_from(sorted(ID_KINDS)),
    threads=st.integers(1, 3),
    rules=st.fixed_dictionaries(
        {
            "k": st.integers(1, 6),
            "scoring": st.sampled_from(sorted(MEASURES)),
            "min_count": st.integers(1, 3),
            "min_lift_lower": st.sampled_from([None, 0.0, 0.5, 1.0]),
            "max_basket": st.sampled_from([None, 2, 4]),
            "half_life_days": st.sampled_from([None, 10.0, 0.01]),
            "window": st.sampled_from([None, timedelta(days=20)]),
        }
    ),
)
def test_it_finds_exactly_what_the_naive_double_finds(lines, id_kind, threads, rules):
    as_id = ID_KINDS[id_kind]
    lines = [x._replace(order=as_id(x.order), product=as_id(x.product)) for x in lines]
    mined = mine(order_lines(lines, id_kind), threads=threads, **rules)
    expected = naive.mine(lines, **rules)
    assert rows(mined) == expected.rows
    assert list(zip(mined.products.tolist(), mined.n_orders.tolist(), strict=True)) == (
        expected.n_orders
    )
    assert (mined.n_baskets, mined.n_giant) == (expected.n_baskets, expected.n_giant)
    assert mined.n_dropped == expected.n_dropped
    assert mined.n_lines == len(lines)


@pytest.mark.parametrize("scoring", sorted(MEASURES))
@pytest.mark.parametrize("half_life_days", [None, 30])
def test_a_shop_of_hundreds_of_products_is_mined_as_the_naive_double_does(scoring, half_life_days):
    """Many products to a chunk of work, as in a real shop."""
    lines = random_lines()
    columns = zip(
        lines.order.tolist(), lines.product.tolist(), lines.placed_at.tolist(), strict=True
    )
    rules = {"k": 20, "scoring": scoring, "half_life_days": half_life_days, "min_count": 3}
    expected = naive.mine([naive.Line(*column, 1) for column in columns], **rules)
    assert rows(mine(lines, min_lift_lower=None, **rules)) == expected.rows


@pytest.mark.parametrize("kind", sorted(ID_KINDS))
def test_ids_come_back_in_the_kind_they_came_in(kind):
    ids = [ID_KINDS[kind](n) for n in (1, 2, 3)]
    product = np.array(ids * 2, ID_DTYPES.get(kind))
    mined = mine(OrderLines(np.repeat([1, 2], 3), product), **KEEP_ALL)
    assert mined.antecedent.dtype == mined.products.dtype == product.dtype
    assert set(mined.antecedent.tolist()) == set(ids)


def test_decay_lets_the_newer_habit_win_and_keeps_the_counts():
    old, new = np.datetime64("2026-01-01"), np.datetime64("2026-06-30")
    order = np.repeat(np.arange(5), 2)
    product = list("abababacac")
    lines = OrderLines(order, product, np.repeat([old, old, old, new, new], 2))
    assert pairs(mine(lines, scoring="count", **KEEP_ALL))[:2] == [("a", "b"), ("a", "c")]
    mined = mine(lines, scoring="count", half_life_days=30, **KEEP_ALL)
    assert pairs(mined)[:2] == [("a", "c"), ("a", "b")]
    assert mined.n_both[:2].tolist() == [2, 3]
    assert mined.score[0] == 2.0
    assert mined.score[1] == pytest.approx(3 * 0.5 ** (180 / 30))


def test_weights_that_have_decayed_to_nothing_still_give_finite_scores():
    times = np.repeat(np.array(["1990-01-01", "2026-01-01"], "datetime64[D]"), 2)
    lines = OrderLines([1, 1, 2, 2], list("abcd"), times)
    for scoring in MEASURES:
        mined = mine(lines, scoring=scoring, half_life_days=0.5, **KEEP_ALL)
        assert len(mined) == 4
        assert np.isfinite(mined.score).all()


def test_the_window_counts_back_from_the_newest_order_and_includes_its_edge():
    days = np.array(["2026-03-01", "2026-03-02", "2026-03-09"], "datetime64[D]")
    lines = OrderLines(np.repeat([1, 2, 3], 2), list("abcdef"), np.repeat(days, 2))
    mined = mine(lines, window=timedelta(days=7), **KEEP_ALL)
    assert sorted(mined.products.tolist()) == ["c", "d", "e", "f"]
    assert mined.n_dropped["outside_window"] == 2
    assert mined.first_order_at == np.datetime64("2026-03-02")
    assert mined.last_order_at == np.datetime64("2026-03-09")


def test_an_order_is_as_new_as_its_newest_line():
    days = np.array(["2026-01-01", "2026-03-09", "2026-03-09"], "datetime64[D]")
    mined = mine(OrderLines([1, 1, 2], list("abc"), days), window=timedelta(days=7), **KEEP_ALL)
    assert mined.n_dropped["outside_window"] == 0
    assert pairs(mined) == [("a", "b"), ("b", "a")]


def test_a_line_is_dropped_under_one_reason_only():
    lines = OrderLines(
        order=np.array([1, None, 1, 1, 1, 1], object),
        product=np.array(["a", None, None, "b", "c", "d"], object),
        placed_at=np.array(["2026-01-01", "NaT", "NaT", "NaT", "NaT", "2026-01-01"], "M8[s]"),
        quantity=np.array([1, 0, 0, -2, 1, 2]),
    )
    mined = mine(lines, **KEEP_ALL)
    assert mined.n_dropped == {
        "order_missing": 1,
        "product_missing": 1,
        "quantity_not_positive": 1,
        "placed_at_missing": 1,
        "outside_window": 0,
    }
    assert pairs(mined) == [("a", "d"), ("d", "a")]


def test_a_giant_basket_makes_no_relation_but_its_products_were_sold():
    giant = OrderLines(np.ones(1_106, np.int64), np.arange(1_106))
    mined = mine(giant, min_count=1, min_lift_lower=None)
    assert (len(mined), mined.n_giant, mined.n_baskets) == (0, 1, 0)
    assert mined.n_orders.tolist() == [1] * 1_106


def test_a_giant_basket_changes_no_count_of_the_relations_beside_it():
    calm = random_lines()
    with_giant = OrderLines(
        np.concatenate([calm.order, np.full(1_106, 10**6)]),
        np.concatenate([calm.product, np.arange(1_106)]),
    )
    without = mine(OrderLines(calm.order, calm.product), scoring="information")
    mined = mine(with_giant, scoring="information")
    assert mined.n_giant == 1
    # popularity, which settles ties, counts the giant basket: compare without the order of rows
    assert {r[0:2] + r[4:] for r in rows(mined) if r.rank == 1} == {
        r[0:2] + r[4:] for r in rows(without) if r.rank == 1
    }
    assert mined.n_baskets == without.n_baskets


def test_one_basket_that_is_not_giant_makes_no_relation_by_itself():
    assert len(mine(OrderLines(np.ones(50, np.int64), np.arange(50)))) == 0


def test_pairs_that_chance_alone_explains_are_left_out_unless_asked_for():
    # milk is in 9 of 10 orders, bread in half, and they meet as often as that gives
    lines = baskets(*(["mb"] * 45 + ["m"] * 45 + ["b"] * 5 + ["x"] * 5))
    assert len(mine(lines, scoring="information")) == 0
    assert pairs(mine(lines, scoring="information", min_lift_lower=None)) == [
        ("m", "b"),
        ("b", "m"),
    ]


def test_equal_scores_are_ordered_by_popularity_then_by_id():
    lines = baskets("ab", "ac", "ad", "d")
    mined = mine(lines, scoring="count", **KEEP_ALL)
    assert pairs(mined)[:3] == [("a", "d"), ("a", "b"), ("a", "c")]
    assert mined.rank[:3].tolist() == [1, 2, 3]


def test_progress_goes_up_to_the_total_in_a_bounded_number_of_calls():
    calls = []
    mine(random_lines(), progress=lambda done, total: calls.append((done, total)))
    assert 2 <= len(calls) <= 64
    assert calls == sorted(calls)
    assert calls[-1][0] == calls[-1][1] > 0


def test_progress_may_stop_the_mining():
    class Stopped(Exception):
        pass

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        mine(random_lines(), progress=stop)


@pytest.mark.parametrize("scoring", ["information", "ridge"])
def test_baskets_that_are_collected_once_can_be_mined_in_several_ways(scoring):
    lines = OrderLines(np.array([1, 1, 2, 2, 3, 3]), np.array([7, 8, 7, 8, 7, 9]))
    baskets = collect_baskets(lines)
    for _ in range(2):
        of_baskets, of_lines = (
            mine(source, scoring=scoring, min_count=1) for source in (baskets, lines)
        )
        assert of_baskets.score.tolist() == of_lines.score.tolist()
        assert of_baskets.n_lines == of_lines.n_lines == 6
    with pytest.raises(ValueError, match="collected already"):
        collect_baskets(
            collect_baskets(
                OrderLines(np.array([1]), np.array([7]), np.array(["2026-01-01"], "M8[s]"))
            ),
            timedelta(days=1),
        )
