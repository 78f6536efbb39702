"""Conditions of offers as a merchandiser says them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from xsell.admin.operands import category_names, in_cents, in_groups
from xsell.admin.products import details_of, name_of
from xsell.admin.words import number
from xsell.models import OfferCondition
from xsell.models.fields import product_id_from
from xsell.values import ProductDetails, ProductId
from xsell.values.hours import Dates, Hours, Weekdays, listed

NAMED_AT_MOST = 5
"""How many of a long list of products or categories are named."""

Kind = OfferCondition.Kind
CONDITION_WORDS: Mapping[Any, Mapping[str, Any]] = {
    gettext_lazy("The cart or the page"): {
        Kind.HAS_PRODUCT: gettext_lazy("has the product"),
        Kind.HAS_CATEGORY: gettext_lazy("has the category"),
        Kind.ANY_PRODUCT: gettext_lazy("has one of the products"),
        Kind.ANY_CATEGORY: gettext_lazy("has one of the categories"),
    },
    gettext_lazy("The cart"): {
        Kind.TOTAL_AT_LEAST: gettext_lazy("comes to at least"),
        Kind.UNITS_AT_LEAST: gettext_lazy("units, at least"),
        Kind.KINDS_AT_LEAST: gettext_lazy("different products, at least"),
        Kind.DISCOUNT_IS_NEAR: gettext_lazy("would make a bundle whole"),
    },
    gettext_lazy("The shopper"): {
        Kind.SHOPPER_IS: gettext_lazy("is known to be"),
        Kind.IS_CUSTOMER: gettext_lazy("is logged in"),
        Kind.IN_SEGMENT: gettext_lazy("is in the segment"),
    },
    gettext_lazy("The shop"): {
        Kind.WEEKDAYS: gettext_lazy("weekday is one of"),
        Kind.HOURS: gettext_lazy("time is between"),
        Kind.DATES: gettext_lazy("date is between"),
        Kind.STOCK_AT_LEAST: gettext_lazy("in stock, at least"),
    },
}
"""The kinds in few words for a picker, by what they look at."""

EXAMPLES: Mapping[str, str] = {
    Kind.ANY_PRODUCT: "12, 15, 31",
    Kind.ANY_CATEGORY: "3, 7",
    Kind.WEEKDAYS: "1,2,5",
    Kind.HOURS: "18:00-02:00",
    Kind.DATES: "2026-12-01/2026-12-24",
}
"""How the value of a kind is written."""

PHRASES: Mapping[str, tuple[Any, Any]] = {
    Kind.HAS_PRODUCT: (gettext_lazy("with %(product)s"), gettext_lazy("without %(product)s")),
    Kind.HAS_CATEGORY: (
        gettext_lazy("with something of %(category)s"),
        gettext_lazy("with nothing of %(category)s"),
    ),
    Kind.ANY_PRODUCT: (
        gettext_lazy("with one of these: %(list)s"),
        gettext_lazy("with none of these: %(list)s"),
    ),
    Kind.ANY_CATEGORY: (
        gettext_lazy("with something of one of these: %(list)s"),
        gettext_lazy("with nothing of these: %(list)s"),
    ),
    Kind.TOTAL_AT_LEAST: (gettext_lazy("from %(amount)s"), gettext_lazy("below %(amount)s")),
    Kind.UNITS_AT_LEAST: (
        gettext_lazy("units in the cart: %(count)s or more"),
        gettext_lazy("units in the cart: fewer than %(count)s"),
    ),
    Kind.KINDS_AT_LEAST: (
        gettext_lazy("different products in the cart: %(count)s or more"),
        gettext_lazy("different products in the cart: fewer than %(count)s"),
    ),
    Kind.DISCOUNT_IS_NEAR: (
        gettext_lazy("if it makes a bundle whole"),
        gettext_lazy("unless it makes a bundle whole"),
    ),
    Kind.SHOPPER_IS: (
        gettext_lazy("for shoppers whose %(fact)s is %(value)s"),
        gettext_lazy("for shoppers whose %(fact)s is known and is not %(value)s"),
    ),
    Kind.IS_CUSTOMER: (gettext_lazy("for who is logged in"), gettext_lazy("for guests")),
    Kind.IN_SEGMENT: (
        gettext_lazy("for the segment %(segment)s"),
        gettext_lazy("for all outside the segment %(segment)s"),
    ),
    Kind.WEEKDAYS: (gettext_lazy("on %(days)s"), gettext_lazy("not on %(days)s")),
    Kind.HOURS: (
        gettext_lazy("from %(begins)s until %(ends)s"),
        gettext_lazy("not from %(begins)s until %(ends)s"),
    ),
    Kind.DATES: (
        gettext_lazy("from %(first)s to %(last)s"),
        gettext_lazy("not from %(first)s to %(last)s"),
    ),
    Kind.STOCK_AT_LEAST: (
        gettext_lazy("if %(count)s or more of %(product)s are in stock"),
        gettext_lazy("unless %(count)s or more of %(product)s are in stock"),
    ),
}
"""Kind -> what a condition of it says, and what a negated one says."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what conditions point to."""

    products: Mapping[ProductId, ProductDetails] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)


def names_for(conditions: Iterable[OfferCondition], others: Iterable[ProductId] = ()) -> Names:
    """Names of all that the conditions, and `others`, point to: asked at one go, or not at all."""
    rows = list(conditions)
    about_categories = any(it.kind in (Kind.HAS_CATEGORY, Kind.ANY_CATEGORY) for it in rows)
    wanted = [*others, *(key for it in rows for key in product_ids_of(it))]
    return Names(details_of(wanted), category_names() if about_categories else {})


def product_ids_of(condition: OfferCondition) -> list[ProductId]:
    """Products that the condition names, without what is no product's id in this shop."""
    if condition.product_id is not None:
        return [condition.product_id]
    if condition.kind != Kind.ANY_PRODUCT:
        return []
    found = (product_key(text) for text in condition.value.split(","))
    return [it for it in found if it is not None]


def product_key(text: str) -> ProductId | None:
    """The product's key that the text spells; None if it is none of this shop's kind."""
    try:
        return product_id_from(text.strip())
    except ValidationError:
        return None


def all_in_words(conditions: Iterable[OfferCondition], names: Names) -> str:
    """When an offer with these conditions holds, in one phrase."""
    groups = groupby(conditions, key=lambda condition: condition.group)
    either = [[in_words(it, names) for it in group] for _number, group in groups]
    return in_groups(either) or _("always")


def in_words(condition: OfferCondition, names: Names) -> str:
    """The condition as a merchandiser says it."""
    phrase = PHRASES[condition.kind][condition.is_negated]
    try:
        return str(phrase % WORDS.get(condition.kind, _plainly)(condition, names))
    except ValueError:
        return _("%(condition)s (cannot be read)") % {"condition": condition}


# ------------------------------------------------------------------------------- words of the kinds


def _plainly(it: OfferCondition, names: Names) -> dict[str, Any]:
    amount = it.amount or Decimal(0)
    return {
        "product": "" if it.product_id is None else name_of(names.products, it.product_id),
        "category": names.categories.get(it.category_id, it.category_id),
        "amount": number(in_cents(amount)),
        "count": number(int(amount) if amount == int(amount) else amount.normalize()),
        "fact": it.fact,
        "value": it.value,
        "segment": it.segment or "",
    }


def _products(it: OfferCondition, names: Names) -> dict[str, str]:
    keys = ((text, product_key(text)) for text in listed(it.value))
    return {"list": few_of([name_of(names.products, key or text) for text, key in keys])}


def _categories(it: OfferCondition, names: Names) -> dict[str, str]:
    return {"list": few_of([names.categories.get(key, key) for key in listed(it.value)])}


def _weekdays(it: OfferCondition, names: Names) -> dict[str, str]:
    days = sorted(Weekdays.read(it.value).days)
    return {"days": ", ".join(str(WEEKDAYS[day - 1]) for day in days)}


def _hours(it: OfferCondition, names: Names) -> dict[str, str]:
    hours = Hours.read(it.value)
    return {"begins": time_format(hours.begins), "ends": time_format(hours.ends)}


def _dates(it: OfferCondition, names: Names) -> dict[str, str]:
    dates = Dates.read(it.value)
    first, last = (date_format(day, "SHORT_DATE_FORMAT") for day in (dates.first, dates.last))
    return {"first": first, "last": last}


WORDS: Mapping[str, Callable[[OfferCondition, Names], Mapping[str, Any]]] = {
    Kind.ANY_PRODUCT: _products,
    Kind.ANY_CATEGORY: _categories,
    Kind.WEEKDAYS: _weekdays,
    Kind.HOURS: _hours,
    Kind.DATES: _dates,
}
"""Kinds whose value is read, and what it says; raises ValueError where it cannot be."""


def few_of(texts: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    shown = ", ".join(texts[:NAMED_AT_MOST])
    n_more = len(texts) - NAMED_AT_MOST
    if n_more <= 0:
        return shown
    more = ngettext("%(shown)s and %(count)s more", "%(shown)s and %(count)s more", n_more)
    return more % {"shown": shown, "count": number(n_more)}
