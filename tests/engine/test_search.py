"""How auto decides: what is better than luck, who may speak, which carts are asked about."""

from dataclasses import replace

import numpy as np
import pytest

from tests.engine.shops import random_lines
from tests.engine.test_auto import households
from xsell.engine import OrderLines, mine
from xsell.engine.baskets import collect_baskets
from xsell.engine.holdout import in_codes, newest_as_task
from xsell.engine.tuning import _Bench, _Trial, validation_task
from xsell.engine.workshop import Workshop, is_by_robot


def bench_of(customers) -> _Bench:
    """A bench whose carts are those of these customers; nothing has been tried on it."""
    baskets = collect_baskets(random_lines(n_orders=600), None)
    task = validation_task(baskets)
    shop = Workshop.open(task.known, 100, 1)
    task = replace(in_codes(task, shop), customer=np.asarray(customers))
    return _Bench(task, shop, 20, 2, _Trial("ridge", {}, np.zeros(len(customers))))


def gains(n, n_carts=100):
    """A gain of one at n of the carts."""
    return np.where(np.arange(n_carts) < n, 1.0, 0.0)


@pytest.mark.parametrize(
    ("n_better", "n_customers", "is_taken"),
    [
        (1, 100, False),  # one cart: luck
        (3, 100, True),  # sqrt(3) = 1.7 errors
        (30, 1, False),  # one customer's thirty carts are one
        (30, 3, True),
    ],
)
def test_a_candidate_must_beat_the_best_by_more_than_luck(n_better, n_customers, is_taken):
    bench = bench_of(np.arange(100) % n_customers)
    assert bench.is_better(_Trial("walk", {}, gains(n_better))) is is_taken


@pytest.mark.parametrize(("n_better", "is_taken"), [(3, False), (6, False), (7, True)])
def test_repeats_may_speak_only_where_they_help_many_customers(n_better, is_taken):
    bench = bench_of(np.arange(100))
    bold = _Trial("walk", {"keeps_repeats": True}, gains(n_better))
    assert bench.is_better(bold) is is_taken
    # where the model without them is as good, it is the model that helps
    bench.tried["walk"] = _Trial("walk", {}, gains(n_better))
    assert not bench.is_better(bold)


def test_a_plain_measure_that_comes_out_before_the_lucky_best_wins():
    bench = bench_of(np.arange(100))
    bench.best = _Trial("ridge", {}, gains(10))
    bench.tried = {"jaccard": _Trial("jaccard", {}, gains(11))}
    assert bench.winner().scoring == "jaccard"
    bench.tried = {"jaccard": _Trial("jaccard", {}, gains(9))}
    assert bench.winner().scoring == "ridge"


@pytest.mark.parametrize(
    ("n_orders", "robots"),
    [
        ([1] * 50 + [100], []),
        ([1] * 50 + [101], [50]),
        ([8] * 50 + [160], []),
        ([8] * 50 + [161], [50]),
        ([1] * 50 + [5_000, 4_000], [50, 51]),  # whoever places most of the orders
        ([], []),
    ],
)
def test_a_robot_orders_far_more_often_than_the_median_customer(n_orders, robots):
    customer = np.repeat(np.arange(len(n_orders)), n_orders)
    assert sorted(set(customer[is_by_robot(customer)].tolist())) == robots


def shop_with_robot(n_orders):
    """Households, and one customer who orders the same pair every hour."""
    lines = households()
    first = int(lines.order.max()) + 1
    order = np.repeat(np.arange(first, first + n_orders), 2)
    return OrderLines(
        np.concatenate([lines.order, order]),
        np.concatenate([lines.product, np.tile([9_001, 9_002], n_orders)]),
        np.concatenate([lines.placed_at, np.full(order.size, lines.placed_at.max())]),
        np.concatenate([lines.customer, np.full(order.size, 7_777)]),
    )


@pytest.mark.parametrize("n_orders", [60, 100])
def test_what_one_customer_alone_buys_too_often_is_a_machines(n_orders):
    relations = mine(shop_with_robot(n_orders), scoring="auto")
    assert relations.parameters["keeps_repeats"] is True
    assert relations.n_robot == 0
    assert 9_001 not in relations.antecedent


@pytest.mark.parametrize("n_orders", [300, 3_000])
def test_a_robot_among_households_makes_no_relation_and_no_best_seller(n_orders):
    relations = mine(shop_with_robot(n_orders), scoring="auto")
    assert relations.parameters["keeps_repeats"] is True
    assert relations.n_robot == n_orders
    assert 9_001 not in relations.antecedent
    n_products = relations.products.size
    assert set(relations.products[np.argsort(-relations.prior)[: n_products // 2]]).isdisjoint(
        {9_001, 9_002}
    )


@pytest.mark.parametrize("scoring", ["ridge", "walk", "jaccard", "confidence", "rules"])
def test_a_robot_takes_nothing_from_a_relation_that_forty_shoppers_made(scoring):
    calm = random_lines()
    forty, robot = np.repeat(np.arange(40), 2), np.repeat(np.arange(1_000), 2)
    order = [calm.order, 20_000 + forty, 30_000 + robot]
    product = [calm.product, np.tile([9_001, 9_002], 40), np.tile([9_001, 9_002], 1_000)]
    customer = [calm.order % 700, 5_000 + forty, np.full(robot.size, 7_777)]

    def score(parts):
        lines = OrderLines(*(np.concatenate(each[:parts]) for each in (order, product)),
                           customer=np.concatenate(customer[:parts]))  # fmt: skip
        mined = mine(lines, scoring=scoring)
        return mined.score[(mined.antecedent == 9_001) & (mined.consequent == 9_002)]

    assert score(3) == pytest.approx(score(2), rel=0.02)


def carts_of(n_robot, n_others=4_000):
    """How many carts are those of a customer with so many of the orders, of how many."""
    n_orders = n_robot + n_others
    order = np.repeat(np.arange(n_orders), 3)
    product = np.random.default_rng(3).integers(0, 60, order.size)
    customer = np.where(np.arange(n_orders) < n_robot, 0, np.arange(n_orders))
    lines = OrderLines(order, product, customer=customer[order])
    task = newest_as_task(collect_baskets(lines, None), 0.1, 10_000, rounds=4, most_of_one=0.01)
    return np.count_nonzero(task.customer == 0), task.customer.size


def test_no_customer_fills_more_than_a_hundredth_of_the_slice():
    n_robot, n_carts = carts_of(9_000)
    assert 0 < n_robot <= 0.0125 * n_carts
    assert n_carts > 200


def test_giant_orders_are_not_asked_about():
    calm = random_lines()
    giant = np.repeat(np.arange(60), 400)
    days = np.concatenate([np.zeros(len(calm), int), np.ones(giant.size, int)])
    lines = OrderLines(
        np.concatenate([calm.order, 50_000 + giant]),
        np.concatenate([calm.product, np.tile(np.arange(400) % 300, 60)]),
        np.datetime64("2026-01-01", "D") + days,
    )
    task = validation_task(collect_baskets(lines, None), max_basket=100)
    assert np.diff(task.carts.offset).max() < 100


def test_a_half_life_that_is_given_is_that_of_all_candidates():
    relations = mine(households(), scoring="auto", half_life_days=77.0)
    models = [name for name in relations.trials if name.split()[0] in {"ridge", "walk"}]
    assert len(models) > 10
    assert all("half_life_days=77.0" in name for name in models)
