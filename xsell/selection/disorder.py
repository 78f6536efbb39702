"""Ladders whose prices do not rise: a step up that costs less makes shoppers wonder."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xsell.adapters import BaseAdapter
from xsell.models import Tier
from xsell.values import ShopContext

RUNGS_LOOKED_AT = 3_000
"""How many rungs are priced, those of the oldest ladders: as many ids travel to the shop."""


@dataclass(frozen=True, slots=True)
class Disorder:
    """Two rungs of a live ladder, one above the other, of which the higher costs less."""

    ladder: str
    lower: str
    lower_price: Decimal
    higher: str
    higher_price: Decimal
    currency: str


def disorders(adapter: BaseAdapter, context: ShopContext) -> tuple[Disorder, ...]:
    """Where prices fall on the way up, as this shopper pays them: one query, and the details'.

    What has no price, or one in another currency, is passed over.
    """
    rows = (
        Tier.objects.filter(ladder__is_live=True)
        .order_by("ladder_id", "rank")
        .values_list("ladder_id", "ladder__name", "label", "product_id")[:RUNGS_LOOKED_AT]
    )
    rungs = list(rows)
    details = adapter.details([row[3] for row in rungs], context) if rungs else {}
    found: list[Disorder] = []
    below: tuple[int, str, Decimal, str] | None = None
    for ladder_id, name, label, product_id in rungs:
        product = details.get(product_id)
        if product is None or product.price is None:
            continue
        price, currency = product.price, product.currency
        if below and (ladder_id, currency) == (below[0], below[3]) and price < below[2]:
            found.append(Disorder(name, below[1], below[2], label, price, currency))
        below = (ladder_id, label, price, currency)
    return tuple(found)
