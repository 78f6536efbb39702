"""Numeric kernels: all pairs that recur, with weights, as a symmetric sparse matrix.

Unlike `pairs`, which keeps the best partners only, models need the pairs among the partners too.
Rows are kept in CSR form with ascending columns; `min_count` keeps them few.
"""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled, prefetch

Int32s = NDArray[np.int32]
UInt32s = NDArray[np.uint32]
Int64s = NDArray[np.int64]
Float32s = NDArray[np.float32]

# entries between the one that is counted and the one whose basket is fetched
AHEAD = 8
# so often nobody buys the same two things, and nobody else ever
A_MACHINES = 50


@compiled
def pair_rows(  # noqa: PLR0917 - a kernel takes arrays, not objects
    items: UInt32s,
    offset: Int64s,
    bounds: UInt32s,
    basket: Int32s,
    basket_one: Float32s,
    basket_two: Float32s,
    basket_customer: Int32s,
    keeps_repeats: bool,
    n_products: int,
    min_count: int,
    begin: int,
    end: int,
    row_sizes: Int64s,
    partner: Int32s,
    n_both: Int32s,
    evidence: Int32s,
    one: Float32s,
    two: Float32s,
) -> int:
    """Pairs of the anchors in [begin, end) with more popular products, and their number.

    Two sums of basket weights go with each pair (the second not, if `basket_two` is empty). With
    customers, `evidence` is the count without the repeats of the one who bought a pair most; it
    is what must reach `min_count`, and the weights are brought down to it. `keeps_repeats`: they
    are evidence too, unless one customer alone has more than A_MACHINES of them.
    """
    both = np.zeros(n_products, np.uint32)
    # in single precision a million equal terms drift by per cents
    sums = np.empty((n_products, 2), np.float64)
    n_customers = basket_customer.size
    customer = np.full(n_products if n_customers else 0, -1, np.int32)
    repeats = np.zeros((n_products if n_customers else 0, 2), np.int32)
    reached = np.empty(n_products + 1, np.uint32)
    last = bounds.size // 2 - 1
    base = np.uint32(0)
    written = 0
    for a in range(begin, end):
        enough = np.uint32(base + min_count)
        m = 0
        for x in range(offset[a], offset[a + 1]):
            prefetch(items, np.int64(bounds[2 * min(x + AHEAD, last)]))
            w = basket_one[basket[x]]
            v = basket_two[basket[x]] if basket_two.size else np.float32(0)
            if n_customers:
                c = basket_customer[basket[x]]
                for i in range(np.int64(bounds[2 * x]), np.int64(bounds[2 * x + 1])):
                    b = items[i]
                    is_new = both[b] <= base
                    repeats[b, 0] = 1 if is_new or customer[b] != c else repeats[b, 0] + 1
                    repeats[b, 1] = 1 if is_new else max(repeats[b, 1], repeats[b, 0])
                    customer[b] = c
            for i in range(np.int64(bounds[2 * x]), np.int64(bounds[2 * x + 1])):
                b = items[i]
                is_old = both[b] > base
                sums[b, 0] = sums[b, 0] + w if is_old else w
                sums[b, 1] = sums[b, 1] + v if is_old else v
                seen = np.uint32(max(both[b], base) + np.uint32(1))
                both[b] = seen
                reached[m] = b
                m += int(seen == enough)
        row_begin = written
        for t in range(m):
            b = np.int64(reached[t])
            n_ab = np.int64(both[b] - base)
            share = np.float32(1)
            if n_customers:
                left = n_ab - repeats[b, 1] + 1
                if left < min_count and (not keeps_repeats or n_ab > A_MACHINES):
                    continue
                if keeps_repeats:
                    left = n_ab
                share = np.float32(left / n_ab)
                evidence[written] = left
            partner[written] = b
            n_both[written] = n_ab
            one[written] = sums[b, 0] * share
            if two.size:
                two[written] = sums[b, 1] * share
            written += 1
        row_sizes[a] = written - row_begin
        base += np.uint32(offset[a + 1] - offset[a])
    return written


@compiled
def symmetric_places(
    row_sizes: Int64s, partner: Int32s, n_products: int
) -> tuple[Int64s, Int32s, Int32s]:
    """From rows of more popular partners to whole rows: bounds, columns, place of each value.

    Values are moved by `values[place]`; columns come out ascending without comparing any.
    """
    offset = np.zeros(n_products + 1, np.int64)
    z = 0
    for a in range(n_products):
        offset[a + 1] += row_sizes[a]
        for _ in range(row_sizes[a]):
            offset[partner[z] + 1] += 1
            z += 1
    for p in range(n_products):
        offset[p + 1] += offset[p]
    columns = np.empty(offset[n_products], np.int32)
    place = np.empty(offset[n_products], np.int32)
    free = np.empty(n_products, np.int64)
    for p in range(n_products):
        free[p] = offset[p] + row_sizes[p]
    z = 0
    for a in range(n_products):
        for _ in range(row_sizes[a]):
            x = free[partner[z]]
            free[partner[z]] = x + 1
            columns[x] = a
            place[x] = z
            z += 1
    for p in range(n_products):
        free[p] = offset[p]
    for b in range(n_products):
        for x in range(offset[b] + row_sizes[b], offset[b + 1]):
            a = columns[x]
            columns[free[a]] = b
            place[free[a]] = place[x]
            free[a] += 1
    return offset, columns, place


@compiled
def move_values(  # noqa: PLR0917 - a kernel takes arrays, not objects
    place: Int32s,
    begin: int,
    end: int,
    n_both: Int32s,
    evidence: Int32s,
    one: Float32s,
    two: Float32s,
    moved_n_both: Int32s,
    moved_evidence: Int32s,
    moved_one: Float32s,
    moved_two: Float32s,
) -> None:
    """Bring the values of half rows to the places [begin, end) of whole rows."""
    for x in range(begin, end):
        z = place[x]
        moved_n_both[x] = n_both[z]
        moved_one[x] = one[z]
        if evidence.size:
            moved_evidence[x] = evidence[z]
        if two.size:
            moved_two[x] = two[z]


@compiled
def times_row(offset: Int64s, of_row: Float32s, values: Float32s, begin: int, end: int) -> None:
    """Multiply the values of the rows [begin, end) by a number each, in place."""
    for row in range(begin, end):
        for x in range(offset[row], offset[row + 1]):
            values[x] *= of_row[row]


@compiled
def add_jaccard(  # noqa: PLR0917 - a kernel takes arrays, not objects
    offset: Int64s,
    columns: Int32s,
    n_both: Int32s,
    evidence: Int32s,
    n_baskets_with: Int64s,
    share: float,
    values: Float32s,
    begin: int,
    end: int,
) -> None:
    """Add `share` times Jaccard to the values of the rows [begin, end), in place.

    The repeats of a pair's heaviest customer are out of its counts and of its products'.
    """
    for row in range(begin, end):
        for x in range(offset[row], offset[row + 1]):
            gone = n_both[x] - evidence[x]
            either = n_baskets_with[row] + n_baskets_with[columns[x]] - 2 * gone - evidence[x]
            values[x] += share * evidence[x] / either


@compiled
def transposed(offset: Int64s, columns: Int32s, values: Float32s) -> Float32s:
    """The values of a matrix with symmetric pattern, with rows and columns exchanged."""
    out = np.empty(values.size, np.float32)
    free = offset[:-1].copy()
    for row in range(offset.size - 1):
        for x in range(offset[row], offset[row + 1]):
            column = columns[x]
            out[free[column]] = values[x]
            free[column] += 1
    return out


@compiled
def best_places(
    offset: Int64s, values: Float32s, k: int, begin: int, end: int, chosen: Int64s, sizes: Int32s
) -> None:
    """Places of the `k` largest positive values of each row, largest first, ties by column."""
    for row in range(begin, end):
        first = row * k
        n = 0
        for x in range(offset[row], offset[row + 1]):
            value = values[x]
            if value <= 0 or (n == k and value <= values[chosen[first + k - 1]]):
                continue
            i = n if n < k else k - 1
            n = min(n + 1, k)
            while i > 0 and values[chosen[first + i - 1]] < value:
                chosen[first + i] = chosen[first + i - 1]
                i -= 1
            chosen[first + i] = x
        sizes[row] = n
