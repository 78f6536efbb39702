"""Two rankings in one row for each pair."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from xsell.engine import OrderLines, lift, lift_lower_bound, mine
from xsell.services.mining.pairing import paired

orders = st.lists(st.sets(st.integers(10, 15), min_size=1), min_size=1, max_size=40)


def by_hand(pages, carts):
    """(anchor, suggested) -> position, on pages, score, counts; one pair after the other."""
    rows, last = {}, {}
    for relations, is_page in ((pages, True), (carts, False)):
        for place, pair in enumerate(zip(relations.antecedent, relations.consequent, strict=True)):
            score = float(relations.score[place])
            if pair in rows and not is_page:
                rows[pair][2] = score
                continue
            anchor = pair[0]
            last[anchor] = last.get(anchor, 0) + 1
            counts = (
                int(relations.n_both[place]),
                int(relations.n_antecedent[place]),
                int(relations.n_consequent[place]),
            )
            figures = [float(f(*counts, relations.n_baskets)) for f in (lift, lift_lower_bound)]
            rows[pair] = [last[anchor], is_page, 0.0 if is_page else score, *counts, *figures]
    return {pair: tuple(row) for pair, row in rows.items()}


def by_arrays(pairs):
    columns = (
        *(pairs.position, pairs.on_pages, pairs.score),
        *(pairs.n_both, pairs.n_anchor, pairs.n_suggested, pairs.lift, pairs.lift_lower),
    )
    ends = (pairs.products[it].tolist() for it in (pairs.anchor, pairs.suggested))
    keys = zip(*ends, strict=True)
    return dict(zip(keys, zip(*(it.tolist() for it in columns), strict=True), strict=True))


@settings(deadline=None)  # the first example compiles
@given(baskets=orders, far_apart=st.booleans())
def test_each_pair_has_one_row_with_what_either_ranking_says(baskets, far_apart):
    order = np.repeat(np.arange(len(baskets)), [len(it) for it in baskets])
    product = np.array([it for basket in baskets for it in sorted(basket)])
    product = product * 10**9 if far_apart else product
    lines = OrderLines(order, product)
    pages = mine(lines, k=2, scoring="information", min_count=1)
    carts = mine(lines, k=3, scoring="walk", min_count=1)
    pairs = paired(pages, carts)
    assert by_arrays(pairs) == by_hand(pages, carts)
    keys = list(zip(pairs.anchor.tolist(), pairs.suggested.tolist(), strict=True))
    assert keys == sorted(keys)
