"""Let the shop's newest orders choose the model.

A slice of the newest orders is completed by every candidate fitted on the older ones; the best by
NDCG@10 wins and is fitted again on all orders. The simple measures are candidates too, so that
nothing worse on the slice than confidence, Jaccard or best sellers is ever chosen.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from xsell.engine.baskets import Baskets
from xsell.engine.holdout import (
    Task,
    in_codes,
    ndcg,
    newest_as_task,
    ranks_of_hidden,
    top_rows,
)
from xsell.engine.members import DEFAULTS, Fit, Workshop, fit
from xsell.engine.relations import Habit

VALIDATION_SHARE = 0.1
MAX_CARTS = 6_000
# fewer hidden products than this cannot tell the candidates apart
LEAST_CARTS = 200
# what few orders get: no regression, whose weights need many; sparse shops do best with it
FEW_ORDERS = ("walk", {"half_life_days": None})

# tried once each, then ridge goes on from the best value of each in turn
FIRST: tuple[tuple[str, dict[str, Any]], ...] = (
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
    ("ridge", {"walk_share": 0.0}),
    ("ridge", {"walk_share": 0.1}),
    ("ridge", {"walk_share": 0.3}),
    ("ridge", {"walk_share": 1.0}),
    ("ridge", {"walk_share": 3.0}),
)
SWEEP: dict[str, dict[str, tuple[Any, ...]]] = {
    "ridge": {
        "lam": (10.0, 25.0, 100.0, 200.0),
        "size_exponent": (0.0, 0.25, 0.75),
        "half_life_days": (None, 40.0),
        "n_predictors": (100,),
        "beta": (0.15, 0.3),
        "walk_share": (6.0,),
    },
    "walk": {"half_life_days": (None, 40.0), "alpha": (0.8, 1.2), "beta": (0.05,)},
    "bm25": {"b": (0.1, 0.45, 0.75), "k1": (0.1, 1.2)},
    "rules": {"least_support": (2, 10)},
}
HABITS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("base", (0.35, 1.4)),
    ("overlap", (0.0, 0.35, 1.4)),
    ("retention", (0.9, 1.0)),
    ("shrinkage", (3.0, 30.0)),
)

Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Choice:
    """The member that won, its parameters, the shoppers' habit, and each candidate's score."""

    scoring: str
    parameters: Mapping[str, Any]
    habit: Habit
    trials: Mapping[str, float]

    def as_parameters(self) -> dict[str, Any]:
        """What `mine(scoring="auto", parameters=...)` takes to do the same without a search."""
        return {"scoring": self.scoring, **self.parameters, "habit": asdict(self.habit)}


def chosen_before(scoring: str, parameters: Mapping[str, Any]) -> Choice:
    """The choice that such parameters state; defaults for what they leave out."""
    settings = dict(parameters)
    scoring = settings.pop("scoring", scoring)
    habit = Habit(**settings.pop("habit", {}))
    return Choice(scoring, {**DEFAULTS[scoring], **settings}, habit, {})


@dataclass(slots=True, eq=False)
class _Bench:
    """A validation task and what was tried on it."""

    task: Task
    shop: Workshop
    k: int
    trials: dict[str, float]
    min_count: int
    best: tuple[float, str, dict[str, Any]] = (-1.0, *FEW_ORDERS)

    def try_out(self, scoring: str, parameters: dict[str, Any]) -> None:
        name = described(scoring, parameters)
        if name in self.trials:
            return
        fitted = fit(self.shop, scoring, parameters, self.min_count)
        score = self.score(fitted, None)
        self.trials[name] = score
        if score > self.best[0]:
            self.best = (score, scoring, parameters)

    def score(self, fitted: Fit, habit: Habit | None) -> float:
        carts = self.task.carts
        if habit is None:
            carts = replace(carts, past_offset=np.empty(0, np.int64))
        rows = top_rows(fitted, self.k, self.shop.threads)
        task = replace(self.task, carts=carts)
        rank, _ = ranks_of_hidden(task, rows, habit or Habit())
        return float(ndcg(rank).mean())


def described(scoring: str, parameters: Mapping[str, Any]) -> str:
    """A candidate's name among the trials: what differs from the member's defaults.

    >>> described("walk", {"beta": 0.3, "alpha": 1.0})
    'walk beta=0.3'
    """
    differing = [f"{k}={v}" for k, v in parameters.items() if v != DEFAULTS[scoring].get(k)]
    return " ".join([scoring, *differing])


def choose(
    baskets: Baskets,
    *,
    k: int,
    max_basket: int | None,
    min_count: int,
    threads: int,
    progress: Progress | None = None,
) -> Choice:
    """Search the family on the newest tenth of the orders; FEW_ORDERS where these are too few.

    Deterministic: a fixed list of candidates, then one sweep over the winner's parameters.
    """
    task = newest_as_task(baskets, VALIDATION_SHARE, MAX_CARTS)
    if task.hidden.size < LEAST_CARTS:
        scoring, parameters = FEW_ORDERS
        return Choice(scoring, parameters, Habit(), {})
    shop = Workshop.open(task.known, max_basket, threads)
    bench = _Bench(in_codes(task, shop), shop, k, {}, min_count)
    n_steps = len(FIRST) + max(map(_n_values, SWEEP.values()))
    for step, (scoring, parameters) in enumerate(FIRST, start=1):
        bench.try_out(scoring, parameters)
        if progress is not None:
            progress(step, n_steps)
    for scoring, parameters in _sweep(bench):
        bench.try_out(scoring, parameters)
    if progress is not None:
        progress(n_steps, n_steps)
    _, scoring, parameters = bench.best
    return Choice(scoring, {**DEFAULTS[scoring], **parameters}, _habit(bench), bench.trials)


def _n_values(sweep: Mapping[str, tuple[Any, ...]]) -> int:
    return sum(map(len, sweep.values()))


def _sweep(bench: _Bench) -> Iterator[tuple[str, dict[str, Any]]]:
    """The best candidate so far with one parameter changed at a time."""
    scoring = bench.best[1]
    for parameter, values in SWEEP.get(scoring, {}).items():
        for value in values:
            yield scoring, {**bench.best[2], parameter: value}


def _habit(bench: _Bench) -> Habit:
    """The habit that completes the validation carts best; none at all where none helps."""
    silent = Habit(base=0.0, overlap=0.0)
    if bench.task.carts.past_items.size == 0:
        return Habit()
    fitted = fit(bench.shop, bench.best[1], bench.best[2], bench.min_count)
    best = max((silent, Habit()), key=lambda habit: bench.score(fitted, habit))
    if best is silent:
        return silent
    score = bench.score(fitted, best)
    for parameter, values in HABITS:
        for tried in [replace(best, **{parameter: value}) for value in values]:
            found = bench.score(fitted, tried)
            if found > score:
                score, best = found, tried
    bench.trials["with history"] = score
    return best
