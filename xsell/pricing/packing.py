"""Which sets to take when they want the same units: the best total, where that can be found."""

from __future__ import annotations

from collections.abc import Sequence

from xsell.pricing.bounds import Option, worths
from xsell.pricing.search import improved


def packed(options: Sequence[Option], capacity: Sequence[int]) -> tuple[list[int], bool]:
    """How often to take each option, and whether no other choice saves more.

    Options that share no units, directly or through others, are looked at apart: what happens
    there changes nothing here. Of choices that save the same, the order of the options decides.
    """
    counts = [0] * len(options)
    is_exact = True
    for members in _components(options):
        group = [options[place] for place in members]
        chosen, is_best = _best(group, capacity)
        is_exact = is_exact and is_best
        for place, count in zip(members, chosen, strict=True):
            counts[place] = count
    return counts, is_exact


def _best(options: Sequence[Option], capacity: Sequence[int]) -> tuple[list[int], bool]:
    if len(options) == 1:
        return [options[0].most], True
    left = {place: capacity[place] for option in options for place, _ in option.usage}
    by_saving = greedy(options, left)
    saved = sum(n * option.saving for n, option in zip(by_saving, options, strict=True))
    if all(option.most == n for n, option in zip(by_saving, options, strict=True)):
        return by_saving, True
    return improved(options, left, worths(options, left), by_saving, saved)


def greedy(options: Sequence[Option], left: dict[int, int]) -> list[int]:
    """The largest saving per set first, each as often as there are units; ties in order."""
    remaining = dict(left)
    counts = [0] * len(options)
    for place in sorted(range(len(options)), key=lambda it: -options[it].saving):
        option = options[place]
        count = option.most
        for at, n in option.usage:
            count = min(count, remaining[at] // n)
        if count:
            counts[place] = count
            for at, n in option.usage:
                remaining[at] -= n * count
    return counts


def _components(options: Sequence[Option]) -> list[list[int]]:
    """Options that share units, together; each group in order, the groups by their first."""
    leader: dict[int, int] = {}

    def find(place: int) -> int:
        while leader.setdefault(place, place) != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for option in options:
        root = find(option.usage[0][0])
        for place, _ in option.usage[1:]:
            leader[find(place)] = root
    groups: dict[int, list[int]] = {}
    for number, option in enumerate(options):
        groups.setdefault(find(option.usage[0][0]), []).append(number)
    return list(groups.values())
