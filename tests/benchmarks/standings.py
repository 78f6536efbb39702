"""The lines of the table, who is best, and by how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.benchmarks.placing import BEST
from tests.benchmarks.trials import Placed, Trial
from xsell.engine.evaluation import Result

OURS, CART, HISTORY = "ours", "cart", "history"
BY_CART, WITH_HISTORY = "auto", "auto + history"
# what we set out to reach: the average over shops of ours / best peer
GOALS = {CART: 1.04, HISTORY: 1.10}
SAMPLES = 2_000
SEED = 20260101


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One contestant: NDCG@10 of each test, and the shares of hits."""

    name: str
    kind: str
    gains: np.ndarray
    hit_rate: float
    again: float
    new: float
    coverage: float
    seconds: float
    parameters: Mapping[str, Any]

    @classmethod
    def of_ours(cls, result: Result) -> "Line":
        return cls(
            result.contestant, OURS, result.gains, result.hit_rate, result.hit_rate_again,
            result.hit_rate_new, result.coverage, result.seconds, result.parameters,
        )  # fmt: skip

    @classmethod
    def of_peer(
        cls, name: str, kind: str, trial: Trial, placed: Placed, seconds: float, parameters: Any
    ) -> "Line":
        is_hit, again = placed.rank <= BEST, trial.task.is_repeat
        n_sold = np.count_nonzero(trial.n_baskets)
        return cls(
            name, kind, placed.gains, float(is_hit.mean()), _mean(is_hit[again]),
            _mean(is_hit[~again]), np.unique(placed.top[placed.top >= 0]).size / n_sold, seconds,
            parameters,
        )  # fmt: skip

    @property
    def ndcg(self) -> float:
        return float(self.gains.mean())

    def __str__(self) -> str:
        chosen = " ".join(f"{k}={v}" for k, v in self.parameters.items() if not isinstance(v, dict))
        return (
            f"{self.name:26}{self.kind:8}{self.ndcg:8.4f}{self.hit_rate:8.4f}{self.again:8.4f}"
            f"{self.new:8.4f}{self.coverage:8.4f}{self.seconds:8.1f}  {chosen}"
        )


HEAD = (
    f"{'':26}{'knows':8}{'NDCG@10':>8}{'HR@10':>8}{'again':>8}{'new':>8}{'cover':>8}{'s':>8}"
    "  chosen on the validation slice"
)


@dataclass(frozen=True, slots=True)
class Contest:
    """A shop's lines, printed as they come; is_repeat: of each test, had it been bought before."""

    shop: str
    is_repeat: np.ndarray
    lines: list[Line] = field(default_factory=list)

    def __getitem__(self, name: str) -> Line:
        return next(each for each in self.lines if each.name == name)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        print(line, flush=True)

    def best(self, kind: str) -> Line | None:
        rivals = [each for each in self.lines if each.kind == kind]
        return max(rivals, key=lambda each: each.ndcg, default=None)

    def ratio(self, kind: str) -> float | None:
        """Ours by the best peer that is given the same."""
        peer = self.best(kind)
        return peer and self[BY_CART if kind == CART else WITH_HISTORY].ndcg / peer.ndcg

    def verdict(self, kind: str) -> str:
        ours, peer = BY_CART if kind == CART else WITH_HISTORY, self.best(kind)
        if peer is None:
            return f"{ours}: no peer"
        gap, low, high = difference(self[ours].gains, peer.gains)
        word = "worse" if high < 0 else "better" if low > 0 else "no different"
        again, new = (
            _mean(self[ours].gains[of]) / max(_mean(peer.gains[of]), 1e-9)
            for of in (self.is_repeat, ~self.is_repeat)
        )
        return (
            f"{ours} / {peer.name}: {self.ratio(kind):.3f}, difference {gap:+.4f}, "
            f"95% {low:+.4f} to {high:+.4f}: {word}; bought again {again:.3f}, new {new:.3f}"
        )


def difference(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float, float]:
    """Mean of ours less theirs, with its 95% interval by paired bootstrap over test baskets."""
    gap = ours - theirs
    rng = np.random.default_rng(SEED)
    means = [gap[rng.integers(gap.size, size=gap.size)].mean() for _ in range(SAMPLES)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(gap.mean()), float(low), float(high)


def summary(contests: list[Contest]) -> str:
    """The ratios of all shops, and their averages beside the goals."""
    rows = [f"{'ours / best peer, NDCG@10':28}{'by cart':>10}{'history':>10}"]
    rows += [f"{c.shop:28}" + "".join(_cell(c.ratio(k)) for k in GOALS) for c in contests]
    found = {k: [r for c in contests if (r := c.ratio(k)) is not None] for k in GOALS}
    means = (float(np.mean(x)) if x else None for x in found.values())
    rows.append(f"{'average':28}" + "".join(map(_cell, means)))
    rows.append(f"{'goal':28}" + "".join(map(_cell, GOALS.values())))
    return "\n".join(rows)


def _cell(ratio: float | None) -> str:
    return f"{'-':>10}" if ratio is None else f"{ratio:10.3f}"


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")
