"""Segments in words: what a rule wants, and why a shopper is in a segment or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.adapters import BaseAdapter
from xsell.exceptions import UnknownCustomer, UnknownSegment
from xsell.selection.facts import facts_of
from xsell.selection.purchases import Purchases
from xsell.selection.segments import (
    ABOUT_PRODUCTS,
    CompiledSegment,
    Kind,
    Known,
    Rule,
    bought_at,
    holds,
    is_in,
    stored_segments,
    what_was_bought,
)
from xsell.values import Described, History, ProductId, ShopContext
from xsell.values.hours import shop_time

WANTS: Mapping[str, tuple[Any, Any]] = {
    Kind.FACT_IS: (
        gettext_lazy("%(fact)s is %(value)s"),
        gettext_lazy("%(fact)s is not %(value)s"),
    ),
    Kind.FACT_AT_LEAST: (
        gettext_lazy("%(fact)s is at least %(amount)s"),
        gettext_lazy("%(fact)s is below %(amount)s"),
    ),
    Kind.ORDERS_AT_LEAST: (
        gettext_lazy("number of orders: %(amount)s or more"),
        gettext_lazy("number of orders: fewer than %(amount)s"),
    ),
    Kind.SPENT_AT_LEAST: (
        gettext_lazy("spent %(amount)s or more"),
        gettext_lazy("spent less than %(amount)s"),
    ),
    Kind.AVERAGE_AT_LEAST: (
        gettext_lazy("spends %(amount)s or more per order"),
        gettext_lazy("spends less than %(amount)s per order"),
    ),
    Kind.BOUGHT_PRODUCT: (
        gettext_lazy("bought %(product)s"),
        gettext_lazy("did not buy %(product)s"),
    ),
    Kind.BOUGHT_CATEGORY: (
        gettext_lazy("bought something of %(category)s"),
        gettext_lazy("bought nothing of %(category)s"),
    ),
    Kind.BOUGHT_WITH: (
        gettext_lazy("bought something whose %(fact)s is %(value)s"),
        gettext_lazy("bought nothing whose %(fact)s is %(value)s"),
    ),
    Kind.LAST_ORDER_BEFORE: (
        gettext_lazy("days since the last order: %(days)s or more"),
        gettext_lazy("days since the last order: fewer than %(days)s"),
    ),
    Kind.FIRST_ORDER_BEFORE: (
        gettext_lazy("days since the first order: %(days)s or more"),
        gettext_lazy("days since the first order: fewer than %(days)s"),
    ),
}
"""Kind -> what a rule of it wants, and what a negated one wants."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what rules point to; an id without a name is said as it is."""

    products: Mapping[ProductId, str]
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RuleReason:
    """One rule, whether it holds, and the figure that decided."""

    wants: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a shopper is in a segment, and why: the rules of each group."""

    name: str
    is_in: bool
    groups: tuple[tuple[RuleReason, ...], ...]


def rule_in_words(rule: Rule, names: Names) -> str:
    """What the rule wants, as a merchandiser says it."""
    product = names.products.get(rule.product_id) or _("product %(id)s") % {"id": rule.product_id}
    words = WANTS[rule.kind][rule.is_negated] % {
        "fact": rule.fact,
        "value": rule.value,
        "amount": _figure(rule.amount),
        "product": product,
        "category": names.categories.get(rule.category_id, rule.category_id),
        "days": _figure(rule.days),
    }
    if rule.within_days is None:
        return str(words)
    return _("%(rule)s, in the last %(days)s days") % {
        "rule": words,
        "days": _figure(rule.within_days),
    }


def why(
    segment: CompiledSegment,
    context: ShopContext,
    history: History,
    details: Mapping[ProductId, Described],
    now: datetime,
    names: Names,
) -> Membership:
    """Whether a shopper with this history is in the segment, with each rule and what decided it."""
    known = Known(context, Purchases(history, details, now))
    groups = tuple(
        tuple(
            RuleReason(rule_in_words(rule, names), _found(rule, known), holds(rule, known))
            for rule in group
        )
        for group in segment.groups
    )
    return Membership(segment.name, is_in(segment, known), groups)


def explain_segment(
    adapter: BaseAdapter, name: str, customer_id: str | None, now: datetime
) -> Membership:
    """Whether the customer (None: a guest) is in the segment of this name now, and why.

    Raise UnknownSegment, naming those that there are, and UnknownCustomer for what is no id.
    """
    segments = {it.name: it for it in stored_segments()}
    if name not in segments:
        known = ", ".join(sorted(segments)) or "none"
        raise UnknownSegment(f"There is no segment {name!r}. Known: {known}.")
    segment = segments[name]
    try:
        context = adapter.context_for(customer_id)
        history, details = what_was_bought(adapter, [segment], context)
    except (ValueError, ValidationError) as error:
        raise UnknownCustomer(
            _("%(id)s is no customer's id in this shop.") % {"id": repr(customer_id)}
        ) from error
    return why(segment, context, history, details, now, names_for(adapter, segment.rules))


def names_for(adapter: BaseAdapter, rules: Iterable[Rule]) -> Names:
    """Names of the products and categories in the rules; asks for nothing that is not in them."""
    about = [rule for rule in rules if rule.kind in ABOUT_PRODUCTS]
    product_ids = [it.product_id for it in about if it.product_id is not None]
    wanted = list(dict.fromkeys(product_ids))
    products = adapter.details(wanted, adapter.context_for()) if wanted else {}
    categories = adapter.categories() if any(it.category_id for it in about) else ()
    return Names(
        {key: product.title for key, product in products.items()},
        {category.category_id: category.name for category in categories},
    )


# ------------------------------------------------------------------------------------ what decided


def _found(rule: Rule, known: Known) -> str:
    return FOUND[rule.kind](rule, known)


def _fact(rule: Rule, known: Known) -> str:
    facts = facts_of(known.context, rule.fact)
    if facts is None:
        return _("not known")
    return ", ".join(facts) or _("none")


def _n_orders(rule: Rule, known: Known) -> str:
    count = known.purchases.n_orders(rule.within_days)
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": _figure(count)}


def _spent(rule: Rule, known: Known) -> str:
    return _figure(known.purchases.spent(rule.within_days))


def _average(rule: Rule, known: Known) -> str:
    n_orders = known.purchases.n_orders(rule.within_days)
    if not n_orders:
        return _("no orders")
    average = known.purchases.spent(rule.within_days) / n_orders
    # Rounded half even: who is just below what is wanted may still read the same figure.
    return _figure(average.quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def _bought(rule: Rule, known: Known) -> str:
    moment = bought_at(rule, known.purchases)
    return _("never") if moment is None else _("last on %(day)s") % {"day": _day(moment)}


def _order(
    moment_of: Callable[[Rule, Purchases], datetime | None], rule: Rule, known: Known
) -> str:
    moment = moment_of(rule, known.purchases)
    return _("no orders") if moment is None else _day(moment)


FOUND: Mapping[str, Callable[[Rule, Known], str]] = {
    Kind.FACT_IS: _fact,
    Kind.FACT_AT_LEAST: _fact,
    Kind.ORDERS_AT_LEAST: _n_orders,
    Kind.SPENT_AT_LEAST: _spent,
    Kind.AVERAGE_AT_LEAST: _average,
    Kind.BOUGHT_PRODUCT: _bought,
    Kind.BOUGHT_CATEGORY: _bought,
    Kind.BOUGHT_WITH: _bought,
    Kind.LAST_ORDER_BEFORE: partial(_order, lambda rule, it: it.last_order_at(rule.within_days)),
    Kind.FIRST_ORDER_BEFORE: partial(_order, lambda rule, it: it.first_order_at()),
}


def _figure(value: int | Decimal) -> str:
    """The number without the zeros that the database keeps: 1,204.5."""
    whole = isinstance(value, Decimal) and value == value.to_integral_value()
    shown = int(value) if whole else value
    if isinstance(shown, Decimal):
        cents = shown.quantize(Decimal("0.01"))
        shown = cents if cents == shown else shown.normalize()
    return number_format(shown, force_grouping=True)


def _day(moment: datetime) -> str:
    return date_format(shop_time(moment), "SHORT_DATE_FORMAT")
