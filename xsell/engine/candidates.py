"""What `tuning` tries: members and their parameters, and the habits of shoppers."""

from collections.abc import Callable
from typing import Any

from xsell.engine.relations import Habit

# tried once each, then the best goes on from the best value of each of its parameters in turn
FIRST: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ridge", {}),
    ("popularity", {}),
    ("confidence", {}),
    ("jaccard", {}),
    ("rules", {}),
    ("rules", {"least_support": 3}),
    ("bm25", {}),
    ("bm25", {"k1": 0.3, "b": 0.3}),
    ("bm25", {"k1": 0.3, "b": 0.6}),
    ("walk", {}),
    ("walk", {"beta": 0.15}),
    ("walk", {"beta": 0.3}),
    ("ridge", {"walk_share": 0.0, "jaccard_share": 0.0}),
    ("ridge", {"walk_share": 3.0}),
    ("ridge", {"jaccard_share": 1.0}),
)
SWEEP: dict[str, dict[str, tuple[Any, ...]]] = {
    "ridge": {
        "walk_share": (0.0, 0.3, 1.0, 3.0, 6.0, 12.0),
        "jaccard_share": (0.0, 0.03, 0.1, 0.3, 1.0),
        "prior_share": (0.0, 0.25, 1.0, 2.0),
        "size_exponent": (0.0, 0.25, 0.75),
        "half_life_days": (None, 40.0),
        "lam": (10.0, 25.0, 100.0, 200.0),
        "n_predictors": (50, 100, 200),
        "beta": (0.15, 0.3),
    },
    "walk": {"half_life_days": (None, 40.0), "alpha": (0.8, 1.2), "beta": (0.05,)},
    "bm25": {"b": (0.1, 0.45, 0.75), "k1": (0.1, 1.2)},
    "rules": {"least_support": (2, 10)},
}
# each number of a habit is moved by these as long as that helps, the strengths first
HABITS: tuple[tuple[str, Callable[[float], tuple[float, ...]]], ...] = (
    ("base", lambda x: (x / 2, x / 1.4, x * 1.4, x * 2)),
    ("overlap", lambda x: (0.0, x / 2, x / 1.4, x * 1.4, x * 2)),
    ("retention", lambda _: (0.8, 0.9, 0.97, 1.0)),
    ("shrinkage", lambda x: (x / 3, x * 3)),
)
HABIT_TURNS = 4
# where the search for a habit may begin
STRENGTHS = (Habit(), Habit(base=0.1, overlap=0.1), Habit(base=0.02, overlap=0.0))
