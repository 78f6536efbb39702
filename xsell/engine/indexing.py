"""Numeric kernels: lines grouped into baskets, and the inverted index of baskets.

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
) -> tuple[Int32s, Int64s, Int64s]:
    """Group lines by order (counting sort) and drop repeats of a product within its order.

    Return the items of all baskets, one basket after the other, where each basket starts (one
    entry more than there are baskets), and per product the baskets that hold it.
    """
    starts = np.zeros(n_orders + 1, np.int64)
    is_sorted = True
    last = 0
    for i in range(order.size):
        b = order[i]
        starts[b + 1] += 1
        is_sorted &= b >= last
        last = b
    for b in range(n_orders):
        starts[b + 1] += starts[b]
    if is_sorted:
        items = product.copy()
    else:
        free = starts[:-1].copy()
        items = np.empty(order.size, np.int32)
        for i in range(order.size):
            b = order[i]
            items[free[b]] = product[i]
            free[b] += 1
    last_seen = np.full(n_products, -1, np.int32)
    n_baskets_with = np.zeros(n_products, np.int64)
    written = 0
    for b in range(n_orders):
        begin, end = starts[b], starts[b + 1]
        starts[b] = written
        for i in range(begin, end):
            p = items[i]
            if last_seen[p] != b:
                last_seen[p] = b
                n_baskets_with[p] += 1
                items[written] = p
                written += 1
    starts[n_orders] = written
    return items[:written], starts, n_baskets_with


@compiled
def recode_baskets(  # noqa: PLR0917 - a kernel takes arrays, not objects
    items: Int32s,
    starts: Int64s,
    is_counted: Bools,
    code: Int32s,
    begin: int,
    end: int,
    sorted_items: Int32s,
    n_first: Int64s,
    n_entries_and_work: Int64s,
) -> None:
    """Write the codes of the items of baskets [begin, end), ascending within each basket.

    Add up per code: counted baskets in which it sells most, those where a more popular product
    stands before it, and pair events, the last two side by side (shape n_products, 2) since each
    item adds to both.
    Insertion sort; from 33 items on Shell's, with gaps that grow by 9/4 (Tokuda 1992). numba
    would take seconds to compile numpy's sort.
    """
    for b in range(begin, end):
        s, e = starts[b], starts[b + 1]
        for i in range(s, e):
            sorted_items[i] = code[items[i]]
        gap = 1
        while e - s > 32 and gap < (e - s) // 3:
            gap = gap * 9 // 4 + 1
        while gap > 0:
            for i in range(s + gap, e):
                c = sorted_items[i]
                j = i
                while j >= s + gap and sorted_items[j - gap] > c:
                    sorted_items[j] = sorted_items[j - gap]
                    j -= gap
                sorted_items[j] = c
            gap = gap * 4 // 9
        if is_counted[b] and e > s:
            n_first[sorted_items[s]] += 1
            for i in range(s + 1, e):
                p = sorted_items[i]
                n_entries_and_work[p, 0] += 1
                n_entries_and_work[p, 1] += i - s


@compiled
def fill_entries(
    sorted_items: Int32s,
    starts: Int64s,
    is_counted: Bools,
    free: Int64s,
    bounds: Int32s,
    basket: Int32s,
    begin: int,
    end: int,
) -> None:
    """Fill the entries of the baskets in [begin, end), in their order, from `free` on per code.

    `bounds` takes two numbers an entry: where its basket begins and where the product stands;
    `basket` takes the basket's number, unless it is empty.
    """
    for b in range(begin, end):
        if not is_counted[b]:
            continue
        s = starts[b]
        for i in range(s + 1, starts[b + 1]):
            p = sorted_items[i]
            x = free[p]
            free[p] = x + 1
            bounds[2 * x] = s
            bounds[2 * x + 1] = i
            if basket.size:
                basket[x] = b


@compiled
def summed_weights(
    sorted_items: Int32s, starts: Int64s, is_counted: Bools, weight: Floats, n_products: int
) -> Floats:
    """Per code, the weights of the counted baskets that hold it, added up in their order."""
    sums = np.zeros(n_products, np.float64)
    for b in range(starts.size - 1):
        if is_counted[b]:
            for i in range(starts[b], starts[b + 1]):
                sums[sorted_items[i]] += weight[b]
    return sums
