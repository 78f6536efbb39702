"""Whatever kind of ids a shop has, it gets what the same shop gets with small numbers."""

from uuid import UUID

import numpy as np
import pytest

from tests.engine.shops import random_lines
from xsell.engine import (
    SCORINGS,
    BasketStore,
    OrderLines,
    bundles,
    complete,
    evaluate,
    mine,
    substitutes,
)

# all keep the order of numbers, which settles ties
KINDS = {
    "unsigned above 2**63": (lambda n: 2**63 + n, np.uint64),
    "unsigned on both sides of 2**63": (lambda n: 2**63 - 20 + n, np.uint64),
    "the last unsigned": (lambda n: 2**64 - 1_000 + n, np.uint64),
    "the most negative": (lambda n: n - 2**63, np.int64),
    "on both sides of zero": (lambda n: n - 20, np.int64),
    "too far apart for a table": (lambda n: (n - 300) * 10**16, np.int64),
    "of two bytes": (lambda n: n - 300, np.int16),
    "of the other end": (lambda n: n + 2**40, ">i8"),
    "larger than 64 bits": (lambda n: 2**70 + n, object),
    "numpy strings": (lambda n: f"SKU {n:03d}", "U7"),
    "string objects": (lambda n: f"ß-{n:03d}", object),
    "new strings": (lambda n: f"日{n:03d}", np.dtypes.StringDType()),
    "UUIDs": (lambda n: UUID(int=n << 100), object),
}
LINES = random_lines(n_orders=500, n_products=40)
CUSTOMER = LINES.order % 90
FEW_SCORINGS = sorted(set(SCORINGS) - {"auto"})


class Kind:
    """Numbers to ids of a kind, and back."""

    def __init__(self, name):
        self.to_id, self.dtype = KINDS[name]
        self.number = {self.to_id(n): n for n in range(500)}

    def ids(self, numbers):
        return np.array([self.to_id(n) for n in np.asarray(numbers).tolist()], self.dtype)

    def back(self, ids):
        assert ids.dtype == np.dtype(self.dtype)
        return [self.number[each] for each in ids.tolist()]

    def lines(self):
        order, product, customer = map(self.ids, (LINES.order, LINES.product, CUSTOMER))
        return OrderLines(order, product, LINES.placed_at, customer)


@pytest.fixture(params=KINDS)
def kind(request):
    return Kind(request.param)


def same_relations(kind, mined, expected) -> bool:
    return (
        kind.back(mined.antecedent) == expected.antecedent.tolist()
        and kind.back(mined.consequent) == expected.consequent.tolist()
        and kind.back(mined.products) == expected.products.tolist()
        and mined.score.tolist() == expected.score.tolist()
        and mined.n_both.tolist() == expected.n_both.tolist()
    )


PLAIN = OrderLines(LINES.order, LINES.product, LINES.placed_at, CUSTOMER)


def test_relations_are_the_same_by_every_scoring(kind):
    for scoring in FEW_SCORINGS:
        mined, expected = (mine(lines, scoring=scoring) for lines in (kind.lines(), PLAIN))
        assert len(expected) > 50
        assert same_relations(kind, mined, expected), scoring


def test_carts_and_histories_are_completed_the_same(kind):
    carts = [[1, 2], [3, 499], []]
    pasts = [([5, 1, 30], [1, 2, 3]), ([], []), ([2, 2], [1, 2])]
    expected = complete(mine(PLAIN, scoring="ridge"), carts, pasts)
    ids, scores = complete(
        mine(kind.lines(), scoring="ridge"),
        [kind.ids(cart) for cart in carts],
        [(kind.ids(products), numbers) for products, numbers in pasts],
    )
    assert kind.back(ids.compressed()) == expected[0].compressed().tolist()
    assert scores.tolist() == expected[1].tolist()


def test_an_evaluation_is_the_same(kind):
    for contestant in ("walk", "confidence"):
        found, expected = (
            evaluate(lines, contestants=(contestant,)) for lines in (kind.lines(), PLAIN)
        )
        assert found[contestant].gains.tolist() == expected[contestant].gains.tolist()


def test_substitutes_and_bundles_are_the_same(kind):
    groups = np.arange(40) % 3
    found = substitutes(kind.lines(), category=(kind.ids(range(40)), groups))
    expected = substitutes(PLAIN, category=(range(40), groups))
    assert kind.back(found.product) == expected.product.tolist()
    assert kind.back(found.substitute) == expected.substitute.tolist()
    sets, plain_sets = (bundles(lines, min_lift=0.5) for lines in (kind.lines(), PLAIN))
    members = [tuple(kind.number[each] for each in own) for own in sets.members]
    assert members == plain_sets.members
    assert len(members) > 10


def test_a_store_is_kept_the_same(kind):
    removed = np.arange(0, 200)
    store = BasketStore.of(kind.lines()).remove(kind.ids(removed)).add(kind.lines())
    assert len(store.remove(kind.ids(range(500)))) == 0
    mined = mine(store.remove(kind.ids(removed)), scoring="walk")
    expected = mine(BasketStore.of(PLAIN).remove(removed), scoring="walk")
    number = kind.number
    assert [number[each] for each in mined.antecedent.tolist()] == expected.antecedent.tolist()
    assert mined.score.tolist() == expected.score.tolist()
