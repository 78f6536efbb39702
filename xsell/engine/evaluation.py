"""How well does a cart get completed, and by whom?

Leave one out by time: the newest tenth of the orders, one random product (fixed seed) of each
hidden, every other product that is not in the cart competes. Each contestant learns from the older
orders only and suggests from its stored rows, as it would in the shop.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xsell.engine.arguments import check_limits
from xsell.engine.baskets import Baskets, collect_baskets
from xsell.engine.completion import Rows
from xsell.engine.counting import available_threads
from xsell.engine.holdout import Task, in_codes, ndcg, newest_as_task, ranks_of_hidden, top_rows
from xsell.engine.lines import OrderLines
from xsell.engine.members import Fit, best_sellers, fit
from xsell.engine.pairs import INFORMATION
from xsell.engine.ranking import Progress, Rules, best_pairs
from xsell.engine.relations import Habit
from xsell.engine.store import BasketStore
from xsell.engine.tuning import choose
from xsell.engine.workshop import Workshop

CONTESTANTS = (
    *("popularity", "count", "confidence", "lift", "jaccard", "information"),
    *("rules", "bm25", "walk", "ridge", "auto"),
)  # fmt: skip
# of the progress told: the search tries about that many candidates
AUTO_STEPS = 80


class NothingToTest(ValueError):
    """No basket of the newest has two products that were sold before."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One contestant: shares of 1, what it suggested, and the NDCG of each test in `gains`.

    ndcg, hit_rate: at 10; hit_rate_again and hit_rate_new: of the tests whose hidden product the
    shopper had bought before, and of the others (nan without such tests); coverage: products
    suggested at least once, of those sold before.
    suggested: their ids, ascending, in the caller's own kind; n_suggested: among the 10 of how
    many tests each was.
    """

    contestant: str
    parameters: Mapping[str, Any]
    ndcg: float
    hit_rate: float
    hit_rate_again: float
    hit_rate_new: float
    coverage: float
    seconds: float
    gains: NDArray[np.float64]
    suggested: NDArray[Any]
    n_suggested: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Results, best first, of `n_tests` hidden products after `n_known` baskets."""

    results: tuple[Result, ...]
    n_tests: int
    n_known: int

    def __getitem__(self, contestant: str) -> Result:
        return next(each for each in self.results if each.contestant == contestant)

    def difference(self, one: str, other: str, samples: int = 2_000) -> tuple[float, float, float]:
        """NDCG of one less the other's, with its 95% interval by paired bootstrap over tests."""
        gap = self[one].gains - self[other].gains
        rng = np.random.default_rng(20260101)
        means = [gap[rng.integers(gap.size, size=gap.size)].mean() for _ in range(samples)]
        low, high = np.quantile(means, [0.025, 0.975])
        return float(gap.mean()), float(low), float(high)

    def __str__(self) -> str:
        head = f"{'':24}{'NDCG@10':>9}{'HR@10':>8}{'again':>8}{'new':>8}{'cover':>8}{'s':>8}"
        rows = [
            f"{r.contestant:24}{r.ndcg:9.4f}{r.hit_rate:8.4f}{r.hit_rate_again:8.4f}"
            f"{r.hit_rate_new:8.4f}{r.coverage:8.4f}{r.seconds:8.2f}"
            for r in self.results
        ]
        return "\n".join([f"{self.n_tests} tests, {self.n_known} baskets before", head, *rows])


def evaluate(
    lines: OrderLines | BasketStore | Baskets,
    *,
    contestants: Sequence[str] = CONTESTANTS,
    test_share: float = 0.1,
    max_tests: int = 20_000,
    k: int = 20,
    window: timedelta | None = None,
    max_basket: int | None = 100,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Complete the newest `test_share` of baskets by each contestant from `k` rows a product.

    "auto" chooses on the newest of the older baskets: it never sees the tests. Where customers
    are known it competes a second time, as "auto + history".
    progress: called with (done, total) steps in the caller's thread; a contestant is one, the
    search of "auto" is AUTO_STEPS.
    Raise ValueError for an unknown contestant or an argument out of range; NothingToTest, which
    is one, where no basket of the newest has two products that were sold before.
    """
    _check_contestants(contestants)
    if not 0 < test_share < 1:
        raise ValueError(f"test_share must be between 0 and 1, not {test_share!r}")
    check_limits(max_basket, threads, k=k, max_tests=max_tests)
    threads = threads or available_threads()
    task = newest_as_task(collect_baskets(lines, window), test_share, max_tests)
    if not task.hidden.size:
        raise NothingToTest("nothing to test on: no basket of the newest has two known products")
    shop = Workshop.open(task.known, max_basket, threads)
    task = in_codes(task, shop)
    results: list[Result] = []
    steps = _Steps(contestants, progress)
    for contestant in contestants:
        results += _compete(contestant, shop, task, k, max_basket, steps)
        steps.finish(contestant)
    results.sort(key=lambda result: -result.ndcg)
    return Report(tuple(results), task.hidden.size, task.known.starts.size - 1)


def _check_contestants(contestants: Sequence[str]) -> None:
    unknown = set(contestants) - set(CONTESTANTS)
    if unknown:
        raise ValueError(f"unknown contestants: {', '.join(sorted(unknown))}")
    if not contestants:
        raise ValueError("contestants: name at least one")


class _Steps:
    """How far the evaluation is, told as whole steps that only grow."""

    def __init__(self, contestants: Sequence[str], progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0
        self._total = sum(map(_n_steps, contestants))

    def search(self, done: int, total: int) -> None:
        """Within the search of "auto", `done` of `total` are done."""
        self._tell(self._done + AUTO_STEPS * done // max(total, 1))

    def finish(self, contestant: str) -> None:
        """This contestant has completed every cart."""
        self._done += _n_steps(contestant)
        self._tell(self._done)

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, self._total)


def _n_steps(contestant: str) -> int:
    return 1 + AUTO_STEPS if contestant == "auto" else 1


def _compete(
    contestant: str, shop: Workshop, task: Task, k: int, max_basket: int | None, steps: "_Steps"
) -> list[Result]:
    started = perf_counter()
    alone = replace(task, carts=replace(task.carts, past_offset=np.empty(0, np.int64)))
    if contestant != "auto":
        rows = _rows(contestant, shop, k, max_basket)
        return [_result(contestant, {}, shop, alone, rows, Habit(), started)]
    choice = choose(
        task.known, k=k, max_basket=max_basket, min_count=2, threads=shop.threads,
        progress=steps.search,
    )  # fmt: skip
    fitted = fit(shop, choice.scoring, choice.parameters, 2)
    rows = top_rows(fitted, k, shop.threads)
    parameters = choice.as_parameters()
    found = [_result("auto", parameters, shop, alone, rows, choice.habit, started)]
    if task.carts.past_items.size:
        found.append(_result("auto + history", parameters, shop, task, rows, choice.habit, started))
    return found


def _rows(contestant: str, shop: Workshop, k: int, max_basket: int | None) -> Rows:
    """What a contestant without parameters stores."""
    if contestant == "information":
        return _information(shop, k, max_basket)
    fitted = _lift(shop) if contestant == "lift" else fit(shop, contestant, {}, 2)
    return top_rows(fitted, k, shop.threads)


def _information(shop: Workshop, k: int, max_basket: int | None) -> Rows:
    """As mining ranks by it, with its floors; best sellers after."""
    apart = Workshop.open(shop.baskets, max_basket, shop.threads, keep_basket=False)
    pairs = best_pairs(apart.index, Rules(k, INFORMATION, 3, 1.0), shop.threads, None)
    sizes = np.bincount(pairs.code, minlength=shop.index.work.size)
    offset = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    return Rows(offset, pairs.partner, pairs.score, best_sellers(shop), is_sum=True)


def _lift(shop: Workshop) -> Fit:
    """Lift as a contestant that is there to be beaten, and not for mining."""
    fitted = fit(shop, "confidence", {}, 2)
    n = np.maximum(shop.index.n_baskets_with, 1).astype(np.float32)
    return replace(fitted, scores=fitted.scores / n[fitted.coupling.column])


def _result(
    contestant: str,
    parameters: Mapping[str, Any],
    shop: Workshop,
    task: Task,
    rows: Rows,
    habit: Habit,
    started: float,
) -> Result:
    rank, found = ranks_of_hidden(task, rows, habit, threads=shop.threads)
    gains = ndcg(rank)
    again = task.is_repeat
    n_sold = int(np.count_nonzero(shop.baskets.n_baskets_with))
    number, n_suggested = np.unique(shop.by_popularity[found[found >= 0]], return_counts=True)
    # what was first sold after the known orders fills the last places, and is no suggestion
    is_known = shop.baskets.n_baskets_with[number] > 0
    number, n_suggested = number[is_known], n_suggested[is_known]
    return Result(
        contestant=contestant,
        parameters=parameters,
        ndcg=float(gains.mean()),
        hit_rate=float((rank > 0).mean()),
        hit_rate_again=float((rank[again] > 0).mean()) if again.any() else float("nan"),
        hit_rate_new=float((rank[~again] > 0).mean()) if not again.all() else float("nan"),
        coverage=number.size / max(n_sold, 1),
        seconds=perf_counter() - started,
        gains=gains,
        suggested=shop.baskets.products[number],
        n_suggested=n_suggested.astype(np.int64),
    )
