"""The best choice among sets that want the same units: branch and bound, up to a stated size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xsell.pricing.bounds import PARTS, Bound, Option, bound_of

# Of more sets that overlap, directly or through others, only the greedy choice is looked at: the
# search would come to no end, and has found a thousandth more.
EXACT_SETS = 100
# Per group of overlapping sets; each step tries to take one set so many times.
EXACT_STEPS = 400

Path = tuple[Option, int, "Path"] | None


@dataclass(frozen=True, slots=True)
class Step:
    """An option to decide on, what it gains, and the places that no later option wants."""

    option: Option
    gain: int
    last: tuple[int, ...]


def improved(options: Sequence[Option], left: dict[int, int], saved: int) -> bool:
    """Take what saves more than `saved`, if that is found; whether nothing saves more."""
    if len(options) > EXACT_SETS:
        return False
    bound = bound_of(options, left)
    if bound.total // PARTS <= saved:
        return True
    steps = _steps(options, bound, left, saved)
    path, is_exact = _searched(steps, bound, left, saved)
    if path is not None:
        for option in options:
            option.times = 0
        while path is not None:
            option, times, path = path
            option.times = times
    return is_exact


def _steps(options: Sequence[Option], bound: Bound, left: dict[int, int], saved: int) -> list[Step]:
    """The options place by place, so that what is left of a place is soon known to be wasted.

    Without those which, taken but once, cost more than anything better than `saved` may.
    """
    wants: dict[int, list[int]] = {place: [] for place in left}
    for number, option in enumerate(options):
        if (bound.total + min(0, bound.gains[number])) // PARTS > saved:
            for place, _ in option.needs:
                wants[place].append(number)
    ordered: dict[int, None] = {}
    for place in sorted(wants, key=lambda it: (len(wants[it]), it)):
        for number in sorted(wants[place], key=lambda it: (-bound.gains[it], it)):
            ordered[number] = None
    steps = []
    seen: set[int] = set()
    for number in reversed(ordered):
        last = tuple([place for place, _ in options[number].needs if place not in seen])
        seen.update(last)
        steps.append(Step(options[number], bound.gains[number], last))
    return steps[::-1]


def _searched(
    steps: Sequence[Step], bound: Bound, left: dict[int, int], saved: int
) -> tuple[Path, bool]:
    """The path to the best choice above `saved`, if there is one, and whether that is sure."""
    worth = bound.worth
    wanted = {place for step in steps for place in step.last}
    most = bound.total - sum(worth[at] * n for at, n in left.items() if at not in wanted)
    best: Path = None
    # At a step: its number, how often to take it (-1: as often as possible), and what is so far.
    stack: list[tuple[int, int, dict[int, int], int, int, Path]] = [(0, -1, left, most, 0, None)]
    for _ in range(EXACT_STEPS):
        if not stack or not steps:
            return best, True
        number, times, units, most, total, path = stack.pop()
        step = steps[number]
        option, gain = step.option, step.gain
        if times < 0:
            times = min(option.most, *[units[at] // n for at, n in option.needs])
        if times:
            stack.append((number, times - 1, units, most, total, path))
            units = dict(units)
            for at, n in option.needs:
                units[at] -= n * times
            total += times * option.saving
            path = (option, times, path)
        # What it gains was counted as if it were taken as often as can be.
        most += times * gain - option.most * max(0, gain)
        for at in step.last:
            most -= worth[at] * units[at]
        if total > saved:
            saved, best = total, path
        if number + 1 < len(steps) and most // PARTS > saved:
            stack.append((number + 1, -1, units, most, total, path))
    return best, not stack
