"""Which offers hold for a shopper's page and cart, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from xsell.models import Offer, Placement
from xsell.selection.attention import Attention
from xsell.selection.conditions import Occasion, failing, group_that_holds, hold
from xsell.selection.holdings import Held
from xsell.selection.offer_terms import copy_of
from xsell.selection.offers import StoredOffer
from xsell.selection.prospects import Prospects
from xsell.selection.standing import Standing
from xsell.selection.surroundings import Knowledge
from xsell.selection.wanted import lacking
from xsell.values import BenefitKind, Candidate, ProductDetails, ProductId, Source

FEWEST_CONSIDERED = 12
CONSIDERED_FOR_ONE = 6
"""Offers whose products are read for each place of a placement, by priority: some cannot be had."""

MOST_HOLDING = 200
"""Offers of which it is asked how this shopper stands with them, the first by priority."""

NOT_HONOURED = "this shop's totals do not take it off"
NOT_IN_CART = "the page meets its conditions, but the cart does not: it would save nothing there"
SURE_OF_CART = frozenset({Offer.Kind.POST_PURCHASE, Offer.Kind.ADD_ON})
"""Kinds that go with what their page is about: the cart has it by the time they are taken."""


@dataclass(frozen=True, slots=True)
class Likely:
    """Offers that may hold, whose products are not known in detail yet; `others` do not hold."""

    occasion: Occasion
    offers: tuple[StoredOffer, ...] = ()
    others: tuple[StoredOffer, ...] = ()

    @property
    def all_offers(self) -> tuple[StoredOffer, ...]:
        """Both."""
        return (*self.offers, *self.others)

    def product_ids(self, *, with_named: bool) -> Iterator[ProductId]:
        """All that must be known in detail, with what conditions name for who asks why not."""
        for offer in self.all_offers:
            yield from offer.product_ids
            if with_named:
                yield from offer.named_ids


@dataclass(frozen=True, slots=True)
class Matching:
    """One placement's question: which offers, for whom, around what.

    `tells_all`: also those that do not hold, each with its reason. `asks_attention`: a click is
    not refused for what has been shown often enough.
    """

    knowledge: Knowledge
    standing: Standing
    attention: Attention
    held: Held
    prospects: Prospects
    currency: str
    honoured: Set[BenefitKind]
    tells_all: bool = False
    asks_attention: bool = True

    def likely(
        self, placement: Placement, anchors: frozenset[ProductId], only: int | None = None
    ) -> Likely:
        """Offers that hold as far as traits of page and cart tell; of a click, `only` its own.

        Those that this shopper is not to see take no place of those that may show.
        """
        occasion = self.held.occasion(anchors)
        holding: list[StoredOffer] = []
        unlikely: list[StoredOffer] = []
        for offer in self._pool(occasion, only):
            if self.attention.may_belong(offer, placement):
                holds = len(holding) < MOST_HOLDING and self._may_hold(offer, occasion)
                (holding if holds else unlikely).append(offer)
        self.standing.learn(holding)
        most = max(FEWEST_CONSIDERED, CONSIDERED_FOR_ONE * placement.max_items)
        free = [it for it in holding if not self._why_not_shown(it, placement)]
        taken = {it.offer_id for it in free}
        barred = [it for it in holding if it.offer_id not in taken]
        chosen = sorted((*free[:most], *barred[:most]), key=lambda it: it.position)
        rest = (*free[most:], *barred[most:], *unlikely) if self.tells_all else ()
        return Likely(occasion, tuple(chosen), rest)

    def _pool(self, occasion: Occasion, only: int | None) -> Iterable[StoredOffer]:
        book = self.knowledge.book
        if only is not None:
            return [book.offers[only]] if only in book.offers else []
        return book.offers.values() if self.tells_all else book.considered(occasion)

    def _may_hold(self, offer: StoredOffer, occasion: Occasion) -> bool:
        has_replaced = offer.replaced_id is None or offer.replaced_id in occasion.products
        return (
            has_replaced and offer.is_running(occasion.now) and hold(offer.early_groups, occasion)
        )

    def _why_not_shown(self, offer: StoredOffer, placement: Placement) -> str:
        """Why this shopper would not see it, whatever its product is."""
        if offer.product_id in self.held.units:
            return "already in the cart"
        if not self._belongs(offer, placement):
            return "it follows an answer"
        return (
            offer.objection or self.standing.why_none_left(offer) or self._why_no_attention(offer)
        )

    def _why_no_attention(self, offer: StoredOffer) -> str:
        if not self.asks_attention:
            return ""
        history = self.knowledge.history if offer.columns["days_after_purchase"] else None
        return self.attention.why_not(offer, self.standing.encounters, history)

    def candidates(self, placement: Placement, found: Likely) -> list[Candidate]:
        """Candidates by priority, what follows an answer first."""
        self.knowledge.learn(found.product_ids(with_named=self.tells_all))
        late = self._late(found.offers)
        known = replace(found.occasion, **late)
        chosen = [
            self._candidate(offer, known, late)
            for offer in found.offers
            if self._belongs(offer, placement)
        ]
        others = (it for it in found.others if self._belongs(it, placement))
        chosen += [self._refused(it, self._why_not_held(it, found.occasion)) for it in others]
        if self.tells_all:
            waiting = (it for it in found.all_offers if not self._belongs(it, placement))
            met = self.standing.encounters
            chosen += [
                self._refused(it, self.attention.why_not_its_turn(it, met)) for it in waiting
            ]
        return sorted(
            (it for it in chosen if it is not None),
            key=lambda it: it.offer is None or not it.offer.is_follow_up,
        )

    def _belongs(self, offer: StoredOffer, placement: Placement) -> bool:
        return self.attention.belongs(offer, placement, self.standing.encounters)

    def _candidate(
        self, offer: StoredOffer, occasion: Occasion, late: Mapping[str, Any]
    ) -> Candidate | None:
        """The offer with what it comes to, or with the reason why it does not show."""
        if not hold(offer.groups, occasion, offer.product_id):
            if not self.tells_all:
                return None
            return self._refused(offer, self._why_not_held(offer, occasion))
        copy = copy_of(offer, self.knowledge.details, self.currency)
        reason = self._objection(offer, late)
        if isinstance(copy, str):
            return self._refused(offer, reason or copy)
        triggers = group_that_holds(offer.groups, occasion, offer.product_id)
        n_triggers = self.held.units_of(triggers, besides=[offer.product_id]) or 1
        copy = replace(
            copy,
            units=self._units(offer, n_triggers),
            most_units=offer.most_units_for(n_triggers),
            is_follow_up=self.attention.is_follow_up(offer),
        )
        return replace(_plain(offer), offer=copy, objection=reason)

    def _units(self, offer: StoredOffer, n_triggers: int) -> int:
        """Units that one click takes: of what it replaces, all of the line."""
        if offer.replaced_id is not None:
            return self.held.on_first_line(offer.replaced_id) or 1
        return offer.units_for(n_triggers)

    def _late(self, offers: Iterable[StoredOffer]) -> dict[str, Any]:
        """What can be asked once the offers' products are known."""
        near = [it.product_id for it in offers if it.asks_for_discount]
        tests: dict[str, Any] = {"stock_of": self._stock_of}
        if near:
            tests["brings_saving"] = self.prospects.brings_saving(near)
        return tests

    def _objection(self, offer: StoredOffer, late: Mapping[str, Any]) -> str:
        """Why an offer whose conditions hold must not show; empty if it may."""
        kind = offer.rule.benefit.kind
        if kind not in self.honoured:
            return NOT_HONOURED
        if reason := offer.objection or self.standing.why_none_left(offer):
            return reason
        if kind is not BenefitKind.NONE and offer.kind not in SURE_OF_CART:
            own = frozenset() if offer.replaced_id is None else frozenset({offer.replaced_id})
            in_cart = replace(self.held.occasion(own), **late)
            if not hold(offer.groups, in_cart, offer.product_id):
                return NOT_IN_CART
        if not self.asks_attention:
            return "it is not live" if offer.is_shadow else ""
        return self._why_no_attention(offer)

    def _refused(self, offer: StoredOffer, reason: str) -> Candidate:
        return replace(_plain(offer), objection=reason)

    def _why_not_held(self, offer: StoredOffer, occasion: Occasion) -> str:
        """Why an offer does not hold at all."""
        details: Mapping[ProductId, ProductDetails] = self.knowledge.details
        if offer.objection:
            return offer.objection
        if not offer.is_running(occasion.now):
            return "its schedule does not hold now"
        if offer.replaced_id is not None and offer.replaced_id not in occasion.products:
            replaced = details.get(offer.replaced_id)
            return f"wants {replaced.title if replaced else offer.replaced_id} to replace"
        conditions = list(failing(offer.groups, occasion, offer.product_id))
        if not conditions:
            return "enough others come first"
        return lacking(conditions, details)

    def _stock_of(self, product_id: ProductId) -> int | None:
        """Units that can be had, none of what cannot be bought; None where nobody counts."""
        product = self.knowledge.details.get(product_id)
        if product is None or not product.is_available:
            return 0
        return product.stock


def _plain(offer: StoredOffer) -> Candidate:
    return Candidate(
        offer.product_id,
        Source.OFFERS,
        None,
        offer.position,
        offer=offer.copy(),
        replaced_id=offer.replaced_id,
        is_shadow=offer.is_shadow,
    )
