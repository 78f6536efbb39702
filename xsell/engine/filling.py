"""Numeric kernel: the best completions of carts."""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled
def fill_carts(  # noqa: PLR0917 - a kernel takes arrays, not objects
    offset: Int64s,
    partner: Int32s,
    scores: Floats,
    is_sum: bool,
    prior: Floats,
    by_prior: Int32s,
    cart_offset: Int64s,
    cart_items: Int32s,
    past_offset: Int64s,
    past_items: Int32s,
    past_rank: Int32s,
    habit: Floats,
    k: int,
    begin: int,
    end: int,
    out: Int32s,
    out_scores: Floats,
) -> None:
    """Write the `k` best product codes of the carts in [begin, end), padded with -1.

    `past_*` are the shopper's earlier lines, order by order, `past_rank` 0 for the newest order;
    or empty. `habit`: (retention, shrinkage, base, overlap), see `completion.Habit`.
    """
    n_products = prior.size
    total = np.zeros(n_products)
    state = np.zeros(n_products, np.int8)  # 1: scored, 2: in the cart
    scored = np.empty(n_products, np.int32)
    retention, shrinkage, base, overlap = habit[0], habit[1], habit[2], habit[3]
    for c in range(begin, end):
        m = 0
        n_cart = cart_offset[c + 1] - cart_offset[c]
        for q in range(cart_offset[c], cart_offset[c + 1]):
            state[cart_items[q]] = 2
        for q in range(cart_offset[c], cart_offset[c + 1]):
            a = cart_items[q]
            for x in range(offset[a], offset[a + 1]):
                b = partner[x]
                if state[b] == 0:
                    state[b] = 1
                    scored[m] = b
                    m += 1
                if is_sum:
                    total[b] += scores[x]
                elif scores[x] > total[b]:
                    total[b] = scores[x]
        if past_offset.size and past_offset[c + 1] > past_offset[c]:
            p, p_end = past_offset[c], past_offset[c + 1]
            mass = shrinkage
            x = p
            while x < p_end:
                mass += retention ** past_rank[x]
                rank = past_rank[x]
                while x < p_end and past_rank[x] == rank:
                    x += 1
            while p < p_end:
                x = p
                n_shared = 0
                while x < p_end and past_rank[x] == past_rank[p]:
                    n_shared += int(state[past_items[x]] == 2)
                    x += 1
                share = retention ** past_rank[p] / mass
                value = share * (base + overlap * n_shared / np.sqrt(max(n_cart, 1)))
                while p < x:
                    b = past_items[p]
                    if state[b] == 0:
                        state[b] = 1
                        scored[m] = b
                        m += 1
                    total[b] += value
                    p += 1
        n = 0
        row = c * k
        for t in range(m + n_products):
            if t < m:
                b = scored[t]
                if state[b] != 1:
                    continue
                value = total[b] + prior[b]
            else:
                # the rest by prior, best first: it can stop at the first that does not fit
                b = by_prior[t - m]
                if state[b] != 0:
                    continue
                value = prior[b]
                if n == k and value < out_scores[row + k - 1]:
                    break
            if n == k and (
                value < out_scores[row + k - 1]
                or (value == out_scores[row + k - 1] and b > out[row + k - 1])
            ):
                if t >= m:
                    break
                continue
            i = n if n < k else k - 1
            n = min(n + 1, k)
            while i > 0 and (
                out_scores[row + i - 1] < value
                or (out_scores[row + i - 1] == value and out[row + i - 1] > b)
            ):
                out_scores[row + i] = out_scores[row + i - 1]
                out[row + i] = out[row + i - 1]
                i -= 1
            out_scores[row + i] = value
            out[row + i] = b
        for i in range(n, k):
            out[row + i] = -1
            out_scores[row + i] = np.nan
        for t in range(m):
            total[scored[t]] = 0.0
            state[scored[t]] = 0
        for q in range(cart_offset[c], cart_offset[c + 1]):
            total[cart_items[q]] = 0.0
            state[cart_items[q]] = 0
