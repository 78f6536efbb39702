"""Numeric kernel: sets of products that sell together, grown by one product at a time."""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]


@compiled
def extended(
    items: Int32s, offset: Int64s, bounds: Int32s, sets: Int32s, n_products: int, min_count: int
) -> tuple[Int32s, Int64s]:
    """Each set with each product more popular than all in it, and the baskets that hold it all.

    `sets` holds ascending codes, a row a set. Only what `min_count` baskets hold is returned.
    """
    n_sets, size = sets.shape
    count = np.zeros(n_products, np.int64)
    touched = np.empty(n_products, np.int32)
    grown = np.empty((max(n_sets, 1), size + 1), np.int32)
    counts = np.empty(max(n_sets, 1), np.int64)
    n = 0
    for s in range(n_sets):
        anchor = sets[s, size - 1]
        m = 0
        for x in range(offset[anchor], offset[anchor + 1]):
            i = bounds[2 * x + 1] - 1
            first = bounds[2 * x]
            wanted = size - 2
            while wanted >= 0 and i >= first:
                if items[i] == sets[s, wanted]:
                    wanted -= 1
                elif items[i] < sets[s, wanted]:
                    break
                i -= 1
            if wanted >= 0:
                continue
            for z in range(first, i + 1):
                c = items[z]
                if count[c] == 0:
                    touched[m] = c
                    m += 1
                count[c] += 1
        for t in range(m):
            c = touched[t]
            if count[c] >= min_count:
                if n == counts.size:
                    wider = np.empty((2 * n, size + 1), np.int32)
                    wider[:n] = grown
                    grown = wider
                    longer = np.empty(2 * n, np.int64)
                    longer[:n] = counts
                    counts = longer
                grown[n, 0] = c
                for z in range(size):
                    grown[n, z + 1] = sets[s, z]
                counts[n] = count[c]
                n += 1
            count[c] = 0
    return grown[:n].copy(), counts[:n].copy()
