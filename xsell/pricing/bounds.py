"""How much a choice of sets can save at most: what each unit is worth to the sets that want it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Worths are counted in so many parts of a smallest unit: whole numbers, so that no bound is ever
# rounded below the truth.
PARTS = 64
SWEEPS = 3

Needs = tuple[tuple[int, int], ...]
"""Places, and how many units of each."""


@dataclass(slots=True)
class Option:
    """A set that can be taken: its units, what it saves, what its terms said, how often at most."""

    needs: Needs
    saving: int
    promised: int
    most: int
    times: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """No choice saves more than `total` parts: its units at their worth, and what options gain.

    `gains`: what an option saves beyond the worth of its units; below 0 it costs that much.
    """

    total: int
    worth: dict[int, int]
    gains: list[int]


def bound_of(options: Sequence[Option], left: dict[int, int]) -> Bound:
    """A bound near the least: place by place a unit's worth is set to where the bound is least.

    Any worths give a bound (Lagrange's multipliers).
    """
    wants: dict[int, list[tuple[int, int]]] = {place: [] for place in left}
    for number, option in enumerate(options):
        for place, n in option.needs:
            wants[place].append((number, n))
    worth = _first_guess(options, left)
    gains = [
        option.saving * PARTS - sum([n * worth[place] for place, n in option.needs])
        for option in options
    ]
    for _ in range(SWEEPS):
        for place, wanting in wants.items():
            old = worth[place]
            new = _least(wanting, options, gains, old, left[place])
            if new != old:
                worth[place] = new
                for number, n in wanting:
                    gains[number] += n * (old - new)
    total = sum([worth[place] * units for place, units in left.items()])
    total += sum([gain * options[it].most for it, gain in enumerate(gains) if gain > 0])
    return Bound(total, worth, gains)


def _first_guess(options: Sequence[Option], left: dict[int, int]) -> dict[int, int]:
    """Each set's saving spread evenly over its units, and the best of these for each place."""
    worth = dict.fromkeys(left, 0)
    for option in options:
        share = option.saving * PARTS // sum([n for _, n in option.needs])
        for place, _ in option.needs:
            worth[place] = max(worth[place], share)
    return worth


def _least(
    wanting: Sequence[tuple[int, int]],
    options: Sequence[Option],
    gains: Sequence[int],
    worth: int,
    units: int,
) -> int:
    """The worth of a place's unit at which its units just go to those who would pay most."""
    bids = [(gains[number] // n + worth, n * options[number].most) for number, n in wanting]
    bids.sort(reverse=True)
    for bid, n in bids:
        if bid <= 0:
            return 0
        units -= n
        if units < 0:
            return bid
    return 0
