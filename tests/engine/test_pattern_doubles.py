"""Substitutes and bundles of generated shops against their naive doubles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine import naive_patterns
from tests.engine.naive_models import Order
from tests.engine.shops import as_lines
from xsell.engine import bundles, substitutes

KINDS = st.dictionaries(st.integers(0, 9), st.sampled_from(["tea", "tea", "tin", None])) | st.just(
    dict.fromkeys(range(8), "tea")
)
MAX_BASKETS = st.sampled_from([100, None, 3])


@st.composite
def rivals(draw) -> list[Order]:
    """Kinds of baskets that sell by the dozen, so that what does not meet is missed."""
    orders = []
    for _ in range(draw(st.integers(0, 6))):
        items = draw(st.frozensets(st.integers(0, 7), min_size=1, max_size=5))
        buyers = draw(st.sampled_from([[None], [1], [1, None], [2, 3, 4]]))
        n = draw(st.sampled_from([1, 4, 30, 60]))
        orders += [Order(items, 0, buyers[i % len(buyers)]) for i in range(n)]
    return orders


@settings(max_examples=100, deadline=None)
@given(
    orders=rivals(),
    max_basket=MAX_BASKETS,
    kind=st.none() | KINDS,
    k=st.integers(1, 8),
)
def test_substitutes_are_those_of_the_naive_double(orders, max_basket, kind, k):
    expected = naive_patterns.substitutes(orders, max_basket, kind)
    category = None if kind is None else (list(kind), list(kind.values()))
    found = substitutes(as_lines(orders), category=category, max_basket=max_basket, k=k)
    columns = (
        found.product, found.substitute, found.rank, found.score, found.avoidance,
        found.n_both, found.n_expected,
    )  # fmt: skip
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    for product, substitute, _, *numbers in rows:
        assert numbers == pytest.approx(expected[product, substitute], rel=1e-4, abs=1e-5)
    for product in {product for product, _ in expected}:
        scores = sorted((x[0] for pair, x in expected.items() if pair[0] == product), reverse=True)
        own = [row for row in rows if row[0] == product]
        assert [rank for _, _, rank, *_ in own] == list(range(1, len(own) + 1))
        # a likeness of nearly nothing may be rounded to nothing
        assert [row[3] for row in own] == pytest.approx(scores[:k][: len(own)], rel=1e-4, abs=1e-5)
        assert max([0.0, *scores[:k][len(own) :]]) < 1e-5


@settings(max_examples=100, deadline=None)
@given(
    orders=rivals(),
    limits=st.fixed_dictionaries(
        {
            "max_size": st.integers(3, 5),
            "min_count": st.integers(1, 8),
            "min_lift": st.sampled_from([0.0, 1.3]),
            "max_basket": MAX_BASKETS,
        }
    ),
    threads=st.integers(1, 3),
)
def test_bundles_are_those_of_the_naive_double(orders, limits, threads):
    expected = naive_patterns.bundles(orders, **limits)
    found = bundles(as_lines(orders), threads=threads, **limits)
    columns = (found.n_together.tolist(), found.lift_over_pair.tolist())
    got = {
        tuple(sorted(members)): numbers
        for members, *numbers in zip(found.members, *columns, strict=True)
    }
    near = {m for m, x in expected.items() if abs(x[1] - limits["min_lift"]) < 1e-9}
    assert got.keys() - near == expected.keys() - near
    for members, numbers in got.items():
        assert numbers == pytest.approx(expected[members])
    assert len(got) == len(found)
    assert (np.diff(found.n_together) <= 0).all()
