"""How much of a shopper's attention offers may ask for: caps, rests, sequences, one budget."""

from __future__ import annotations

from datetime import datetime, timedelta

from xsell.models import Offer, Placement
from xsell.selection.encounters import Encounters, Met
from xsell.selection.offers import StoredOffer
from xsell.selection.rulebook import Rulebook
from xsell.selection.terms import OFFER, names
from xsell.values import History
from xsell.values.hours import shop_time

SEQUENCE_LASTS = timedelta(minutes=30)
"""How long an answer may lead to the next offer: after that the shopper is on to something else."""


class Attention:
    """Asks for one page: whether an offer may ask for attention, and whether there is any left."""

    def __init__(self, book: Rulebook, now: datetime) -> None:
        self._book = book
        self._now = now
        self._shown: set[str] = set()

    def may_belong(self, offer: StoredOffer, placement: Placement) -> bool:
        """Whether it may, before it is known what the shopper said."""
        if offer.placement:
            return offer.placement == placement.slug
        return offer.kind == placement.offer_kind or self.is_follow_up(offer)

    def belongs(self, offer: StoredOffer, placement: Placement, met: Encounters) -> bool:
        """Whether the offer may stand in the placement: by its own choice, its kind, or as answer.

        What follows an answer comes where the answer was given.
        """
        if offer.placement or offer.kind == placement.offer_kind:
            return self.may_belong(offer, placement)
        return any(
            it.placement == placement.slug and _answered(it, is_yes) is not None
            for source, is_yes in self._book.follows.get(offer.offer_id, ())
            for it in [met.of(source)]
        )

    def why_not(self, offer: StoredOffer, met: Encounters, history: History | None) -> str:
        """Why the offer must not ask for this shopper's attention now; empty if it may."""
        own = met.of(offer.source)
        return (
            self.why_silent(met)
            or self._why_rests(offer, own)
            or self._why_seen_enough(offer, own)
            or self._why_too_soon(offer, history)
            or self.why_not_its_turn(offer, met)
        )

    def why_silent(self, met: Encounters) -> str:
        """Why nothing at all may ask for this shopper's attention; empty if something may."""
        if met.wants_nothing:
            return "the shopper asked for no more offers in this visit"
        noes = self._book.budget.noes_per_session
        if met.n_noes_here >= noes:
            return f"the shopper said no {met.n_noes_here} times in this visit, {noes} is enough"
        return ""

    def why_no_room(self, source: str, met: Encounters) -> str:
        """Why there is no attention left on this page, or in this visit; empty if there is."""
        budget = self._book.budget
        if len(self._shown) >= budget.offers_per_page:
            return f"the page has {budget.offers_per_page} offers already"
        seen = {it for it in met.seen_here if names(OFFER, it)} | self._shown
        if source not in seen and len(seen) >= budget.offers_per_session:
            return f"{len(seen)} other offers were seen in this visit, which is enough"
        return ""

    def took(self, source: str) -> None:
        """The page shows it."""
        self._shown.add(source)

    def is_follow_up(self, offer: StoredOffer) -> bool:
        """Whether it comes only after an answer."""
        return offer.offer_id in self._book.follows

    def _why_rests(self, offer: StoredOffer, own: Met) -> str:
        days = offer.columns["cool_down_days"]
        if own.declined_at is None or not days:
            return ""
        until = own.declined_at + timedelta(days=days)
        if until <= self._now:
            return ""
        return f"declined on {_day(own.declined_at)}, rests until {_day(until)}"

    def _why_seen_enough(self, offer: StoredOffer, own: Met) -> str:
        for n_seen, column, where in (
            (own.n_seen_here, "shown_per_session", "in this visit"),
            (own.n_seen, "shown_per_customer", "by this shopper"),
        ):
            most = offer.columns[column]
            if most is not None and n_seen >= most:
                return f"seen {n_seen} times {where}, {most} is enough"
        return ""

    def _why_too_soon(self, offer: StoredOffer, history: History | None) -> str:
        days = offer.columns["days_after_purchase"]
        last = history.last_order_at if history is not None else None
        if days is None or last is None or last + timedelta(days=days) <= self._now:
            return ""
        return f"the last order was on {_day(last)}, it waits for {days} days"

    def why_not_its_turn(self, offer: StoredOffer, met: Encounters) -> str:
        """Why an offer that follows an answer does not come yet, or no more; empty if it may."""
        answers = self._book.follows.get(offer.offer_id)
        if answers is None:
            is_second = offer.kind == Offer.Kind.DOWNSELL
            return "a downsell comes after a no, and follows none" if is_second else ""
        given = [
            source
            for source, is_yes in answers
            if self._is_fresh(_answered(met.of(source), is_yes))
        ]
        if not given:
            said = " or ".join(f"a {'yes' if yes else 'no'} to {source}" for source, yes in answers)
            return f"it comes after {said}"
        place = 1 + min(self._place(source, met, 1) for source in given)
        if place > self._book.budget.in_a_row:
            return f"it would be offer {place} in a row, {self._book.budget.in_a_row} is enough"
        return ""

    def _place(self, source: str, met: Encounters, least: int) -> int:
        """Which one in a row an answered offer was."""
        offer_id = int(source.partition(":")[2])
        before = [
            earlier
            for earlier, is_yes in self._book.follows.get(offer_id, ())
            if _answered(met.of(earlier), is_yes) is not None
        ]
        if not before or least > self._book.budget.in_a_row:
            return least
        return min(self._place(earlier, met, least + 1) for earlier in before)

    def _is_fresh(self, answered_at: datetime | None) -> bool:
        return answered_at is not None and answered_at + SEQUENCE_LASTS > self._now


def _answered(met: Met, is_yes: bool) -> datetime | None:
    return met.accepted_here_at if is_yes else met.declined_here_at


def _day(moment: datetime) -> str:
    return shop_time(moment).date().isoformat()
