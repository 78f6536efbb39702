"""Which model scores the pairs of carts: chosen on the shop's own orders once a week, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop

from xsell.engine import MEASURES, Baskets, Relations, mine
from xsell.engine.parameters import check_parameters
from xsell.models import MiningRun
from xsell.services.mining.wishes import Wishes
from xsell.services.progress import Progress

MINING = gettext_noop("mining")
CHOSEN_FOR = timedelta(days=7)
RUNS_LOOKED_AT = 50
FOR_PAGES = "information"


@dataclass(frozen=True, slots=True, eq=False)
class Mined:
    """What a run found: for carts by its model, for pages by a measure of evidence."""

    pages: Relations
    carts: Relations
    known: Mapping[str, Any] | None


def mined(
    asked: Wishes,
    baskets: Baskets,
    progress: Progress,
    *,
    keeps_model: bool = False,
) -> Mined:
    """Relations as they were asked for; with the model that was chosen before, if it holds.

    Where the run's scoring is a measure it ranks for pages and carts alike.
    """
    known = model_chosen_before(asked, however_old=keeps_model)
    carts = mine(
        baskets,
        k=asked.k,
        scoring=asked.scoring,
        parameters=None if known is None else known["parameters"],
        half_life_days=asked.half_life_days if known is None else None,
        min_count=asked.min_count,
        progress=lambda done, total: progress(MINING, done, total),
    )
    if asked.scoring in MEASURES:
        return Mined(carts, carts, None)
    pages = mine(
        baskets,
        k=asked.k,
        scoring=FOR_PAGES,
        min_count=asked.min_count,
        progress=lambda done, total: progress(MINING, done, total),
    )
    return Mined(pages, carts, known)


def model_chosen_before(asked: Wishes, *, however_old: bool) -> Mapping[str, Any] | None:
    """The model that a run with the same wishes has chosen; None to search for one."""
    if asked.scoring != "auto" or asked.retune:
        return None
    oldest = (timezone.now() - CHOSEN_FOR).isoformat()
    ready = MiningRun.objects.filter(status=MiningRun.Status.READY).order_by("-is_active", "-pk")
    for before in ready[:RUNS_LOOKED_AT]:
        model: Mapping[str, Any] = before.model
        wishes = ("scoring", "k", "half_life_days")
        if not model or any(before.parameters.get(it) != getattr(asked, it) for it in wishes):
            continue
        is_recent = model["chosen_at"] >= oldest
        if (is_recent or however_old) and _is_valid(model):
            return model
    return None


def _is_valid(model: Mapping[str, Any]) -> bool:
    """Whether this version of the engine takes the parameters that another may have chosen."""
    try:
        check_parameters("auto", model["parameters"])
    except (TypeError, ValueError):
        return False
    return True


def model_of(found: Mined) -> dict[str, Any]:
    """What scored the pairs, how it was chosen, and what `complete` needs to know of it."""
    carts, known = found.carts, found.known
    now: datetime = timezone.now()
    return {
        "scoring": carts.scoring,
        "parameters": dict(carts.parameters),
        "habit": asdict(carts.habit),
        "trials": dict(carts.trials) if known is None else known["trials"],
        "chosen_at": now.isoformat() if known is None else known["chosen_at"],
    }
