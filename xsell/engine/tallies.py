"""Numeric kernels: pairs ranked by their count alone, the lightest case of `pairs`.

A heap row is the best `k` partners of one product. Its entries are one number each, the count
above the partner's code turned upside down: the larger number has the higher count or, of equal
counts, the lower code (sells more, then the earlier id).
"""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled, prefetch

Int32s = NDArray[np.int32]
UInt32s = NDArray[np.uint32]
Int64s = NDArray[np.int64]
UInt64s = NDArray[np.uint64]
Floats = NDArray[np.float64]

Whole = int | np.int64

# entries between the one that is counted and the one whose basket is fetched
AHEAD = 8
HALF = np.uint64(32)
LOW = np.uint64(0xFFFFFFFF)


@compiled
def sink(keys: UInt64s, base: Whole, size: int, key: np.uint64) -> None:
    """Put a key in place of the least (the root) of the heap row at `base`."""
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and keys[base + child + 1] < keys[base + child]:
            child += 1
        if keys[base + child] >= key:
            break
        keys[base + i] = keys[base + child]
        i = child
    keys[base + i] = key


@compiled
def offer(keys: UInt64s, sizes: Int32s, least: UInt32s, row: Whole, k: int, key: np.uint64) -> None:
    """Offer a key to a heap row that keeps the `k` largest; `least`: a full row's lowest count."""
    base = row * k
    size = np.int64(sizes[row])
    if size == k:
        if key < keys[base]:
            return
        sink(keys, base, k, key)
    else:
        sizes[row] = size + 1
        i = size
        while i > 0 and keys[base + ((i - 1) >> 1)] > key:
            keys[base + i] = keys[base + ((i - 1) >> 1)]
            i = (i - 1) >> 1
        keys[base + i] = key
    if size + 1 >= k:
        least[row] = np.uint32(keys[base] >> HALF)


@compiled
def tally_pairs(  # noqa: PLR0917 - a kernel takes arrays, not objects
    items: UInt32s,
    offset: Int64s,
    bounds: UInt32s,
    n_baskets_with: Int64s,
    k: int,
    min_count: int,
    begin: int,
    end: int,
    keys: UInt64s,
    sizes: Int32s,
    least: UInt32s,
) -> None:
    """Count the anchors in [begin, end) with all more popular products; see `pairs.count_pairs`."""
    both = np.zeros(offset.size - 1, np.uint32)
    reached = np.empty(offset.size, np.uint32)
    last = bounds.size // 2 - 1
    base = np.uint32(0)
    for a in range(begin, end):
        if n_baskets_with[a] < min_count:
            continue
        enough = np.uint32(base + min_count)
        m = 0
        for x in range(offset[a], offset[a + 1]):
            prefetch(items, np.int64(bounds[2 * min(x + AHEAD, last)]))
            for i in range(np.int64(bounds[2 * x]), np.int64(bounds[2 * x + 1])):
                b = items[i]
                seen = np.uint32(max(both[b], base) + np.uint32(1))
                both[b] = seen
                reached[m] = b
                m += int(seen == enough)
        for t in range(m):
            p = np.int64(reached[t])
            n_both = both[p] - base
            count = np.uint64(n_both) << HALF
            if n_both >= least[a]:
                offer(keys, sizes, least, a, k, count | (LOW - np.uint64(p)))
            if n_both >= least[p]:
                offer(keys, sizes, least, p, k, count | (LOW - np.uint64(a)))
        base += np.uint32(offset[a + 1] - offset[a])


@compiled
def merge_tallies(
    k: int,
    begin: int,
    end: int,
    keys: UInt64s,
    sizes: Int32s,
    least: UInt32s,
    other_keys: UInt64s,
    other_sizes: Int32s,
) -> None:
    """Offer every entry of one thread's rows in [begin, end) to another's."""
    for row in range(begin, end):
        for i in range(row * k, row * k + other_sizes[row]):
            offer(keys, sizes, least, row, k, other_keys[i])


@compiled
def drain_tallies(  # noqa: PLR0917 - a kernel takes arrays, not objects
    k: int,
    begin: int,
    end: int,
    keys: UInt64s,
    sizes: Int32s,
    starts: Int64s,
    codes: Int32s,
    ranks: Int32s,
    partners: Int32s,
    counts: Int32s,
    scores: Floats,
) -> None:
    """Empty the heap rows in [begin, end) into columns, best first; `starts`: where rows begin."""
    for row in range(begin, end):
        for left in range(np.int64(sizes[row]), 0, -1):
            at = starts[row] + left - 1
            key = keys[row * k]
            codes[at] = row
            ranks[at] = left
            partners[at] = np.int32(LOW - (key & LOW))
            counts[at] = np.int32(key >> HALF)
            scores[at] = float(key >> HALF)
            sink(keys, row * k, left - 1, keys[row * k + left - 1])
