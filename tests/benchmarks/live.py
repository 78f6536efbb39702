"""From the shop's database to live relations: `python -m tests.benchmarks.live`.

A database of its own is made and filled where it is not there yet, and used again where it is. Each
contestant runs in a process of its own, after one run of all of them on a small shop (compilation).
Seconds are those of each step and `live`, from the start to the switch; where `--runs` is above 1,
those of the run with the smallest `live`. CPU seconds are those of all threads of the process, MB
is its peak, interpreter and libraries included; what a database server takes and holds for itself
is in neither.

`searched` looks for a model, `known` uses the one that was found; `merchandise` is `known` with the
demo shop's own adapter, whose second join only the database feels; `updated` merges what an hour
changed; `readers` is `known` beside two processes that ask for pages. `pip install xsell[bench]`
and the database's driver are needed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.speed import SIZES

DATABASES = ("postgresql", "sqlite", "mariadb")
SMALL = (20_000, 500)
OWN_ADAPTER = "demo_shop.xsell_adapter.ShopAdapter"
# The contestants' modules have models in them: Django comes first.
SET_UP = "import django; django.setup(); from tests.benchmarks.live_contestants import main; main()"
STEPS = ("reading", "mining", "categories", "writing", "switching", "keeping the orders")
# What pandas was seen to take for 10 M lines, and what the rest of the machine needs beside it.
NAIVE_GB_PER_10M = 17


class Entry(NamedTuple):
    """A contestant as it is listed; `keeps`: with a store; `adapter`: in place of the usual."""

    label: str
    contestant: str
    keeps: bool = False
    adapter: str = ""


ENTRIES = (
    Entry("searched", "searched", keeps=True),
    Entry("known", "known", keeps=True),
    Entry("updated", "updated", keeps=True),
    Entry("updated, no store", "updated"),
    Entry("readers", "readers", keeps=True),
    Entry("merchandise", "known", adapter=OWN_ADAPTER),
    Entry("information", "information"),
    Entry("naive", "naive"),
)
FILLED, FORGOTTEN = Entry("filling", "filled"), Entry("forgetting", "forgotten")
ONCE = {"searched", "readers", "naive"}


class Shop(NamedTuple):
    """A database and the folder that its runs keep orders in."""

    vendor: str
    name: str
    store: Path

    def measure(self, entry: Entry, *arguments: int) -> dict:
        """What the contestant finds in a process of its own."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.benchmarks.live_settings",
            "XSELL_LIVE_DATABASE": self.vendor,
            "XSELL_DATABASE_NAME": self.name,
        }
        if entry.keeps:
            environment["XSELL_LIVE_STORE"] = str(self.store)
        if entry.adapter:
            environment["XSELL_LIVE_ADAPTER"] = entry.adapter
        command = [sys.executable, "-c", SET_UP, entry.contestant, *map(str, arguments)]
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)
        if run.returncode:
            raise SystemExit(f"{entry.label} failed on {self.vendor}.")
        return json.loads(run.stdout.splitlines()[-1])


def make_database(vendor: str, name: str) -> None:
    """Let the server have a database of this name; SQLite makes its file itself."""
    if vendor == "postgresql":
        import psycopg

        host = os.environ.get("PGHOST", "127.0.0.1")
        with psycopg.connect(host=host, dbname="postgres", autocommit=True) as server:
            known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not known.fetchone():
                server.execute(f'CREATE DATABASE "{name}"')
    elif vendor == "mariadb":
        import MySQLdb

        with MySQLdb.connect(
            host=os.environ.get("MYSQL_HOST", "127.0.0.1"),
            port=int(os.environ.get("MYSQL_TCP_PORT", "3306")),
            user=os.environ.get("MYSQL_USER", "root"),
            password=os.environ.get("MYSQL_PWD", ""),
        ) as server, server.cursor() as cursor:  # fmt: skip
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")


def filled(vendor: str, size: str, folder: Path) -> Shop:
    name = f"xsell_bench_{size.lower()}"
    if vendor == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        name = str(folder / f"{name}.sqlite3")
    make_database(vendor, name)
    shop = Shop(vendor, name, folder / f"store-{vendor}-{size.lower()}")
    found = shop.measure(FILLED, *SIZES[size])
    made = "made now" if found["is new"] else "was there and is used again"
    print(f"\n{vendor}: {found['lines']:,} order lines, {SIZES[size][1]:,} products; {name} {made}")
    return shop


def warm_up() -> None:
    """Compile what will run, so that nobody waits for it later."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop("sqlite", f"{folder}/small.sqlite3", Path(folder) / "store")
        shop.measure(FILLED, *SMALL)
        for entry in ENTRIES:
            if entry.contestant not in ("naive", "readers"):
                shop.measure(entry)


def available_gb() -> float:
    memory = Path("/proc/meminfo").read_text(encoding="ascii")
    return int(memory.partition("MemAvailable:")[2].split()[0]) / 2**20


def table(shop: Shop, size: str, entries: list[Entry], runs: int) -> None:
    print(f"{'':18}{''.join(f'{step[:8]:>9}' for step in STEPS)}{'live':>9}{'total':>9}{'CPU s':>9}"
          f"{'MB':>7}{'pairs':>11}")  # fmt: skip
    for entry in entries:
        needed = NAIVE_GB_PER_10M * SIZES[size][0] / 10_000_000
        if entry.contestant == "naive" and available_gb() < needed:
            print(f"{entry.label:18} left out: {available_gb():.0f} GB are free, it needs "
                  f"{needed:.0f}")  # fmt: skip
            continue
        found = [shop.measure(entry)]
        notes = [pruned(shop, entry)]
        for _ in range(1, 1 if entry.contestant in ONCE else runs):
            found.append(shop.measure(entry))
            notes.append(pruned(shop, entry))
        best = min(range(len(found)), key=lambda place: found[place].get("live", 0))
        print(row(entry, found[best]), flush=True)
        for note in [changes(found[best]), waits(found[best]), notes[best]]:
            if note:
                print(f"{'':18}   {note}", flush=True)


def row(entry: Entry, found: dict) -> str:
    seconds = found["seconds"]
    steps = "".join(f"{seconds[it]:9.2f}" if it in seconds else f"{'':9}" for it in STEPS)
    live = found.get("live", found["total"])
    return (
        f"{entry.label:18}{steps}{live:9.2f}{found['total']:9.2f}{found['cpu']:9.2f}"
        f"{found['mb']:7.0f}{found['pairs']:11,}"
    )


def changes(found: dict) -> str:
    if "changed" not in found:
        return ""
    return f"{found['changed']:,} orders had changed"


def waits(found: dict) -> str:
    """What the readers saw; that nobody saw two runs was asserted where they were asked."""
    if "readers" not in found:
        return ""
    saw = found["readers"]
    return (
        f"{saw['pages']:,} pages: median {saw['median']:.1f} ms, p99 {saw['p99']:.1f}, longest "
        f"{saw['longest']:.0f}; 2 s around the switch {saw['pages near']:,}: median "
        f"{saw['median near']:.1f}, p99 {saw['p99 near']:.1f}, longest {saw['longest near']:.0f}; "
        "none mixed two runs"
    )


def pruned(shop: Shop, entry: Entry) -> str:
    if entry.contestant == "naive":
        return ""
    gone = shop.measure(FORGOTTEN)
    if not gone["runs"]:
        return ""
    return (
        f"then {gone['runs']} old run forgotten in {gone['total']:.2f} s; "
        f"table {gone['size before']:.0f} MB before, {gone['size']:.0f} MB after"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", action="append", choices=DATABASES, help="default: all")
    parser.add_argument("--lines", choices=("1M", "10M"), default="10M")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--naive", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--only", nargs="*", choices=[it.label for it in ENTRIES], default=None)
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "xsell_bench",
        help="where SQLite's file and the kept orders go",
    )  # fmt: skip
    options = parser.parse_args()
    chosen = [
        entry
        for entry in ENTRIES
        if (options.only is None or entry.label in options.only)
        and (options.naive or entry.contestant != "naive")
    ]
    warm_up()
    for vendor in options.database or DATABASES:
        table(filled(vendor, options.lines, options.folder), options.lines, chosen, options.runs)


if __name__ == "__main__":
    main()
