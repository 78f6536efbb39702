"""What each member of the family takes, and what is refused."""

from collections.abc import Mapping
from typing import Any

from xsell.engine.arguments import check_at_least, check_between

# what a member of that name takes; half_life_days None: no decay; n_predictors None: as many as
# `affordable_predictors`
DEFAULTS: dict[str, dict[str, Any]] = {
    "ridge": {
        "half_life_days": 120.0, "size_exponent": 0.5, "n_predictors": None, "lam": 50.0,
        "walk_share": 1.0, "beta": 0.0, "jaccard_share": 0.1, "prior_share": 0.5,
        "keeps_repeats": False,
    },
    "walk": {"half_life_days": 120.0, "alpha": 1.0, "beta": 0.0, "keeps_repeats": False},
    "bm25": {"k1": 1.2, "b": 0.75, "keeps_repeats": False},
    "rules": {"least_support": 5, "keeps_repeats": False},
    "jaccard": {"keeps_repeats": False},
    "confidence": {"keeps_repeats": False},
    "count": {"keeps_repeats": False},
    "popularity": {},
}  # fmt: skip
# least and most; whole numbers and switches by their kind
RANGES: dict[str, tuple[float, float]] = {
    "half_life_days": (1e-3, 1e6), "size_exponent": (0.0, 3.0), "lam": (1e-6, 1e12),
    "walk_share": (0.0, 1e6), "beta": (0.0, 3.0), "jaccard_share": (0.0, 1e6),
    "prior_share": (0.0, 1e6), "alpha": (0.05, 5.0), "k1": (1e-3, 1e6), "b": (0.0, 1.0),
}  # fmt: skip
CAN_BE_NONE = {"half_life_days", "n_predictors"}


def check_parameters(scoring: str, parameters: Mapping[str, Any]) -> None:
    """Refuse what does nothing or cannot be, by its name, with ValueError or TypeError.

    `scoring` is as given to `mine`: "auto" needs the name of a member among the parameters.
    """
    member = parameters.get("scoring", scoring)
    if member not in DEFAULTS:
        raise ValueError(f"parameters must name one of {', '.join(DEFAULTS)} as scoring")
    if scoring not in {"auto", member}:
        raise ValueError(f"parameters are of {member!r}, scoring is {scoring!r}")
    given = {name: x for name, x in parameters.items() if name not in {"scoring", "habit"}}
    unknown = set(given) - set(DEFAULTS[member])
    if unknown:
        raise ValueError(f"parameters: {member!r} takes no {', '.join(sorted(unknown))}")
    for name, value in given.items():
        _check_value(name, value)


def _check_value(name: str, value: Any) -> None:
    if value is None and name in CAN_BE_NONE:
        return
    if name == "keeps_repeats":
        if not isinstance(value, bool):
            raise TypeError(f"keeps_repeats must be True or False, not {value!r}")
    elif name in {"n_predictors", "least_support"}:
        check_at_least(1, **{name: value})
        check_between(name, value, 1, 10_000)
    else:
        check_between(name, value, *RANGES[name])
