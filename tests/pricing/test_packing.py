from itertools import product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from xsell.pricing import search
from xsell.pricing.bounds import PARTS, Option, bound_of
from xsell.pricing.packing import pack


def options_of(*sets, capacity):
    """Sets as (units by place, saving); each as often as it fits alone."""
    return [
        Option(tuple(needs.items()), saving, 0, min(capacity[at] // n for at, n in needs.items()))
        for needs, saving in sets
    ]


def saved(options):
    return sum(it.times * it.saving for it in options)


def best_by_hand(options, capacity):
    """Every choice there is."""
    best = 0
    for times in product(*(range(it.most + 1) for it in options)):
        used = [0] * len(capacity)
        for option, n_times in zip(options, times, strict=True):
            for at, n in option.needs:
                used[at] += n * n_times
        if all(n <= has for n, has in zip(used, capacity, strict=True)):
            best = max(best, sum(n * it.saving for it, n in zip(options, times, strict=True)))
    return best


@st.composite
def packings(draw):
    n_places, n_sets = draw(st.integers(2, 5)), draw(st.integers(1, 6))
    dice = draw(st.randoms(use_true_random=True))
    capacity = [dice.randint(1, 3) for _ in range(n_places)]
    sets = []
    for _ in range(n_sets):
        places = dice.sample(range(n_places), dice.randint(1, min(3, n_places)))
        needs = {at: dice.randint(1, min(2, capacity[at])) for at in places}
        sets.append((needs, dice.randint(1, 12)))
    return options_of(*sets, capacity=capacity), capacity


@given(packings())
def test_what_is_said_to_be_the_best_is_the_best(packing):
    options, capacity = packing
    is_exact = pack(options, capacity)
    event("exact" if is_exact else "not exact")
    best = best_by_hand(options, capacity)
    assert saved(options) == best if is_exact else saved(options) <= best
    for at, has in enumerate(capacity):
        assert sum(it.times * n for it in options for place, n in it.needs if place == at) <= has


@given(packings())
def test_no_choice_saves_more_than_the_bound(packing):
    options, capacity = packing
    bound = bound_of(options, dict(enumerate(capacity)))
    assert bound.total // PARTS >= best_by_hand(options, capacity)


@pytest.mark.parametrize(
    ("sets", "capacity", "times"),
    [
        ([({0: 1}, 3)], [2], [2]),
        ([({0: 1, 1: 1}, 5), ({0: 1}, 3), ({1: 1}, 3)], [1, 1], [0, 1, 1]),
        ([({0: 1, 1: 1}, 7), ({0: 1}, 3), ({1: 1}, 3)], [1, 1], [1, 0, 0]),
        ([({0: 1, 1: 1}, 5), ({1: 1, 2: 1}, 6), ({2: 1, 3: 1}, 5)], [1, 1, 1, 1], [1, 0, 1]),
        ([({0: 1}, 3), ({0: 1}, 3)], [1], [1, 0]),  # of equal ones the first
        ([({0: 2}, 5), ({0: 1}, 2)], [3], [1, 1]),
        ([({0: 1}, 3), ({1: 1}, 3)], [10**9, 1], [10**9, 1]),
        ([({0: 2}, 5), ({0: 1}, 2)], [10**9], [5 * 10**8, 0]),
    ],
)
def test_the_best_choice(sets, capacity, times):
    options = options_of(*sets, capacity=capacity)
    assert pack(options, capacity)
    assert [it.times for it in options] == times


def rings(size):
    """Each set wants three places of a ring: neighbours exclude each other."""
    capacity = [1] * size
    sets = [
        ({at: 1, (at + 1) % size: 1, (at + 7) % size: 1}, 90 + at * 37 % 11) for at in range(size)
    ]
    return options_of(*sets, capacity=capacity), capacity


def test_beyond_the_stated_size_it_is_still_no_worse_than_the_greedy(monkeypatch):
    monkeypatch.setattr(search, "EXACT_STEPS", 0)
    options, capacity = rings(40)
    assert not pack(options, capacity)
    greedy = saved(options)
    monkeypatch.setattr(search, "EXACT_STEPS", 5_000)
    pack(options, capacity)
    assert saved(options) > greedy


def test_groups_that_share_nothing_do_not_share_their_steps_either():
    options, capacity = rings(40)
    far = options_of(({40: 1, 41: 1}, 5), ({40: 1}, 3), ({41: 1}, 3), capacity=[*capacity, 1, 1])
    pack(options, capacity)
    alone = [it.times for it in options]
    pack([*far, *options], [*capacity, 1, 1])
    assert [it.times for it in options] == alone
    assert [it.times for it in far] == [0, 1, 1]
