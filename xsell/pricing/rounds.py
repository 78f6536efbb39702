"""Rules that compete for the same units, and the sets that each of them gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from xsell.pricing.bounds import Option
from xsell.pricing.choices import Usage, usages
from xsell.pricing.packing import packed
from xsell.pricing.pools import Holding
from xsell.pricing.sets import TAKES_OFF, SetTerms
from xsell.values import PriceRule, Why


@dataclass(slots=True)
class Sets:
    """Sets of these units: each saves `saving`, the terms said `promised`; taken `times`."""

    usage: Usage
    saving: int
    promised: int
    times: int = 0


@dataclass(slots=True)
class Entry:
    """A rule on its way through a quote: what it got, or why it got nothing."""

    rule: PriceRule
    why: Why | None = None
    taken: list[Sets] = field(default_factory=list)

    @property
    def times(self) -> int:
        """How many sets it got."""
        return sum(it.times for it in self.taken)

    @property
    def saving(self) -> int:
        """What they take off, in smallest units; 0 where the benefit is no amount."""
        return sum(it.saving * it.times for it in self.taken) if in_money(self.rule) else 0

    @property
    def lacking(self) -> int:
        """How much less that is than the terms say."""
        return sum((it.promised - it.saving) * it.times for it in self.taken)

    @property
    def most(self) -> int | None:
        """How many more it may get."""
        return None if self.rule.most_times is None else self.rule.most_times - self.times


def take_turns(entries: Sequence[Entry], holding: Holding) -> tuple[list[int], bool]:
    """Give out the units; what is open to others afterwards, and whether every total is the best.

    Exclusive rules first, one by one; then level by level of precedence; then the rest.
    """
    left = [pool.usable for pool in holding.pools]
    closed: set[int] = set()
    is_exact = True
    for entry in sorted((it for it in entries if it.rule.is_exclusive), key=_level):
        is_exact &= compete([entry], holding, left)
        for place in _touched(entry, holding):
            closed.add(place)
            left[place] = 0
    others = (it for it in entries if not it.rule.is_exclusive and in_money(it.rule))
    for _, level in groupby(sorted(others, key=_level), key=_level):
        is_exact &= compete(list(level), holding, left)
    usable = [pool.usable for pool in holding.pools]
    return [0 if place in closed else usable[place] for place in range(len(usable))], is_exact


def in_money(rule: PriceRule) -> bool:
    """Whether the rule takes off an amount; otherwise units are not used up by it."""
    return rule.benefit.kind in TAKES_OFF


def _level(entry: Entry) -> tuple[bool, int]:
    precedence = entry.rule.precedence
    return precedence is None, precedence or 0


def _touched(entry: Entry, holding: Holding) -> Iterable[int]:
    """Every line of the products that the rule's sets use."""
    for sets in entry.taken:
        for place, _ in sets.usage:
            yield from holding.places[holding.pools[place].line.product_id]


def compete(entries: Sequence[Entry], holding: Holding, left: list[int]) -> bool:
    """Give the units that are left to the best total of these rules; whether it is the best."""
    is_exact = True
    while entries:
        found = [_sets(entry, holding, left) for entry in entries]
        has_taken, is_best = _round(entries, [sets for sets, _ in found], left)
        partial = [it for it, (_, is_all) in zip(entries, found, strict=True) if not is_all]
        is_exact = is_exact and is_best and not partial
        # Of a rule with more sets than were looked at, others may still fit what is left.
        entries = partial if has_taken else []
    return is_exact


def _sets(entry: Entry, holding: Holding, left: Sequence[int]) -> tuple[list[Sets], bool]:
    """The sets of a rule that save something, and whether that is all; if it gets none, why."""
    if entry.most == 0:
        return [], True
    found, is_all = usages(entry.rule, holding.places, left)
    priced = _priced(entry.rule, found, holding)
    worth_it = [it for it in priced if it.saving > 0]
    if not entry.taken:
        entry.why = Why.BETTER_RULE if worth_it else _why_none(entry.rule, priced, holding, left)
    return worth_it, is_all


def _priced(rule: PriceRule, found: Iterable[Usage], holding: Holding) -> list[Sets]:
    if not in_money(rule):
        return [Sets(usage, 1, 1) for usage in found]
    terms = SetTerms(rule, holding.scale)
    pools = holding.pools
    return [
        Sets(usage, *terms.saving([(pools[place], n) for place, n in usage])) for usage in found
    ]


def _why_none(
    rule: PriceRule, priced: Iterable[Sets], holding: Holding, left: Sequence[int]
) -> Why:
    """Why none of these sets, which are all that are left, saves anything."""
    priced = list(priced)
    usable = [pool.usable for pool in holding.pools]
    if usable != list(left):
        priced = _priced(rule, usages(rule, holding.places, usable)[0], holding)
    if any(it.saving > 0 for it in priced):
        return Why.BETTER_RULE
    if priced:
        return Why.MARGIN if any(it.promised > 0 for it in priced) else Why.NO_SAVING
    held = [max(0, pool.line.quantity) for pool in holding.pools]
    return Why.UNAVAILABLE if usages(rule, holding.places, held)[0] else Why.NOT_WHOLE


def _round(
    entries: Sequence[Entry], found: Sequence[list[Sets]], left: list[int]
) -> tuple[bool, bool]:
    """Take the best of these sets: whether any is taken, and whether no choice saves more."""
    capacity = list(left)
    options: list[Option] = []
    owners: list[tuple[Entry, Sets]] = []
    for entry, each in zip(entries, found, strict=True):
        most = entry.most
        slot: Usage = ()
        if most is not None and len(each) > 1:
            # Its sets share one more thing: how often the rule may be used.
            slot = ((len(capacity), 1),)
            capacity.append(most)
        for one in each:
            fits = min(capacity[place] // n for place, n in one.usage)
            fits = fits if most is None else min(fits, most)
            if fits > 0:
                options.append(Option(one.usage + slot, one.saving, fits))
                owners.append((entry, one))
    counts, is_exact = packed(options, capacity)
    for (entry, sets), count in zip(owners, counts, strict=True):
        if count:
            sets.times = count
            entry.taken.append(sets)
            entry.why = None
            for place, n in sets.usage:
                left[place] -= n * count
    return any(counts), is_exact
