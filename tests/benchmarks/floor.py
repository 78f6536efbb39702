"""The least that counting can take: walking the baskets and adding one for each pair event.

Nothing is ranked, reset or kept, and the baskets are indexed before the clock starts. No counter
of pairs by that walk can be faster; how many times as long one takes says what is left to gain.
"""

from collections.abc import Callable

import numpy as np

from xsell.engine import OrderLines
from xsell.engine.baskets import collect_baskets
from xsell.engine.counting import available_threads, chunk_bounds, in_threads
from xsell.engine.jit import compiled, prefetch
from xsell.engine.workshop import Workshop

AHEAD = 8


@compiled
def walk(items, offset, bounds, begin, end):
    both = np.zeros(offset.size - 1, np.uint32)
    last = bounds.size // 2 - 1
    for x in range(offset[begin], offset[end]):
        prefetch(items, np.int64(bounds[2 * min(x + AHEAD, last)]))
        for i in range(np.int64(bounds[2 * x]), np.int64(bounds[2 * x + 1])):
            both[items[i]] += np.uint32(1)
    return both


def floor_of(order, product, placed_at) -> Callable[[], int]:
    """The walk over these lines, ready to run; it finds no rows."""
    baskets = collect_baskets(OrderLines(order, product), None)
    threads = available_threads()
    index = Workshop.open(baskets, None, threads, keep_basket=False).index
    items, bounds = index.items.view(np.uint32), index.bounds.view(np.uint32)
    chunks = chunk_bounds(index.work)

    def run() -> int:
        in_threads(lambda a, b: walk(items, index.offset, bounds, a, b), chunks, threads)
        return 0

    return run
