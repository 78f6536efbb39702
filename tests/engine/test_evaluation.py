"""The evaluation against one made by hand: who guesses the product that was hidden?"""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine import naive_models, naive_serving
from tests.engine.naive_models import Order
from tests.engine.shops import as_lines
from xsell.engine import BasketStore, OrderLines, evaluate
from xsell.engine.baskets import collect_baskets
from xsell.engine.evaluation import AUTO_STEPS
from xsell.engine.holdout import newest_as_task
from xsell.engine.parameters import DEFAULTS

CONTESTANTS = [
    *("popularity", "count", "confidence", "lift", "jaccard", "information", "rules", "bm25"),
    "walk",
]
BASKETS = st.frozensets(st.integers(0, 13), min_size=1, max_size=4)


@st.composite
def years(draw) -> list[Order]:
    """Some kinds of baskets in turn, an order a day, the oldest first."""
    kinds = draw(st.lists(BASKETS, min_size=2, max_size=8))
    customers = draw(st.sampled_from([[None], [1, 2, None], [1, 2, 3, 4, 5]]))
    n = draw(st.integers(20, 60))
    return [
        Order(draw(st.sampled_from(kinds)), n - 1 - day, draw(st.sampled_from(customers)))
        for day in range(n)
    ]


def what_to_test(orders: list[Order]) -> tuple[list[Order], list[Order]]:
    """The older orders, and of the newest tenth those of two products that were sold before."""
    n_known = len(orders) - len(orders) // 10
    sold = frozenset(p for order in orders[:n_known] for p in order.items)
    newest = [order._replace(items=order.items & sold) for order in orders[n_known:]]
    return orders[:n_known], [order for order in newest if len(order.items) >= 2]


@pytest.mark.parametrize("contestant", CONTESTANTS)
@settings(max_examples=30, deadline=None)
@given(orders=years(), k=st.integers(1, 20))
def test_every_gain_is_that_of_a_product_of_the_order(contestant, orders, k):
    known, hidden_from = what_to_test(orders)
    if not hidden_from:
        with pytest.raises(ValueError, match="nothing to test on"):
            evaluate(as_lines(orders), contestants=(contestant,))
        return
    known = [order._replace(days=order.days - known[-1].days) for order in known]
    parameters = DEFAULTS.get(contestant, {})
    if contestant in {"lift", "information", "bm25", "walk"}:
        k = 20  # all: rounding decides which of equal scores are the k best
    model = naive_models.fit(known, contestant, parameters, min_count=2, max_basket=100)
    rows = naive_serving.stored(model, k)
    report = evaluate(as_lines(orders), contestants=(contestant,), k=k)
    result = report[contestant]
    assert (report.n_tests, report.n_known) == (len(hidden_from), len(known))
    assert result.gains.size == len(hidden_from)
    for order, gain in zip(hidden_from, result.gains.tolist(), strict=True):
        possible = naive_serving.possible_gains(
            model, rows, order.items, is_sum=contestant != "rules"
        )
        assert min(abs(gain - each) for each in possible) < 1e-12
    assert result.ndcg == pytest.approx(result.gains.mean())
    assert result.hit_rate == pytest.approx((result.gains > 0).mean())


FIRST_SOLD_LAST = [
    *(Order(frozenset({0, 1}), 19 - day, None) for day in range(19)),
    Order(frozenset({2}), 0, None),
]


@pytest.mark.parametrize("contestant", ["popularity", "count", "rules"])
@settings(max_examples=30, deadline=None)
@given(orders=years(), k=st.integers(1, 20))
@example(orders=FIRST_SOLD_LAST, k=1)
def test_what_was_suggested_is_what_completes_the_carts_that_were_left(contestant, orders, k):
    known, hidden_from = what_to_test(orders)
    if not hidden_from:
        return
    known = [order._replace(days=order.days - known[-1].days) for order in known]
    parameters = DEFAULTS.get(contestant, {})
    model = naive_models.fit(known, contestant, parameters, min_count=2, max_basket=100)
    rows = naive_serving.stored(model, k)
    expected = Counter()
    for cart in carts_of(orders):
        expected.update(naive_serving.suggested(model, rows, cart, is_sum=contestant != "rules"))
    result = evaluate(as_lines(orders), contestants=(contestant,), k=k)[contestant]
    assert result.suggested.tolist() == sorted(expected)
    assert result.n_suggested.tolist() == [expected[product] for product in sorted(expected)]


def carts_of(orders: list[Order]) -> list[list[int]]:
    """What is left of each tested order without its hidden product."""
    baskets = collect_baskets(as_lines(orders), None)
    carts = newest_as_task(baskets, 0.1, 20_000).carts
    return [part.tolist() for part in np.split(baskets.products[carts.items], carts.offset[1:-1])]


def shop_of_ann_and_bob() -> list[Order]:
    """Ninety days on which Ann buys a and b with one of twenty others; then ten of both of them.

    Ann buys a and b again; Bob, for the first time, two that nobody ever bought together.
    """
    old = [Order(frozenset(["a", "b", f"other {day % 20}"]), 99 - day, "Ann") for day in range(90)]
    last = [("Ann", frozenset("ab")), ("Bob", frozenset(["other 18", "other 19"]))]
    new = [Order(last[day % 2][1], 9 - day, last[day % 2][0]) for day in range(10)]
    return [*old, *new]


def lines_of(orders) -> OrderLines:
    return as_lines(orders, str)


def test_bought_again_and_new_are_told_apart():
    report = evaluate(lines_of(shop_of_ann_and_bob()), contestants=("confidence",))
    result = report["confidence"]
    assert sorted(result.gains.tolist()) == [0.0] * 5 + [1.0] * 5
    assert (result.hit_rate, result.hit_rate_again, result.hit_rate_new) == (0.5, 1.0, 0.0)


def test_without_customers_nothing_is_bought_again():
    lines = lines_of(shop_of_ann_and_bob())
    report = evaluate(
        OrderLines(lines.order, lines.product, lines.placed_at), contestants=("popularity",)
    )
    assert math.isnan(report["popularity"].hit_rate_again)
    assert report["popularity"].hit_rate_new == 0.5


def test_coverage_is_the_share_of_the_sold_that_anybody_was_shown():
    # best sellers: a and b to Bob, with the first eight of the others; a ninth to Ann's a or b
    report = evaluate(lines_of(shop_of_ann_and_bob()), contestants=("popularity",))
    assert report["popularity"].coverage == pytest.approx((2 + 9) / 22)


def test_what_was_suggested_bears_the_shops_own_ids():
    report = evaluate(lines_of(shop_of_ann_and_bob()), contestants=("popularity",))
    result = report["popularity"]
    suggested = dict(zip(result.suggested.tolist(), result.n_suggested.tolist(), strict=True))
    # Bob sees both best sellers five times; Ann, who holds one of them, the other
    assert suggested["a"] + suggested["b"] == 5 * 2 + 5
    assert result.n_suggested.sum() == report.n_tests * 10


def test_a_product_that_was_never_sold_before_is_not_asked_for():
    old = [Order(frozenset("ab"), 99 - day) for day in range(90)]
    new = [Order(frozenset(["a", "new"]), 9 - day) for day in range(9)]
    with pytest.raises(ValueError, match="nothing to test on"):
        evaluate(lines_of([*old, *new, Order(frozenset("a"))]), contestants=("count",))


def test_information_competes_with_the_relations_that_mining_finds_by_it():
    orders = [order for order in shop_of_ann_and_bob() if order.items != frozenset("ab")]
    # Ann's year is one customer's: no evidence at all, and best sellers are all that is left
    report = evaluate(lines_of(orders), contestants=("information", "popularity"))
    assert (report["information"].gains == report["popularity"].gains).all()
    assert (report["information"].suggested == report["popularity"].suggested).all()


def test_a_store_is_evaluated_as_its_lines():
    lines = lines_of(shop_of_ann_and_bob())
    one, other = (evaluate(x, contestants=("walk",)) for x in (lines, BasketStore.of(lines)))
    assert (one["walk"].gains == other["walk"].gains).all()


def test_fewer_tests_are_drawn_where_there_are_too_many():
    report = evaluate(lines_of(shop_of_ann_and_bob()), contestants=("count",), max_tests=4)
    assert (report.n_tests, report.n_known) == (4, 90)


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ({"test_share": 0.0}, ValueError),
        ({"test_share": 1.0}, ValueError),
        ({"test_share": 1.5}, ValueError),
        ({"test_share": float("nan")}, ValueError),
        ({"max_tests": 0}, ValueError),
        ({"contestants": ()}, ValueError),
        ({"contestants": ("nobody",)}, ValueError),
        ({"k": 0}, ValueError),
        ({"k": 2.5}, TypeError),
        ({"threads": -1}, ValueError),
    ],
)
def test_an_argument_out_of_range_is_refused_by_name(argument, error):
    with pytest.raises(error, match=next(iter(argument))):
        evaluate(lines_of(shop_of_ann_and_bob()), **{"contestants": ("count",), **argument})


def test_the_difference_of_a_contestant_from_itself_is_nothing():
    report = evaluate(lines_of(shop_of_ann_and_bob()), contestants=("count", "walk"))
    assert report.difference("count", "count") == (0.0, 0.0, 0.0)
    assert isinstance(report["count"].gains, np.ndarray)


def test_progress_grows_to_the_end_and_the_search_is_most_of_it():
    told = []
    orders = shop_of_ann_and_bob() + [
        Order(frozenset(["a", f"other {day % 20}"]), 100 + day, f"Guest {day % 50}")
        for day in range(900)
    ]
    evaluate(
        lines_of(sorted(orders, key=lambda order: -order.days)),
        contestants=("count", "auto"),
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == sorted(told)
    assert {total for _, total in told} == {2 + AUTO_STEPS}
    assert told[0] == (1, 2 + AUTO_STEPS)
    assert told[-1] == (2 + AUTO_STEPS, 2 + AUTO_STEPS)
    assert len({done for done, _ in told}) > AUTO_STEPS // 2
