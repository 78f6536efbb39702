"""The steps of the demo. Each is safe to run again: what is there already is left as it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from demo_shop.loading.bulk import table_of, upkeep_later, write_table
from demo_shop.loading.catalogue import products_of
from demo_shop.loading.curating import curate, n_curated
from demo_shop.loading.history import write_households, write_orders
from demo_shop.loading.people import make_log_ins
from demo_shop.loading.source import read_source
from demo_shop.models import Order, OrderLine, Product
from xsell.models import CoPurchase, MiningRun

Say = Callable[[str], None]


@dataclass(slots=True)
class Report:
    """Seconds by step, and what the shop holds after the last one."""

    seconds: dict[str, float] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    def timed(self, name: str, step: Callable[[], None]) -> None:
        started = perf_counter()
        step()
        self.seconds[name] = round(perf_counter() - started, 2)


def set_up(*, limit: int | None, say: Say) -> Report:
    """Everything from an empty database to a shop with suggestions."""
    report = Report()
    report.timed("migrate", lambda: migrate(say))
    report.timed("load", lambda: load(limit, say))
    report.timed("mine", lambda: mine(say))
    report.timed("curate", lambda: curate_once(say))
    report.timed("log_ins", make_log_ins)
    report.figures = {
        "orders": Order.objects.count(),
        "lines": OrderLine.objects.count(),
        "products": Product.objects.count(),
        "relations": CoPurchase.objects.filter(run__is_active=True).count(),
        "curated": n_curated(),
    }
    return report


def migrate(say: Say) -> None:
    say("Database: tables")
    call_command("migrate", verbosity=0, interactive=False)


def load(limit: int | None, say: Say, folder: Path | None = None) -> None:
    """Products, households, orders and their lines: all of them or nothing."""
    if Product.objects.exists():
        say(f"Catalogue and orders: already there ({Order.objects.count():,} orders)")
        return
    say("Catalogue and orders: reading the Complete Journey data")
    source = read_source(folder, limit=limit)
    tables = (Product, Order, OrderLine)
    # The loader makes the rows that its foreign keys point to: SQLite need not look each one up.
    with connection.constraint_checks_disabled(), transaction.atomic(), upkeep_later(*tables):
        write_table(Product, table_of(Product, list(products_of(source))), what="Products")
        write_households(source)
        write_orders(source)


def mine(say: Say) -> None:
    if MiningRun.objects.filter(is_active=True).exists():
        say("Relations: already mined (xsell_recompute mines anew)")
        return
    say("Relations: mining the orders")
    call_command("xsell_recompute")


def curate_once(say: Say) -> None:
    if n_curated():
        say(f"Curated rows: already there ({n_curated():,})")
        return
    say("Curated rows: ladders, bundles, offers, segments and relations")
    with transaction.atomic():
        curate()
