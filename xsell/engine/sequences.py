"""Numeric kernels: customers' orders in time.

A *first* is a customer's first purchase of a product. Firsts stand customer by customer, each
one's in the order of time, so those that fall into a window after one of them stand side by side.
"""

import numpy as np
from numpy.typing import NDArray

from xsell.engine.jit import compiled

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]

DAY = 86_400_000_000  # microseconds


@compiled
def walk_customers(
    items: Int32s,
    starts: Int64s,
    baskets: Int32s,
    customer: Int32s,
    day: Int32s,
    product: Int32s,
    value: Int32s,
    n_customers: Int64s,
) -> tuple[int, int]:
    """Write firsts from the front of (product, value), gaps from the back; return how many.

    `baskets` by customer, then by time; `customer` and `day` per entry of it. The value of a first
    is the entry's place, that of a gap the days since the customer's last purchase on another day.
    `n_customers` counts, per product, those who have a gap.
    """
    last_customer = np.full(n_customers.size, -1, np.int32)
    last_day = np.zeros(n_customers.size, np.int32)
    last_again = np.full(n_customers.size, -1, np.int32)
    n_firsts = 0
    back = product.size
    for place in range(baskets.size):
        for i in range(starts[baskets[place]], starts[baskets[place] + 1]):
            p = items[i]
            if last_customer[p] != customer[place]:
                product[n_firsts] = p
                value[n_firsts] = place
                n_firsts += 1
                last_customer[p] = customer[place]
                last_day[p] = day[place]
            elif day[place] > last_day[p]:
                back -= 1
                product[back] = p
                value[back] = day[place] - last_day[p]
                last_day[p] = day[place]
                n_customers[p] += int(last_again[p] != customer[place])
                last_again[p] = customer[place]
    return n_firsts, product.size - back


@compiled
def open_windows(
    customer: Int32s,
    time: Int64s,
    earliest: int,
    latest: int,
    end: int,
    low: Int32s,
    high: Int32s,
    covering: Int64s,
) -> None:
    """Write for each first which firsts fall into its window, [low, high); -1 if it is cut short.

    A window begins `earliest` after the first and ends `latest` after it, both included; it is cut
    short where the data end (`end`) before it does. `covering` counts the windows on each first.
    """
    a, b = 0, 0
    for e in range(customer.size):
        if e == 0 or customer[e] != customer[e - 1]:
            a, b = e, e
        if time[e] + latest > end:
            low[e], high[e] = -1, -1
            continue
        while a < customer.size and customer[a] == customer[e] and time[a] < time[e] + earliest:
            a += 1
        b = max(a, b)
        while b < customer.size and customer[b] == customer[e] and time[b] <= time[e] + latest:
            b += 1
        low[e], high[e] = a, b
        covering[a] += 1
        covering[b] -= 1
    for e in range(customer.size):
        covering[e + 1] += covering[e]


@compiled
def group_by_product(product: Int32s, low: Int32s, offset: Int64s, events: Int32s) -> None:
    """Write the firsts with a whole window into `events`, product by product from `offset` on."""
    free = offset[:-1].copy()
    for e in range(product.size):
        if low[e] >= 0:
            events[free[product[e]]] = e
            free[product[e]] += 1


@compiled
def count_work(
    product: Int32s,
    low: Int32s,
    high: Int32s,
    covering: Int64s,
    n_opened: Int64s,
    work: Int64s,
    n_seen: Int64s,
) -> None:
    """Add up, per product: whole windows that it opened, firsts in these, windows that saw it."""
    for e in range(product.size):
        if low[e] >= 0:
            n_opened[product[e]] += 1
            work[product[e]] += high[e] - low[e]
        n_seen[product[e]] += covering[e]


@compiled
def tally_followers(  # noqa: PLR0917 - a kernel takes arrays, not objects
    product: Int32s,
    low: Int32s,
    high: Int32s,
    offset: Int64s,
    events: Int32s,
    min_count: int,
    begin: int,
    end: int,
    codes: Int32s,
    partners: Int32s,
    counts: Int32s,
) -> int:
    """Write what follows the products in [begin, end) at least `min_count` times; how many rows.

    Each first is one customer's, and so is each count.
    """
    both = np.zeros(offset.size - 1, np.int32)
    seen = np.empty(offset.size - 1, np.int32)
    n = 0
    for a in range(begin, end):
        if offset[a + 1] - offset[a] < min_count:
            continue
        m = 0
        for x in range(offset[a], offset[a + 1]):
            for i in range(low[events[x]], high[events[x]]):
                b = product[i]
                if both[b] == 0:
                    seen[m] = b
                    m += 1
                both[b] += 1
        for t in range(m):
            b = seen[t]
            if both[b] >= min_count:
                codes[n] = a
                partners[n] = b
                counts[n] = both[b]
                n += 1
            both[b] = 0
    return n


@compiled
def median_lags(  # noqa: PLR0917 - a kernel takes arrays, not objects
    product: Int32s,
    time: Int64s,
    low: Int32s,
    high: Int32s,
    offset: Int64s,
    events: Int32s,
    row_offset: Int64s,
    partners: Int32s,
    counts: Int32s,
    n_days: int,
    begin: int,
    end: int,
    medians: NDArray[np.float64],
) -> None:
    """Write the median of the whole days between both firsts, for the rows of [begin, end)."""
    slot = np.full(offset.size - 1, -1, np.int32)
    for a in range(begin, end):
        first, last = row_offset[a], row_offset[a + 1]
        if first == last:
            continue
        n_lags = np.zeros((last - first, n_days + 1), np.int32)
        for row in range(first, last):
            slot[partners[row]] = np.int32(row - first)
        for x in range(offset[a], offset[a + 1]):
            e = events[x]
            for i in range(low[e], high[e]):
                if slot[product[i]] >= 0:
                    n_lags[slot[product[i]], (time[i] - time[e]) // DAY] += 1
        for row in range(first, last):
            slot[partners[row]] = -1
            # of an even number the two in the middle count alike
            until, d = np.int64(n_lags[row - first, 0]), 0
            while until <= (counts[row] - 1) // 2:
                d += 1
                until += n_lags[row - first, d]
            medians[row] = d / 2
            while until <= counts[row] // 2:
                d += 1
                until += n_lags[row - first, d]
            medians[row] += d / 2
