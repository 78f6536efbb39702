"""What one request reads: what is stored around products, and the details of all of them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from xsell.adapters import BaseAdapter
from xsell.selection.bought_once import NOTHING, Spent, spent_of
from xsell.selection.bundles import live_bundles
from xsell.selection.history import history_of
from xsell.selection.related import Related, related_to
from xsell.selection.rulebook import Rulebook, rulebook
from xsell.selection.segments import needs, segments_of
from xsell.selection.tiers import Rung, ladder_of
from xsell.values import (
    Candidate,
    Described,
    History,
    PriceRule,
    ProductDetails,
    ProductId,
    ShopContext,
    Source,
)

CANDIDATES_LOOKED_AT = 60
"""How many candidates of each source are looked at; a placement shows 24 at most."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is stored about some anchors: the raw material of every placement around them.

    `ladder` and `bundles` belong to the product of a product page; elsewhere they are empty.
    """

    anchors: frozenset[ProductId]
    related: Related
    ladder: tuple[Rung, ...] = ()
    bundles: tuple[PriceRule, ...] = ()

    def product_ids(self) -> Iterator[ProductId]:
        """Every product that a placement could show or must compare with."""
        yield from self.anchors
        yield from (rung.product_id for rung in self.ladder)
        yield from (product_id for rule in self.bundles for product_id in rule.product_ids)
        for source in self.related.candidates:
            yield from (candidate.product_id for candidate in self.looked_at(source))

    def looked_at(self, source: Source) -> tuple[Candidate, ...]:
        """The source's candidates whose details are read."""
        return self.related.candidates[source][:CANDIDATES_LOOKED_AT]


class Knowledge:
    """Reads each thing once, in a fixed number of queries, whoever asks for it first."""

    def __init__(
        self,
        adapter: BaseAdapter,
        context: ShopContext,
        in_cart: Collection[ProductId],
        now: datetime,
    ) -> None:
        self.details: dict[ProductId, ProductDetails] = {}
        self._adapter = adapter
        self._context = context
        self._in_cart = in_cart
        self._now = now
        self._asked: set[ProductId] = set()
        self.traits: dict[ProductId, Described] = {}
        self._traits_asked: set[ProductId] = set()
        self._expected: tuple[ProductId, ...] = ()
        self._to_describe: tuple[ProductId, ...] = ()
        self._around: dict[tuple[tuple[ProductId, ...], bool], Surroundings] = {}

    @functools.cached_property
    def book(self) -> Rulebook:
        """The rules that hold for everybody."""
        return rulebook()

    @functools.cached_property
    def history(self) -> History:
        """What the shopper bought, as the shop's orders tell."""
        return history_of(self._adapter, self._context.customer_id)

    @functools.cached_property
    def segments(self) -> frozenset[int]:
        """The segments that the shopper is in; read only where something asks for one."""
        segments = self.book.segments
        asked = needs(segments)
        history = self.history if asked.history else History()
        if asked.details:
            self.learn_traits(history.product_ids)
        return segments_of(segments, self._context, history, self.traits, self._now)

    @property
    def spent(self) -> Spent:
        """What the shopper has and buys no more: the history is read where there are rules."""
        if not self._context.customer_id or not self.book.bought_once:
            return NOTHING
        return spent_of(self.book.bought_once, self.history.product_ids, self.details)

    def expect(self, product_ids: Iterable[ProductId]) -> None:
        """Have these learnt together with whatever is learnt next."""
        self._expected = (*self._expected, *product_ids)

    @property
    def surroundings(self) -> Collection[Surroundings]:
        """All that was read so far."""
        return self._around.values()

    def around(self, anchors: Iterable[ProductId], *, is_product_page: bool) -> Surroundings:
        """What surrounds the anchors, with details of it and of the cart."""
        # In the order of the cart: scores are added in it, and the last bits of a sum depend on it.
        key = tuple(dict.fromkeys(anchors))
        around = self._around.get((key, is_product_page))
        if around is None:
            around = self._stored_around(key, key, is_product_page=is_product_page)
            self.learn(around.product_ids())
            # Shops mine and curate by the parent, but a page shows, and a cart holds, variants.
            families = [self.details[it].family for it in key if it in self.details]
            if not set(families) <= set(key):
                both = tuple(dict.fromkeys([*key, *families]))
                around = self._stored_around(key, both, is_product_page=is_product_page)
            self._around[key, is_product_page] = around
        self.learn(around.product_ids())
        return around

    def _stored_around(
        self,
        anchors: tuple[ProductId, ...],
        with_families: tuple[ProductId, ...],
        *,
        is_product_page: bool,
    ) -> Surroundings:
        return Surroundings(
            anchors=frozenset(anchors),
            related=related_to(with_families, self._now, is_product_page=is_product_page),
            ladder=ladder_of(with_families) if is_product_page else (),
            bundles=tuple(live_bundles(with_families, self._now)) if is_product_page else (),
        )

    def learn_traits(self, product_ids: Iterable[ProductId] = ()) -> None:
        """Fetch traits of these and of the cart that are not known: in one query, or none."""
        wanted = dict.fromkeys(itertools.chain(product_ids, self._in_cart, self._to_describe))
        missing = [it for it in wanted if it not in self._asked and it not in self._traits_asked]
        if missing:
            self.traits.update(self._adapter.traits(missing))
            self._traits_asked.update(missing)

    def expect_traits(self, product_ids: Iterable[ProductId]) -> None:
        """Have traits of these fetched together with whatever is asked for next."""
        self._to_describe = (*self._to_describe, *product_ids)

    def learn(self, product_ids: Iterable[ProductId]) -> None:
        """Fetch details that were not asked for before: in one query, or none."""
        if self._context.customer_id and self.book.bought_once:
            self.expect(self.history.product_ids)
        wanted = dict.fromkeys(itertools.chain(product_ids, self._in_cart, self._expected))
        self._expected = ()
        missing = [product_id for product_id in wanted if product_id not in self._asked]
        if missing:
            found = self._adapter.details(missing, self._context)
            self.details.update(found)
            self.traits.update(found)
            self._asked.update(missing)
