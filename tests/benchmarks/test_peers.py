"""The peers' sparse and compiled ways agree with plain ones, on a shop small enough for these."""

import numpy as np
import pytest

from tests.benchmarks.cart_peers import bm25, implicit_bm25, random_walk, rules, sar
from tests.benchmarks.ease import ease
from tests.benchmarks.history_peers import (
    mean_closeness,
    mean_step,
    per_nir,
    personal_top,
    tifu_knn,
    tifu_worth,
)
from tests.benchmarks.shoppers import shopper_of_carts
from tests.benchmarks.trials import Trial
from xsell.engine import OrderLines
from xsell.engine.baskets import collect_baskets
from xsell.engine.holdout import newest_as_task

N_PRODUCTS = 9


@pytest.fixture(scope="module")
def trial():
    """Six customers' 120 orders of up to 5 of 9 products; the newest 30 hide one product each."""
    rng = np.random.default_rng(3)
    sizes = rng.integers(2, 6, 120)
    order = np.repeat(np.arange(120), sizes)
    weight = np.arange(1.0, N_PRODUCTS + 1)
    product = np.concatenate(
        [rng.choice(N_PRODUCTS, n, replace=False, p=weight / weight.sum()) for n in sizes]
    )
    customer = rng.integers(6, size=120)[order]
    placed_at = np.datetime64("2026-01-01", "s") + (order * 86_400).astype("timedelta64[s]")
    lines = OrderLines(order, product, placed_at, customer)
    return Trial.of(newest_as_task(collect_baskets(lines, None), 0.25, 100))


def naive_ranks(trial, scores):
    """Rank of each hidden product by dense `scores`, best sellers first among equals."""
    carts, n = trial.task.carts, trial.n_baskets
    ranks = []
    for c, hidden in enumerate(trial.task.hidden.tolist()):
        cart = carts.items[carts.offset[c] : carts.offset[c + 1]]
        left = np.setdiff1d(np.arange(n.size), cart)
        keys = [(round(float(scores[c][j]), 5), int(n[j])) for j in left.tolist()]
        own = (round(float(scores[c][hidden]), 5), int(n[hidden]))
        better, same = sum(k > own for k in keys), sum(k == own for k in keys)
        ranks.append(better + (same + 1) / 2)
    return ranks


def dense(trial):
    return trial.baskets.toarray().astype(float), trial.cart_matrix().toarray().astype(float)


def past_baskets(trial, c):
    """The shopper's known baskets as dense rows, newest first."""
    carts = trial.task.carts
    span = slice(carts.past_offset[c], carts.past_offset[c + 1])
    items, ranks = carts.past_items[span], carts.past_rank[span]
    rows = np.zeros((int(ranks.max(initial=-1)) + 1, trial.n_baskets.size))
    rows[ranks, items] = 1
    return rows


def test_ease_is_the_closed_form(trial):
    known, carts = dense(trial)
    precision = np.linalg.inv(known.T @ known + 3.0 * np.eye(known.shape[1]))
    weights = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0)
    assert ease(trial, 3.0).rank.tolist() == naive_ranks(trial, carts @ weights)


@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 0.0), (0.7, 0.4)])
def test_random_walk_multiplies_transition_probabilities(trial, alpha, beta):
    known, carts = dense(trial)
    to_basket = (known / known.sum(axis=0)).T ** alpha
    to_product = (known / known.sum(axis=1, keepdims=True)) ** alpha
    steps = to_basket @ to_product / known.sum(axis=0) ** beta
    assert random_walk(trial, alpha, beta).rank.tolist() == naive_ranks(trial, carts @ steps)


def test_rules_take_the_strongest(trial):
    known, carts = dense(trial)
    both = known.T @ known
    confidence = np.where(both >= 5, both / np.diag(both)[:, None], 0)
    strongest = [confidence[cart > 0].max(axis=0) for cart in carts]
    assert rules(trial).rank.tolist() == naive_ranks(trial, strongest)


def test_sar_leaves_rare_pairs_out(trial):
    known, carts = dense(trial)
    both = known.T @ known
    n = np.diag(both)
    jaccard = np.where(both >= 4, both / (n[:, None] + n - both), 0)
    assert sar(trial, "jaccard", 4).rank.tolist() == naive_ranks(trial, carts @ jaccard)


def test_bm25_is_implicits(trial):
    pytest.importorskip("implicit")  # of the extra `bench`
    assert bm25(trial, None, 1.2, 0.75).rank.tolist() == implicit_bm25(trial, 20).rank.tolist()


def test_personal_top_counts_the_past(trial):
    pasts = [past_baskets(trial, c) for c in range(trial.task.hidden.size)]
    scores = [(0.9 ** np.arange(len(past))) @ past for past in pasts]
    assert personal_top(trial, 0.9).rank.tolist() == naive_ranks(trial, scores)


def tifu_vector(baskets, groups, within, between):
    """The paper's formula, group by group; `baskets` newest first."""
    parts = np.array_split(np.arange(len(baskets)), min(groups, len(baskets)))
    means = [(within ** np.arange(len(part))) @ baskets[part] / len(part) for part in parts]
    return sum(between**i * mean for i, mean in enumerate(means)) / len(means)


def test_tifu_knn_is_the_mean_of_the_nearest(trial):
    known, first = trial.baskets.toarray(), customers(trial)
    users = [
        tifu_vector(known[own][np.argsort(trial.age[own])], 3, 0.9, 0.7)
        for own in np.split(np.arange(len(known)), first)
    ]
    scores = []
    for u in shopper_of_carts(trial).tolist():
        others = sorted(
            (float(((each - users[u]) ** 2).sum()), i) for i, each in enumerate(users) if i != u
        )
        mean = np.mean([users[i] for _, i in others[:2]], axis=0)
        scores.append(0.6 * users[u] + 0.4 * mean)
    assert tifu_knn(trial, 3, 0.9, 0.7, 2, 0.6).rank.tolist() == naive_ranks(trial, scores)
    assert tifu_worth(trial, 3, 0.9, 0.7).size == len(known)


def customers(trial):
    """Where the second and later customers' baskets begin."""
    return np.flatnonzero(np.diff(trial.task.known.customer)) + 1


def test_per_nir_sums_over_own_and_neighbours_baskets(trial):
    known, carts = dense(trial)
    owned = np.split(np.arange(len(known)), customers(trial))
    histories = [known[own][np.argsort(trial.age[own])] for own in owned]
    base = np.array([(1 / np.arange(1, len(each) + 1)) @ each for each in histories])
    unit = base / np.linalg.norm(base, axis=1, keepdims=True)
    like = unit @ unit.T
    scores = []
    for u, cart in zip(shopper_of_carts(trial).tolist(), carts, strict=True):
        nearest = [i for i in np.argsort(-like[u]).tolist() if i != u][:2]
        score = 0.4 * own_score(histories[u], cart)
        for i in nearest:
            score += 0.6 / 2 * like[u, i] * own_score(histories[i], cart)
        scores.append(score)
    assert per_nir(trial, 2, 1.5, 0.4).rank.tolist() == naive_ranks(trial, scores)


def own_score(baskets, cart, alpha=1.5):
    """One customer's part of PerNIR, product by product; `baskets` newest first."""
    n = int(cart.sum())
    score = np.zeros(cart.size)
    for x, basket in enumerate(baskets, start=1):
        score += basket / x
        close = float(mean_closeness(np.array([int(basket.sum())]))[0])
        step = float(mean_step(np.array([n]))[0])
        common = (basket * cart).sum()
        score += alpha * np.log(n) * step * close * common * basket / x
    return score
