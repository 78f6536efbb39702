"""What customers do next: `python -m tests.benchmarks.following`, beside pandas.

Both find the same pairs and gaps of the same generated orders (pandas without medians of lags and
lower bounds). Seconds of one run, after one on a few lines; customers have eight orders on average.
`--peers` by default up to a million lines: pandas joins all firsts of a customer with each other.
"""

import argparse
import time

import numpy as np
import pandas as pd

from tests.benchmarks.speed import held_mb, peak_mb
from tests.benchmarks.synthetic import order_lines
from xsell.engine import OrderLines, collect_baskets, next_steps, repurchase_gaps

EARLIEST, LATEST = np.timedelta64(30, "D"), np.timedelta64(90, "D")
MIN_COUNT, MIN_CUSTOMERS = 5, 5


def lines_of(n_lines: int) -> OrderLines:
    order, product, placed_at = order_lines(n_lines, max(n_lines // 100, 20))
    n_orders = int(order.max()) + 1
    customer = np.random.default_rng(7).integers(0, max(n_orders // 8, 1), n_orders)
    return OrderLines(order, product, placed_at, customer[order])


def by_xsell(lines: OrderLines) -> tuple[int, int]:
    """Pairs and products with gaps."""
    baskets = collect_baskets(lines)
    pairs = next_steps(baskets, k=10_000_000, min_count=MIN_COUNT, min_lift_lower=0)
    return len(pairs), len(repurchase_gaps(baskets, min_customers=MIN_CUSTOMERS))


def by_pandas(lines: OrderLines) -> tuple[int, int]:
    frame = pd.DataFrame(
        {"customer": lines.customer, "product": lines.product, "at": lines.placed_at}
    )
    first = frame.groupby(["customer", "product"], as_index=False)["at"].min()
    whole = first[first["at"] + LATEST <= frame["at"].max()]
    both = whole.merge(first, on="customer")
    lag = both["at_y"] - both["at_x"]
    both = both[(lag >= EARLIEST) & (lag <= LATEST)]
    n_both = both.groupby(["product_x", "product_y"]).size()
    return int((n_both >= MIN_COUNT).sum()), gaps_by_pandas(frame)


def gaps_by_pandas(frame: pd.DataFrame) -> int:
    days = frame.assign(day=frame["at"].dt.floor("D")).drop_duplicates(
        ["customer", "product", "day"]
    )
    days = days.sort_values(["customer", "product", "day"])
    gaps = days.assign(gap=days.groupby(["customer", "product"])["day"].diff()).dropna()
    by_product = gaps.groupby("product")
    quartiles = by_product["gap"].quantile([0.25, 0.5, 0.75]).unstack()
    return int((by_product["customer"].nunique().loc[quartiles.index] >= MIN_CUSTOMERS).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--peers", type=int, default=1_000_000, help="pandas up to so many lines")
    options = parser.parse_args()
    contestants = {"xsell": by_xsell, "pandas": by_pandas}
    for run in contestants.values():
        run(lines_of(2_000))
    print(f"{'lines':>12} {'':8}{'seconds':>9}{'CPU s':>9}{'MB':>8}{'pairs':>12}{'gaps':>9}")
    for n_lines in options.lines:
        lines = lines_of(n_lines)
        for name, run in contestants.items():
            if name == "pandas" and n_lines > options.peers:
                continue
            held, begun, cpu = held_mb(), time.perf_counter(), time.process_time()
            n_pairs, n_gaps = run(lines)
            taken = (time.perf_counter() - begun, time.process_time() - cpu, peak_mb() - held)
            print(
                f"{len(lines):12,} {name:8}{taken[0]:9.2f}{taken[1]:9.2f}{taken[2]:8.0f}"
                f"{n_pairs:12,}{n_gaps:9,}",
                flush=True,
            )


if __name__ == "__main__":
    main()
