"""Numeric kernel: centred local ridge regression.

Every product is predicted by the few others that tell most about it. With G the weighted pair
counts, d the weighted counts and N the summed weights, C = G - d d' / N is the covariance (times
N). For each product j: the `n_predictors` products a of the largest gain C_aj / sqrt(d_a + lam),
weights from (C + lam I) w = C_j over these, and the intercept (d_j - w' d) / N, which carries
the popularity that the weights do not explain. A local form of EASE^R (Steck 2019, "Embarrassingly
shallow autoencoders for sparse data"), whose dense matrix no large catalogue can hold.

Every pivot of C + lam I is at least lam. With the repeats of a pair's heaviest customer out of G
but in d, C may be no covariance any more, which lower pivots tell: then four times the lam is
tried for that product, and so on. The weights fade, in place of leaving all bounds.
"""

import math

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled, prefetch

Int32s = NDArray[np.int32]
UInt32s = NDArray[np.uint32]
Int64s = NDArray[np.int64]
Float32s = NDArray[np.float32]
Floats = NDArray[np.float64]

# a predictor's row is fetched while the second before it is read, as many cache lines of it
AHEAD = 2
LINES = 8
# no covariance has a pivot below lam; what was rounded may fall short of it
LEAST_PIVOT = 0.9
# reading on costs about this much less than a step of a search that finds one pair
SCAN = 16


@compiled
def half_rows(offset: Int64s, columns: Int32s, weights: Float32s) -> tuple[Int64s, UInt32s]:
    """The pairs of each row with more popular products: bounds, and (column, bits of weight).

    Column and weight side by side are one stretch of memory to wait for instead of two.
    """
    starts = np.empty(offset.size, np.int64)
    starts[0] = 0
    for a in range(offset.size - 1):
        left, right = offset[a], offset[a + 1]
        while left < right:
            middle = (left + right) >> 1
            if columns[middle] < a:
                left = middle + 1
            else:
                right = middle
        starts[a + 1] = starts[a] + left - offset[a]
    pairs = np.empty(2 * starts[-1], np.uint32)
    weight_of = pairs.view(np.float32)
    for a in range(offset.size - 1):
        shift = offset[a] - starts[a]
        for x in range(starts[a], starts[a + 1]):
            pairs[2 * x] = columns[x + shift]
            weight_of[2 * x + 1] = weights[x + shift]
    return starts, pairs


@compiled(reassociate=True)
def ridge_rows(  # noqa: PLR0917 - a kernel takes arrays, not objects
    offset: Int64s,
    columns: Int32s,
    weights: Float32s,
    starts: Int64s,
    pairs: UInt32s,
    d: Floats,
    total: float,
    n_predictors: int,
    lam: float,
    begin: int,
    end: int,
    solved: Float32s,
    intercept: Floats,
) -> None:
    """Solve the products in [begin, end); `solved` is laid out as `weights`, a row per product.

    `starts` and `pairs` are the `half_rows` of the same matrix.
    """
    weight_of = pairs.view(np.float32)
    place = np.empty(n_predictors, np.int64)
    code = np.empty(n_predictors, np.int64)
    gain = np.empty(n_predictors)
    # what is no predictor is written beside the matrix, which spares a branch for each pair
    slot = np.full(d.size, n_predictors, np.int32)
    up = np.empty((n_predictors, n_predictors + 1))
    y = np.empty(n_predictors)
    for j in range(begin, end):
        intercept[j] = d[j] / total
        m = 0
        for z in range(offset[j], offset[j + 1]):
            d_a = d[columns[z]]
            value = (weights[z] - d_a * d[j] / total) / math.sqrt(d_a + lam)
            if m == n_predictors and value <= gain[m - 1]:
                continue
            i = m if m < n_predictors else m - 1
            m = min(m + 1, n_predictors)
            while i > 0 and gain[i - 1] < value:
                gain[i] = gain[i - 1]
                place[i] = place[i - 1]
                i -= 1
            gain[i] = value
            place[i] = z
        if m == 0:
            continue
        # the least popular first: each one's pairs with those after it are in its half row
        for u in range(1, m):
            z = place[u]
            v = u
            while v > 0 and place[v - 1] < z:
                place[v] = place[v - 1]
                v -= 1
            place[v] = z
        for u in range(m):
            code[u] = columns[place[u]]
            slot[code[u]] = u
        more = lam
        is_solvable = False
        while not is_solvable:
            is_solvable = True
            for u in range(m):
                a = code[u]
                if u + AHEAD < m:
                    ahead = code[u + AHEAD]
                    for line in range(LINES):
                        prefetch(pairs, min(2 * starts[ahead] + 16 * line, 2 * starts[ahead + 1]))
                for v in range(u, m):
                    up[u, v] = 0.0
                first, last = starts[a], starts[a + 1]
                if last - first <= SCAN * (m - 1 - u):
                    for x in range(first, last):
                        up[u, slot[pairs[2 * x]]] = weight_of[2 * x + 1]
                elif last > first:
                    for v in range(u + 1, m):
                        x = first
                        left = last - first
                        # without a branch, so that searches overlap
                        while left > 1:
                            half = left >> 1
                            x += half * np.int64(pairs[2 * (x + half)] <= code[v])
                            left -= half
                        up[u, v] = weight_of[2 * x + 1] * np.int64(pairs[2 * x] == code[v])
                share = d[a] / total
                for v in range(u, m):
                    up[u, v] -= share * d[code[v]]
                up[u, u] += d[a] + more
                y[u] = weights[place[u]] - share * d[j]
            # Cholesky's upper factor, row by row, four earlier rows at a time: sums along rows are
            # taken several terms at once
            for u in range(m):
                t = 0
                while t + 3 < u:
                    f0, f1, f2, f3 = up[t, u], up[t + 1, u], up[t + 2, u], up[t + 3, u]
                    for v in range(u, m):
                        one_two = f0 * up[t, v] + f1 * up[t + 1, v]
                        up[u, v] -= one_two + (f2 * up[t + 2, v] + f3 * up[t + 3, v])
                    t += 4
                while t < u:
                    f0 = up[t, u]
                    for v in range(u, m):
                        up[u, v] -= f0 * up[t, v]
                    t += 1
                if lam > 0.0 and up[u, u] < LEAST_PIVOT * lam:
                    is_solvable = False
                    break
                inverse = 1.0 / math.sqrt(max(up[u, u], 1e-9))
                # for row u is divided by it: the pivot itself becomes its root
                up[u, u] = max(up[u, u], 1e-9)
                for v in range(u, m):
                    up[u, v] *= inverse
            more *= 4.0
        for u in range(m):
            slot[code[u]] = n_predictors
        for u in range(m):
            y[u] /= up[u, u]
            for v in range(u + 1, m):
                y[v] -= up[u, v] * y[u]
        for u in range(m - 1, -1, -1):
            value = y[u]
            for v in range(u + 1, m):
                value -= up[u, v] * y[v]
            y[u] = value / up[u, u]
        for u in range(m):
            solved[place[u]] = y[u]
            intercept[j] -= y[u] * d[code[u]] / total
