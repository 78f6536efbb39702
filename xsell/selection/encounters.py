"""What a shopper saw of offers and steps up, and what they said to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from xsell.models import Encounter
from xsell.values import ShopContext

EVERYTHING = "everything"
"""The source that a shopper declines who wants to be offered nothing more in this visit."""

ENCOUNTER_COLUMNS = (
    *("source", "visit", "placement", "n_seen", "accepted_at", "declined_at"),
    "last_seen_at",
)


@dataclass(frozen=True, slots=True)
class Met:
    """One source, over all visits that are known of this shopper; `..._here`: in this visit."""

    n_seen: int = 0
    n_seen_here: int = 0
    accepted_at: datetime | None = None
    declined_at: datetime | None = None
    accepted_here_at: datetime | None = None
    declined_here_at: datetime | None = None
    placement: str = ""

    def and_in(
        self,
        placement: str,
        n_seen: int,
        accepted_at: datetime | None,
        declined_at: datetime | None,
        *,
        is_here: bool,
    ) -> Met:
        """With what one more visit knows of it."""
        return Met(
            n_seen=self.n_seen + n_seen,
            n_seen_here=self.n_seen_here + (n_seen if is_here else 0),
            accepted_at=_later(self.accepted_at, accepted_at),
            declined_at=_later(self.declined_at, declined_at),
            accepted_here_at=accepted_at if is_here else self.accepted_here_at,
            declined_here_at=declined_at if is_here else self.declined_here_at,
            placement=placement if is_here else self.placement,
        )


NEVER_MET = Met()


@dataclass(frozen=True, slots=True)
class Encounters:
    """All that a shopper has met, by source."""

    met: Mapping[str, Met] = field(default_factory=dict)

    def of(self, source: str) -> Met:
        """What was seen of the source, and said to it."""
        return self.met.get(source, NEVER_MET)

    @property
    def wants_nothing(self) -> bool:
        """Whether the shopper asked for no more offers in this visit."""
        return self.of(EVERYTHING).declined_here_at is not None

    @property
    def seen_here(self) -> frozenset[str]:
        """Sources that were seen or answered in this visit."""
        return frozenset(
            source
            for source, met in self.met.items()
            if source != EVERYTHING
            and (met.n_seen_here or met.accepted_here_at or met.declined_here_at)
        )

    def answered_at(self, placement: str) -> bool:
        """Whether the shopper said yes or no there in this visit."""
        return any(
            met.placement == placement and bool(met.accepted_here_at or met.declined_here_at)
            for met in self.met.values()
        )

    @property
    def n_noes_here(self) -> int:
        """How many sources were declined in this visit."""
        return sum(met.declined_here_at is not None for met in self.met.values())


def encounters_of(context: ShopContext) -> Encounters:
    """What this shopper has met, in one query; in none for who has answered nothing yet."""
    condition = own_encounters(context)
    if condition is None:
        return Encounters()
    rows = Encounter.objects.filter(condition).values_list(*ENCOUNTER_COLUMNS)
    return encounters_from(rows, context.visit)


def own_encounters(context: ShopContext) -> Q | None:
    """Condition for the rows of this visit, and of this customer; None for nobody."""
    if context.customer_id:
        return Q(visit=context.visit or "-") | Q(customer_id=context.customer_id)
    return Q(visit=context.visit) if context.visit else None


def encounters_from(rows: Iterable[tuple[Any, ...]], visit: str) -> Encounters:
    """From rows of ENCOUNTER_COLUMNS."""
    met: dict[str, Met] = {}
    for source, row_visit, placement, n_seen, accepted_at, declined_at, *_rest in rows:
        met[source] = met.get(source, NEVER_MET).and_in(
            placement, n_seen, accepted_at, declined_at, is_here=row_visit == visit
        )
    return Encounters(met)


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    if first is None or second is None:
        return first or second
    return max(first, second)
