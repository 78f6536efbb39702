"""Steps from the product of a page: up its ladder, up to what nobody curated, down after a no."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from xsell.models import Placement
from xsell.selection.attention import Attention
from xsell.selection.encounters import Encounters
from xsell.selection.pipeline import Scene, why_not_buyable, why_not_eligible
from xsell.selection.placements import UPGRADE
from xsell.selection.related import Related
from xsell.selection.standing import Standing
from xsell.selection.tiers import Rung, own_rung
from xsell.values import REPLACING_SOURCES, Candidate, ProductDetails, ProductId, Source
from xsell.values.hours import shop_time

REST_DAYS = 30
"""How long a step that is on no ladder rests after a no: as ladders do, unless they say else."""

LONGEST_SOURCE = 64
NO_MORE = "the smaller one was answered: nothing more is offered on this ladder now"


@dataclass(frozen=True, slots=True)
class Stairs:
    """Where the product of a page stands, and what this shopper said to steps from it.

    `ladder` is empty without a curated one; `related` is what surrounds the product.
    """

    current: ProductDetails
    ladder: tuple[Rung, ...]
    related: Related
    details: Mapping[ProductId, ProductDetails]
    standing: Standing
    attention: Attention
    now: datetime

    @property
    def said(self) -> Encounters:
        """What this shopper said before: read where there is a step to ask about."""
        return self.standing.encounters

    def source_of(self, product_id: ProductId) -> str:
        """The name of the step to the product: a no is said to it."""
        here = own_rung(self.ladder, self.current)
        for rung in self.ladder:
            if rung.product_id == product_id:
                is_lower = here is not None and rung.rank < here.rank
                return downsell_source(rung) if is_lower else tier_source(rung)
        return step_source(product_id)

    def candidates(
        self, placement: Placement, found: Mapping[Source, Iterable[Candidate]]
    ) -> dict[Source, list[Candidate]]:
        """The steps that the placement asks for, each with its objection if it must not show."""
        if REPLACING_SOURCES.isdisjoint(placement.sources):
            return {}
        curated = [self._rested(it) for it in found[Source.TIERS]]
        if placement.slug == UPGRADE:
            curated = [*self._down(), *curated]
        computed = list(self.computed(placement, found[Source.STEP_UP]))
        # Who declines one is not asked about the next.
        noes = (self._why_rests(it.product_id) for it in computed)
        no = next(filter(None, noes), "")
        return {
            Source.TIERS: curated,
            Source.STEP_UP: [replace(it, objection=it.objection or no) for it in computed],
        }

    def lead_to(self, product_id: ProductId, placement: Placement | None, scene: Scene) -> bool:
        """Whether the product is a step from the current one, and can be had.

        A computed one must be a step where the placement shows it.
        """
        product = self.details.get(product_id)
        if product is None:
            return False
        found = self.related.candidates
        choices = {rung.product_id for rung in self.ladder}
        choices |= {it.product_id for it in found[Source.TIERS]}
        if product_id in choices:
            return not why_not_buyable(product, scene)
        if placement is None or not placement.is_live:
            return False
        return any(
            it.product_id == product_id and not why_not_eligible(it, scene)
            for it in self.computed(placement, found[Source.STEP_UP])
        )

    def computed(self, placement: Placement, found: Iterable[Candidate]) -> Iterator[Candidate]:
        """Best sellers of the category as steps up: those that are none say why."""
        if placement.step_up_from_percent is None or Source.STEP_UP not in placement.sources:
            return
        for candidate in found:
            reason = candidate.objection or self._why_no_step_up(candidate, placement)
            yield replace(candidate, objection=reason)

    def _why_no_step_up(self, candidate: Candidate, placement: Placement) -> str:
        if self.ladder:
            return "a curated ladder has the product: nothing is computed"
        here, orders = self.current, self.related.n_orders
        own = max(orders.get(here.product_id, 0), orders.get(here.family, 0))
        if candidate.score <= own:
            return f"bought in {candidate.score:.0f} orders, not more often than this one in {own}"
        if candidate.product_id in self._named(Source.PINNED):
            return "a person says that it goes with the product, not in its place"
        if candidate.product_id in self._named(Source.MINED):
            return "bought together with the product, not in its place"
        return self._why_not_comparable(candidate.product_id, placement)

    def _why_not_comparable(self, product_id: ProductId, placement: Placement) -> str:
        """Why currency, category or price make it no step up; empty if they do, or are unknown."""
        here, product = self.current, self.details.get(product_id)
        if product is None or product.price is None or not here.price:
            return ""  # the pipeline says why
        return self._why_not_alike(product, product.price / here.price, placement)

    def _why_not_alike(self, product: ProductDetails, ratio: Decimal, placement: Placement) -> str:
        here = self.current
        if product.currency != here.currency:
            return f"it is priced in {product.currency}, the product in {here.currency}"
        if product.category_ids[:1] != here.category_ids[:1]:
            return "it is not of the same closest category any more"
        percent = (ratio - 1) * 100
        least, most = placement.step_up_from_percent, placement.step_up_to_percent
        if not Decimal(least or 0) <= percent <= Decimal(most or 0):
            return f"it costs {percent:+.1f}%: a step up costs {least}% to {most}% more"
        return ""

    def _named(self, source: Source) -> frozenset[ProductId]:
        return frozenset(it.product_id for it in self.related.candidates[source])

    def _rested(self, candidate: Candidate) -> Candidate:
        """The candidate, with an objection while a no to it, or to a lower step, rests."""
        reason = candidate.objection or self._why_rests(candidate.product_id)
        return replace(candidate, objection=reason)

    def _why_rests(self, product_id: ProductId) -> str:
        if reason := self.attention.why_silent(self.said):
            return reason
        rung = next((it for it in self.ladder if it.product_id == product_id), None)
        if rung is None:
            return self._resting(step_source(product_id), REST_DAYS)
        if any(self.said.of(downsell_source(it)).accepted_here_at for it in self.ladder):
            return NO_MORE
        # Who declines a step declines the dearer ones with it, and not the smaller ones.
        refused = (it for it in self.ladder if it.rank <= rung.rank)
        reasons = (self._resting(tier_source(it), it.cool_down_days) for it in refused)
        return next(filter(None, reasons), "")

    def _resting(self, source: str, days: int) -> str:
        declined_at = self.said.of(source).declined_at
        if declined_at is None:
            return ""
        ends_at = declined_at + timedelta(days=days)
        if ends_at <= self.now:
            return ""
        days_in_shop = (shop_time(it).date().isoformat() for it in (declined_at, ends_at))
        return "declined on {}, rests until {}".format(*days_in_shop)

    def _down(self) -> Iterator[Candidate]:
        """The rung below, where the step up was declined in this visit; once."""
        here = own_rung(self.ladder, self.current)
        if here is None or not here.offers_downsell:
            return
        lower = [it for it in self.ladder if it.rank < here.rank]
        said_no = any(
            self.said.of(tier_source(it)).declined_here_at
            for it in self.ladder
            if it.rank > here.rank
        )
        if said_no and lower:
            below = lower[-1]
            reason = self._why_not_down(below)
            yield Candidate(below.product_id, Source.TIERS, here.product_id, 0, objection=reason)

    def _why_not_down(self, below: Rung) -> str:
        if reason := self.attention.why_silent(self.said):
            return reason
        for rung in self.ladder:
            if self.said.of(downsell_source(rung)).accepted_here_at:
                return NO_MORE
            if reason := self._resting(downsell_source(rung), rung.cool_down_days):
                return reason
            if self.said.of(downsell_source(rung)).declined_here_at:
                return NO_MORE
        product = self.details.get(below.product_id)
        prices = (product.price if product else None, self.current.price)
        if prices[0] is not None and prices[1] is not None and prices[0] >= prices[1]:
            return "the smaller one costs no less"
        return ""


def tier_source(rung: Rung) -> str:
    """The name of the step up to the rung."""
    return f"tier:{rung.tier_id}"


def downsell_source(rung: Rung) -> str:
    """The name of the step down to the rung."""
    return f"downsell:{rung.tier_id}"


def step_source(product_id: ProductId) -> str:
    """The name of a step to a product that is on no ladder: its key, or a digest of a long one."""
    name = f"step:{product_id}"
    return name if len(name) <= LONGEST_SOURCE else f"step:{sha256(name.encode()).hexdigest()[:40]}"
