"""Mining a store finds what mining all the orders in it finds."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.shops import FIRST_DAY, KEEP_ALL, baskets, random_lines, rows
from xsell.engine import BasketStore, OrderLines, mine

ORDERS = st.lists(
    st.tuples(
        st.integers(1, 12),  # order id: comes again when the order has changed
        st.lists(st.integers(0, 7), min_size=1, max_size=5),
        st.integers(0, 50),
        st.sampled_from([0, 1, 2, 3, None]),  # None: a guest
        st.sampled_from([1, 1, 1, 0, -1]),
    ),
    max_size=10,
)


def as_lines(orders) -> OrderLines:
    flat = [
        (order, product, FIRST_DAY + timedelta(days=day), customer, quantity)
        for order, products, day, customer, quantity in orders
        for product in products
    ]
    order, product, placed_at, customer, quantity = zip(*flat, strict=True) if flat else ((),) * 5
    return OrderLines(
        np.array(order, np.int64),
        np.array(product, np.int64),
        np.array(placed_at, "datetime64[us]"),
        np.ma.array(
            [0 if each is None else each for each in customer],
            np.int64, mask=[each is None for each in customer],
        ),
        np.array(quantity, np.int64),
    )  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(
    days=st.lists(ORDERS, min_size=1, max_size=3),
    removed=st.sets(st.integers(1, 12), max_size=3),
    window=st.sampled_from([None, timedelta(days=20)]),
    half_life_days=st.sampled_from([None, 10.0]),
)
def test_a_store_that_was_added_to_equals_the_lines_of_its_orders(
    days, removed, window, half_life_days, tmp_path_factory
):
    store = BasketStore.of(as_lines([]))
    current = {}
    for day in days:
        store = store.add(as_lines(day))
        for order in {each[0] for each in day}:
            current[order] = [each for each in day if each[0] == order]
    store = store.remove(np.array(sorted(removed), np.int64))
    kept = [each for order, same in current.items() if order not in removed for each in same]
    folder = tmp_path_factory.mktemp("store")
    store.save(folder)
    rules = {"window": window, "half_life_days": half_life_days, **KEEP_ALL}
    expected = mine(as_lines(kept), scoring="jaccard", **rules)
    for each in (store, BasketStore.load(folder)):
        mined = mine(each, scoring="jaccard", **rules)
        assert rows(mined) == rows(expected)
        assert mined.n_orders.tolist() == expected.n_orders.tolist()
        assert mined.n_baskets == expected.n_baskets


def test_a_store_can_be_saved_over_itself_while_it_is_mapped(tmp_path):
    BasketStore.of(random_lines()).save(tmp_path)
    store = BasketStore.load(tmp_path)
    assert isinstance(store.lines.product.base, np.memmap)
    lines = random_lines(n_orders=10, seed=8)
    moved = OrderLines(lines.order + 10**6, lines.product, lines.placed_at)
    store.add(moved).save(tmp_path)
    assert len(BasketStore.load(tmp_path)) > len(store)
    assert rows(mine(store)) == rows(mine(random_lines()))


def test_ten_million_small_ids_would_take_eighty_megabytes():
    store = BasketStore.of(OrderLines(np.arange(1000), np.arange(1000)))
    assert store.lines.order.nbytes + store.lines.product.nbytes == 8 * 1000


def test_string_ids_are_kept_as_they_are(tmp_path):
    lines = baskets("ab", "ab", "bc")
    BasketStore.of(lines).save(tmp_path)
    assert rows(mine(BasketStore.load(tmp_path), **KEEP_ALL)) == rows(mine(lines, **KEEP_ALL))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ([], [5]),
        ([3, 4], [2**63 - 1]),
        ([3, 4], [2**63 + 1]),
        ([2**40], [0, 2**63 + 1]),
        ([2**63 + 1], [3, 4]),
        ([-1], [2**63 - 1]),
        ([3, 4], [-(2**63)]),
    ],
)
def test_ids_of_every_size_are_added_and_removed(first, then):
    store = BasketStore.of(OrderLines(first, first)).add(OrderLines(then, then))
    assert store.lines.order.tolist() == store.lines.product.tolist() == sorted(first + then)
    assert store.remove(then).lines.order.tolist() == sorted(first)
    # the neighbours, which differ in digits that a float would lose
    beside = {each + 1 for each in then} - set(then)
    assert len(store.remove(list(beside))) == len(store)


def test_guests_and_missing_times_are_saved_as_such(tmp_path):
    lines = random_lines(n_orders=300, n_products=20)
    lines = OrderLines(
        lines.order, lines.product,
        np.ma.array(lines.placed_at, mask=lines.order % 7 == 0),
        np.ma.array(lines.order % 5, mask=lines.order % 2 == 0),
    )  # fmt: skip
    BasketStore.of(lines).save(tmp_path)
    assert rows(mine(BasketStore.load(tmp_path), scoring="count")) == rows(
        mine(lines, scoring="count")
    )
    # and forgotten again when a store without guests is saved over it
    named = OrderLines(lines.order, lines.product, lines.placed_at.data, lines.order % 5)
    BasketStore.of(named).save(tmp_path)
    assert not np.ma.isMaskedArray(BasketStore.load(tmp_path).lines.customer)


def test_what_does_not_fit_together_is_refused(tmp_path):
    store = BasketStore.of(baskets("ab"))
    with pytest.raises(ValueError, match="placed_at must be given for all"):
        store.add(random_lines(n_orders=3))
    with pytest.raises(TypeError, match="cannot be saved"):
        BasketStore.of(OrderLines([1, 1], np.array(["a", "b"], object))).save(tmp_path)
    with pytest.raises(TypeError, match="whole numbers and strings in one column"):
        store.add(OrderLines(["x"], ["y"]))
    with pytest.raises(ValueError, match="signed and unsigned 64-bit ids"):
        BasketStore.of(OrderLines([-1], [1])).add(OrderLines([2**63 + 1], [1]))
    with pytest.raises(TypeError, match="order_ids holds floats"):
        store.remove(np.array([1.0]))
    (tmp_path / "store.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(ValueError, match="format 99"):
        BasketStore.load(tmp_path)


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint64, object])
@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ([2], [1, 1, 3]),
        (np.array([2], np.uint64), [1, 1, 3]),
        (np.array([2, None], object), [1, 1, 3]),
        (np.array([2**63 + 2], np.uint64), [1, 1, 2, 3]),
        (["2"], [1, 1, 2, 3]),
    ],
)
def test_an_order_goes_by_its_id_whatever_holds_it(kind, gone, left):
    store = BasketStore.of(OrderLines(np.array([1, 1, 2, 3], kind), [5, 6, 5, 6]))
    assert store.remove(gone).lines.order.tolist() == left
