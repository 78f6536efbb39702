"""Every model, on generated shops, against the dense double of its formula."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engine import naive_models
from tests.engine.naive_models import Order
from tests.engine.shops import as_lines
from xsell.engine import mine
from xsell.engine.baskets import collect_baskets
from xsell.engine.coupling import best_of_rows
from xsell.engine.members import fit
from xsell.engine.parameters import DEFAULTS
from xsell.engine.workshop import Workshop

HALF_LIVES = st.sampled_from([None, 20.0, 300.0])
SHARES = st.sampled_from([0.0, 0.3, 1.0])
PARAMETERS = {
    "ridge": st.fixed_dictionaries({
        "half_life_days": HALF_LIVES, "size_exponent": SHARES,
        "n_predictors": st.sampled_from([1, 2, 50]), "lam": st.sampled_from([1.0, 5.0, 50.0]),
        "walk_share": SHARES, "beta": SHARES, "jaccard_share": SHARES, "prior_share": SHARES,
        "keeps_repeats": st.booleans(),
    }),
    "walk": st.fixed_dictionaries({
        "half_life_days": HALF_LIVES, "alpha": st.sampled_from([0.8, 1.0, 1.3]), "beta": SHARES,
        "keeps_repeats": st.booleans(),
    }),
    "bm25": st.fixed_dictionaries({
        "k1": st.sampled_from([0.3, 1.2]), "b": SHARES, "keeps_repeats": st.booleans(),
    }),
    "rules": st.fixed_dictionaries({
        "least_support": st.integers(1, 4), "keeps_repeats": st.booleans(),
    }),
}  # fmt: skip


@st.composite
def shops(draw) -> list[Order]:
    """A few kinds of baskets, each sold several times, by regulars and by guests."""
    orders = []
    for _ in range(draw(st.integers(0, 7))):
        items = draw(st.frozensets(st.integers(0, 8), min_size=1, max_size=6))
        buyers = draw(st.sampled_from([[None], [1], [1, 2], [1, None], [1, 2, 3, 4]]))
        orders += [
            Order(items, draw(st.integers(0, 60)), draw(st.sampled_from(buyers)))
            for _ in range(draw(st.integers(1, 6)))
        ]
    newest = min((order.days for order in orders), default=0)
    return [order._replace(days=order.days - newest) for order in orders]


def dense(products, antecedent, consequent, values):
    place = {product: i for i, product in enumerate(products)}
    out = np.zeros((len(products), len(products)))
    for a, b, value in zip(antecedent.tolist(), consequent.tolist(), values.tolist(), strict=True):
        out[place[a], place[b]] = value
    return out


@pytest.mark.parametrize("scoring", sorted(PARAMETERS))
@settings(max_examples=100, deadline=None)
@given(
    data=st.data(),
    orders=shops(),
    limits=st.fixed_dictionaries(
        {"min_count": st.integers(1, 3), "max_basket": st.sampled_from([None, 3])}
    ),
    threads=st.integers(1, 3),
)
def test_a_model_scores_as_its_dense_double_does(scoring, data, orders, limits, threads):
    parameters = data.draw(PARAMETERS[scoring])
    expected = naive_models.fit(orders, scoring, parameters, **limits)
    mined = mine(
        as_lines(orders), scoring=scoring, parameters=parameters, k=20, threads=threads, **limits
    )
    assert mined.products.tolist() == expected.products
    assert mined.prior[expected.is_sure] == pytest.approx(
        expected.prior[expected.is_sure], rel=1e-4, abs=1e-6
    )
    found = dense(expected.products, mined.antecedent, mined.consequent, mined.score)
    stored = np.maximum(expected.scores, 0.0)[:, expected.is_sure]
    assert found[:, expected.is_sure] == pytest.approx(stored, rel=1e-3, abs=1e-5)
    n_both = dense(expected.products, mined.antecedent, mined.consequent, mined.n_both)
    assert (n_both == np.where(found > 0, expected.n_both, 0)).all()


@pytest.mark.parametrize(
    ("scoring", "parameters"),
    [
        ("ridge", {}),
        ("ridge", {"keeps_repeats": True}),
        ("ridge", {"n_predictors": 3, "lam": 5.0, "walk_share": 0.0}),
        ("walk", {"beta": 0.2}),
        ("bm25", {}),
        ("rules", {}),
    ],
)
def test_a_shop_of_hundreds_of_orders_is_scored_as_the_double_does(scoring, parameters):
    rng = np.random.default_rng(1)
    orders = [
        Order(frozenset((40 * rng.random(rng.integers(1, 9)) ** 2).astype(int).tolist()), day, who)
        for day, who in enumerate(rng.integers(0, 150, 500).tolist())
    ]
    parameters = {**DEFAULTS[scoring], **parameters}
    expected = naive_models.fit(orders, scoring, parameters, min_count=2)
    mined = mine(as_lines(orders), scoring=scoring, parameters=parameters, k=40)
    found = dense(expected.products, mined.antecedent, mined.consequent, mined.score)
    assert expected.is_sure.sum() > 30
    stored = np.maximum(expected.scores, 0.0)[:, expected.is_sure]
    assert found[:, expected.is_sure] == pytest.approx(stored, rel=1e-4, abs=1e-6)
    assert mined.prior == pytest.approx(expected.prior, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("scoring", ["count", "confidence", "jaccard", "popularity"])
@settings(max_examples=50, deadline=None)
@given(orders=shops(), min_count=st.integers(1, 3), max_basket=st.sampled_from([None, 3]))
def test_a_measure_as_a_member_scores_as_its_dense_double_does(
    scoring, orders, min_count, max_basket
):
    expected = naive_models.fit(orders, scoring, {}, min_count=min_count, max_basket=max_basket)
    shop = Workshop.open(collect_baskets(as_lines(orders), None), max_basket, 2)
    fitted = fit(shop, scoring, {}, min_count)
    products = shop.baskets.products[shop.by_popularity]
    assert products.tolist() == expected.products
    places = products[fitted.coupling.row], products[fitted.coupling.column]
    found = dense(expected.products, *places, fitted.scores)
    assert found == pytest.approx(expected.scores, rel=1e-6)
    assert fitted.prior == pytest.approx(expected.prior)


@settings(max_examples=100, deadline=None)
@given(orders=shops(), k=st.integers(1, 8), threads=st.integers(1, 3), seed=st.integers(0, 9))
def test_the_best_of_each_row_are_those_of_a_sort(orders, k, threads, seed):
    assume(orders)
    shop = Workshop.open(collect_baskets(as_lines(orders), None), None, threads)
    coupling = fit(shop, "count", {}).coupling
    # few values, so that many are equal, and some that are no relation
    scores = np.random.default_rng(seed).integers(-1, 4, coupling.column.size).astype(np.float32)
    rank, place = best_of_rows(coupling, scores, k, threads)
    expected = defaultdict(list)
    for x, (row, column) in enumerate(zip(coupling.row, coupling.column, strict=True)):
        if scores[x] > 0:
            expected[row].append((-scores[x], column, x))
    rows = [sorted(expected[row])[:k] for row in sorted(expected)]
    assert place.tolist() == [x for row in rows for _, _, x in row]
    assert rank.tolist() == [i for row in rows for i in range(1, len(row) + 1)]


@pytest.mark.parametrize("scoring", sorted(PARAMETERS))
@settings(max_examples=30, deadline=None)
@given(orders=shops(), k=st.integers(1, 4))
def test_fewer_relations_are_the_first_of_more(scoring, orders, k):
    lines = as_lines(orders)
    all_of_them, few = (mine(lines, scoring=scoring, k=each) for each in (50, k))
    is_first = all_of_them.rank <= k
    for field in ("antecedent", "consequent", "rank", "score", "n_both"):
        assert (getattr(all_of_them, field)[is_first] == getattr(few, field)).all()
    position = {product: i for i, product in enumerate(few.products.tolist())}
    columns = (few.antecedent, few.rank, few.score, few.consequent)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    by_score = sorted(rows, key=lambda row: (position[row[0]], -row[2], position[row[3]]))
    assert rows == by_score
