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

from xsell.engine.jit import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Float32s = NDArray[np.float32]
Floats = NDArray[np.float64]


@compiled(reassociate=True)
def ridge_rows(  # noqa: PLR0917 - a kernel takes arrays, not objects
    offset: Int64s,
    columns: Int32s,
    weights: Float32s,
    d: Floats,
    total: float,
    n_predictors: int,
    lam: float,
    begin: int,
    end: int,
    solved: Float32s,
    intercept: Floats,
) -> None:
    """Solve the products in [begin, end); `solved` is laid out as `weights`, a row per product."""
    place = np.empty(n_predictors, np.int64)
    gain = np.empty(n_predictors)
    slot = np.full(d.size, -1, np.int32)
    block = np.empty((n_predictors, n_predictors))
    low = np.empty((n_predictors, n_predictors))
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
        # places ascend with codes: popular predictors first, whose rows are the long ones
        for u in range(1, m):
            z = place[u]
            v = u
            while v > 0 and place[v - 1] > z:
                place[v] = place[v - 1]
                v -= 1
            place[v] = z
        for u in range(m):
            slot[columns[place[u]]] = u
        for u in range(m):
            a = columns[place[u]]
            y[u] = weights[place[u]] - d[a] * d[j] / total
            for v in range(u):
                block[u, v] = -d[a] * d[columns[place[v]]] / total
            block[u, u] = d[a] - d[a] * d[a] / total + lam
            row, row_end = offset[a], offset[a + 1]
            if row_end - row <= 16 * u:
                for x in range(row, row_end):
                    v = slot[columns[x]]
                    if 0 <= v < u:
                        block[u, v] += weights[x]
                continue
            for v in range(u):
                wanted = columns[place[v]]
                left, right = row, row_end
                while left < right:
                    middle = (left + right) >> 1
                    if columns[middle] < wanted:
                        left = middle + 1
                    else:
                        right = middle
                if left < row_end and columns[left] == wanted:
                    block[u, v] += weights[left]
                row = left
        for u in range(m):
            slot[columns[place[u]]] = -1
        extra = 0.0
        c = 0
        while c < m:
            for r in range(c):
                value = block[c, r]
                for i in range(r):
                    value -= low[c, i] * low[r, i]
                low[c, r] = value / low[r, r]
            value = block[c, c] + extra
            for i in range(c):
                value -= low[c, i] * low[c, i]
            if lam <= 0.0 or not value < 0.9 * lam:  # not a number ends it too
                low[c, c] = math.sqrt(max(value, 1e-9))
                c += 1
            else:
                extra = 4.0 * (extra + lam) - lam
                c = 0
        for r in range(m):
            value = y[r]
            for i in range(r):
                value -= low[r, i] * y[i]
            y[r] = value / low[r, r]
        for r in range(m - 1, -1, -1):
            value = y[r] / low[r, r]
            y[r] = value
            for i in range(r):
                y[i] -= low[r, i] * value
        for u in range(m):
            solved[place[u]] = y[u]
            intercept[j] -= y[u] * d[columns[place[u]]] / total
