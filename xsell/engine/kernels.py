"""Numeric kernels: basket index, pair counting, bounded heaps.

All compiled functions live in this one file, because numba's disk cache is renewed only when
the file of the calling kernel changes, not when a helper elsewhere does.

Vocabulary: a *code* is a product's position in the order of popularity (0 sells most), an
*anchor* is the product whose baskets are walked. Basket items are sorted by code, so the
products before an anchor in a basket are the more popular ones: walking only those meets each
unordered pair once, and each count serves both directions.

The kernels run without the GIL on plain Python threads (not numba's own, which abort the
process after a fork and when two callers meet).
"""

import math

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COUNT, CONFIDENCE, JACCARD, COSINE = range(4)
Z_95 = 1.6448536269514722
COSINE_SHRINK = 20.0


@compiled
def distinct_items(
    order: Int32s, product: Int32s, n_orders: int, n_products: int
) -> tuple[Int32s, Int64s]:
    """Group lines by order (counting sort) and drop repeats of a product within its order.

    Return the items of all baskets, one basket after the other, and where each basket starts
    (one entry more than there are baskets).
    """
    starts = np.zeros(n_orders + 1, np.int64)
    for i in range(order.size):
        starts[order[i] + 1] += 1
    for b in range(n_orders):
        starts[b + 1] += starts[b]
    free = starts[:-1].copy()
    items = np.empty(order.size, np.int32)
    for i in range(order.size):
        b = order[i]
        items[free[b]] = product[i]
        free[b] += 1
    last_seen = np.full(n_products, -1, np.int64)
    written = 0
    for b in range(n_orders):
        begin, end = starts[b], starts[b + 1]
        starts[b] = written
        for i in range(begin, end):
            p = items[i]
            if last_seen[p] != b:
                last_seen[p] = b
                items[written] = p
                written += 1
    starts[n_orders] = written
    return items[:written].copy(), starts


@compiled
def invert(
    items: Int32s, starts: Int64s, is_counted: Bools, code: Int32s, weight: Floats
) -> tuple[Int32s, Int64s, Int64s, Int64s, Floats, Int64s, Floats]:
    """Index the counted baskets by product, items recoded and sorted by code without comparing.

    Return `sorted_items` (laid out as `items`); per product code the bounds `offset` of its
    entries; per entry where its basket begins (`first`), where the product itself stands
    (`last`) and the basket's weight; per product code the pair events of its walk (`work`) and
    the summed weight of its baskets. `weight` is per basket, or empty: then so are the weights.
    """
    n_products = code.size
    offset = np.zeros(n_products + 1, np.int64)
    for b in range(starts.size - 1):
        if is_counted[b]:
            for i in range(starts[b], starts[b + 1]):
                offset[code[items[i]] + 1] += 1
    for p in range(n_products):
        offset[p + 1] += offset[p]
    basket = np.empty(offset[n_products], np.int32)
    free = offset[:-1].copy()
    for b in range(starts.size - 1):
        if is_counted[b]:
            for i in range(starts[b], starts[b + 1]):
                p = code[items[i]]
                basket[free[p]] = b
                free[p] += 1
    sorted_items = np.empty(items.size, np.int32)
    first = np.empty(basket.size, np.int64)
    last = np.empty(basket.size, np.int64)
    entry_weight = np.empty(basket.size if weight.size else 0, np.float64)
    work = np.zeros(n_products, np.int64)
    product_weight = np.zeros(n_products if weight.size else 0, np.float64)
    place = starts.copy()
    for p in range(n_products):
        for x in range(offset[p], offset[p + 1]):
            b = basket[x]
            sorted_items[place[b]] = p
            first[x] = starts[b]
            last[x] = place[b]
            work[p] += place[b] - starts[b]
            place[b] += 1
            if weight.size:
                entry_weight[x] = weight[b]
                product_weight[p] += weight[b]
    return sorted_items, offset, first, last, entry_weight, work, product_weight


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
def score_of(scoring: int, both: float, antecedent: float, consequent: float) -> float:
    """Score of one direction of a pair from (decayed) counts; 0 where all weight has decayed."""
    if scoring == COUNT:
        return both
    if scoring == CONFIDENCE:
        base = antecedent
    elif scoring == JACCARD:
        base = antecedent + consequent - both
    else:
        base = math.sqrt(antecedent + COSINE_SHRINK) * math.sqrt(consequent + COSINE_SHRINK)
    return both / base if base > 0.0 else 0.0


@compiled
def sift_down(
    scores: Floats,
    partners: Int32s,
    counts: Int32s,
    base: int,
    size: int,
    score: float,
    partner: int,
    count: int,
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
            scores[c + 1] < scores[c]
            or (scores[c + 1] == scores[c] and partners[c + 1] > partners[c])
        ):
            child += 1
            c += 1
        if scores[c] < score or (scores[c] == score and partners[c] > partner):
            scores[base + i] = scores[c]
            partners[base + i] = partners[c]
            counts[base + i] = counts[c]
            i = child
        else:
            break
    scores[base + i] = score
    partners[base + i] = partner
    counts[base + i] = count


@compiled
def push(
    scores: Floats,
    partners: Int32s,
    counts: Int32s,
    sizes: Int32s,
    row: int,
    k: int,
    score: float,
    partner: int,
    count: int,
) -> None:
    """Offer an entry to a heap row that keeps the best `k`, the worst of them at its root."""
    base = row * k
    size = sizes[row]
    if size == k:
        if score > scores[base] or (score == scores[base] and partner < partners[base]):
            sift_down(scores, partners, counts, base, k, score, partner, count)
        return
    sizes[row] = size + 1
    i = size
    while i > 0:
        up = (i - 1) >> 1
        u = base + up
        if scores[u] > score or (scores[u] == score and partners[u] < partner):
            scores[base + i] = scores[u]
            partners[base + i] = partners[u]
            counts[base + i] = counts[u]
            i = up
        else:
            break
    scores[base + i] = score
    partners[base + i] = partner
    counts[base + i] = count


@compiled
def count_pairs(
    items: Int32s,
    offset: Int64s,
    first: Int64s,
    last: Int64s,
    entry_weight: Floats,
    marginal: Floats,
    n_baskets: int,
    k: int,
    min_count: int,
    min_lift_lower: float,
    scoring: int,
    begin: int,
    end: int,
    scores: Floats,
    partners: Int32s,
    counts: Int32s,
    sizes: Int32s,
) -> None:
    """Count the anchors in [begin, end) with all more popular products; keep the best per row.

    `marginal` is each product's (decayed) number of baskets; exact counts come from `offset`.
    The sums of weights are taken in the order of baskets, so no thread changes them.
    """
    n_products = offset.size - 1
    n_weights = entry_weight.size
    both = np.zeros(n_products, np.int32)
    both_weight = np.zeros(n_products if n_weights else 0, np.float64)
    touched = np.empty(n_products + 1, np.int32)
    for a in range(begin, end):
        n_a = offset[a + 1] - offset[a]
        if n_a < min_count:
            continue
        m = 0
        for x in range(offset[a], offset[a + 1]):
            if n_weights:
                w = entry_weight[x]
                for i in range(first[x], last[x]):
                    both_weight[items[i]] += w
            for i in range(first[x], last[x]):
                b = items[i]
                seen = both[b]
                both[b] = seen + 1
                # without a branch: the slot is overwritten unless the product is new
                touched[m] = b
                m += np.int64(seen == 0)
        for t in range(m):
            b = touched[t]
            n_ab = both[b]
            both[b] = 0
            value = float(n_ab)
            if n_weights:
                value = both_weight[b]
                both_weight[b] = 0.0
            if n_ab < min_count:
                continue
            n_b = offset[b + 1] - offset[b]
            if lift_lower(float(n_ab), float(n_a), float(n_b), float(n_baskets)) <= min_lift_lower:
                continue
            score = score_of(scoring, value, marginal[a], marginal[b])
            push(scores, partners, counts, sizes, a, k, score, b, n_ab)
            score = score_of(scoring, value, marginal[b], marginal[a])
            push(scores, partners, counts, sizes, b, k, score, a, n_ab)


@compiled
def merge_heaps(
    k: int,
    scores: Floats,
    partners: Int32s,
    counts: Int32s,
    sizes: Int32s,
    other_scores: Floats,
    other_partners: Int32s,
    other_counts: Int32s,
    other_sizes: Int32s,
) -> None:
    """Offer every entry of one thread's heaps to another's."""
    for row in range(sizes.size):
        for i in range(row * k, row * k + other_sizes[row]):
            push(
                scores, partners, counts, sizes, row, k,
                other_scores[i], other_partners[i], other_counts[i],
            )  # fmt: skip


@compiled
def drain_heaps(
    k: int, scores: Floats, partners: Int32s, counts: Int32s, sizes: Int32s
) -> tuple[Int32s, Int32s, Int32s, Floats, Int32s]:
    """Empty the heaps into rows sorted by code, best first: code, rank, partner, score, count."""
    n_rows = 0
    for row in range(sizes.size):
        n_rows += sizes[row]
    codes = np.empty(n_rows, np.int32)
    ranks = np.empty(n_rows, np.int32)
    out_partners = np.empty(n_rows, np.int32)
    out_scores = np.empty(n_rows, np.float64)
    out_counts = np.empty(n_rows, np.int32)
    begin = 0
    for row in range(sizes.size):
        base = row * k
        size = sizes[row]
        for left in range(size, 0, -1):
            at = begin + left - 1
            codes[at] = row
            ranks[at] = left
            out_partners[at] = partners[base]
            out_scores[at] = scores[base]
            out_counts[at] = counts[base]
            end = base + left - 1
            sift_down(
                scores, partners, counts, base, left - 1, scores[end], partners[end], counts[end]
            )
        begin += size
    return codes, ranks, out_partners, out_scores, out_counts
