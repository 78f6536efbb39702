"""Shoppers see offers, take them or decline them: remembered for caps, rests and sequences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import router, transaction
from django.db.models import F

from xsell.models import Encounter


def record_seen(
    *,
    sources: Iterable[str],
    visit: str,
    customer_id: str | None,
    placement: str,
    view: str,
    now: datetime,
) -> None:
    """Count that the browser really showed these; `view` names the page's view, which counts once.

    Two tabs at once lose nothing: the count is the database's own.
    """
    rows = _rows(sources, visit, customer_id, placement)
    rows.exclude(last_view=view).update(n_seen=F("n_seen") + 1, last_seen_at=now, last_view=view)


def record_no(
    *, source: str, visit: str, customer_id: str | None, placement: str, now: datetime
) -> None:
    """Remember that the shopper declined the source here."""
    rows = _rows([source], visit, customer_id, placement)
    rows.update(declined_at=now, accepted_at=None, placement=placement)


def record_yes(
    *, source: str, visit: str, customer_id: str | None, placement: str, now: datetime
) -> None:
    """Remember that the shopper took the source here; an earlier no is taken back."""
    rows = _rows([source], visit, customer_id, placement)
    rows.update(accepted_at=now, declined_at=None, placement=placement)


def _rows(sources: Iterable[str], visit: str, customer_id: str | None, placement: str) -> Any:
    """The visit's rows of the sources, made where they are missing, whoever else makes them."""
    alias = router.db_for_write(Encounter)
    wanted = sorted(set(sources))
    own = {"visit": visit, "customer_id": customer_id or "", "placement": placement}
    with transaction.atomic(using=alias):
        Encounter.objects.using(alias).bulk_create(
            [Encounter(source=source, **own) for source in wanted], ignore_conflicts=True
        )
    rows = Encounter.objects.using(alias).filter(visit=visit, source__in=wanted)
    if customer_id:
        rows.filter(customer_id="").update(customer_id=customer_id)
    return rows
