"""What customers do next, into the run's rows: next steps and repurchase gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from xsell.engine import (
    Baskets,
    NextSteps,
    RepurchaseGaps,
    lift,
    lift_lower_bound,
    next_steps,
    purchase_sequences,
    repurchase_gaps,
)
from xsell.models import NextPurchase, RepurchaseGap
from xsell.services.mining.columns import Names
from xsell.services.mining.inserting import insert_columns
from xsell.services.mining.writing import keys_of
from xsell.services.runs import Work
from xsell.values import ProductId

FOLLOWING = gettext_noop("what comes next")
EARLIEST_DAYS, LATEST_DAYS = 30, 90
"""A next step is taken one to three months later: sooner, it would have been in the same cart."""


def follow(
    baskets: Baskets, names: Names, categories: dict[ProductId, str], work: Work
) -> dict[str, Any]:
    """Write next steps and gaps between products that the shop still has; what to note of them.

    The engine is deterministic and takes seconds for ten million lines, so an update mines them
    anew, and finds what a full run would.
    """
    found = purchase_sequences(baskets)
    steps = next_steps(found, earliest_days=EARLIEST_DAYS, latest_days=LATEST_DAYS)
    gaps = repurchase_gaps(found)
    work.give_sign()
    n_steps = _write_steps(steps, names, categories, work)
    n_gaps = _write_gaps(gaps, names, categories, work)
    return {
        "earliest_days": EARLIEST_DAYS,
        "latest_days": LATEST_DAYS,
        "n_windows": steps.n_windows,
        "n_next_steps": n_steps,
        "n_gaps": n_gaps,
    }


def _write_steps(
    steps: NextSteps, names: Names, categories: dict[ProductId, str], work: Work
) -> int:
    is_sold = _is_sold(steps.antecedent, names, categories)
    is_sold &= _is_sold(steps.consequent, names, categories)
    n_both, n_anchor, n_suggested = (
        column[is_sold] for column in (steps.n_both, steps.n_antecedent, steps.n_consequent)
    )
    counts = (n_both, n_anchor, n_suggested, steps.n_windows)
    columns = {
        "run_id": work.run.pk,
        "anchor_id": keys_of(names, steps.antecedent[is_sold]),
        "suggested_id": keys_of(names, steps.consequent[is_sold]),
        "position": steps.rank[is_sold],
        "score": steps.score[is_sold],
        "n_both": n_both,
        "n_anchor": n_anchor,
        "n_suggested": n_suggested,
        "lift": lift(*counts),
        "lift_lower": lift_lower_bound(*counts),
        "lag_days": steps.lag_days[is_sold],
    }
    insert_columns(NextPurchase, columns, n_both.size, lambda n_rows: work.give_sign())
    return int(n_both.size)


def _write_gaps(
    gaps: RepurchaseGaps, names: Names, categories: dict[ProductId, str], work: Work
) -> int:
    is_sold = _is_sold(gaps.product, names, categories)
    columns = {
        "run_id": work.run.pk,
        "product_id": keys_of(names, gaps.product[is_sold]),
        "n_gaps": gaps.n_gaps[is_sold],
        "n_customers": gaps.n_customers[is_sold],
        "lower_quartile_days": gaps.lower_quartile_days[is_sold],
        "median_days": gaps.median_days[is_sold],
        "upper_quartile_days": gaps.upper_quartile_days[is_sold],
    }
    n_rows = int(np.count_nonzero(is_sold))
    insert_columns(RepurchaseGap, columns, n_rows, lambda n_rows: work.give_sign())
    return n_rows


def _is_sold(
    numbers: NDArray[Any], names: Names, categories: dict[ProductId, str]
) -> NDArray[np.bool_]:
    return np.array([names[number] in categories for number in numbers.tolist()], np.bool_)
