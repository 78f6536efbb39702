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
    customer: Any = None


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


class Counted(NamedTuple):
    """Baskets per product and, per pair, per customer; and the same in weights."""

    n_baskets: int
    single: Counter
    single_weight: dict[Any, float]
    votes: dict[Any, Counter]
    both_weight: dict[Any, float]


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
    usable, times, baskets, dropped = usable_baskets(lines, window)
    n_orders = Counter(p for basket in baskets.values() for p in basket)
    best_sellers = sorted(n_orders, key=lambda p: (-n_orders[p], p))
    position = {p: i for i, p in enumerate(best_sellers)}
    counted = count(
        {o: b for o, b in baskets.items() if max_basket is None or len(b) <= max_basket},
        weigh(sorted(baskets), times, half_life_days),
        buyers(usable, baskets),
    )
    found = defaultdict(list)
    for a, b in counted.votes:
        score = score_of_pair(counted, a, b, scoring, min_count, min_lift_lower)
        if score is not None:
            found[a].append((-score, position[b], b))
    rows = [
        Row(a, b, rank, -negative, counted.votes[a, b].total(), *map(counted.single.get, (a, b)))
        for a in best_sellers
        for rank, (negative, _, b) in enumerate(sorted(found[a])[:k], start=1)
    ]
    return Mined(
        rows, [(p, n_orders[p]) for p in best_sellers], counted.n_baskets,
        len(baskets) - counted.n_baskets, dropped,
    )  # fmt: skip


def count(baskets, weights, buyer) -> Counted:
    counted = Counted(
        len(baskets), Counter(), defaultdict(float), defaultdict(Counter), defaultdict(float)
    )
    # sums of floats hang on their order: baskets stand by customer, guests last
    for order in sorted(baskets, key=lambda each: (buyer[each], each)):
        for p in baskets[order]:
            counted.single[p] += 1
            counted.single_weight[p] += weights[order]
        for pair in permutations(baskets[order], 2):
            counted.votes[pair][buyer[order]] += 1
            counted.both_weight[pair] += weights[order]
    return counted


def score_of_pair(counted, a, b, scoring, min_count, min_lift_lower):
    """Without what the customer who bought the pair most repeated; None below a floor."""
    by_customer, single = counted.votes[a, b], counted.single
    n_both, repeats = by_customer.total(), max(by_customer.values()) - 1
    counts = (n_both, single[a], single[b], counted.n_baskets)
    lowest = lift_lower_bound(*(n - repeats for n in counts))
    if n_both - repeats < min_count or (min_lift_lower is not None and lowest <= min_lift_lower):
        return None
    weight = counted.both_weight[a, b]
    gone = weight * (repeats / n_both)
    weighed = (weight, counted.single_weight[a], counted.single_weight[b])
    return score_of(scoring, *(each - gone for each in weighed), lowest)


def buyers(usable, baskets):
    """The lowest of those named on the lines of each order; guests by their order."""
    named = {}
    for line in usable:
        if line.customer is not None:
            named[line.order] = min(named.get(line.order, (0, line.customer)), (0, line.customer))
    return {order: named.get(order, (1, order)) for order in baskets}


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
    return usable, times, baskets, dropped


def weigh(orders, times, half_life_days):
    if half_life_days is None or not orders:
        return dict.fromkeys(orders, 1.0)
    newest = max(times.values())
    ages = np.array([(newest - times[o]) / timedelta(days=1) for o in orders])
    return dict(zip(orders, half_life_weights(ages, half_life_days).tolist(), strict=True))
