"""The best choice among sets that want the same units: branch and bound, up to a stated size."""

from __future__ import annotations

from collections.abc import Sequence

from xsell.pricing.bounds import PARTS, Option, slack

# Per group of overlapping sets; each step tries to take one set so many times.
EXACT_STEPS = 400

Path = tuple[int, int, "Path"] | None
Step = tuple[int, int, tuple[int, ...]]
"""An option's place, its slack, and the places that nothing after it wants."""


def improved(
    options: Sequence[Option],
    left: dict[int, int],
    worth: dict[int, int],
    counts: list[int],
    saved: int,
) -> tuple[list[int], bool]:
    """The best counts that were found, from these on, and whether the search came to its end."""
    bound = sum(worth[place] * units for place, units in left.items())
    slacks = [slack(option, worth) for option in options]
    bound += sum(option.most * max(0, -it) for option, it in zip(options, slacks, strict=True))
    if bound // PARTS <= saved:
        return counts, True
    # Taken but once, such an option costs more than anything better than `saved` may.
    kept = [place for place, it in enumerate(slacks) if (bound - max(0, it)) // PARTS > saved]
    steps = _steps(options, slacks, kept, left)
    bound -= _unwanted(options, kept, left, worth)
    path, is_exact = _searched(options, steps, left, worth, bound, saved)
    if path is None:
        return counts, is_exact
    counts = [0] * len(options)
    while path is not None:
        place, count, path = path
        counts[place] = count
    return counts, is_exact


def _unwanted(
    options: Sequence[Option], kept: Sequence[int], left: dict[int, int], worth: dict[int, int]
) -> int:
    """What the units are worth that no option wants any more."""
    wanted = {place for number in kept for place, _ in options[number].usage}
    return sum(worth[place] * units for place, units in left.items() if place not in wanted)


def _steps(
    options: Sequence[Option], slacks: Sequence[int], kept: Sequence[int], left: dict[int, int]
) -> list[Step]:
    """The options place by place, so that what is left of a place is soon known to be wasted."""
    wants: dict[int, list[int]] = {place: [] for place in left}
    for number in kept:
        for place, _ in options[number].usage:
            wants[place].append(number)
    ordered: dict[int, None] = {}
    for place in sorted(wants, key=lambda it: (len(wants[it]), it)):
        for number in sorted(wants[place], key=lambda it: (slacks[it], it)):
            ordered[number] = None
    steps: list[Step] = []
    seen: set[int] = set()
    for number in reversed(ordered):
        last = tuple(place for place, _ in options[number].usage if place not in seen)
        seen.update(last)
        steps.append((number, slacks[number], last))
    return steps[::-1]


def _searched(
    options: Sequence[Option],
    steps: Sequence[Step],
    left: dict[int, int],
    worth: dict[int, int],
    bound: int,
    saved: int,
) -> tuple[Path, bool]:
    """The path to the best choice above `saved`, if there is one, and whether that is sure."""
    best: Path = None
    # At a step: its number, how often to take it (None: as often as possible), and what is so far.
    stack: list[tuple[int, int | None, dict[int, int], int, int, Path]]
    stack = [(0, None, left, bound, 0, None)]
    budget = EXACT_STEPS
    while stack:
        number, count, units, bound, total, path = stack.pop()
        place, its_slack, last = steps[number]
        option = options[place]
        if count is None:
            count = min(option.most, *(units[at] // n for at, n in option.usage))
        if count:
            stack.append((number, count - 1, units, bound, total, path))
        budget -= 1
        if budget < 0:
            return best, False
        after = bound - count * its_slack - option.most * max(0, -its_slack)
        rest = units
        if count:
            rest = dict(units)
            for at, n in option.usage:
                rest[at] -= n * count
            total += count * option.saving
            path = (place, count, path)
        for at in last:
            after -= worth[at] * rest[at]
        if total > saved:
            saved, best = total, path
        if number + 1 < len(steps) and after // PARTS > saved:
            stack.append((number + 1, None, rest, after, total, path))
    return best, True
