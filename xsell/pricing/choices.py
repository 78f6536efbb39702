"""Which units of a cart can make up a set of a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from xsell.pricing.pools import Holding
from xsell.values import PriceRule, ProductId

# So many sets of one rule are looked at (dead ends count too); the dearest units come first.
SETS_PER_RULE = 500

Usage = tuple[tuple[int, int], ...]
"""Units of a set: places of pools, in their order, and how many units of each."""


def usages(rule: PriceRule, holding: Holding, left: Sequence[int]) -> tuple[list[Usage], bool]:
    """Units that make up one set, each combination once, and whether these are all there are."""
    only = _only_usage(rule, holding.only)
    if only is not None:
        return [only] if all(left[place] >= n for place, n in only) else [], True
    found: dict[Usage, None] = {}
    tried = 0
    for used in islice(_filled(rule, 0, 0, holding.places, list(left), {}), SETS_PER_RULE):
        tried += 1
        if used:
            found[used] = None
    return list(found), tried < SETS_PER_RULE


def _only_usage(rule: PriceRule, only: Mapping[ProductId, int]) -> Usage | None:
    """The one set of a rule whose every part is one line of the cart; None: not so simple."""
    if rule.fewest_parts is not None or not rule.parts:
        return None
    used: dict[int, int] = {}
    for part in rule.parts:
        if len(part.product_ids) != 1:
            return None
        place = only.get(part.product_ids[0])
        if place is None:
            return None
        used[place] = used.get(place, 0) + part.quantity
    return tuple(sorted(used.items()))


def _filled(
    rule: PriceRule,
    number: int,
    n_filled: int,
    places: Mapping[ProductId, Sequence[int]],
    left: list[int],
    used: dict[int, int],
) -> Iterator[Usage]:
    """Sets with the parts from `number` on; an empty one for each dead end."""
    missing = rule.n_parts_needed - n_filled
    if missing > len(rule.parts) - number:
        yield ()
        return
    if number == len(rule.parts):
        yield tuple(sorted((place, n) for place, n in used.items() if n))
        return
    part = rule.parts[number]
    at = sorted({place for product_id in part.product_ids for place in places.get(product_id, ())})
    for _ in _taken(at, 0, part.quantity, left, used):
        yield from _filled(rule, number + 1, n_filled + 1, places, left, used)
    if rule.fewest_parts is not None and not part.is_required:
        yield from _filled(rule, number + 1, n_filled, places, left, used)
    else:
        yield ()


def _taken(
    at: Sequence[int], start: int, wanted: int, left: list[int], used: dict[int, int]
) -> Iterator[None]:
    """Each way to take so many units from these pools; they are taken until the next is asked."""
    if wanted == 0:
        yield None
        return
    if sum(left[place] for place in at[start:]) < wanted:
        return
    place = at[start]
    for quantity in range(min(wanted, left[place]), -1, -1):
        left[place] -= quantity
        used[place] = used.get(place, 0) + quantity
        yield from _taken(at, start + 1, wanted - quantity, left, used)
        left[place] += quantity
        used[place] -= quantity


def may_hold(rule: PriceRule, counted: Mapping[ProductId, int]) -> bool:
    """False where so many units cannot make up a set, whichever are taken."""
    n_held = 0
    for part in rule.parts:
        units = 0
        for product_id in part.product_ids:
            units += counted.get(product_id, 0)
        if units >= part.quantity:
            n_held += 1
        elif rule.fewest_parts is None or part.is_required:
            return False
    return n_held >= (rule.fewest_parts or 1)
