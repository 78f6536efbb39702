"""One bulk buyer, one robot, one giant basket, one returned order: none makes a relation."""

import numpy as np
import pytest

from tests.engine.shops import random_lines
from xsell.engine import SCORINGS, OrderLines, mine

A, B = 9_001, 9_002


def shop_with(order, product, customer, quantity=None) -> OrderLines:
    """A calm shop of many shoppers, and these lines."""
    calm = random_lines()
    ones = np.ones(len(calm), np.int64)
    # the two products sell to everybody, never together
    alone = np.arange(40)
    return OrderLines(
        np.concatenate([calm.order, 20_000 + alone, 30_000 + np.asarray(order)]),
        np.concatenate([calm.product, np.where(alone % 2, A, B), product]),
        None,
        np.concatenate([calm.order % 700, 5_000 + alone, customer]),
        np.concatenate([ones, np.ones(40, np.int64), ones[:1].repeat(len(order))])
        if quantity is None
        else np.concatenate([ones, np.ones(40, np.int64), quantity]),
    )


def related(lines, scoring) -> bool:
    mined = mine(lines, scoring=scoring)
    return bool(((mined.antecedent == A) & (mined.consequent == B)).any())


@pytest.mark.parametrize("scoring", SCORINGS)
def test_a_robot_that_orders_the_same_pair_a_thousand_times_makes_no_relation(scoring):
    order = np.repeat(np.arange(1_000), 2)
    product = np.tile([A, B], 1_000)
    assert not related(shop_with(order, product, np.full(2_000, 7_777)), scoring)
    # the same orders of a thousand shoppers do
    assert related(shop_with(order, product, 10_000 + order), scoring)


@pytest.mark.parametrize("scoring", SCORINGS)
def test_a_bulk_buyer_of_many_pieces_is_one_order(scoring):
    assert not related(shop_with([0, 0], [A, B], [7_777] * 2, quantity=[10_000, 10_000]), scoring)


@pytest.mark.parametrize("scoring", SCORINGS)
def test_giant_baskets_of_1106_lines_make_no_relation(scoring):
    giant = np.tile(np.concatenate([[A, B], np.arange(1_104)]), 5)
    order = np.repeat(np.arange(5), 1_106)
    assert not related(shop_with(order, giant, 7_000 + order), scoring)
    # the pair alone, of five shoppers, is one
    pair = np.repeat(np.arange(5), 2)
    if scoring != "auto":  # which finds that in this shop of dice best sellers complete carts best
        assert related(shop_with(pair, np.tile([A, B], 5), 7_000 + pair), scoring)


@pytest.mark.parametrize("scoring", SCORINGS)
def test_orders_that_came_back_make_no_relation(scoring):
    order = np.repeat(np.arange(6), 4)
    product = np.tile([A, B, A, B], 6)
    quantity = np.tile([1, 1, -1, -1], 6)
    assert not related(shop_with(order, product, 8_000 + order, quantity), scoring)
    kept = np.tile([2, 2, -1, -1], 6)
    if scoring != "auto":  # which finds that in this shop of dice best sellers complete carts best
        assert related(shop_with(order, product, 8_000 + order, kept), scoring)


def test_the_repeats_of_the_heaviest_customer_do_not_raise_a_score():
    # five shoppers bought the pair once; with or without one of them buying it every day
    order = np.repeat(np.arange(5), 2)
    five = shop_with(order, np.tile([A, B], 5), 8_000 + order)
    often = np.repeat(np.arange(105), 2)
    daily = shop_with(often, np.tile([A, B], 105), 8_000 + np.minimum(often, 4))

    def row(lines):
        mined = mine(lines, scoring="count")
        at = np.flatnonzero((mined.antecedent == A) & (mined.consequent == B))[0]
        return mined.score[at], mined.n_both[at]

    assert row(five) == (pytest.approx(5.0), 5)
    assert row(daily) == (pytest.approx(5.0), 105)


def test_an_order_without_a_customer_is_a_customer_of_its_own():
    order = np.repeat(np.arange(5), 2)
    guests = np.ma.array(np.zeros(10, np.int64), mask=True)
    lines = OrderLines(
        np.append(order, np.arange(100, 150)), np.append(np.tile([A, B], 5), np.arange(50)),
        customer=np.ma.concatenate([guests, np.arange(50)]),
    )  # fmt: skip
    assert related(lines, "information")


def test_a_robot_with_a_third_of_all_orders_leaves_the_best_sellers_what_they_were():
    """Its pairs are taken out of the evidence: what is left of them is no covariance."""
    calm, robots = random_lines(n_products=29), 9_000 + np.arange(20)
    tasted = np.repeat(np.arange(60), 2)  # each of its products with product 0, thrice
    lines = OrderLines(
        np.concatenate([calm.order, 20_000 + tasted, 30_000 + np.repeat(np.arange(1_500), 20)]),
        np.concatenate([calm.product, np.where(np.arange(120) % 2, robots[tasted % 20], 0),
                        np.tile(robots, 1_500)]),
        customer=np.concatenate([calm.order % 700, 5_000 + tasted, np.full(30_000, 7_777)]),
    )  # fmt: skip
    mined = mine(lines, scoring="ridge")
    n = dict(zip(mined.products.tolist(), mined.n_orders.tolist(), strict=True))
    share = np.array([n[product] for product in mined.products.tolist()]) / 4_560
    assert (np.abs(mined.prior) <= 2 * share).all()


def test_an_error_while_counting_is_raised_and_does_not_leave_threads_waiting(monkeypatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr("xsell.engine.ranking.tally_pairs", fail)
    lines = OrderLines(np.repeat(np.arange(50), 4), np.arange(200) % 37)
    with pytest.raises(MemoryError):
        mine(lines, scoring="count", min_lift_lower=None, threads=2)
