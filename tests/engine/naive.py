"""The engine again, as anybody would write it first: what the fast paths are held against."""

import math
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

from xsell.engine.baskets import half_life_weights

Z = 1.6448536269514722


class Line(NamedTuple):
    order: Any
    product: Any
    placed_at: datetime | None
    quantity: int


class Row(NamedTuple):
    antecedent: Any
    consequent: Any
    rank: int
    score: float
    n_both: int
    n_antecedent: int
    n_consequent: int


class Mined(NamedTuple):
    rows: list[Row]
    n_orders: list[tuple[Any, int]]
    n_baskets: int
    n_giant: int
    n_dropped: dict[str, int]


def lift_lower_bound(n_both, n_antecedent, n_consequent, n_baskets):
    n = min(n_antecedent, n_consequent)
    p = n_both / n
    root = math.sqrt(max(Z * Z - 2.0 - 1.0 / n + 4.0 * p * (n * (1.0 - p) + 1.0), 0.0))
    lower = max((2.0 * n_both + Z * Z - 1.0 - Z * root) / (2.0 * (n + Z * Z)), 0.0)
    return lower * n_baskets / max(n_antecedent, n_consequent)


def score_of(scoring, both, antecedent, consequent, lowest_lift):
    return {
        "count": lambda: both,
        "confidence": lambda: both / antecedent,
        "jaccard": lambda: both / (antecedent + consequent - both),
        "information": lambda: both / antecedent * math.log2(lowest_lift),
    }[scoring]()


def mine(
    lines: list[Line],
    *,
    k: int,
    scoring: str,
    min_count: int = 1,
    min_lift_lower: float | None = None,
    max_basket: int | None = None,
    half_life_days: float | None = None,
    window: timedelta | None = None,
) -> Mined:
    times, baskets, dropped = usable_baskets(lines, window)
    n_orders = Counter(p for basket in baskets.values() for p in basket)
    best_sellers = sorted(n_orders, key=lambda p: (-n_orders[p], p))
    position = {p: i for i, p in enumerate(best_sellers)}
    counted = {
        o: b for o, b in sorted(baskets.items()) if max_basket is None or len(b) <= max_basket
    }
    weights = weigh(sorted(baskets), times, half_life_days)
    single, both = Counter(), Counter()
    single_weight, both_weight = defaultdict(float), defaultdict(float)
    for order, basket in counted.items():
        for p in basket:
            single[p] += 1
            single_weight[p] += weights[order]
        for pair in permutations(basket, 2):
            both[pair] += 1
            both_weight[pair] += weights[order]
    found = defaultdict(list)
    for (a, b), n_both in both.items():
        lowest = lift_lower_bound(n_both, single[a], single[b], len(counted))
        if n_both < min_count or (min_lift_lower is not None and lowest <= min_lift_lower):
            continue
        score = score_of(scoring, both_weight[a, b], single_weight[a], single_weight[b], lowest)
        found[a].append((-score, position[b], b, n_both))
    rows = [
        Row(a, b, rank, -negative, n_both, single[a], single[b])
        for a in best_sellers
        for rank, (negative, _, b, n_both) in enumerate(sorted(found[a])[:k], start=1)
    ]
    return Mined(
        rows, [(p, n_orders[p]) for p in best_sellers], len(counted),
        len(baskets) - len(counted), dropped,
    )  # fmt: skip


def usable_baskets(lines, window):
    dropped = dict.fromkeys(
        [
            "order_missing",
            "product_missing",
            "quantity_not_positive",
            "placed_at_missing",
            "outside_window",
        ],
        0,
    )
    usable = []
    net = Counter()
    for line in lines:
        net[line.order, line.product] += line.quantity
    has_returns = {(x.order, x.product) for x in lines if x.quantity < 0}
    for line in lines:
        pair = line.order, line.product
        if line.quantity <= 0 or (pair in has_returns and net[pair] <= 0):
            dropped["quantity_not_positive"] += 1
        elif line.placed_at is None:
            dropped["placed_at_missing"] += 1
        else:
            usable.append(line)
    times: dict[Any, datetime] = {}
    for line in usable:
        times[line.order] = max(line.placed_at, times.get(line.order, line.placed_at))
    baskets = defaultdict(set)
    for line in usable:
        if window is not None and times[line.order] < max(times.values()) - window:
            dropped["outside_window"] += 1
        else:
            baskets[line.order].add(line.product)
    return times, baskets, dropped


def weigh(orders, times, half_life_days):
    if half_life_days is None or not orders:
        return dict.fromkeys(orders, 1.0)
    newest = max(times.values())
    ages = np.array([(newest - times[o]) / timedelta(days=1) for o in orders])
    return dict(zip(orders, half_life_weights(ages, half_life_days).tolist(), strict=True))
