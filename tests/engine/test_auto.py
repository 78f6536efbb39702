"""The shop's newest orders choose the model; leave-one-out evaluation."""

import numpy as np
import pytest

from tests.engine.shops import baskets, random_lines
from xsell.engine import OrderLines, evaluate, mine
from xsell.engine.tuning import FEW_ORDERS, described


def visits(favourites_of, items_of, n_customers, n_orders=12, seed=5) -> OrderLines:
    """Shoppers who come every month; what they like, and what of it they buy this time."""
    rng = np.random.default_rng(seed)
    order, product, customer, day = [], [], [], []
    for who in range(n_customers):
        favourites = favourites_of(rng)
        for visit in range(n_orders):
            for item in sorted(set(items_of(rng, favourites, visit))):
                order.append(who * n_orders + visit)
                product.append(item)
                customer.append(who)
                day.append(visit * 30 + who % 30)
    placed_at = np.datetime64("2026-01-01", "D") + np.array(day)
    return OrderLines(order, product, placed_at, customer)


def loyal_lines() -> OrderLines:
    """Shoppers who each buy from a few favourites, and pairs that belong together."""

    def items(rng, favourites, _):
        first = rng.choice(favourites)
        return [first, first + 1, *(2 * rng.integers(0, 100, rng.integers(0, 3)))]

    return visits(lambda rng: rng.integers(0, 100, 3) * 2, items, n_customers=300)


def households() -> OrderLines:
    """Shoppers who each buy pairs of their own, again and again, that nobody else buys."""

    def items(rng, pairs, visit):
        return [*pairs[visit % 3].tolist(), *rng.integers(400, 440, 2).tolist()]

    return visits(lambda rng: rng.choice(400, (3, 2), replace=False), items, n_customers=200)


def test_auto_keeps_what_it_tried_and_never_does_worse_than_a_plain_measure():
    relations = mine(loyal_lines(), scoring="auto")
    tried = {k: v for k, v in relations.trials.items() if k != "with history"}
    assert {"popularity", "confidence", "jaccard", "rules", "bm25", "walk", "ridge"} <= set(tried)
    parameters = {k: v for k, v in relations.parameters.items() if k not in {"scoring", "habit"}}
    chosen = tried[described(relations.scoring, parameters)]
    assert chosen >= max(tried["confidence"], tried["jaccard"], tried["popularity"])
    assert relations.trials["with history"] > chosen


def test_where_households_buy_the_same_again_their_repeats_complete_carts():
    relations = mine(households(), scoring="auto")
    assert relations.parameters["keeps_repeats"] is True
    assert relations.trials["walk keeps_repeats=True"] > 2 * relations.trials["walk"]


def test_a_robot_alone_does_not_let_repeats_speak():
    calm = random_lines()
    robot = np.repeat(np.arange(10_000, 11_000), 2)
    lines = OrderLines(
        np.concatenate([calm.order, robot]),
        np.concatenate([calm.product, np.tile([9_001, 9_002], 1_000)]),
        None,
        np.concatenate([calm.order % 700, np.full(robot.size, 7_777)]),
    )
    relations = mine(lines, scoring="auto")
    assert relations.parameters.get("keeps_repeats", False) is False
    assert 9_001 not in relations.antecedent


def test_what_auto_found_can_be_passed_back_in():
    lines = loyal_lines()
    found = mine(lines, scoring="auto")
    again = mine(lines, scoring="auto", parameters=found.parameters)
    assert again.trials == {}
    assert again.habit == found.habit
    assert (again.consequent == found.consequent).all()
    assert (again.score == found.score).all()


def test_too_few_orders_get_the_stated_default():
    relations = mine(baskets(*["ab", "abc", "bc", "d"] * 5), scoring="auto")
    assert relations.scoring == FEW_ORDERS[0]
    assert relations.trials == {}
    assert len(relations) > 0


def test_orders_without_times_can_be_tuned_on_too():
    lines = random_lines()
    assert mine(OrderLines(lines.order, lines.product), scoring="auto").trials


def test_the_report_tells_buying_again_from_buying_something_new():
    report = evaluate(loyal_lines(), contestants=("popularity", "jaccard", "auto"))
    assert {r.contestant for r in report.results} == {
        "popularity", "jaccard", "auto", "auto + history",
    }  # fmt: skip
    assert report["auto"].ndcg > report["popularity"].ndcg
    assert report["auto + history"].hit_rate_again > report["auto"].hit_rate_again
    gap, low, high = report.difference("auto + history", "popularity")
    assert 0 < low < gap < high
    assert report.n_tests == report["auto"].gains.size
    assert "NDCG@10" in str(report)


def test_only_the_older_orders_are_learnt_from():
    # in the newest tenth a and b meet for the first time
    contents = ["ac"] * 45 + ["bd"] * 45 + ["ab"] * 10
    lines = baskets(*contents)
    dated = OrderLines(lines.order, lines.product, np.datetime64("2026-01-01", "D") + lines.order)
    report = evaluate(dated, contestants=("confidence",), k=1)
    assert (report.n_tests, report.n_known) == (10, 90)
    # c goes with a and d with b before either meets the other
    assert report["confidence"].ndcg < 1
    assert (report["confidence"].gains > 0).all()


def test_evaluation_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="unknown contestants: magic"):
        evaluate(random_lines(n_orders=50), contestants=("magic",))
    with pytest.raises(ValueError, match="nothing to test on"):
        evaluate(baskets("a", "b"))
