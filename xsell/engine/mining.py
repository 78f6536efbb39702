"""Mine co-purchase relations from order lines.

Two products are bought together in every basket (the distinct products of one order) that holds
both. `scoring` ranks the consequents of an antecedent:

- "count": n_both. Favours best sellers.
- "confidence": n_both / n_antecedent. The order of "count", on the scale of a share.
- "jaccard": n_both / (n_antecedent + n_consequent - n_both). Favours pairs that sell alike.
- "information" (default): confidence * log2(lift lower bound). The bits that the antecedent
  tells about the consequent: the term of the J-measure that counts the consequent's presence
  (Smyth and Goodman 1992, IEEE Transactions on Knowledge and Data Engineering 4:301-316), with
  the lower bound of lift where the point value would reward rare coincidences. High where the
  consequent is bought often and more often than chance gives.

Of equal scores the product in more orders comes first, then the lower id. Neither the number of
threads nor the order of the lines changes the result.

Floors and limits:

min_count: least n_both. Three, because two may be one shopper's habit or one returned order.
min_lift_lower: pairs whose lower bound of lift (95%, `measures.lift_lower_bound`) is not above
  this are left out before ranking. 1.0, because "bought together" is a claim to the shopper, and
  at 1 or below chance alone makes it. On a supermarket's year that costs 2% of the rows, those
  that put its best sellers beside everything. None keeps them.
max_basket: orders of more distinct products are giant and kept out of all four counts (they do
  count in `n_orders`): they are resellers, robots and stock moves more often than taste, and a
  basket of n products votes for n (n - 1) / 2 pairs. 100 is above 99.95% of a supermarket's
  orders; a wholesaler raises it. None counts all.
half_life_days: a basket weighs half as much for each half-life that it is older than the newest
  one. Weights go into scores only: counts, min_count and the bound of lift stay exact.
window: only orders that are at most this much older than the newest order. It and half_life_days
  need `placed_at`. The engine has no clock: leave orders dated in the future out beforehand.

Memory: about 60 bytes a line and 16 * k bytes a product and thread, on top of the lines given.
"""

import math
import os
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from xsell.engine.baskets import Baskets, basket_weights, collect_baskets
from xsell.engine.counting import Index, Pairs, Progress, Rules, best_pairs, build_index
from xsell.engine.lines import OrderLines
from xsell.engine.pairs import CONFIDENCE, COUNT, INFORMATION, JACCARD
from xsell.engine.relations import Relations

SCORINGS = {
    "count": COUNT,
    "confidence": CONFIDENCE,
    "jaccard": JACCARD,
    "information": INFORMATION,
}
# each thread holds heaps of its own, 16 bytes per product and rank
MAX_THREADS = 8


def mine(
    lines: OrderLines,
    *,
    k: int = 20,
    scoring: str = "information",
    half_life_days: float | None = None,
    window: timedelta | None = None,
    min_count: int = 3,
    min_lift_lower: float | None = 1.0,
    max_basket: int | None = 100,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Relations:
    """The `k` best consequents of each product, with their counts; see the module's docstring.

    progress: called with (done, total) pair events at most 64 times, in the caller's thread.
    threads: at most this many; by default the cores this process may use, at most 8.
    Raise ValueError or TypeError naming the argument that is out of range.
    """
    rules = _checked_rules(k, scoring, min_count, min_lift_lower)
    _check_spans(lines, half_life_days, window, max_basket, threads)
    baskets = collect_baskets(lines, window)
    n_orders = baskets.n_baskets_with
    by_popularity = np.argsort(-n_orders, kind="stable")
    code = np.empty(by_popularity.size, np.int32)
    code[by_popularity] = np.arange(by_popularity.size, dtype=np.int32)
    is_counted = np.ones(baskets.starts.size - 1, np.bool_)
    if max_basket is not None:
        is_counted = baskets.sizes <= max_basket
    weight = basket_weights(baskets.placed_at, half_life_days)
    threads = threads or available_threads()
    customer = np.empty(0, np.int32) if baskets.customer is None else baskets.customer
    index = build_index(baskets.items, baskets.starts, is_counted, code, weight, customer, threads)
    pairs = best_pairs(index, rules, threads, progress)
    return _relations(baskets, n_orders, by_popularity, index, pairs, scoring)


def available_threads() -> int:
    """Threads that `mine` uses by default: the cores this process may use, at most 8."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MAX_THREADS)
    return min(os.cpu_count() or 1, MAX_THREADS)


def _relations(
    baskets: Baskets,
    n_orders: NDArray[np.int64],
    by_popularity: NDArray[np.intp],
    index: Index,
    pairs: Pairs,
    scoring: str,
) -> Relations:
    products = baskets.products[by_popularity]
    n_counted = index.n_baskets_with
    times = baskets.placed_at
    is_dated = times is not None and times.size > 0
    return Relations(
        antecedent=products[pairs.code],
        consequent=products[pairs.partner],
        rank=pairs.rank,
        score=pairs.score,
        n_both=pairs.n_both.astype(np.int64),
        n_antecedent=n_counted[pairs.code],
        n_consequent=n_counted[pairs.partner],
        n_baskets=index.n_baskets,
        products=products,
        n_orders=n_orders[by_popularity],
        n_lines=baskets.n_lines,
        n_dropped=baskets.n_dropped,
        n_giant=baskets.starts.size - 1 - index.n_baskets,
        scoring=scoring,
        first_order_at=times.min() if times is not None and is_dated else None,
        last_order_at=times.max() if times is not None and is_dated else None,
    )


def _checked_rules(k: int, scoring: str, min_count: int, min_lift_lower: float | None) -> Rules:
    if scoring not in SCORINGS:
        raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, not {scoring!r}")
    _check_at_least(1, k=k, min_count=min_count)
    floor = -1.0 if min_lift_lower is None else float(min_lift_lower)
    if min_lift_lower is not None and not 0 <= floor < math.inf:
        raise ValueError(f"min_lift_lower must be zero, positive or None, not {min_lift_lower!r}")
    return Rules(k, SCORINGS[scoring], min_count, floor)


def _check_spans(
    lines: OrderLines,
    half_life_days: float | None,
    window: timedelta | None,
    max_basket: int | None,
    threads: int | None,
) -> None:
    if half_life_days is not None and not 0 < half_life_days < math.inf:
        raise ValueError(f"half_life_days must be positive or None, not {half_life_days!r}")
    if window is not None and not isinstance(window, timedelta):
        raise TypeError(f"window must be a datetime.timedelta or None, not {window!r}")
    if window is not None and window <= timedelta(0):
        raise ValueError(f"window must be positive, not {window}")
    if lines.placed_at is None and (half_life_days is not None or window is not None):
        raise ValueError("half_life_days and window need placed_at in the order lines")
    if max_basket is not None:
        _check_at_least(2, max_basket=max_basket)
    if threads is not None:
        _check_at_least(1, threads=threads)


def _check_at_least(least: int, **values: int) -> None:
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise TypeError(f"{name} must be a whole number, not {value!r}")
        if value < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")
