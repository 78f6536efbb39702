"""Which sets to take when they want the same units: the best total, where that can be found."""

from __future__ import annotations

from collections.abc import Sequence

from xsell.pricing.bounds import Option
from xsell.pricing.search import improved


def pack(options: Sequence[Option], capacity: Sequence[int]) -> bool:
    """Set how often to take each option; whether no other choice saves more.

    Options that share no units, directly or through others, are looked at apart: what happens
    there changes nothing here. Of choices that save the same, the order of the options decides.
    """
    is_exact = True
    for group in _components(options):
        if len(group) == 1:
            group[0].times = group[0].most
            continue
        left = {place: capacity[place] for option in group for place, _ in option.needs}
        saved = greedy(group, left)
        if not _is_surely_best(group):
            is_exact = improved(group, left, saved) and is_exact
    return is_exact


def _is_surely_best(options: Sequence[Option]) -> bool:
    """Whether the greedy cannot be wrong: all were taken, or each wants one unit of one line."""
    if all(option.times == option.most for option in options):
        return True
    return all(len(it.needs) == 1 and it.needs[0][1] == 1 for it in options)


def greedy(options: Sequence[Option], left: dict[int, int]) -> int:
    """Take the largest saving per set first, as often as there are units; what that saves.

    Ties go to the first of the options.
    """
    remaining = dict(left)
    saved = 0
    for option in sorted(options, key=lambda it: -it.saving):
        times = option.most
        for place, n in option.needs:
            times = min(times, remaining[place] // n)
        option.times = times
        if times:
            saved += times * option.saving
            for place, n in option.needs:
                remaining[place] -= n * times
    return saved


def _components(options: Sequence[Option]) -> list[list[Option]]:
    """Options that share units, together; each group in order, the groups by their first."""
    wants: dict[int, list[int]] = {}
    for number, option in enumerate(options):
        for place, _ in option.needs:
            wants.setdefault(place, []).append(number)
    groups = []
    seen = [False] * len(options)
    for first in range(len(options)):
        if seen[first]:
            continue
        seen[first] = True
        group = [first]
        # The list grows while it is read, until nothing new shares a unit with what is there.
        for number in group:
            for place, _ in options[number].needs:
                for other in wants.pop(place, ()):
                    if not seen[other]:
                        seen[other] = True
                        group.append(other)
        groups.append([options[number] for number in sorted(group)])
    return groups
