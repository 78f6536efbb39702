"""What a shop knows of its shoppers."""

from __future__ import annotations

from xsell.values import ShopContext


def fact_of(context: ShopContext, fact: str) -> str | None:
    """The fact as text; None where the shop does not know it of this shopper."""
    own = {
        "customer_group": context.customer_group,
        "country": context.country,
        "currency": context.currency,
        "language": context.language,
        "channel": context.channel,
    }
    found = own[fact] if fact in own else context.facts.get(fact)
    return None if found in (None, "") else str(found).strip()
