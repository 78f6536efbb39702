"""What all shoppers together saw of an offer, and what they answered: counts, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from xsell.models import Encounter


@dataclass(frozen=True, slots=True)
class Answers:
    """`n_times`: how often it was seen; the others count visits: seen in, answered yes, and no."""

    n_times: int
    n_visits: int
    n_yes: int
    n_no: int


def answers_to(source: str) -> Answers:
    """Over all encounters with the source that are still kept, in one query."""
    counted = Encounter.objects.filter(source=source).aggregate(
        n_times=Sum("n_seen", default=0),
        n_visits=Count("pk", filter=Q(n_seen__gt=0)),
        n_yes=Count("accepted_at"),
        n_no=Count("declined_at"),
    )
    return Answers(**counted)
