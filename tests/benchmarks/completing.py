"""What completing a cart costs the shop: from the call to the ten products, database included.

`python -m tests.benchmarks.completing` takes the database that XSELL_DATABASE names, makes a test
database there (on SQLite a file) with two snapshots of 100,000 products and 20 pairs each, and
drops it. `complete` is what serves; `cart` and `page` are everything stored around a cart or a
product. Medians in milliseconds, the tenth centile (what a machine that others use too would give
if they did not) and the 99th. Of `complete`, `build` is what Django takes to make the SQL, `query`
what the driver and the database take to answer.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import django
import numpy as np
from django.conf import settings
from django.db import connection
from django.utils import timezone

Statement = tuple[str, tuple[object, ...]]
T = TypeVar("T")

PAIRS = 20
N_CATEGORIES = 300
SIZES = (1, 5, 20, 50)


@contextmanager
def own_database() -> Iterator[None]:
    """A test database beside the configured one, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            # In memory it would be no comparison.
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "completing.sqlite3")
        name = settings.DATABASES["default"]["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


def write_snapshots(popularity: np.ndarray, n_runs: int) -> None:
    """The last one serves. Pairs lead to popular products more often."""
    from xsell.models import BestSeller, CoPurchase, MiningRun
    from xsell.services.mining.inserting import insert_columns

    rng = np.random.default_rng(1)
    n = popularity.size
    for number in range(n_runs):
        run = MiningRun.objects.create(
            started_at=timezone.now(), status="ready", is_active=number == n_runs - 1, n_baskets=n
        )
        anchor = np.repeat(np.arange(1, n + 1), PAIRS + 4)
        pairs = np.unique(anchor * (n + 1) + drawn(rng, popularity, anchor.size))
        anchor, suggested = pairs // (n + 1), pairs % (n + 1)
        place = np.arange(pairs.size) - np.searchsorted(anchor, anchor)
        kept = (place < PAIRS) & (anchor != suggested)
        size = int(kept.sum())
        pairs = (anchor[kept], suggested[kept], place[kept] + 1, rng.random(size))
        insert_columns(CoPurchase, copurchases(run.pk, *pairs), size, lambda n_rows: None)
        insert_columns(BestSeller, best_sellers(run.pk, n), n, lambda n_rows: None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def copurchases(run_id: int, anchor, suggested, position, score) -> dict[str, object]:
    alike = {"n_both": 40, "n_anchor": 100, "n_suggested": 80, "lift": 50, "lift_lower": 40}
    pairs = {"anchor_id": anchor, "suggested_id": suggested, "position": position, "score": score}
    standing = {"suggested_prior": 1 / (suggested + 9), "suggested_position": suggested}
    return {"run_id": run_id, "on_pages": 1, **pairs, **standing, **alike}


def best_sellers(run_id: int, n: int) -> dict[str, object]:
    place = np.arange(n)
    return {
        "run_id": run_id,
        "product_id": place + 1,
        "category_id": (place % N_CATEGORIES).astype(str).tolist(),
        "n_orders": n - place,
        "position": place + 1,
        "category_position": place // N_CATEGORIES + 1,
        "prior": 1 / (place + 10),
        "prior_position": place + 1,
    }


def drawn(rng: np.random.Generator, popularity: np.ndarray, size: int) -> np.ndarray:
    """Product ids, the popular ones more often."""
    cumulative = np.cumsum(popularity) / popularity.sum()
    return np.minimum(np.searchsorted(cumulative, rng.random(size)) + 1, popularity.size)


def carts_of(size: int, n_carts: int, popularity: np.ndarray) -> list[list[int]]:
    rng = np.random.default_rng(size)
    found = [dict.fromkeys(drawn(rng, popularity, 3 * size + 9).tolist()) for _ in range(n_carts)]
    return [list(cart)[:size] for cart in found]


def milliseconds(call: Callable[[T], object], carts: list[T]) -> np.ndarray:
    # Once uncounted: a shop that serves has what it serves in memory.
    for cart in carts:
        call(cart)
    taken = []
    for cart in carts:
        begun = time.perf_counter()
        call(cart)
        taken.append(1_000 * (time.perf_counter() - begun))
    return np.array(taken)


def answer(statement: Statement) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return cursor.fetchall()


def table(n_carts: int, popularity: np.ndarray) -> None:
    from xsell.selection.completion import complete, rows_for
    from xsell.selection.related import related_to

    def statement(cart: list[int]) -> Statement:
        return rows_for(cart, 10).query.sql_with_params()

    calls: dict[str, Callable[[list[int]], object]] = {
        "complete": complete,
        "build": statement,
        "cart": lambda cart: related_to(cart, timezone.now()),
        "page": lambda cart: related_to(cart[:1], timezone.now(), is_product_page=True),
    }
    names = [*calls, "query"]
    print(f"{'lines':>6}" + "".join(f"{name:>10}{'p10':>7}{'p99':>7}" for name in names))
    for size in SIZES:
        carts = carts_of(size, n_carts, popularity)
        taken = {name: milliseconds(call, carts) for name, call in calls.items()}
        taken["query"] = milliseconds(answer, list(map(statement, carts)))
        cells = [np.quantile(it, (0.5, 0.1, 0.99)) for it in taken.values()]
        print(
            f"{size:6}" + "".join("{:10.2f}{:7.2f}{:7.2f}".format(*it) for it in cells), flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--snapshots", type=int, default=2)
    parser.add_argument("--carts", type=int, default=500)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_shop.settings")
    django.setup()
    popularity = np.arange(1, options.products + 1) ** -0.6
    with own_database():
        write_snapshots(popularity, options.snapshots)
        print(f"{connection.vendor}, {options.products:,} products, {options.snapshots} snapshots; "
              f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
        table(options.carts, popularity)


if __name__ == "__main__":
    main()
