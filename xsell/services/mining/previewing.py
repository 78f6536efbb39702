"""What a run would find, without writing anything."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import F
from django.utils import timezone
from numpy.typing import NDArray

from xsell.adapters import get_adapter
from xsell.engine import Relations, collect_baskets
from xsell.models import CoPurchase
from xsell.services.mining.columns import Names, named
from xsell.services.mining.fetching import fetch
from xsell.services.mining.modelling import mined
from xsell.services.mining.reading import read_some
from xsell.services.mining.wishes import Wishes
from xsell.services.progress import Progress, silent


def preview_relations(*, progress: Progress = silent, **wishes: Any) -> dict[str, Any]:
    """Figures of the run that `wishes` (see `Wishes`) would make, and of what it would change.

    new, gone, kept: pairs on pages, against those that serve. Raise as `recompute_relations`.
    """
    asked = Wishes.of(wishes)
    orders = read_some(
        get_adapter(),
        since=asked.beginning(timezone.now()),
        until=asked.until,
        progress=progress,
    )
    found = mined(asked, collect_baskets(orders.lines), progress)
    mine, theirs = _pairs(found.pages, orders.names.product)
    n_kept = np.intersect1d(mine, theirs, assume_unique=True).size
    return {
        "lines": found.pages.n_lines,
        "baskets": found.pages.n_baskets,
        "products": len(found.pages.products),
        "relations": len(found.pages),
        "scoring": found.carts.scoring,
        "new": mine.size - n_kept,
        "gone": theirs.size - n_kept,
        "kept": n_kept,
    }


def _pairs(pages: Relations, names: Names) -> tuple[NDArray[Any], NDArray[Any]]:
    """One number for each pair found, and for each that serves."""
    rows = CoPurchase.objects.filter(run__is_active=True, on_pages=True).order_by()
    ends = rows.annotate(xsell_anchor=F("anchor_id"), xsell_suggested=F("suggested_id"))
    columns = fetch(ends.values(), ("xsell_anchor", "xsell_suggested"), lambda done: None)
    serving_names, (anchor, suggested) = named(columns)
    antecedent, consequent = pages.antecedent, pages.consequent
    if names.keys is not None:
        _, own, others = names.joined(serving_names)
        antecedent, consequent = own[antecedent], own[consequent]
        if anchor.size:
            anchor, suggested = others[anchor], others[suggested]
    products = np.unique(np.concatenate((antecedent, consequent, anchor, suggested)))

    def keys(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
        return np.searchsorted(products, one) * products.size + np.searchsorted(products, other)

    return keys(antecedent, consequent), keys(anchor, suggested)
