"""Rules that compete for the same units, and the sets that each of them gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from xsell.pricing.bounds import Option
from xsell.pricing.choices import Usage, usages
from xsell.pricing.packing import pack
from xsell.pricing.pools import Holding
from xsell.pricing.sets import TAKES_OFF, saving_of
from xsell.values import PriceRule, Why


@dataclass(slots=True)
class Entry:
    """A rule on its way through a quote: the sets that it got, or why it got none."""

    rule: PriceRule
    in_money: bool
    why: Why | None = None
    taken: list[Option] = field(default_factory=list)

    @property
    def times(self) -> int:
        """How many sets it got."""
        return sum([it.times for it in self.taken])

    @property
    def saving(self) -> int:
        """What they take off, in smallest units; 0 where the benefit is no amount."""
        return sum([it.saving * it.times for it in self.taken]) if self.in_money else 0

    @property
    def lacking(self) -> int:
        """How much less that is than the terms say."""
        return sum([(it.promised - it.saving) * it.times for it in self.taken])


def entry_of(rule: PriceRule) -> Entry:
    """The rule before anything is given out."""
    return Entry(rule, rule.benefit.kind in TAKES_OFF)


def take_turns(entries: Sequence[Entry], holding: Holding) -> tuple[list[int], bool]:
    """Give out the units; which are open to extras then, and whether every total is the best.

    Exclusive rules first, one by one; then level by level of precedence; then the rest.
    """
    left = [pool.usable for pool in holding.pools]
    is_open = [True] * len(left)
    is_exact = True
    for entry in sorted((it for it in entries if it.rule.is_exclusive), key=_level):
        is_exact = compete([entry], holding, left) and is_exact
        for place in _touched(entry, holding):
            is_open[place] = False
            left[place] = 0
    others = [it for it in entries if it.in_money and not it.rule.is_exclusive]
    for _, level in groupby(sorted(others, key=_level), key=_level):
        is_exact = compete(list(level), holding, left) and is_exact
    pairs = zip(holding.pools, is_open, strict=True)
    return [pool.usable if is_open else 0 for pool, is_open in pairs], is_exact


def _level(entry: Entry) -> tuple[bool, int]:
    precedence = entry.rule.precedence
    return precedence is None, precedence or 0


def _touched(entry: Entry, holding: Holding) -> Iterable[int]:
    """Every line of the products that the rule's sets use."""
    for sets in entry.taken:
        for place, _ in sets.needs:
            if place < len(holding.pools):
                yield from holding.places[holding.pools[place].line.product_id]


def compete(entries: Sequence[Entry], holding: Holding, left: list[int]) -> bool:
    """Give the units that are left to the best total of these rules; whether it is the best."""
    is_exact = True
    while entries:
        capacity = list(left)
        options: list[Option] = []
        owners: list[Entry] = []
        partial = []
        for entry in entries:
            found, is_all = _options(entry, holding, left, capacity)
            options += found
            owners += [entry] * len(found)
            if not is_all:
                partial.append(entry)
        is_exact = pack(options, capacity) and is_exact and not partial
        has_taken = _hand_out(options, owners, left)
        # Of a rule with more sets than were looked at, others may still fit what is left.
        entries = partial if has_taken else []
    return is_exact


def _hand_out(options: Sequence[Option], owners: Sequence[Entry], left: list[int]) -> bool:
    has_taken = False
    for option, entry in zip(options, owners, strict=True):
        if option.times:
            has_taken = True
            entry.taken.append(option)
            entry.why = None
            for place, n in option.needs:
                if place < len(left):
                    left[place] -= n * option.times
    return has_taken


def _options(
    entry: Entry, holding: Holding, left: Sequence[int], capacity: list[int]
) -> tuple[list[Option], bool]:
    """The sets of a rule that save something, and whether that is all; if it gets none, why."""
    rule = entry.rule
    most = rule.most_times
    if most is not None:
        most -= entry.times
        if most <= 0:
            return [], True
    found, is_all = usages(rule, holding, left)
    priced = _priced(entry, found, holding)
    options = []
    for option in priced:
        if option.saving > 0:
            fits = min([left[place] // n for place, n in option.needs])
            option.most = fits if most is None else min(fits, most)
            options.append(option)
    if not entry.taken:
        entry.why = Why.BETTER_RULE if options else _why_none(entry, priced, holding, left)
    if most is not None and len(options) > 1:
        # Its sets share one thing more: how often the rule may be used.
        for option in options:
            option.needs = (*option.needs, (len(capacity), 1))
        capacity.append(most)
    return options, is_all


def _priced(entry: Entry, found: Iterable[Usage], holding: Holding) -> list[Option]:
    if not entry.in_money:
        return [Option(usage, 1, 1, 0) for usage in found]
    pools, scale, rule = holding.pools, holding.scale, entry.rule
    options = []
    for usage in found:
        saving, promised = saving_of(rule, [(pools[place], n) for place, n in usage], scale)
        options.append(Option(usage, saving, promised, 0))
    return options


def _why_none(entry: Entry, priced: Sequence[Option], holding: Holding, left: Sequence[int]) -> Why:
    """Why none of these sets, which are all that are left, saves anything."""
    rule = entry.rule
    usable = [pool.usable for pool in holding.pools]
    if usable != left:
        priced = _priced(entry, usages(rule, holding, usable)[0], holding)
    if any(it.saving > 0 for it in priced):
        return Why.BETTER_RULE
    if priced:
        return Why.MARGIN if any(it.promised > 0 for it in priced) else Why.NO_SAVING
    held = [max(0, pool.line.quantity) for pool in holding.pools]
    return Why.UNAVAILABLE if usages(rule, holding, held)[0] else Why.NOT_WHOLE
