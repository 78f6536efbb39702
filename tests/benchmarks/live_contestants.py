"""One way from order lines to live relations, in a process of its own: see `live`.

Imported once Django is set up; `main` prints what was measured as JSON in its last line.
"""

import json
import sys
import time
from collections.abc import Callable

import pandas as pd
import pyarrow as pa
from django.db import connection, transaction
from django.db.models import F
from django.test import override_settings
from django.utils import timezone

from demo_shop.loading.bulk import next_key, write_table
from demo_shop.models import Order, OrderLine
from tests.benchmarks.live_readers import Readers, marked_as_old, what_they_saw
from tests.benchmarks.live_shop import fill_shop, lines_of_orders, orders_table
from tests.benchmarks.speed import held_mb, peak_mb
from xsell.models import CoPurchase, MiningRun
from xsell.services.mining import recompute_relations, update_relations
from xsell.services.mining.writing import WRITING
from xsell.services.snapshots import delete_rows, forget_old_runs

# As if one month had brought all orders, and not a year: twelve times the changes of an hour.
HOURS = 30 * 24
K, LEAST = 20, 3

Found = dict[str, object]


def searched() -> Found:
    """All orders, with the search for a model."""
    return _recomputed(scoring="auto", retune=True)


def known() -> Found:
    """All orders, with the model that an earlier run has found."""
    return _recomputed(scoring="auto")


def information() -> Found:
    """All orders, one measure for pages and carts."""
    return _recomputed(scoring="information")


def updated() -> Found:
    """An hour's orders, merged into those that were kept or, without a store, all of them."""
    n_changed = change_an_hour()
    return {"changed": n_changed, **_measured(update_relations)}


def readers() -> Found:
    """As `known`, while shoppers look at pages from the first written row on."""
    marked_as_old()
    shoppers = Readers()
    found = _measured(
        lambda: recompute_relations(
            scoring="auto", progress=lambda step, *_: step == WRITING and shoppers.start()
        )
    )
    return {**found, "readers": what_they_saw(shoppers.stop(), found["switched_at"])}


def naive() -> Found:
    """As it is written first: all rows through the iterator, pandas, bulk_create."""
    held_mb()
    run = MiningRun.objects.create(status=MiningRun.Status.FAILED, started_at=timezone.now())
    seconds = {}
    clock = time.perf_counter
    started = clock()
    lines = _naive_lines()
    seconds["reading"] = clock() - started
    pairs = _naive_pairs(lines)
    seconds["mining"] = clock() - started - seconds["reading"]
    CoPurchase.objects.bulk_create(
        [
            CoPurchase(
                run=run, anchor_id=row.product_x, suggested_id=row.product_y, position=1,
                score=row.n, n_both=row.n, n_anchor=row.n, n_suggested=row.n, lift=1, lift_lower=1,
            )
            for row in pairs.itertuples(index=False)
        ],
        batch_size=10_000,
    )  # fmt: skip
    total = clock() - started
    seconds["writing"] = total - seconds["reading"] - seconds["mining"]
    found = {"seconds": seconds, "total": total, "mb": peak_mb(), "pairs": len(pairs)}
    found["cpu"] = time.process_time()
    delete_rows(run)
    run.delete()
    return found


def _naive_lines():
    lines = OrderLine.objects.filter(order__status="placed", product__isnull=False, quantity__gt=0)
    rows = lines.values_list("order_id", "product_id").iterator()
    return pd.DataFrame(list(rows), columns=["order", "product"]).drop_duplicates()


def _naive_pairs(lines):
    pairs = lines.merge(lines, on="order")
    pairs = pairs[pairs.product_x != pairs.product_y]
    counts = pairs.groupby(["product_x", "product_y"], sort=False).size()
    counts = counts[counts >= LEAST].reset_index(name="n").sort_values("n", ascending=False)
    return counts.groupby("product_x").head(K)


def forgotten() -> Found:
    """Old runs away, all but the one that serves."""
    before = size_mb()
    started = time.perf_counter()
    with override_settings(XSELL_KEEP_SNAPSHOTS=1):
        n_runs = forget_old_runs(lambda: None)
    total = time.perf_counter() - started
    if connection.vendor == "postgresql":
        # As autovacuum does within a minute, where it is on; the next run begins here at once.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) xsell_copurchase, xsell_bestseller, xsell_miningrun")
    return {"total": total, "runs": n_runs, "size before": before, "size": size_mb()}


def size_mb() -> float:
    """Of the table of pairs with its indexes; of the whole file on SQLite."""
    statement = {
        "postgresql": "SELECT pg_total_relation_size('xsell_copurchase')",
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
        "mysql": "SELECT SUM(file_size) FROM information_schema.innodb_sys_tablespaces "
        "WHERE name = CONCAT(DATABASE(), '/xsell_copurchase')",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0]) / 2**20


def _recomputed(**wishes: object) -> Found:
    return _measured(lambda: recompute_relations(**wishes))


def _measured(job: Callable[[], int]) -> Found:
    """Seconds of each step and from start to switched; the peak of this process in MB."""
    held_mb()
    started, started_cpu = time.perf_counter(), time.process_time()
    run = MiningRun.objects.get(pk=job())
    total, cpu = time.perf_counter() - started, time.process_time() - started_cpu
    return {
        "seconds": run.seconds,
        "live": (run.finished_at - run.started_at).total_seconds(),
        "switched_at": run.finished_at.timestamp(),
        "total": total,
        "cpu": cpu,
        # the run itself lets the peak start again at each step
        "mb": max(*run.memory_mb.values(), peak_mb()),
        "pairs": run.n_pairs,
    }


def change_an_hour() -> int:
    """As many orders as an hour sees: half of them new, a quarter cancelled, a quarter of them
    with a line that was refunded; return how many."""
    n = max(Order.objects.count() // HOURS, 4)
    now = timezone.now()
    old = list(
        Order.objects.filter(status="placed").order_by("-pk")[: 2 * n].values_list("pk", flat=True)
    )
    with transaction.atomic():
        first = next_key(Order)
        moment = now.strftime("%Y-%m-%d %H:%M:%S")
        write_table(Order, orders_table(first, pa.array([moment] * (n // 2))), what="new orders")
        write_table(OrderLine, lines_of_orders(old[: n // 2], first), what="their lines")
        Order.objects.filter(pk__in=old[n : n + n // 4]).update(status="cancelled", changed_at=now)
        refunded = old[n + n // 4 : n + n // 2]
        OrderLine.objects.filter(pk__in=[
            OrderLine.objects.filter(order=pk).order_by("pk").values_list("pk", flat=True)[0]
            for pk in refunded
        ]).update(quantity=F("quantity") - 1)  # fmt: skip
        Order.objects.filter(pk__in=refunded).update(changed_at=now)
    return n // 2 + 2 * (n // 4)


def filled(n_lines: int, n_products: int) -> Found:
    """The shop, once it has its order lines."""
    n_found, is_new = fill_shop(n_lines, n_products)
    return {"lines": n_found, "is new": is_new}


CONTESTANTS = {
    each.__name__: each
    for each in (filled, searched, known, readers, updated, information, naive, forgotten)
}


def main() -> None:
    """Of the command line: whose turn it is; `filled` also takes lines and products."""
    name, *numbers = sys.argv[1:]
    print(json.dumps(CONTESTANTS[name](*map(int, numbers))))
