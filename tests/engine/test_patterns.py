"""Substitutes told from complements; larger sets; frames."""

from collections import Counter
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from tests.engine.shops import KEEP_ALL, baskets, random_lines
from xsell.engine import OrderLines, bundles, mine, substitutes
from xsell.engine.frames import from_frame, to_frame


def drinks(n=4_000, seed=2) -> OrderLines:
    """Cola or lemonade (never both), crisps with either; soap and towels, by themselves."""
    rng = np.random.default_rng(seed)
    contents = []
    for _ in range(n):
        basket = set()
        if rng.random() < 0.5:
            basket.add(rng.choice(["cola", "lemonade"]))
            if rng.random() < 0.6:
                basket.add("crisps")
        if rng.random() < 0.3:
            basket.add("soap")
            if rng.random() < 0.5:
                basket.add("towel")
        basket |= set(rng.choice(["bread", "milk", "eggs", "rice"], 2))
        contents.append(sorted(basket))
    order = np.repeat(np.arange(n), [len(b) for b in contents])
    return OrderLines(order, np.array([p for b in contents for p in b]))


def test_substitutes_are_those_that_avoid_one_another_and_keep_the_same_company():
    found = substitutes(drinks())
    best = {
        product: other
        for product, other, rank in zip(
            found.product.tolist(), found.substitute.tolist(), found.rank.tolist(), strict=True
        )
        if rank == 1
    }
    assert best["cola"] == "lemonade"
    assert best["lemonade"] == "cola"


def test_within_categories_only_significant_avoidance_counts():
    kind = {"cola": "drinks", "lemonade": "drinks", "crisps": "drinks", "soap": "bath"}
    found = substitutes(drinks(), category=(list(kind), list(kind.values())))
    pairs = set(zip(found.product.tolist(), found.substitute.tolist(), strict=True))
    assert pairs == {("cola", "lemonade"), ("lemonade", "cola")}
    assert (found.avoidance < -3).all()
    assert (found.n_expected >= 3).all()


@pytest.mark.parametrize("nothing", [None, float("nan")])
def test_products_without_a_category_are_not_of_one_kind(nothing):
    category = (["cola", "lemonade"], np.array([nothing, nothing], object))
    assert len(substitutes(drinks(), category=category)) == 0


def test_complements_are_no_substitutes():
    found = substitutes(drinks())
    pairs = set(zip(found.product.tolist(), found.substitute.tolist(), strict=True))
    assert ("cola", "crisps") not in pairs
    assert ("soap", "towel") not in pairs


@pytest.mark.parametrize("contents", [[], ["a"], ["ab"]])
def test_the_smallest_shops_have_no_patterns(contents):
    assert len(substitutes(baskets(*contents))) == 0
    assert len(bundles(baskets(*contents))) == 0


def test_larger_sets_are_counted_as_the_naive_double_does():
    lines = random_lines(n_orders=600, n_products=25)
    contents = {}
    for order, product in zip(lines.order.tolist(), lines.product.tolist(), strict=True):
        contents.setdefault(order, set()).add(product)
    expected = Counter(
        members
        for basket in contents.values()
        for size in (3, 4)
        for members in combinations(sorted(basket), size)
    )
    found = bundles(lines, min_count=4, min_lift=0.0, max_basket=None, threads=1)
    got = {
        tuple(sorted(members)): n
        for members, n in zip(found.members, found.n_together.tolist(), strict=True)
    }
    assert got == {members: n for members, n in expected.items() if n >= 4}
    assert found.n_together.tolist() == sorted(found.n_together.tolist(), reverse=True)


def test_a_set_is_more_than_its_best_pair_and_chance():
    # a, b and c together; d with either at random
    lines = baskets(*["abc"] * 20, *["abd"] * 20, *["a"] * 80, *["c"] * 80, *["d"] * 100)
    found = bundles(lines, min_lift=0.0)
    lift = dict(zip(found.members, found.lift_over_pair.tolist(), strict=True))
    n = {"a": 120, "b": 40, "c": 100, "d": 120}
    pair_and_chance = max(40 * n["c"] / 300, 20 * n["b"] / 300, 20 * n["a"] / 300)
    assert lift["a", "c", "b"] == pytest.approx(20 / pair_and_chance)


def test_a_robots_set_is_no_bundle():
    order = np.repeat(np.arange(300), 3)
    product = np.tile([1, 2, 3], 300)
    robot = OrderLines(
        np.append(order, [900, 901]), np.append(product, [4, 5]),
        customer=np.append(np.zeros(900, np.int64), [1, 2]),
    )  # fmt: skip
    assert len(bundles(robot, min_lift=0.0)) == 0
    assert len(bundles(OrderLines(order, product), min_lift=0.0)) == 1


def test_frames_go_in_and_come_out():
    frame = pd.DataFrame(
        {
            "order_id": pd.array([1, 1, 2, 2, None], "Int64"),
            "product": ["a", "b", "a", "b", "a"],
            "at": pd.to_datetime(["2026-01-01T01:00+01:00"] * 5),
            "quantity": pd.array([1, 2, 1, 1, None], "Int64"),
        }
    )
    lines = from_frame(frame, order="order_id", placed_at="at")
    assert lines.placed_at[0] == np.datetime64("2026-01-01T00:00")
    mined = mine(lines, **KEEP_ALL)
    table = to_frame(mined)
    assert table[["antecedent", "consequent", "n_both"]].to_numpy().tolist() == [
        ["a", "b", 2], ["b", "a", 2],
    ]  # fmt: skip
    assert table["confidence"].tolist() == [1.0, 1.0]
    assert mined.n_dropped["order_missing"] == 1


def test_a_frame_without_the_column_or_field_is_refused():
    frame = pd.DataFrame({"order": [1], "product": [1]})
    with pytest.raises(KeyError, match="sku"):
        from_frame(frame, product="sku")
    with pytest.raises(TypeError, match="colour"):
        from_frame(frame, colour="order")
