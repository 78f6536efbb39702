"""Kernels: where the hidden product of each cart stands among all that is not in the cart.

Larger scores are better; equal ones go by best sellers, so that these follow after whatever has a
score; where that too is equal the hidden product gets the middle of the places that it shares,
which favours nobody. Products are in codes, the best seller is 0.
"""

import numpy as np

from xsell.engine.jit import compiled

BEST = 10


@compiled
def place(score, is_out, hidden, n_baskets, top):
    """Rank of `hidden` (n + 0.5 possible); `top` gets the best codes. `is_out`: in the cart."""
    own, own_n = score[hidden], n_baskets[hidden]
    better, same = 0, 0
    best = np.full(top.size, -np.inf)
    for j in range(score.size):
        if is_out[j]:
            continue
        value = score[j]
        if value > own:
            better += 1
        elif value == own:
            if n_baskets[j] > own_n:
                better += 1
            elif n_baskets[j] == own_n:
                same += 1
        if value > best[-1]:
            i = top.size - 1
            while i > 0 and best[i - 1] < value:
                best[i] = best[i - 1]
                top[i] = top[i - 1]
                i -= 1
            best[i] = value
            top[i] = j
    return better + (same + 1) / 2


@compiled
def place_sums(  # noqa: PLR0917 - a kernel takes arrays, not objects
    pairs, is_sum, own, own_row, carts, hidden, n_baskets, begin, end, rank, top,
):  # fmt: skip
    """Score: the sum (or the largest) of the rows `pairs` of the cart, plus the row of `own`.

    pairs, own: (offset, columns, values) of a sparse matrix; own_row: -1 for no such row.
    """
    offset, column, value = pairs
    own_offset, own_column, own_value = own
    cart_offset, cart_items = carts
    score = np.zeros(n_baskets.size)
    is_out = np.zeros(n_baskets.size, np.bool_)
    for c in range(begin, end):
        score[:] = 0.0
        for q in range(cart_offset[c], cart_offset[c + 1]):
            a = cart_items[q]
            is_out[a] = True
            for x in range(offset[a], offset[a + 1]):
                if is_sum:
                    score[column[x]] += value[x]
                elif value[x] > score[column[x]]:
                    score[column[x]] = value[x]
        row = own_row[c]
        if row >= 0:
            for x in range(own_offset[row], own_offset[row + 1]):
                score[own_column[x]] += own_value[x]
        rank[c] = place(score, is_out, hidden[c], n_baskets, top[c])
        for q in range(cart_offset[c], cart_offset[c + 1]):
            is_out[cart_items[q]] = False


@compiled
def place_rows(scores, carts, hidden, n_baskets, begin, end, rank, top):
    """Score: given for every product; row 0 of `scores` is the cart `begin`."""
    cart_offset, cart_items = carts
    is_out = np.zeros(n_baskets.size, np.bool_)
    for c in range(begin, end):
        for q in range(cart_offset[c], cart_offset[c + 1]):
            is_out[cart_items[q]] = True
        rank[c] = place(scores[c - begin], is_out, hidden[c], n_baskets, top[c])
        for q in range(cart_offset[c], cart_offset[c + 1]):
            is_out[cart_items[q]] = False


@compiled
def place_baskets(  # noqa: PLR0917 - as above
    speakers, share, speaker_row, shoppers, baskets, worth, bond, carts, hidden, n_baskets,
    begin, end, rank, top,
):  # fmt: skip
    """Score of j: sum over the speakers of a cart, and their baskets with j, of
    share * worth * (1 + bond of the cart * bond of the basket * products in common with the cart).

    speakers, share: per row the shoppers who speak (-1: nobody) and their weight; speaker_row: of
    a cart, -1 for none; shoppers: where each one's baskets begin; bond: (of carts, of baskets).
    """
    offset, items = baskets
    cart_offset, cart_items = carts
    of_cart, of_basket = bond
    score = np.zeros(n_baskets.size)
    is_out = np.zeros(n_baskets.size, np.bool_)
    for c in range(begin, end):
        score[:] = 0.0
        for q in range(cart_offset[c], cart_offset[c + 1]):
            is_out[cart_items[q]] = True
        row = speaker_row[c]
        for s in range(speakers.shape[1] if row >= 0 else 0):
            u = speakers[row, s]
            if u < 0 or share[row, s] == 0.0:
                continue
            for b in range(shoppers[u], shoppers[u + 1]):
                common = 0
                for x in range(offset[b], offset[b + 1]):
                    common += is_out[items[x]]
                spoken = share[row, s] * worth[b] * (1.0 + of_cart[c] * of_basket[b] * common)
                for x in range(offset[b], offset[b + 1]):
                    score[items[x]] += spoken
        rank[c] = place(score, is_out, hidden[c], n_baskets, top[c])
        for q in range(cart_offset[c], cart_offset[c + 1]):
            is_out[cart_items[q]] = False


@compiled
def keep_strongest(offset, value, k, is_kept):
    """Mark the `k` largest values of each row; among equal ones the first."""
    for row in range(offset.size - 1):
        begin, end = offset[row], offset[row + 1]
        if end - begin <= k:
            is_kept[begin:end] = True
            continue
        least = np.partition(value[begin:end], end - begin - k)[end - begin - k]
        left = k - np.count_nonzero(value[begin:end] > least)
        for x in range(begin, end):
            if value[x] > least:
                is_kept[x] = True
            elif value[x] == least and left > 0:
                is_kept[x] = True
                left -= 1
