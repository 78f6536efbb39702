"""To and from pandas, for notebooks. Import it by its own name: nothing else needs pandas."""

from typing import Any

import numpy as np
import pandas as pd

from xsell.engine.lines import OrderLines
from xsell.engine.measures import confidence, lift, lift_lower_bound, support
from xsell.engine.relations import Relations

FIELDS = ("order", "product", "placed_at", "customer", "quantity")


def from_frame(frame: pd.DataFrame, **columns: str) -> OrderLines:
    """Order lines of a frame; name its columns, as in `from_frame(frame, order="order_id")`.

    Fields that are not named are taken from columns of their own name where there are such.
    Missing ids become missing ids, also in integer columns of pandas' nullable kinds; a time with
    a zone is brought to UTC. Raise KeyError for a column that is not there, TypeError for a
    field that is none.
    """
    unknown = set(columns) - set(FIELDS)
    if unknown:
        raise TypeError(f"order lines have no {', '.join(sorted(unknown))}")
    named = {field: columns.get(field, field) for field in FIELDS}
    arrays = {
        field: _array(frame[name], field)
        for field, name in named.items()
        if field in columns or name in frame.columns or field in {"order", "product"}
    }
    return OrderLines(**arrays)


def _array(column: "pd.Series[Any]", field: str) -> Any:
    if field == "placed_at":
        times = pd.to_datetime(column)
        if times.dt.tz is not None:
            times = times.dt.tz_convert("UTC").dt.tz_localize(None)
        return times.to_numpy()
    if field == "quantity":
        return column.to_numpy(np.float64, na_value=np.nan)
    if column.isna().any():
        return column.astype(object).where(column.notna(), None).to_numpy()
    return column.to_numpy()


def to_frame(relations: Relations) -> pd.DataFrame:
    """One row per relation, with the counts and the measures that follow from them."""
    counts = (relations.n_both, relations.n_antecedent, relations.n_consequent)
    n_baskets = relations.n_baskets
    return pd.DataFrame(
        {
            "antecedent": relations.antecedent,
            "consequent": relations.consequent,
            "rank": relations.rank,
            "score": relations.score,
            "n_both": relations.n_both,
            "n_antecedent": relations.n_antecedent,
            "n_consequent": relations.n_consequent,
            "support": support(relations.n_both, n_baskets),
            "confidence": confidence(relations.n_both, relations.n_antecedent),
            "lift": lift(*counts, n_baskets),
            "lift_lower_bound": lift_lower_bound(*counts, n_baskets),
        }
    )
