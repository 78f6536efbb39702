"""Numeric kernels: the inverted index of baskets.

Vocabulary: a *code* is a product's position in the order of popularity (0 sells most). Basket
items are sorted by code, so the products before an anchor in a basket are the more popular
ones: walking only those meets each unordered pair once, and each count serves both directions.
"""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


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
) -> tuple[Int32s, Int64s, Int32s, Int32s, Floats, Int64s, Floats]:
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
    first = np.empty(basket.size, np.int32)
    last = np.empty(basket.size, np.int32)
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
