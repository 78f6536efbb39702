"""What customers go on to buy, and when they buy the same again."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine import naive_following as naive
from tests.engine.naive import Line
from xsell.engine import BasketStore, OrderLines, collect_baskets, next_steps, repurchase_gaps

NEW_YEAR = datetime(2026, 1, 1)  # noqa: DTZ001 - the engine takes one clock, without a zone


def order_lines(lines):
    return OrderLines(
        np.array([it.order for it in lines], np.int64),
        np.array([it.product for it in lines], np.int64),
        np.array([it.placed_at for it in lines], "M8[us]"),
        np.array([it.customer for it in lines], object),
    )


@st.composite
def histories(draw):
    """A few customers' and guests' orders within half a year, to the hour."""
    lines = []
    for order in range(draw(st.integers(0, 40))):
        customer = draw(st.one_of(st.none(), st.integers(0, 5)))
        at = NEW_YEAR + timedelta(hours=draw(st.integers(0, 24 * 180)))
        basket = draw(st.sets(st.integers(0, 6), min_size=1, max_size=4))
        lines += [Line(order, product, at, 1, customer) for product in basket]
    return lines


def rows_of(found):
    return {
        (one, other): row
        for one, other, *row in zip(
            *(found.antecedent.tolist(), found.consequent.tolist(), found.n_both.tolist()),
            *(found.n_antecedent.tolist(), found.n_consequent.tolist()),
            *([found.n_windows] * len(found), found.lag_days.tolist(), found.score.tolist()),
            strict=True,
        )
    }


@given(
    lines=histories(),
    earliest=st.integers(1, 40),
    length=st.integers(0, 60),
    min_count=st.integers(1, 3),
    threads=st.integers(1, 2),
)
def test_next_steps_are_those_of_the_naive_double(lines, earliest, length, min_count, threads):
    window = {"earliest_days": earliest, "latest_days": earliest + length}
    found = next_steps(order_lines(lines), k=99, **window, min_count=min_count, threads=threads)
    expected = naive.next_steps(lines, **window, min_count=min_count)
    rows = rows_of(found)
    assert rows.keys() == expected.keys()
    for pair, row in rows.items():
        assert row == pytest.approx(list(expected[pair]), rel=1e-12)


@given(lines=histories(), k=st.integers(1, 3))
def test_the_k_best_of_each_are_kept_in_order(lines, k):
    window = {"earliest_days": 10, "latest_days": 60, "min_count": 1}
    whole = next_steps(order_lines(lines), k=99, **window)
    cut = next_steps(order_lines(lines), k=k, **window)
    is_kept = whole.rank <= k
    for column in ("antecedent", "consequent", "rank", "score", "n_both", "lag_days"):
        assert getattr(cut, column).tolist() == getattr(whole, column)[is_kept].tolist()
    same = whole.antecedent[1:] == whole.antecedent[:-1]
    assert (np.diff(whole.score)[same] <= 0).all()
    assert (whole.rank[np.r_[True, ~same][: len(whole)]] == 1).all()


@given(lines=histories(), min_customers=st.integers(1, 3))
def test_gaps_are_those_of_the_naive_double(lines, min_customers):
    found = repurchase_gaps(order_lines(lines), min_customers=min_customers)
    expected = naive.repurchase_gaps(lines, min_customers=min_customers)
    assert found.product.tolist() == sorted(expected)
    for place, product in enumerate(found.product.tolist()):
        assert expected[product] == pytest.approx(
            (
                found.n_gaps[place],
                found.n_customers[place],
                found.lower_quartile_days[place],
                found.median_days[place],
                found.upper_quartile_days[place],
            )
        )


def journal(*orders):
    """(customer, day, products) -> order lines."""
    return order_lines(
        [
            Line(number, product, NEW_YEAR + timedelta(days=day), 1, customer)
            for number, (customer, day, products) in enumerate(orders)
            for product in products
        ]
    )


CAMERA, LENS, SOAP = 1, 2, 3
OTHERS = [(customer, day, [SOAP + customer]) for customer in range(40, 80) for day in (0, 50)]
END = (99, 365, [SOAP])


@pytest.mark.parametrize(
    ("what", "orders", "counts"),
    [
        ("all went on", [(1, 0, [CAMERA]), (1, 45, [LENS])], (8, 8)),
        ("bought together", [(1, 0, [CAMERA, LENS]), (1, 45, [LENS])], (0, 8)),
        ("too early", [(1, 0, [CAMERA]), (1, 29, [LENS])], (0, 8)),
        ("too late", [(1, 0, [CAMERA]), (1, 91, [LENS])], (0, 8)),
        ("on the first day", [(1, 0, [CAMERA]), (1, 30, [LENS])], (8, 8)),
        ("on the last day", [(1, 0, [CAMERA]), (1, 90, [LENS])], (8, 8)),
        ("owned before", [(1, 0, [LENS]), (1, 5, [CAMERA]), (1, 45, [LENS])], (0, 8)),
        ("bought again and again", [(1, 0, [CAMERA]), (1, 45, [LENS]), (1, 46, [LENS])], (8, 8)),
        ("cut short by the end", [(1, 300, [CAMERA]), (1, 335, [LENS])], (0, 0)),
    ],
)
def test_whose_purchases_count_for_a_pair(what, orders, counts):
    """Eight customers did the same; 40 others bought something else, and the data end in a year."""
    eight = [(copy, day, products) for copy in range(8) for _, day, products in orders]
    found = rows_of(next_steps(journal(*eight, *OTHERS, END), min_count=1))
    row = found.get((CAMERA, LENS), [0, counts[1]])
    assert (row[0], row[1]) == counts, what


def test_guests_come_back_as_nobody_and_count_for_nothing():
    eight = [(copy, day, [product]) for copy in range(8) for day, product in ((0, 1), (45, 2))]
    guests = [(None, 0, [CAMERA])] * 100
    known = rows_of(next_steps(journal(*eight, *OTHERS, END)))
    assert rows_of(next_steps(journal(*eight, *guests, *OTHERS, END))) == known
    assert known[CAMERA, LENS][:2] == [8, 8]


@pytest.mark.parametrize("missing", ["placed_at", "customer"])
def test_without_times_or_customers_nothing_follows(missing):
    lines = journal(*OTHERS, END)
    known = {"placed_at": lines.placed_at, "customer": lines.customer} | {missing: None}
    bare = OrderLines(lines.order, lines.product, **known)
    assert (len(next_steps(bare)), len(repurchase_gaps(bare))) == (0, 0)


def test_the_same_from_lines_a_store_and_baskets():
    lines = journal(*[(c, d, [p]) for c in range(9) for d, p in ((0, 1), (45, 2))], *OTHERS, END)
    found = [next_steps(it) for it in (lines, BasketStore.of(lines), collect_baskets(lines))]
    assert len({str(rows_of(it)) for it in found}) == 1
    assert len(found[0]) > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 0}, "k must be at least 1"),
        ({"earliest_days": 0}, "earliest_days must be at least 1"),
        ({"earliest_days": 30, "latest_days": 29}, "latest_days must be at least 30"),
        ({"min_count": 0}, "min_count must be at least 1"),
        ({"min_lift_lower": -1}, "min_lift_lower must be from 0"),
        ({"threads": 0}, "threads must be at least 1"),
    ],
)
def test_arguments_out_of_range_are_refused_by_name(arguments, message):
    with pytest.raises(ValueError, match=message):
        next_steps(journal(END), **arguments)


def test_at_least_so_many_customers():
    with pytest.raises(ValueError, match="min_customers must be at least 1"):
        repurchase_gaps(journal(END), min_customers=0)
