"""What a customer is due to buy again."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from xsell.values import History, ProductId

OWN_GAPS_FROM = 3
"""Purchases from which a customer's own rhythm counts, and not that of all: two gaps at least."""

DUE_FROM, DUE_UNTIL = 0.8, 2.0
"""Gaps after the last purchase between which something is due.

Who bought the same again in 1.47 million order lines (Complete Journey, see docs/decisions.md) did
so sooner than 0.8 median gaps in two cases of five, and until 2 gaps in a third (37% by their own
rhythm). Sooner the cupboard is full; later they have found another product, or another shop.
"""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a customer bought a product, and how long it takes until it is bought again."""

    product_id: ProductId
    n_times: int
    days_ago: int
    gap_days: float
    is_own: bool

    @property
    def ratio(self) -> float:
        """Days since the last purchase, in gaps."""
        return self.days_ago / self.gap_days

    @property
    def is_due(self) -> bool:
        """Whether it is time to buy it again."""
        return DUE_FROM <= self.ratio <= DUE_UNTIL

    @property
    def objection(self) -> str:
        """Why it is not due; empty if it is."""
        if self.is_due:
            return ""
        whose = "the customer's own" if self.is_own else "the product's"
        last = f"last bought {self.days_ago} days ago, {whose} gap is {self.gap_days:g} days"
        return f"not due yet: {last}" if self.ratio < DUE_FROM else f"long overdue: {last}"


def rhythms_of(history: History, gaps: Mapping[ProductId, float], now: datetime) -> list[Rhythm]:
    """What is due first, what is bought most often at the head; then the rest by how near it is."""
    days: dict[ProductId, set[date]] = {}
    last: dict[ProductId, datetime] = {}
    for purchase in history.purchases:
        if purchase.product_id is not None:
            days.setdefault(purchase.product_id, set()).add(purchase.placed_at.date())
            last.setdefault(purchase.product_id, purchase.placed_at)
    found = []
    for product_id, own in days.items():
        is_own = len(own) >= OWN_GAPS_FROM
        gap = _median_gap(own) if is_own else gaps.get(product_id)
        if gap:
            ago = (now - last[product_id]) // timedelta(days=1)
            found.append(Rhythm(product_id, len(own), ago, gap, is_own))
    return sorted(found, key=_first_first)


def _median_gap(days: set[date]) -> float:
    ordered = sorted(days)
    gaps = [(after - before).days for before, after in pairwise(ordered)]
    return float(statistics.median(gaps))


def _first_first(rhythm: Rhythm) -> tuple[bool, int, float, str]:
    distance = abs(rhythm.ratio - 1)
    n_times = rhythm.n_times if rhythm.is_due else 0
    return (not rhythm.is_due, -n_times, distance, str(rhythm.product_id))
