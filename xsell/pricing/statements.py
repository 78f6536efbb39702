"""A quote's parts as they are told: lines, taxes, allocations, and what became of each rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xsell.pricing.pools import Holding, Pool
from xsell.pricing.rounds import Entry
from xsell.pricing.sets import rooms_of
from xsell.pricing.taxes import Taxed, relieved, spread_relief, spread_tax, tax_totals
from xsell.pricing.units import Scale, half_up, split_within
from xsell.values import Allocation, AppliedRule, QuotedLine, TaxTotal, Why, Withheld


@dataclass(slots=True)
class Share:
    """What one rule takes off units of one pool, in smallest units."""

    source: str
    place: int
    quantity: int = 0
    amount: int = 0


def shares_of(entries: Iterable[Entry], holding: Holding) -> list[Share]:
    """What each rule takes off each line; the sets of a rule together."""
    shares: list[Share] = []
    n_pools = len(holding.pools)
    for entry in entries:
        if not entry.taken or not entry.in_money:
            continue
        by_place: dict[int, Share] = {}
        for sets in entry.taken:
            usage = [need for need in sets.needs if need[0] < n_pools]
            parts = _parts(entry, usage, sets.saving, holding)
            for (place, n), part in zip(usage, parts, strict=True):
                share = by_place.get(place)
                if share is None:
                    share = by_place[place] = Share(entry.rule.source, place)
                share.quantity += n * sets.times
                share.amount += part * sets.times
        shares.extend([by_place[place] for place in sorted(by_place)])
    return shares


def _parts(
    entry: Entry, usage: Sequence[tuple[int, int]], saving: int, holding: Holding
) -> list[int]:
    """The saving of a set in parts for its lines, by what they cost, within what they may lose."""
    if len(usage) == 1:
        return [saving]
    groups = [(holding.pools[place], n) for place, n in usage]
    rooms = rooms_of(entry.rule, groups, holding.scale)
    return split_within(saving, [pool.price * n for pool, n in groups], rooms)


def stated_lines(
    holding: Holding, shares: Sequence[Share]
) -> tuple[tuple[QuotedLine, ...], tuple[TaxTotal, ...], tuple[Allocation, ...]]:
    """The cart's lines in its own order with what remains to pay, the taxes on it, the shares."""
    scale, pools = holding.scale, holding.pools
    savings = [0] * len(pools)
    for share in shares:
        savings[share.place] += share.amount
    before = [_taxed(it, half_up(it.price * it.line.quantity, scale.fine)) for it in pools]
    after = [_taxed(pools[at], it.amount - savings[at]) for at, it in enumerate(before)]
    by_rate = spread_tax(after)
    lost = [_taxed(pools[it.place], it.amount) for it in shares]
    spread_relief(lost, relieved(before, by_rate))
    lines = [
        QuotedLine(
            pool.line.ref,
            pool.line.product_id,
            pool.line.quantity,
            scale.amount(whole.amount),
            scale.amount(saving),
            pool.tax_rate,
            _tax(left, scale),
        )
        for pool, whole, saving, left in zip(pools, before, savings, after, strict=True)
    ]
    allocations = tuple(
        Allocation(
            pools[share.place].line.ref,
            share.quantity,
            scale.amount(share.amount),
            share.source,
            pools[share.place].tax_rate,
            _tax(taxed, scale),
        )
        for share, taxed in zip(shares, lost, strict=True)
    )
    in_cart_order = sorted(range(len(pools)), key=lambda place: pools[place].number)
    return tuple(lines[place] for place in in_cart_order), tax_totals(by_rate, scale), allocations


def _taxed(pool: Pool, amount: int) -> Taxed:
    return Taxed(amount, pool.tax_rate, pool.has_tax)


def _tax(taxed: Taxed, scale: Scale) -> Decimal | None:
    return None if taxed.tax is None else scale.amount(taxed.tax)


def applied_rules(entries: Iterable[Entry], scale: Scale) -> tuple[AppliedRule, ...]:
    """The rules that hold, how often, and what each takes off."""
    return tuple(
        AppliedRule(
            entry.rule.source,
            entry.rule.name,
            entry.times,
            scale.amount(entry.saving),
            entry.rule.acceptance_id,
        )
        for entry in entries
        if entry.taken
    )


def withheld_rules(entries: Iterable[Entry], scale: Scale) -> tuple[Withheld, ...]:
    """The rules that take off nothing, or less than their terms say, and why."""
    withheld = []
    for entry in entries:
        rule, why, detail = entry.rule, entry.why, ""
        if entry.taken and entry.lacking:
            why = Why.MARGIN_SHRINKS
            detail = f"{scale.amount(entry.lacking)} less than the terms say"
        elif why is Why.OTHER_CURRENCY:
            detail = f"only in {rule.benefit.currency}"
        if why is not None:
            withheld.append(Withheld(rule.source, rule.name, why, detail, rule.acceptance_id))
    return tuple(withheld)
