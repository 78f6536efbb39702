"""Numeric kernels: pair counting and bounded heaps.

A compiled function may only call compiled functions of its own file: numba's disk cache is
renewed when the file of the calling kernel changes, not when a helper elsewhere does.

The kernels run without the GIL on plain Python threads (not numba's own, which abort the
process after a fork, and when two callers meet). A heap row is the best `k` partners of one
product; scores and links are parallel arrays of n_products * k. A link is a partner's code above
a count, 32 bits each.
"""

import math

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled, prefetch

Int32s = NDArray[np.int32]
UInt32s = NDArray[np.uint32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]

Whole = int | np.int64

# entries between the one that is counted and the one whose basket is fetched
AHEAD = 8
COUNT, CONFIDENCE, JACCARD, INFORMATION = range(4)
Z_95 = 1.6448536269514722


@compiled
def lift_lower(n_both: float, n_one: float, n_other: float, n_baskets: float) -> float:
    """`xsell.engine.measures.lift_lower_bound` for one pair, operation for operation."""
    n = min(n_one, n_other)
    p = n_both / n
    z2 = Z_95 * Z_95
    root = math.sqrt(max(z2 - 2.0 - 1.0 / n + 4.0 * p * (n * (1.0 - p) + 1.0), 0.0))
    lower = max((2.0 * n_both + z2 - 1.0 - Z_95 * root) / (2.0 * (n + z2)), 0.0)
    return lower * n_baskets / max(n_one, n_other)


@compiled
def score_of(
    scoring: int, both: float, antecedent: float, consequent: float, lowest_lift: float
) -> float:
    """Score of one direction of a pair from its (decayed) counts; see `mining.mine`."""
    if scoring == COUNT:
        return both
    if scoring == JACCARD:
        return both / (antecedent + consequent - both)
    confidence = both / antecedent
    if scoring == CONFIDENCE:
        return confidence
    return confidence * math.log2(lowest_lift)


@compiled
def sift_down(
    scores: Floats, links: Int64s, base: Whole, size: int, score: float, link: np.int64
) -> None:
    """Put an entry in place of the worst (the root) of the heap row at `base`.

    Worse = lower score; of equal scores, the higher code (sells less, then the later id).
    """
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        c = base + child
        if child + 1 < size and (
            scores[c + 1] < scores[c] or (scores[c + 1] == scores[c] and links[c + 1] > links[c])
        ):
            child += 1
            c += 1
        if scores[c] > score or (scores[c] == score and links[c] <= link):
            break
        scores[base + i] = scores[c]
        links[base + i] = links[c]
        i = child
    scores[base + i] = score
    links[base + i] = link


@compiled
def push(
    scores: Floats,
    links: Int64s,
    sizes: Int32s,
    least: Floats,
    row: Whole,
    k: int,
    score: float,
    link: np.int64,
) -> None:
    """Offer an entry to a heap row that keeps the best `k`; `least`: a full row's lowest score."""
    base = row * k
    size = np.int64(sizes[row])
    if size == k:
        if score < scores[base] or (score == scores[base] and link > links[base]):
            return
        sift_down(scores, links, base, k, score, link)
    else:
        sizes[row] = size + 1
        i = size
        while i > 0:
            up = base + ((i - 1) >> 1)
            if scores[up] < score or (scores[up] == score and links[up] > link):
                break
            scores[base + i] = scores[up]
            links[base + i] = links[up]
            i = (i - 1) >> 1
        scores[base + i] = score
        links[base + i] = link
    if size + 1 >= k:
        least[row] = scores[base]


@compiled
def count_pairs(  # noqa: PLR0917 - a kernel takes arrays, not objects
    items: UInt32s,
    offset: Int64s,
    bounds: UInt32s,
    entry_weight: Floats,
    entry_customer: Int32s,
    n_baskets_with: Int64s,
    marginal: Floats,
    n_baskets: int,
    k: int,
    min_count: int,
    min_lift_lower: float,
    scoring: int,
    begin: int,
    end: int,
    scores: Floats,
    links: Int64s,
    sizes: Int32s,
    least: Floats,
) -> None:
    """Count the anchors in [begin, end) with all more popular products; keep the best per row.

    `marginal` is each product's (decayed) number of baskets. The sums of weights are taken in
    the order of baskets, so no thread changes them. Entries of one customer stand together;
    with customers, floors and scores go by what is left when the baskets in which a pair's
    heaviest customer repeated it are taken out of all counts.
    Unsigned arrays spare numba's check for negative indices.
    """
    n_products = offset.size - 1
    n_weights = entry_weight.size
    n_customers = entry_customer.size
    needs_bound = scoring == INFORMATION or min_lift_lower >= 0.0
    # counts stand above a base that rises with each anchor: what is below it is old, so that
    # nothing is reset and the many pairs that stay below min_count are never visited again
    both = np.zeros(n_products, np.uint32)
    both_weight = np.empty(n_products if n_weights else 0, np.float64)
    customer = np.full(n_products if n_customers else 0, -1, np.int32)
    repeats = np.zeros(n_products if n_customers else 0, np.int32)
    heaviest = np.zeros(n_products if n_customers else 0, np.int32)
    reached = np.empty(n_products + 1, np.uint32)
    end_entry = bounds.size // 2 - 1
    base = np.uint32(0)
    for a in range(begin, end):
        n_a = n_baskets_with[a]
        if n_a < min_count:
            continue
        enough = np.uint32(base + min_count)
        m = 0
        for x in range(offset[a], offset[a + 1]):
            prefetch(items, np.int64(bounds[2 * min(x + AHEAD, end_entry)]))
            first, last = np.int64(bounds[2 * x]), np.int64(bounds[2 * x + 1])
            if n_weights:
                w = entry_weight[x]
                for i in range(first, last):
                    b = items[i]
                    both_weight[b] = w if both[b] <= base else both_weight[b] + w
            if n_customers:
                c = entry_customer[x]
                for i in range(first, last):
                    b = items[i]
                    is_new = both[b] <= base
                    repeats[b] = 1 if is_new or customer[b] != c else repeats[b] + 1
                    heaviest[b] = 1 if is_new else max(heaviest[b], repeats[b])
                    customer[b] = c
            for i in range(first, last):
                b = items[i]
                seen = np.uint32(max(both[b], base) + np.uint32(1))
                both[b] = seen
                # without a branch: the slot is overwritten unless the product is due
                reached[m] = b
                m += int(seen == enough)
        for t in range(m):
            b = np.int64(reached[t])
            n_ab = np.int64(both[b] - base)
            value = float(n_ab)
            if n_weights:
                value = both_weight[b]
            excess = 0
            gone = 0.0
            if n_customers and heaviest[b] > 1:
                excess = heaviest[b] - 1
                gone = value * (excess / n_ab)
                value -= gone
                if n_ab - excess < min_count:
                    continue
            lowest = 0.0
            if needs_bound:
                lowest = lift_lower(
                    float(n_ab - excess), float(n_a - excess),
                    float(n_baskets_with[b] - excess), float(n_baskets - excess),
                )  # fmt: skip
                if lowest <= min_lift_lower:
                    continue
            score = score_of(scoring, value, marginal[a] - gone, marginal[b] - gone, lowest)
            if score >= least[a]:
                push(scores, links, sizes, least, a, k, score, b << 32 | n_ab)
            score = score_of(scoring, value, marginal[b] - gone, marginal[a] - gone, lowest)
            if score >= least[b]:
                push(scores, links, sizes, least, b, k, score, a << 32 | n_ab)
        base += np.uint32(offset[a + 1] - offset[a])


@compiled
def merge_heaps(  # noqa: PLR0917 - a kernel takes arrays, not objects
    k: int,
    begin: int,
    end: int,
    scores: Floats,
    links: Int64s,
    sizes: Int32s,
    least: Floats,
    other_scores: Floats,
    other_links: Int64s,
    other_sizes: Int32s,
) -> None:
    """Offer every entry of one thread's rows in [begin, end) to another's."""
    for row in range(begin, end):
        for i in range(row * k, row * k + other_sizes[row]):
            push(scores, links, sizes, least, row, k, other_scores[i], other_links[i])


@compiled
def drain_heaps(  # noqa: PLR0917 - a kernel takes arrays, not objects
    k: int,
    begin: int,
    end: int,
    scores: Floats,
    links: Int64s,
    sizes: Int32s,
    starts: Int64s,
    codes: Int32s,
    ranks: Int32s,
    partners: Int32s,
    counts: Int32s,
    out_scores: Floats,
) -> None:
    """Empty the heap rows in [begin, end) into columns, best first; `starts`: where rows begin."""
    for row in range(begin, end):
        base = row * k
        for left in range(np.int64(sizes[row]), 0, -1):
            at = starts[row] + left - 1
            codes[at] = row
            ranks[at] = left
            partners[at] = links[base] >> 32
            counts[at] = links[base] & 0xFFFFFFFF
            out_scores[at] = scores[base]
            end_place = base + left - 1
            sift_down(scores, links, base, left - 1, scores[end_place], links[end_place])
