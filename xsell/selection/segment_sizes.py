"""How many customers a segment would have, asked of some of them: for editors, in a moment."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.inference.intervals import Interval, wilson_interval
from xsell.models import SampledCustomer, Segment
from xsell.selection.histories import customers_lines, histories
from xsell.selection.segments import CompiledSegment, Needs, needs, segments_of
from xsell.values import Described, History, ProductId

ASKED_AT_MOST = 400
"""Customers in a sample: a share of a half is then known to 5 percent points."""
AT_ONCE = 50
"""Customers whose orders are read in one query."""
LINES_AT_MOST = 40_000
"""Once so many order lines are read, no more customers are asked: some buy by the thousand."""
LATEST_LINES = 4_000
"""The newest order lines, in which customers are looked for while no sample was drawn."""


@dataclass(frozen=True, slots=True)
class SizeEstimate:
    """How many of the customers that were asked are in a segment.

    `share` is the 95% interval of the share of all customers; `n_customers` how many there were at
    the last count. Where `is_sample` is false, no count has drawn a sample yet, and the customers
    with the newest orders were asked, who are not like the others.
    """

    n_in: int
    n_asked: int
    share: Interval
    n_customers: int | None
    is_sample: bool


def estimate_size(adapter: BaseAdapter, segment: CompiledSegment, now: datetime) -> SizeEstimate:
    """The segment's size by a sample, in at most eleven queries and those of `contexts_for`."""
    sample = list(SampledCustomer.objects.values_list("customer_id", flat=True))
    customer_ids = sample or _latest_customers(adapter)
    random.shuffle(customer_ids)
    needed = needs([segment])
    asked = dict(_histories(adapter, customer_ids[:ASKED_AT_MOST], needed))
    details = _details(adapter, asked.values(), needed)
    contexts = adapter.contexts_for(asked)
    n_in = sum(
        bool(segments_of([segment], contexts[key], history, details, now))
        for key, history in asked.items()
    )
    counted = Segment.objects.filter(counted_at__isnull=False).order_by("-counted_at")
    return SizeEstimate(
        n_in=n_in,
        n_asked=len(asked),
        share=wilson_interval(n_in, len(asked)),
        n_customers=counted.values_list("n_customers", flat=True).first() if sample else None,
        is_sample=bool(sample),
    )


def _latest_customers(adapter: BaseAdapter) -> list[str]:
    lines = adapter.order_lines().filter(xsell_customer__isnull=False)
    newest = lines.order_by("-xsell_placed_at").values_list("xsell_customer", flat=True)
    found = dict.fromkeys(str(it) for it in newest[:LATEST_LINES] if it != "")
    return list(found)


def _histories(
    adapter: BaseAdapter, customer_ids: Sequence[str], needed: Needs
) -> Iterator[tuple[str, History]]:
    """Histories of these, until enough lines are read; who has no orders any more has none."""
    if not needed.history:
        yield from ((customer_id, History()) for customer_id in customer_ids)
        return
    n_lines = 0
    for first in range(0, len(customer_ids), AT_ONCE):
        wanted = customer_ids[first : first + AT_ONCE]
        found = dict.fromkeys(wanted, History())
        found |= histories(customers_lines(adapter).filter(xsell_customer__in=wanted))
        yield from found.items()
        n_lines += sum(len(it.purchases) for it in found.values())
        if n_lines >= LINES_AT_MOST:
            return


def _details(
    adapter: BaseAdapter, bought: Iterable[History], needed: Needs
) -> Mapping[ProductId, Described]:
    if not needed.details:
        return {}
    product_ids = dict.fromkeys(key for history in bought for key in history.product_ids)
    return adapter.traits(product_ids) if product_ids else {}
