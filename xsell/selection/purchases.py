"""What a history comes to: indexed once, however many rules ask."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate

from xsell.models.segments import MOST_DAYS
from xsell.values import Described, History, ProductId
from xsell.values.hours import shop_time

Attribute = tuple[str, str]
"""Name and value of a product's attribute, both casefolded."""


class Purchases:
    """A history as rules ask of it, at `now`.

    Days are the shop's own calendar days, whatever hours a change of the clock gives them: within 1
    day is today, within 30 days today and the 29 days before.
    """

    def __init__(
        self, history: History, details: Mapping[ProductId, Described], now: datetime
    ) -> None:
        self._history = history
        self._details = details
        self._now = now
        self._starts: dict[int, datetime] = {}
        self._counts: dict[int, int] = {}

    # ------------------------------------------------------------------------------------ how much

    def n_orders(self, within_days: int | None = None) -> int:
        """Distinct orders."""
        return self._orders[self._n_lines(within_days)]

    def spent(self, within_days: int | None = None) -> Decimal:
        """What the orders cost together, in the shop's own currency."""
        return self._amounts[self._n_lines(within_days)]

    # ---------------------------------------------------------------------------------------- when

    def last_order_at(self, within_days: int | None = None) -> datetime | None:
        """When the newest order was placed; None without one."""
        newest = self._history.last_order_at
        return newest if newest is not None and self.is_within(newest, within_days) else None

    def first_order_at(self) -> datetime | None:
        """When the oldest order was placed; None without one."""
        return self._history.first_order_at

    def is_within(self, moment: datetime, within_days: int | None) -> bool:
        """Whether the moment is on one of the last so many days; on any, where they are None."""
        return within_days is None or moment >= self._start(within_days)

    # ---------------------------------------------------------------------------------------- what

    def bought_at(self, product_id: ProductId) -> datetime | None:
        """When the product, or a variant of it, was bought last."""
        return self._products.get(product_id)

    def bought_of_at(self, category_id: str) -> datetime | None:
        """When something of the category was bought last."""
        return self._categories.get(category_id)

    def bought_with_at(self, attribute: Attribute) -> datetime | None:
        """When something with this attribute was bought last."""
        return self._attributes.get(attribute)

    # ------------------------------------------------------------------------------------- indexes

    @functools.cached_property
    def _moments(self) -> list[datetime]:
        return [it.placed_at for it in reversed(self._history.purchases)]

    @functools.cached_property
    def _orders(self) -> list[int]:
        """Distinct orders among the newest 0, 1, 2 ... lines."""
        seen: set[str] = set()
        counts = [0]
        for purchase in self._history.purchases:
            seen.add(purchase.order_ref)
            counts.append(len(seen))
        return counts

    @functools.cached_property
    def _amounts(self) -> list[Decimal]:
        """What the newest 0, 1, 2 ... lines cost together."""
        amounts = (it.amount for it in self._history.purchases)
        return list(accumulate(amounts, initial=Decimal(0)))

    @functools.cached_property
    def _bought(self) -> dict[ProductId, datetime]:
        """Each product, with when it was bought last."""
        newest: dict[ProductId, datetime] = {}
        for purchase in self._history.purchases:
            newest.setdefault(purchase.product_id, purchase.placed_at)
        newest.pop(None, None)
        return newest

    @functools.cached_property
    def _products(self) -> dict[ProductId, datetime]:
        """Each product and each parent, with when it was bought last."""
        newest: dict[ProductId, datetime] = {}
        for product_id, moment in self._bought.items():
            newest.setdefault(product_id, moment)
            product = self._details.get(product_id)
            if product is not None:
                newest.setdefault(product.family, moment)
        return newest

    @functools.cached_property
    def _categories(self) -> dict[str, datetime]:
        newest: dict[str, datetime] = {}
        for product, moment in self._known():
            for category_id in product.category_ids:
                newest.setdefault(category_id, moment)
        return newest

    @functools.cached_property
    def _attributes(self) -> dict[Attribute, datetime]:
        newest: dict[Attribute, datetime] = {}
        for product, moment in self._known():
            for name, value in product.attributes.items():
                newest.setdefault(attribute_of(name, value), moment)
        return newest

    def _known(self) -> Iterator[tuple[Described, datetime]]:
        """What was bought and the shop still knows, the last bought first."""
        for product_id, moment in self._bought.items():
            product = self._details.get(product_id)
            if product is not None:
                yield product, moment

    def _n_lines(self, within_days: int | None) -> int:
        """How many of the newest lines are of the last so many days."""
        moments = self._moments
        if within_days is None:
            return len(moments)
        count = self._counts.get(within_days)
        if count is None:
            count = len(moments) - bisect_left(moments, self._start(within_days))
            self._counts[within_days] = count
        return count

    def _start(self, within_days: int) -> datetime:
        """When the first of the last so many days began in the shop."""
        start = self._starts.get(within_days)
        if start is None:
            here = shop_time(self._now)
            first = here.date() - timedelta(days=min(within_days, MOST_DAYS) - 1)
            start = datetime.combine(first, time.min, tzinfo=here.tzinfo)
            if here.tzinfo is not None:
                # Compared as moments: two clocks of one zone would be compared by their faces.
                start = start.astimezone(UTC)
            self._starts[within_days] = start
        return start


def attribute_of(name: str, value: str) -> Attribute:
    """The attribute as it is compared, whatever the case.

    >>> attribute_of("Brand", " Canon ") == attribute_of("brand", "CANON")
    True
    """
    return name.strip().casefold(), str(value).strip().casefold()
