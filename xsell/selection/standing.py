"""How a shopper stands with offers: what was seen and said, and what is left of the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat

from xsell.models import Acceptance, Encounter
from xsell.models.acceptances import counted
from xsell.selection.encounters import (
    ENCOUNTER_COLUMNS,
    Encounters,
    Met,
    encounters_from,
    own_encounters,
)
from xsell.selection.offers import StoredOffer
from xsell.values import ShopContext

LIMIT = "limit:"


@dataclass(slots=True)
class Standing:
    """Read when it is first asked for: encounters and limits in one query."""

    context: ShopContext
    now: datetime
    _encounters: Encounters | None = None
    _taken: dict[str, tuple[int, int]] = field(default_factory=dict)
    _asked: set[int] = field(default_factory=set)

    @property
    def encounters(self) -> Encounters:
        """What the shopper has met."""
        self.learn(())
        return self._encounters or Encounters()

    def learn(self, offers: Iterable[StoredOffer]) -> None:
        """Read what is not known yet: in one query, or none."""
        limited = [it.offer_id for it in offers if it.is_limited and it.offer_id not in self._asked]
        parts: list[QuerySet[Any, Any]] = []
        if self._encounters is None:
            self._encounters = Encounters()
            own = own_encounters(self.context)
            if own is not None:
                parts.append(_met(own))
        if limited:
            self._asked.update(limited)
            parts.append(_taken(limited, self.context, self.now))
        if not parts:
            return
        rows = list(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
        self._taken |= {
            row[0].removeprefix(LIMIT): (row[3], row[4]) for row in rows if _is_limit(row)
        }
        met = [(*row[:4], *row[5:]) for row in rows if not _is_limit(row)]
        if met:
            self._encounters = encounters_from(met, self.context.visit)

    def imagine(self, met: Mapping[str, Met]) -> None:
        """Answer from now on as if the shopper had met this, too; for explanations."""
        self._encounters = Encounters({**self.encounters.met, **met})

    def why_none_left(self, offer: StoredOffer) -> str:
        """Why the offer's limits leave nothing for this shopper; empty if they do."""
        in_all, own = self._taken.get(str(offer.offer_id), (0, 0))
        limit, each = offer.columns["limit_in_all"], offer.columns["limit_per_customer"]
        if limit is not None and in_all >= limit:
            return "it was taken as often as it may be in all"
        if each is not None and own >= each:
            return "this shopper has had it as often as one may"
        return ""


def _is_limit(row: tuple[Any, ...]) -> bool:
    return str(row[0]).startswith(LIMIT)


def _met(own: Q) -> QuerySet[Any, Any]:
    source, visit, placement, n_seen, *times = ENCOUNTER_COLUMNS
    rows = Encounter.objects.filter(own).annotate(n_own=Value(0, IntegerField()))
    return rows.values_list(source, visit, placement, n_seen, "n_own", *times)


def _taken(offer_ids: Iterable[int], context: ShopContext, now: datetime) -> QuerySet[Any, Any]:
    """Units that count for the limits, in the columns of encounters."""
    own = Q(pk__in=())
    if context.customer_id:
        own = Q(customer_id=context.customer_id)
    elif context.shopper_key:
        own = Q(shopper_key=context.shopper_key)
    nothing, never = Value("", CharField()), Value(None, DateTimeField())
    rows = Acceptance.objects.filter(counted(now), offer__in=offer_ids).order_by().values("offer")
    return rows.annotate(
        source=Concat(Value(LIMIT), Cast("offer", CharField()), output_field=CharField()),
        visit=nothing,
        placement_=nothing,
        in_all=Cast(Sum("quantity"), IntegerField()),
        n_own=Cast(Sum("quantity", filter=own, default=0), IntegerField()),
        accepted_at_=never,
        declined_at=never,
        last_seen_at=never,
    ).values_list(
        *("source", "visit", "placement_", "in_all", "n_own"),
        *("accepted_at_", "declined_at", "last_seen_at"),
    )
