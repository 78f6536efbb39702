"""What a cart costs less: the one place where rules become money."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from xsell.pricing.choices import may_hold
from xsell.pricing.extras import extras_of
from xsell.pricing.pools import Holding, holding_of
from xsell.pricing.rounds import entry_of, take_turns
from xsell.pricing.sets import IN_MONEY
from xsell.pricing.statements import applied_rules, shares_of, stated_lines, withheld_rules
from xsell.values import BenefitKind, Cart, PriceContext, PriceRule, Quote, Why


def quote(cart: Cart, rules: Iterable[PriceRule], context: PriceContext, now: datetime) -> Quote:
    """What the rules take off the cart, to the cent, whatever the order of lines and rules.

    First come the hard constraints: times, currency, stock, margins. Then exclusive rules, one by
    one (the lowest precedence first, then the source), each of which closes the products of its
    sets to all others; then rules with a precedence, the best total of each level; then the best
    total for the shopper among the rest. Each total is exact for groups of up to EXACT_SETS sets
    that overlap, as far as EXACT_STEPS lead; beyond, it is the better of what was found and the
    largest saving per set first. Free shipping, gifts and codes come last: they use up no units,
    and so cost no rule with a saving anything. A set's saving is spread over all its units in
    proportion to their prices, also where the cheapest is free, so that each tax rate bears its
    share.
    """
    holding = holding_of(cart, context)
    given = [entry_of(it) for it in _in_order(rules) if it.benefit.kind is not BenefitKind.NONE]
    for entry in given:
        entry.why = _refusal(entry.rule, holding, now)
    entries = [entry for entry in given if entry.why is None]
    usable, is_exact = take_turns(entries, holding)
    extras = extras_of(entries, holding, context, usable)
    shares = shares_of(entries, holding)
    lines, taxes, allocations = stated_lines(holding, shares)
    return Quote(
        currency=cart.currency,
        allocations=allocations,
        applied=applied_rules(entries, holding.scale),
        lines=lines,
        taxes=taxes,
        gifts=tuple(extras.gifts),
        codes=tuple(extras.codes),
        has_free_shipping=extras.has_free_shipping,
        withheld=withheld_rules(given, holding.scale),
        is_exact=is_exact,
        cart_ref=cart.ref,
    )


def _in_order(rules: Iterable[PriceRule]) -> list[PriceRule]:
    """By source, and by acceptance where a source has several."""
    ordered = sorted(rules, key=attrgetter("source"))
    if len({rule.source for rule in ordered}) < len(ordered):
        ordered.sort(key=lambda it: (it.source, it.acceptance_id or 0))
    return ordered


def _refusal(rule: PriceRule, holding: Holding, now: datetime) -> Why | None:
    """Why the rule cannot hold for this cart, whatever else does; None where it may."""
    if rule.starts_at is not None and now < rule.starts_at:
        return Why.NOT_NOW
    if rule.ends_at is not None and now >= rule.ends_at:
        return Why.NOT_NOW
    benefit = rule.benefit
    if benefit.kind in IN_MONEY and benefit.currency != holding.currency:
        return Why.OTHER_CURRENCY
    if may_hold(rule, holding.usable):
        return None
    if holding.is_short and may_hold(rule, holding.held):
        return Why.UNAVAILABLE
    return Why.NOT_WHOLE
