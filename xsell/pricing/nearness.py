"""One more unit, and a rule takes something off: asked of the quote itself.

Which products could make another set whole is a look-up; whether anything is saved then, the quote
alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from xsell.pricing.quoting import quote
from xsell.values import Cart, CartLine, PriceContext, PriceRule, ProductId, Quote

ONE_MORE = "one-more"
"""Ref of the line that the cart has not yet."""


def completing(rule: PriceRule, units: Mapping[ProductId, int]) -> tuple[ProductId, ...]:
    """Products one unit of which makes one more set of the rule whole, as the rule lists them.

    None where the rule has no time left for another set. Units that other rules want are not told
    apart here.
    """
    whole = [sum(units.get(it, 0) for it in part.product_ids) for part in rule.parts]
    n_parts = [n // part.quantity for n, part in zip(whole, rule.parts, strict=True)]
    n_sets = _n_sets(rule, n_parts)
    if rule.most_times is not None and n_sets >= rule.most_times:
        return ()
    found: dict[ProductId, None] = {}
    for number, (n, part) in enumerate(zip(whole, rule.parts, strict=True)):
        if (n + 1) % part.quantity:
            continue
        one_more = [*n_parts[:number], n_parts[number] + 1, *n_parts[number + 1 :]]
        if _makes(rule, one_more, n_sets + 1):
            found.update(dict.fromkeys(part.product_ids))
    return tuple(found)


def _n_sets(rule: PriceRule, n_parts: list[int]) -> int:
    n_sets = 0
    while n_sets < max(n_parts, default=0) and _makes(rule, n_parts, n_sets + 1):
        n_sets += 1
    return n_sets


def _makes(rule: PriceRule, n_parts: list[int], n_sets: int) -> bool:
    """Whether so many sets can be made of so many whole parts, each part once in a set."""
    if any(
        n < n_sets
        for n, part in zip(n_parts, rule.parts, strict=True)
        if rule.fewest_parts is None or part.is_required
    ):
        return False
    return sum(min(n, n_sets) for n in n_parts) >= n_sets * rule.n_parts_needed


def with_one_more(cart: Cart, product_id: ProductId, price: Decimal) -> Cart:
    """The cart with one unit more, where the shop puts it: on the line without options, if any."""
    for number, line in enumerate(cart.lines):
        if line.product_id == product_id and not line.options:
            more = replace(line, quantity=line.quantity + 1)
            return replace(cart, lines=(*cart.lines[:number], more, *cart.lines[number + 1 :]))
    return replace(cart, lines=(*cart.lines, CartLine(ONE_MORE, product_id, 1, price)))


def times_of(found: Quote, source: str) -> int:
    """How often the rule holds."""
    return sum(it.times for it in found.applied if it.source == source)


def gain_of(before: Quote, after: Quote, source: str) -> Decimal:
    """What is saved more, where the rule then holds once more; else nothing."""
    if times_of(after, source) <= times_of(before, source):
        return Decimal(0)
    return max(Decimal(0), after.saving - before.saving)


def brings_a_discount(
    cart: Cart,
    product_id: ProductId,
    rules: Iterable[PriceRule],
    context: PriceContext,
    now: datetime,
) -> bool:
    """Whether one more unit makes a set whole, and the cart then saves more, or ships free.

    `rules` are all that hold for the cart or could with the unit; `context` knows the product, at
    whose price it is counted. A product without a price brings nothing.
    """
    rules = list(rules)
    sources = [it.source for it in rules if product_id in completing(it, cart.units)]
    details = context.products.get(product_id)
    if not sources or details is None or details.price is None:
        return False
    before = quote(cart, rules, context, now)
    after = quote(with_one_more(cart, product_id, details.price), rules, context, now)
    if after.has_free_shipping and not before.has_free_shipping:
        return True
    return any(gain_of(before, after, source) > 0 for source in sources)
