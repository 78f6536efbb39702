"""What is suggested to one shopper alone: from their orders, their cart and what they viewed."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from xsell.selection.due import rhythms_of
from xsell.selection.habits import complete_with_history
from xsell.selection.personal_rows import Step, Stored, stored_around
from xsell.selection.views import viewed_by
from xsell.values import (
    Because,
    BecauseKind,
    Candidate,
    Cart,
    Evidence,
    History,
    ProductDetails,
    ProductId,
    ShopContext,
    Source,
)

PERSONAL_SOURCES = frozenset({Source.DUE, Source.NEXT_STEP, Source.HISTORY, Source.VIEWED})

LOOKED_AT = 40
"""Candidates of each source; a placement shows 24 at most."""

BANNED = "banned by a curated relation"
FEWEST_GO_ON = 0.05
"""Share of the customers with the anchor below which a next step is no news to anybody."""


@dataclass(frozen=True)
class Personal:
    """All that is known of one shopper for suggestions: read in four queries at most."""

    stored: Stored
    history: History
    cart: Cart
    viewed: tuple[ProductId, ...]
    owned: Mapping[ProductId, int]
    """What the customer has bought -> days since the first time."""
    now: datetime
    tells_all: bool = False
    """Whether candidates that must not show are there too, each with its reason."""

    @functools.cached_property
    def candidates(self) -> dict[Source, tuple[Candidate, ...]]:
        """Of each source the best first."""
        found = {
            Source.DUE: self._due(),
            Source.NEXT_STEP: self._next_steps(),
            Source.HISTORY: self._completing(),
            Source.VIEWED: self._viewed(),
        }
        return {
            source: tuple(islice(filter(self._is_told, it), LOOKED_AT))
            for source, it in found.items()
        }

    def _is_told(self, candidate: Candidate) -> bool:
        return self.tells_all or not candidate.objection

    @property
    def product_ids(self) -> Iterator[ProductId]:
        """All that must be known in detail: candidates, and what they are told to follow."""
        for candidate in (it for found in self.candidates.values() for it in found):
            yield candidate.product_id
            if candidate.anchor_id is not None:
                yield candidate.anchor_id

    def named(
        self, details: Mapping[ProductId, ProductDetails]
    ) -> dict[Source, tuple[Candidate, ...]]:
        """The candidates, with the titles of what they follow."""
        return {
            source: tuple(_named(it, details) for it in found)
            for source, found in self.candidates.items()
        }

    def _due(self) -> Iterator[Candidate]:
        for position, rhythm in enumerate(rhythms_of(self.history, self.stored.gaps, self.now), 1):
            yield Candidate(
                product_id=rhythm.product_id,
                source=Source.DUE,
                anchor_id=None,
                position=position,
                score=rhythm.ratio,
                because=Because(BecauseKind.DUE, days_ago=rhythm.days_ago),
                objection=rhythm.objection,
            )

    def _next_steps(self) -> Iterator[Candidate]:
        following = self.stored.following
        earliest, latest = following.get("earliest_days", 0), following.get("latest_days", 0)
        first = self.owned

        def objection(step: Step) -> str:
            if (step.anchor_id, step.product_id) in self.stored.banned:
                return BANNED
            if step.product_id in first:
                return "the customer has bought it already"
            if not earliest <= first[step.anchor_id] <= latest:
                return (
                    f"customers go on to it {earliest} to {latest} days after; it has been "
                    f"{first[step.anchor_id]}"
                )
            if step.evidence.confidence < FEWEST_GO_ON:
                return f"only {step.evidence.confidence:.1%} of the customers went on to it"
            return ""

        def candidate(step: Step, reason: str) -> Candidate:
            # Nobody says "1 in 1", and of what more than half of them did "1 in 2" is true.
            one_in = max(2, math.ceil(1 / step.evidence.confidence))
            because = Because(BecauseKind.NEXT_STEP, one_in=one_in, months=round(latest / 30))
            return Candidate(
                product_id=step.product_id,
                source=Source.NEXT_STEP,
                anchor_id=step.anchor_id,
                position=0,
                score=step.score,
                because=because,
                objection=reason,
            )

        found = [candidate(step, objection(step)) for step in self.stored.steps]
        yield from _once(sorted(found, key=_strongest_first))

    def _completing(self) -> Iterator[Candidate]:
        """What completes the cart: with a reason that can be told, else it is no news."""
        cart, owned = self.cart.product_ids, self.owned
        best = complete_with_history(self.stored, cart, self.history, k=LOOKED_AT)
        for position, (product_id, score) in enumerate(best, 1):
            anchor_id, evidence = self._strongest(product_id, cart)
            because = None
            if product_id in owned:
                because, anchor_id, evidence = Because(BecauseKind.BOUGHT), None, None
            elif evidence is None:
                continue
            yield Candidate(
                product_id, Source.HISTORY, anchor_id, position, score, evidence, because=because
            )

    def _viewed(self) -> Iterator[Candidate]:
        in_cart = set(self.cart.product_ids)
        found = [
            Candidate(
                product_id=product_id,
                source=Source.VIEWED,
                anchor_id=anchor_id,
                position=position,
                score=evidence.confidence * math.log2(evidence.lift_lower),
                evidence=evidence,
                because=Because(BecauseKind.VIEWED),
                objection=BANNED if (anchor_id, product_id) in self.stored.banned else "",
            )
            for position, anchor_id in enumerate(self.viewed, 1)
            if anchor_id not in in_cart
            for product_id, _ in self.stored.pairs.get(anchor_id, ())
            if (evidence := self.stored.evidence[anchor_id, product_id]).is_beyond_chance
        ]
        yield from _once(sorted(found, key=_strongest_first))

    def _strongest(
        self, product_id: ProductId, anchors: Iterable[ProductId]
    ) -> tuple[ProductId | None, Evidence | None]:
        """The product of the cart that it may most be said to be bought together with."""
        known = ((it, self.stored.evidence.get((it, product_id))) for it in anchors)
        claims = [(it, found) for it, found in known if found and found.is_beyond_chance]
        return max(claims, key=lambda it: it[1].lift_lower, default=(None, None))


def personal_for(
    context: ShopContext, cart: Cart, history: History, now: datetime, *, tells_all: bool = False
) -> Personal:
    """What is known of the shopper: without consent to it, what they looked at is not read."""
    viewed = viewed_by(context)
    owned: dict[ProductId, int] = {}
    for purchase in history.purchases:  # the oldest comes last, and stays
        if purchase.product_id is not None:
            owned[purchase.product_id] = (now - purchase.placed_at) // timedelta(days=1)
    stored = stored_around(
        now=now,
        cart=cart.product_ids,
        viewed=viewed,
        owned=owned,
        k=LOOKED_AT,
        tells_all=tells_all,
    )
    return Personal(stored, history, cart, viewed, owned, now, tells_all)


def _strongest_first(candidate: Candidate) -> tuple[bool, float, str, str]:
    return (
        bool(candidate.objection),
        -candidate.score,
        str(candidate.product_id),
        str(candidate.anchor_id),
    )


def _once(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Each product with the first that speaks for it."""
    seen: set[ProductId] = set()
    for candidate in candidates:
        if candidate.product_id not in seen:
            seen.add(candidate.product_id)
            yield candidate


def _named(candidate: Candidate, details: Mapping[ProductId, ProductDetails]) -> Candidate:
    if candidate.because is None or candidate.anchor_id is None:
        return candidate
    anchor = details.get(candidate.anchor_id)
    if anchor is None:
        gone = "the shop does not know the product any more that it follows"
        return replace(candidate, objection=candidate.objection or gone)
    return replace(candidate, because=replace(candidate.because, anchor_title=anchor.title))
