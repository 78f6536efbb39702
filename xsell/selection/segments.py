"""Which segments a shopper is in: AND inside a group, OR between groups.

Reading and deciding are apart: `stored_segments` asks the database once, `segments_of` is pure.

A rule can hold, not hold, or have nothing to go by: a fact that the shop does not know, and the
last or first order or the average of somebody without orders. Then neither the rule nor its
negation holds: not to know somebody's country is not to know that it is another one. How many
orders there were, what was spent and what was bought is always known: nothing, of guests and of
whoever never bought, so that "has never bought" holds for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from xsell.adapters import BaseAdapter
from xsell.models import Segment, SegmentRule
from xsell.models.segments import ABOUT_SHOPPER
from xsell.pricing.fairness import is_protected
from xsell.selection.facts import figure_of, is_known_to_be
from xsell.selection.history import history_of
from xsell.selection.purchases import Attribute, Purchases, attribute_of
from xsell.values import Described, History, ProductId, ShopContext

RULE_COLUMNS = (
    *("group", "kind", "is_negated", "fact", "value", "amount", "product_id", "category_id"),
    *("days", "within_days"),
)
Kind = SegmentRule.Kind
ABOUT_PRODUCTS = frozenset({Kind.BOUGHT_PRODUCT, Kind.BOUGHT_CATEGORY, Kind.BOUGHT_WITH})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as its row has it. `attribute` is the fact and the value, as they are compared."""

    kind: str
    is_negated: bool
    fact: str = ""
    value: str = ""
    amount: Decimal = Decimal(0)
    product_id: ProductId | None = None
    category_id: str = ""
    days: int = 0
    within_days: int | None = None
    attribute: Attribute = ("", "")


@dataclass(frozen=True, slots=True)
class CompiledSegment:
    """A segment as it is decided; without groups nobody is in it."""

    segment_id: int
    name: str
    groups: tuple[tuple[Rule, ...], ...]

    @property
    def rules(self) -> Iterable[Rule]:
        """The rules of all groups."""
        return (rule for group in self.groups for rule in group)

    @property
    def protected_traits(self) -> tuple[str, ...]:
        """Facts in it that must not decide what something costs."""
        facts = (rule.fact for rule in self.rules if rule.kind in ABOUT_SHOPPER)
        return tuple(fact for fact in dict.fromkeys(facts) if is_protected(fact))


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be read of a shopper before segments can be decided."""

    facts: bool
    history: bool
    details: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What rules look at: who is shopping, and what they bought."""

    context: ShopContext
    purchases: Purchases


# ----------------------------------------------------------------------------------------- reading


def stored_segments() -> tuple[CompiledSegment, ...]:
    """Every segment with its rules, in one query."""
    rows = Segment.objects.order_by("pk", "rules__group", "rules__pk").values_list(
        "pk", "name", *(f"rules__{name}" for name in RULE_COLUMNS)
    )
    names: dict[int, str] = {}
    groups: dict[int, dict[int, list[Rule]]] = {}
    for pk, name, group, *columns in rows:
        names[pk] = name
        numbered = groups.setdefault(pk, {})
        if group is not None:
            rule = compiled_rule(dict(zip(RULE_COLUMNS[1:], columns, strict=True)))
            numbered.setdefault(group, []).append(rule)
    return tuple(
        CompiledSegment(pk, name, tuple(map(tuple, groups[pk].values())))
        for pk, name in names.items()
    )


def compiled_segment(
    name: str, rules: Iterable[SegmentRule], segment_id: int = 0
) -> CompiledSegment:
    """A segment of rules that need not be stored yet."""
    groups: dict[int, list[Rule]] = {}
    for row in rules:
        columns = {column: getattr(row, column) for column in RULE_COLUMNS}
        groups.setdefault(columns.pop("group"), []).append(compiled_rule(columns))
    ordered = (tuple(groups[number]) for number in sorted(groups))
    return CompiledSegment(segment_id, name, tuple(ordered))


def compiled_rule(columns: Mapping[str, Any]) -> Rule:
    """A rule from the columns of its row, without its group."""
    given = {name: value for name, value in columns.items() if value is not None}
    return Rule(**given, attribute=attribute_of(columns["fact"], columns["value"]))


def needs(segments: Iterable[CompiledSegment]) -> Needs:
    """What deciding these segments takes: facts of the shopper, the history, products' details."""
    kinds = {rule.kind for segment in segments for rule in segment.rules}
    return Needs(
        facts=not kinds.isdisjoint(ABOUT_SHOPPER),
        history=not kinds <= ABOUT_SHOPPER,
        details=not kinds.isdisjoint(ABOUT_PRODUCTS),
    )


def shopper_segments(
    adapter: BaseAdapter,
    segments: Iterable[CompiledSegment],
    context: ShopContext,
    now: datetime,
) -> frozenset[int]:
    """The segments that this shopper is in now: two queries at most, none for a guest."""
    segments = tuple(segments)
    history, details = what_was_bought(adapter, segments, context)
    return segments_of(segments, context, history, details, now)


def what_was_bought(
    adapter: BaseAdapter, segments: Iterable[CompiledSegment], context: ShopContext
) -> tuple[History, Mapping[ProductId, Described]]:
    """The shopper's history and the details of its products, as far as the segments need them."""
    needed = needs(segments)
    history = history_of(adapter, context.customer_id) if needed.history else History()
    bought = history.product_ids if needed.details else ()
    return history, adapter.traits(bought) if bought else {}


# ---------------------------------------------------------------------------------------- deciding


def segments_of(
    segments: Iterable[CompiledSegment],
    context: ShopContext,
    history: History,
    details: Mapping[ProductId, Described],
    now: datetime,
) -> frozenset[int]:
    """Ids of the segments that a shopper with this history is in; pure.

    `details`: of the products in the history, for rules on products, categories and attributes. A
    guest has an empty history.
    """
    known = Known(context, Purchases(history, details, now))
    return frozenset(it.segment_id for it in segments if is_in(it, known))


def is_in(segment: CompiledSegment, known: Known) -> bool:
    """Whether one of its groups holds."""
    return any(all(holds(rule, known) for rule in group) for group in segment.groups)


def holds(rule: Rule, known: Known) -> bool:
    """Whether the rule, or its negation if it is negated, is known to hold."""
    found = ANSWERS[rule.kind](rule, known)
    return found is not None and found is not rule.is_negated


def _has_ordered(rule: Rule, known: Known) -> bool:
    return known.purchases.n_orders(rule.within_days) >= rule.amount


def _has_spent(rule: Rule, known: Known) -> bool:
    return known.purchases.spent(rule.within_days) >= rule.amount


def _spends_on_average(rule: Rule, known: Known) -> bool | None:
    n_orders = known.purchases.n_orders(rule.within_days)
    return known.purchases.spent(rule.within_days) >= rule.amount * n_orders if n_orders else None


def _has_bought(rule: Rule, known: Known) -> bool:
    moment = bought_at(rule, known.purchases)
    return moment is not None and known.purchases.is_within(moment, rule.within_days)


def bought_at(rule: Rule, purchases: Purchases) -> datetime | None:
    """When what the rule asks for was bought last, however long ago."""
    match rule.kind:
        case Kind.BOUGHT_PRODUCT:
            return purchases.bought_at(rule.product_id)
        case Kind.BOUGHT_CATEGORY:
            return purchases.bought_of_at(rule.category_id)
        case _:
            return purchases.bought_with_at(rule.attribute)


def _ordered_last_before(rule: Rule, known: Known) -> bool | None:
    moment = known.purchases.last_order_at(rule.within_days)
    return None if moment is None else not known.purchases.is_within(moment, rule.days)


def _ordered_first_before(rule: Rule, known: Known) -> bool | None:
    moment = known.purchases.first_order_at()
    return None if moment is None else not known.purchases.is_within(moment, rule.days)


def _is_known_to_be(rule: Rule, known: Known) -> bool | None:
    return is_known_to_be(known.context, rule.fact, rule.value)


def _is_at_least(rule: Rule, known: Known) -> bool | None:
    figure = figure_of(known.context, rule.fact)
    return None if figure is None else figure >= rule.amount


ANSWERS: Mapping[str, Callable[[Rule, Known], bool | None]] = {
    Kind.FACT_IS: _is_known_to_be,
    Kind.FACT_AT_LEAST: _is_at_least,
    Kind.ORDERS_AT_LEAST: _has_ordered,
    Kind.SPENT_AT_LEAST: _has_spent,
    Kind.AVERAGE_AT_LEAST: _spends_on_average,
    Kind.BOUGHT_PRODUCT: _has_bought,
    Kind.BOUGHT_CATEGORY: _has_bought,
    Kind.BOUGHT_WITH: _has_bought,
    Kind.LAST_ORDER_BEFORE: _ordered_last_before,
    Kind.FIRST_ORDER_BEFORE: _ordered_first_before,
}
"""Kind -> whether a rule of it holds before it is negated; None where there is nothing to go by."""
