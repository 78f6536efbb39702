"""Shops at the edge: whatever is asked of them is answered rightly, or refused clearly."""

from decimal import Decimal

import numpy as np
import pytest

from tests.engine.shops import KEEP_ALL, rows
from xsell.engine import (
    MEASURES,
    SCORINGS,
    BasketStore,
    OrderLines,
    bundles,
    complete,
    evaluate,
    mine,
    substitutes,
)

ORDER, PRODUCT = np.repeat([1, 2], 3), np.array([7, 8, 9, 7, 8, 9])
NO_TIME = np.array([], "datetime64[s]")


def sold(quantity) -> OrderLines:
    return OrderLines(ORDER, PRODUCT, quantity=np.array(quantity))


# products that were sold, and relations when nothing is held back
SHOPS = {
    "no order": (OrderLines([], []), 0, 0),
    "no order, all columns": (OrderLines([], [], NO_TIME, [], []), 0, 0),
    "no time known": (OrderLines(ORDER, PRODUCT, np.full(6, "NaT", "datetime64[us]")), 0, 0),
    "no order known": (OrderLines(np.array([None] * 6), PRODUCT), 0, 0),
    "no product known": (OrderLines(ORDER, np.ma.array(PRODUCT, mask=True)), 0, 0),
    "nothing sold": (sold([0] * 6), 0, 0),
    "everything returned": (sold([-1] * 6), 0, 0),
    "no quantity known": (sold([np.nan] * 6), 0, 0),
    "no decimal above zero": (sold([Decimal(0), Decimal(-1), Decimal("NaN")] * 2), 0, 0),
    "one line": (OrderLines([1], [7]), 1, 0),
    "one product": (OrderLines(np.arange(300), np.full(300, 7)), 1, 0),
    "one product, many times an order": (OrderLines(np.arange(300) % 9, np.full(300, 7)), 1, 0),
    "one order": (OrderLines(np.ones(3, int), [7, 8, 9]), 3, 6),
    "one order of everything": (OrderLines(np.ones(90, int), np.arange(90)), 90, 90 * 89),
    "one order of too much": (OrderLines(np.ones(1_106, int), np.arange(1_106)), 1_106, 0),
    "an order for each product": (OrderLines(np.arange(300), np.arange(300)), 300, 0),
    "fractions sold": (sold([0.5, 0.25, 1e-9] * 2), 3, 6),
    "decimals sold": (sold([Decimal("0.1")] * 6), 3, 6),
    "one line of each order sold": (sold([1, 0, -2, 1, 0, -2]), 1, 0),
}
UNCAPPED = {"k": 100, "min_count": 1, "min_lift_lower": None}


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("scoring", [*MEASURES, "walk"])
def test_it_has_the_relations_that_it_has(shop, scoring):
    lines, n_products, n_relations = SHOPS[shop]
    mined = mine(lines, scoring=scoring, **UNCAPPED)
    assert (mined.products.size, len(mined)) == (n_products, n_relations)
    # what is not there was left out for a reason
    assert n_products > 0 or sum(mined.n_dropped.values()) == len(lines)


@pytest.mark.parametrize("shop", SHOPS)
@pytest.mark.parametrize("scoring", SCORINGS)
def test_a_cart_is_completed_by_whatever_else_was_sold(shop, scoring):
    lines, n_products, _ = SHOPS[shop]
    mined = mine(lines, scoring=scoring, **UNCAPPED)
    assert np.isfinite(mined.score).all()
    assert np.isfinite(mined.prior).all()
    ids, scores = complete(mined, [[], [7], ["x"]], [None, ([7], [1]), None], k=4)
    left = [min(4, n_products - (row == 1 and 7 in mined.products)) for row in range(3)]
    assert ids.count(axis=1).tolist() == left
    assert np.isfinite(scores).sum(axis=1).tolist() == left
    assert 7 not in ids[1].compressed()


@pytest.mark.parametrize("shop", SHOPS)
def test_it_cannot_be_evaluated_and_says_so(shop):
    with pytest.raises(ValueError, match="nothing to test on: no basket of the newest"):
        evaluate(SHOPS[shop][0])


@pytest.mark.parametrize("shop", SHOPS)
def test_it_has_neither_substitutes_nor_bundles(shop):
    lines = SHOPS[shop][0]
    assert len(substitutes(lines, category=([7, 8], ["tea", "tea"]))) == 0
    assert len(bundles(lines)) == 0


@pytest.mark.parametrize("shop", SHOPS)
def test_a_store_of_it_is_mined_alike(shop, tmp_path):
    lines = SHOPS[shop][0]
    store = BasketStore.of(lines)
    assert rows(mine(store, **KEEP_ALL)) == rows(mine(lines, **KEEP_ALL))
    assert len(store.remove([1]).add(lines)) == len(store)
