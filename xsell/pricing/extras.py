"""What a cart gains beside money: free shipping, gifts and codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from xsell.pricing.bounds import Option
from xsell.pricing.choices import usages
from xsell.pricing.pools import Holding
from xsell.pricing.rounds import Entry, compete
from xsell.values import BenefitKind, GiftLine, PriceContext, ProductId, Why


@dataclass(slots=True)
class Extras:
    """Gains that are no amount."""

    gifts: list[GiftLine] = field(default_factory=list)
    codes: dict[str, None] = field(default_factory=dict)
    has_free_shipping: bool = False


def extras_of(
    entries: Sequence[Entry], holding: Holding, context: PriceContext, usable: Sequence[int]
) -> Extras:
    """What the rules without an amount give for `usable` units, which they do not use up."""
    extras = Extras()
    given: dict[ProductId, int] = {}
    for entry in entries:
        if entry.in_money:
            continue
        if not entry.rule.is_exclusive:
            _count(entry, holding, usable)
        if not entry.taken:
            continue
        benefit = entry.rule.benefit
        if benefit.kind is BenefitKind.FREE_SHIPPING:
            extras.has_free_shipping = True
        elif benefit.kind is BenefitKind.CODE:
            extras.codes[benefit.code] = None
        else:
            _give(entry, holding, context, given, extras)
    return extras


def _count(entry: Entry, holding: Holding, usable: Sequence[int]) -> None:
    """Take as many of its sets as there are, beside whatever other rules took."""
    found, is_all = usages(entry.rule, holding, usable)
    if len(found) == 1 and is_all:
        # As most are: nothing to choose from.
        most = entry.rule.most_times
        fits = min([usable[place] // n for place, n in found[0]])
        fits = fits if most is None else min(fits, most)
        if fits > 0:
            entry.taken.append(Option(found[0], 1, 1, fits, fits))
            return
    compete([entry], holding, list(usable))


def _give(
    entry: Entry,
    holding: Holding,
    context: PriceContext,
    given: dict[ProductId, int],
    extras: Extras,
) -> None:
    """One gift for each set, as long as the shop has any that the cart does not hold already."""
    gift_id = entry.rule.benefit.gift_id
    details = context.products.get(gift_id)
    quantity = entry.times
    if details is not None and not details.is_available:
        quantity = 0
    elif details is not None and details.stock is not None:
        spare = details.stock - holding.held.get(gift_id, 0) - given.get(gift_id, 0)
        quantity = max(0, min(quantity, spare))
    if not quantity:
        entry.taken.clear()
        entry.why = Why.UNAVAILABLE
        return
    if quantity < entry.times:
        entry.taken = [Option(entry.taken[0].needs, 1, 1, quantity, quantity)]
    given[gift_id] = given.get(gift_id, 0) + quantity
    extras.gifts.append(GiftLine(gift_id, quantity, entry.rule.source))
