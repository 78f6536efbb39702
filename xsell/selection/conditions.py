"""Whether an offer's conditions hold: AND inside a group, OR between groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from xsell.models import OfferCondition
from xsell.models.conditions import READERS
from xsell.models.fields import from_json
from xsell.pricing.fairness import is_protected
from xsell.selection.facts import is_known_to_be
from xsell.values import ProductId, ShopContext

CONDITION_COLUMNS = (
    *("kind", "product_id", "category_id", "amount", "fact", "value"),
    *("segment_id", "is_negated"),
)
"""Columns of a condition's row, in the order of Condition's fields."""

Kind = OfferCondition.Kind
LISTS = (Kind.ANY_PRODUCT, Kind.ANY_CATEGORY)


class Clock(Protocol):
    """Weekdays, hours or days."""

    def hold(self, now: datetime) -> bool:
        """Whether it is one of them."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as the rows hold it."""

    kind: str
    product_id: ProductId | None = None
    category_id: str = ""
    amount: Decimal | None = None
    fact: str = ""
    value: str = ""
    segment_id: int | None = None
    is_negated: bool = False
    clock: Clock | None = field(default=None, compare=False)
    any_of: frozenset[Any] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, *columns: Any) -> Condition:
        """From a row of CONDITION_COLUMNS, its value read once.

        Raise ValueError for a value that cannot be read, as only SQL by hand could write.
        """
        plain = cls(*columns)
        if plain.kind not in READERS:
            return plain
        found = READERS[plain.kind](plain.value)
        if plain.kind == Kind.ANY_PRODUCT:
            return replace(plain, any_of=frozenset(map(from_json, found)))
        if plain.kind == Kind.ANY_CATEGORY:
            return replace(plain, any_of=frozenset(found))
        return replace(plain, clock=found)


Groups = tuple[tuple[Condition, ...], ...]


def _nobody_knows(product_id: ProductId) -> Any:
    return None


@dataclass(frozen=True, slots=True)
class Occasion:
    """What conditions look at: page and cart, who is shopping, and when.

    `stock_of`: units of a product that can be had, None where the shop counts none. `brings_saving`
    tells whether one more unit of a product would make a bundle whole.
    """

    context: ShopContext
    now: datetime
    products: frozenset[ProductId] = frozenset()
    categories: frozenset[str] = frozenset()
    total: Decimal = Decimal(0)
    n_units: int = 0
    n_kinds: int = 0
    segments: frozenset[int] = frozenset()
    stock_of: Callable[[ProductId], int | None] = _nobody_knows
    brings_saving: Callable[[ProductId], bool] = _nobody_knows


def hold(groups: Groups, occasion: Occasion, product_id: ProductId | None = None) -> bool:
    """Whether one of the groups holds for an offer of the product; without any they do."""
    return not groups or any(
        all(_holds(it, occasion, product_id) for it in group) for group in groups
    )


def group_that_holds(
    groups: Groups, occasion: Occasion, product_id: ProductId | None = None
) -> tuple[Condition, ...]:
    """The first group that holds; empty if none does, or there is none."""
    for group in groups:
        if all(_holds(it, occasion, product_id) for it in group):
            return group
    return ()


def failing(
    groups: Groups, occasion: Occasion, product_id: ProductId | None = None
) -> Iterator[Condition]:
    """Of each group the first condition that does not hold."""
    for group in groups:
        yield from [it for it in group if not _holds(it, occasion, product_id)][:1]


def ask_who_is_shopping(groups: Groups) -> bool:
    """Whether the shopper decides: what then costs less has a personal price."""
    personal = (Kind.SHOPPER_IS, Kind.IN_SEGMENT)
    return any(it.kind in personal for group in groups for it in group)


def protected_traits(groups: Groups) -> list[str]:
    """Facts in the conditions that must not decide what something costs."""
    facts = (it.fact for group in groups for it in group if it.kind == Kind.SHOPPER_IS)
    return [fact for fact in dict.fromkeys(facts) if is_protected(fact)]


def grouped(rows: Iterable[tuple[int, Condition]]) -> Groups:
    """Conditions by the numbers of their groups."""
    groups: dict[int, list[Condition]] = {}
    for number, condition in rows:
        groups.setdefault(number, []).append(condition)
    return tuple(map(tuple, groups.values()))


def _holds(condition: Condition, occasion: Occasion, product_id: ProductId | None) -> bool:
    test = _TESTS[condition.kind]
    if condition.kind == Kind.DISCOUNT_IS_NEAR:
        found = product_id is not None and occasion.brings_saving(product_id)
        return bool(found) != condition.is_negated
    return test(condition, occasion) != condition.is_negated


def _is_fact(condition: Condition, occasion: Occasion) -> bool:
    is_so = is_known_to_be(occasion.context, condition.fact, condition.value)
    # Unknown is neither: a condition on it must not hold by accident, whichever way it asks.
    return condition.is_negated if is_so is None else is_so


def _is_stocked(condition: Condition, occasion: Occasion) -> bool:
    stock = occasion.stock_of(condition.product_id)
    return stock is not None and stock >= (condition.amount or 0)


def _at_least(figure: Any, condition: Condition) -> bool:
    return condition.amount is not None and figure >= condition.amount


_TESTS: dict[str, Callable[[Condition, Occasion], bool]] = {
    Kind.HAS_PRODUCT.value: lambda it, on: it.product_id in on.products,
    Kind.HAS_CATEGORY.value: lambda it, on: it.category_id in on.categories,
    Kind.ANY_PRODUCT.value: lambda it, on: not it.any_of.isdisjoint(on.products),
    Kind.ANY_CATEGORY.value: lambda it, on: not it.any_of.isdisjoint(on.categories),
    Kind.TOTAL_AT_LEAST.value: lambda it, on: _at_least(on.total, it),
    Kind.UNITS_AT_LEAST.value: lambda it, on: _at_least(on.n_units, it),
    Kind.KINDS_AT_LEAST.value: lambda it, on: _at_least(on.n_kinds, it),
    Kind.DISCOUNT_IS_NEAR.value: lambda it, on: False,
    Kind.SHOPPER_IS.value: _is_fact,
    Kind.IS_CUSTOMER.value: lambda it, on: on.context.customer_id is not None,
    Kind.IN_SEGMENT.value: lambda it, on: it.segment_id in on.segments,
    Kind.WEEKDAYS.value: lambda it, on: it.clock is not None and it.clock.hold(on.now),
    Kind.HOURS.value: lambda it, on: it.clock is not None and it.clock.hold(on.now),
    Kind.DATES.value: lambda it, on: it.clock is not None and it.clock.hold(on.now),
    Kind.STOCK_AT_LEAST.value: _is_stocked,
}
"""Kind of condition -> whether it holds, not negated."""
