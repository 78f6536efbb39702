"""What the shop knows of a shopper: its own columns of the context, and any fact of the adapter."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from xsell.values import ShopContext


def facts_of(context: ShopContext, fact: str) -> tuple[str, ...] | None:
    """The fact as texts: several where a shopper has several, as with groups; None: not known.

    >>> facts_of(ShopContext(country="DE"), "country"), facts_of(ShopContext(), "age_band")
    (('DE',), None)
    """
    found = _own(context, fact)
    if found is None or found == "":
        return None
    if isinstance(found, (list, tuple, set, frozenset)):
        return tuple(str(it).strip() for it in found)
    return (str(found).strip(),)


def is_known_to_be(context: ShopContext, fact: str, value: str) -> bool | None:
    """Whether the fact is this, whatever the case; None where the shop does not know it.

    >>> is_known_to_be(ShopContext(facts={"groups": ["Press", "VIP"]}), "groups", "vip")
    True
    """
    known = facts_of(context, fact)
    if known is None:
        return None
    wanted = value.strip().casefold()
    return any(it.casefold() == wanted for it in known)


def figure_of(context: ShopContext, fact: str) -> Decimal | None:
    """The fact as a number; None where the shop does not know it, or it is no single number.

    >>> figure_of(ShopContext(facts={"age": "34"}), "age"), figure_of(ShopContext(), "age")
    (Decimal('34'), None)
    """
    known = facts_of(context, fact)
    if known is None or len(known) != 1:
        return None
    try:
        figure = Decimal(known[0])
    except InvalidOperation:
        return None
    return figure if figure.is_finite() else None


def _own(context: ShopContext, fact: str) -> Any:
    match fact:
        case "customer_group":
            return context.customer_group
        case "country":
            return context.country
        case "currency":
            return context.currency
        case "language":
            return context.language
        case "channel":
            return context.channel
    return context.facts.get(fact)
