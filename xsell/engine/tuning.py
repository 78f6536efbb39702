"""Let the shop's newest orders choose the model.

A slice of the newest orders is completed by every candidate fitted on the older ones. A candidate
must beat the best before it by more than chance (NDCG@10, by CAUTION standard errors); the last one
that did is fitted again on all orders. The simple measures are candidates too: nothing worse on the
slice than confidence, Jaccard or best sellers is ever chosen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.baskets import Baskets
from xsell.engine.candidates import FIRST, HABIT_TURNS, HABITS, STRENGTHS, SWEEP
from xsell.engine.holdout import (
    Task,
    in_codes,
    ndcg,
    newest_as_task,
    ranks_of_hidden,
    top_rows,
)
from xsell.engine.members import Fit, fit
from xsell.engine.parameters import DEFAULTS
from xsell.engine.ranking import Progress
from xsell.engine.relations import Habit
from xsell.engine.workshop import Workshop, is_by_robot

VALIDATION_SHARE = 0.1
MAX_CARTS = 10_000
# small shops: a larger slice, each basket of which is asked about several of its products
SMALL_SHOP = 20_000
SMALL_SHARE = 0.2
ROUNDS = 4
# fewer hidden products than this cannot tell the candidates apart
LEAST_CARTS = 200
# one robot or reseller must not choose for all
MOST_OF_ONE = 0.01
# standard errors by which a candidate must be better than what went before: of many candidates one
# is lucky, and the first is the one that most shops are served well by
CAUTION = 1.5
# the same before one customer's repeats may make relations: a robot alone reaches 1, never this
CLEARLY = 2.5
# products times squared predictors of a regression that is worth its time while searching
MOST_SOLVING = 1_000_000_000
# nothing worse on the slice than these, without repeats, is ever chosen
PLAIN = ("popularity", "confidence", "jaccard")
# what few orders get: no regression, whose weights need many; sparse shops do best with it
FEW_ORDERS = ("walk", {"half_life_days": None})

Floats = NDArray[np.float64]


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


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A candidate, and the NDCG of each validation cart that it completed."""

    scoring: str
    parameters: dict[str, Any]
    gains: Floats

    @property
    def ndcg(self) -> float:
        return float(self.gains.mean())

    @property
    def keeps_repeats(self) -> bool:
        return bool(self.parameters.get("keeps_repeats", False))


@dataclass(slots=True, eq=False)
class _Bench:
    """A validation task and what was tried on it."""

    task: Task
    shop: Workshop
    k: int
    min_count: int
    best: _Trial
    half_life_days: float | None = None
    tried: dict[str, _Trial] = field(default_factory=dict)

    def try_out(self, scoring: str, parameters: dict[str, Any]) -> None:
        """Hold a candidate against the best so far, unless it was tried or costs too much."""
        if self.half_life_days is not None and "half_life_days" in DEFAULTS[scoring]:
            parameters = {**parameters, "half_life_days": self.half_life_days}
        name = described(scoring, parameters)
        n_predictors = parameters.get("n_predictors") or 0
        is_costly = n_predictors**2 * self.shop.index.work.size > MOST_SOLVING
        if name in self.tried or is_costly:
            return
        fitted = fit(self.shop, scoring, parameters, self.min_count)
        trial = _Trial(scoring, parameters, self.gains(fitted, None))
        self.tried[name] = trial
        if self.is_better(trial):
            self.best = trial

    def gains(self, fitted: Fit, habit: Habit | None) -> Floats:
        carts = self.task.carts
        if habit is None:
            carts = replace(carts, past_offset=np.empty(0, np.int64))
        rows = top_rows(fitted, self.k, self.shop.threads)
        task = replace(self.task, carts=carts)
        rank, _ = ranks_of_hidden(task, rows, habit or Habit(), threads=self.shop.threads)
        return ndcg(rank)

    def is_better(self, one: _Trial) -> bool:
        """Whether a candidate is better than the best by more than chance would have it.

        To let repeats speak it must be so clearly, also beside itself without them.
        """
        if not one.keeps_repeats or self.best.keeps_repeats:
            return self._errors_between(one, self.best) > CAUTION
        parameters = {k: v for k, v in one.parameters.items() if k != "keeps_repeats"}
        twin = self.tried.get(described(one.scoring, parameters), self.best)
        return min(self._errors_between(one, other) for other in (self.best, twin)) > CLEARLY

    def _errors_between(self, one: _Trial, other: _Trial) -> float:
        """The gap in standard errors, customers taken as wholes."""
        _, owner = np.unique(self.task.customer, return_inverse=True)
        gaps = np.bincount(owner, one.gains - other.gains)
        return float(gaps.sum() / max(np.sqrt((gaps**2).sum()), 1e-12))

    def winner(self) -> _Trial:
        """The best, or a plain measure that comes out before it after all."""
        plain = [self.tried[name] for name in PLAIN if name in self.tried]
        return max([self.best, *plain], key=lambda trial: trial.ndcg)


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
    half_life_days: float | None = None,
    progress: Progress | None = None,
) -> Choice:
    """Search the family on the newest orders; FEW_ORDERS where these are too few.

    Deterministic: a fixed list of candidates, then two sweeps over the parameters of the best.
    half_life_days: of all candidates that take one; None lets the search find it.
    """
    task = validation_task(baskets, max_basket)
    if task.hidden.size < LEAST_CARTS:
        scoring, parameters = FEW_ORDERS
        settings = {**DEFAULTS[scoring], **parameters, "half_life_days": half_life_days}
        return Choice(scoring, settings, Habit(), {})
    shop = Workshop.open(task.known, max_basket, threads)
    shop.remembers = True
    nothing = _Trial(*FIRST[0], np.zeros(task.hidden.size))
    bench = _Bench(in_codes(task, shop), shop, k, min_count, nothing, half_life_days)
    has_repeats = _has_repeats(task.known)
    n_steps = _n_steps(has_repeats=has_repeats)
    for step, candidate in enumerate(_candidates(bench, has_repeats=has_repeats), start=1):
        bench.try_out(*candidate)
        if progress is not None:
            progress(min(step, n_steps - 1), n_steps)
    best = bench.winner()
    trials = {name: trial.ndcg for name, trial in bench.tried.items()}
    habit = _habit(bench, best, trials)
    if progress is not None:
        progress(n_steps, n_steps)
    return Choice(best.scoring, {**DEFAULTS[best.scoring], **best.parameters}, habit, trials)


def validation_task(baskets: Baskets, max_basket: int | None = None) -> Task:
    """The newest orders of people, as the candidates are held against them."""
    if baskets.customer is not None and (is_robot := is_by_robot(baskets.customer)).any():
        baskets = baskets.only(~is_robot)
    share = SMALL_SHARE if baskets.starts.size - 1 < SMALL_SHOP else VALIDATION_SHARE
    return newest_as_task(
        baskets, share, MAX_CARTS, rounds=ROUNDS, most_of_one=MOST_OF_ONE, max_basket=max_basket
    )


def _has_repeats(baskets: Baskets) -> bool:
    customer = baskets.customer
    return customer is not None and np.unique(customer).size < customer.size


def _candidates(bench: _Bench, *, has_repeats: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """FIRST; where customers come back, FIRST again with their repeats; the sweep from the best."""
    yield from FIRST
    if has_repeats:
        for scoring, parameters in FIRST:
            if "keeps_repeats" in DEFAULTS[scoring]:
                yield scoring, {**parameters, "keeps_repeats": True}
    for _ in range(2):  # a later parameter can change what is best of an earlier one
        scoring = bench.best.scoring
        for parameter, values in SWEEP.get(scoring, {}).items():
            for value in values:
                yield scoring, {**bench.best.parameters, parameter: value}


def _n_steps(*, has_repeats: bool) -> int:
    n_sweep = max(sum(map(len, sweep.values())) for sweep in SWEEP.values())
    return len(FIRST) * (1 + has_repeats) + 2 * n_sweep


def _habit(bench: _Bench, chosen: _Trial, trials: dict[str, float]) -> Habit:
    """The habit that completes the validation carts best; none at all where none helps."""
    if bench.task.carts.past_items.size == 0:
        return Habit()
    fitted = fit(bench.shop, chosen.scoring, chosen.parameters, bench.min_count)

    def score(habit: Habit) -> float:
        return float(bench.gains(fitted, habit).mean())

    best = max(STRENGTHS, key=score)
    most = score(best)
    for _ in range(HABIT_TURNS):
        before = most
        for parameter, neighbours in HABITS:
            for value in neighbours(getattr(best, parameter)):
                tried = replace(best, **{parameter: value})
                found = score(tried)
                if found > most:
                    most, best = found, tried
        if most == before:
            break
    silent = Habit(base=0.0, overlap=0.0)
    if most <= score(silent):
        return silent
    trials["with history"] = most
    return best
