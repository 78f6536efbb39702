"""How much a choice of sets can save at most: what each unit is worth to the sets that want it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Worths are counted in so many parts of a smallest unit: whole numbers, so that no bound is ever
# rounded below the truth.
PARTS = 64
SWEEPS = 3


@dataclass(frozen=True, slots=True)
class Option:
    """One set: the units that it uses, what it saves and how often it can be taken at most."""

    usage: tuple[tuple[int, int], ...]
    saving: int
    most: int


def worths(options: Sequence[Option], left: dict[int, int]) -> dict[int, int]:
    """What one unit of each place is worth, in parts of a smallest unit, near the least bound.

    For any worths, all units at their worth plus what options gain beyond that is a bound on the
    total (Lagrange); place by place the worth is set to where the bound is the least.
    """
    wanted: dict[int, list[tuple[Option, int]]] = {place: [] for place in left}
    for option in options:
        for place, n in option.usage:
            wanted[place].append((option, n))
    worth = _first_guess(options, left)
    for _ in range(SWEEPS):
        for place, wants in wanted.items():
            worth[place] = _least(wants, left[place], place, worth)
    return worth


def _first_guess(options: Sequence[Option], left: dict[int, int]) -> dict[int, int]:
    """Each set's saving spread evenly over its units, and the best of these for each place."""
    worth = dict.fromkeys(left, 0)
    for option in options:
        share = option.saving * PARTS // sum(n for _, n in option.usage)
        for place, _ in option.usage:
            worth[place] = max(worth[place], share)
    return worth


def _least(
    wants: Sequence[tuple[Option, int]], units: int, place: int, worth: dict[int, int]
) -> int:
    """The worth of a place's unit at which its units just go to those who would pay most."""
    bids = []
    for option, n in wants:
        gain = option.saving * PARTS
        for other, m in option.usage:
            if other != place:
                gain -= m * worth[other]
        if gain > 0:
            bids.append((gain // n, n * option.most))
    bids.sort(reverse=True)
    for bid, n in bids:
        units -= n
        if units < 0:
            return bid
    return 0


def slack(option: Option, worth: dict[int, int]) -> int:
    """How much the option's units are worth beyond what it saves; negative where it gains."""
    return sum(n * worth[place] for place, n in option.usage) - option.saving * PARTS
