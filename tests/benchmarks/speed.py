"""How fast, in how much memory, beside others: `python -m tests.benchmarks.speed`.

Each contestant runs in a process of its own, on the same generated arrays; seconds are the best
of `--runs` after one run on a few lines (imports, compilation); memory is the process's peak less
what it held with the arrays loaded. CPU seconds are those of all threads: where others use the
machine too, trust their ratio and not that of the seconds. `floor` is the walk alone, see there;
the column of that name tells CPU seconds as multiples of it. `pip install xsell[bench]` brings
the others.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from tests.benchmarks.counters import CONTESTANTS
from tests.benchmarks.floor import floor_of
from tests.benchmarks.synthetic import order_lines

FLOOR = "floor"
# whose CPU seconds and memory are not seen from here
ON_A_SERVER = {"postgresql"}
SIZES = {"1M": (1_000_000, 10_000), "10M": (10_000_000, 100_000), "50M": (50_000_000, 200_000)}
# these need more memory or minutes than a comparison is worth
TOO_LARGE = {"10M": {"pandas", "postgresql"}, "50M": {"pandas", "polars", "postgresql"}}


def held_mb() -> float:
    """What this process holds now; the peak starts again from there."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return peak_mb()
    return memory_mb("VmRSS")


def peak_mb() -> float:
    # ru_maxrss would do, but for Linux handing a parent's peak down to its children
    try:
        return memory_mb("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory_mb(field: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"{field}:\s+(\d+)", status)[1]) / 1024


def task_of(name: str, lines: list[np.ndarray]):
    return floor_of(*lines) if name == FLOOR else partial(CONTESTANTS[name], *lines)


def run_here(name: str, file: str, runs: int) -> dict[str, float]:
    arrays = np.load(file)
    lines = [arrays[field] for field in ("order", "product", "placed_at")]
    task_of(name, [each[:2_000] for each in lines])()
    task = task_of(name, lines)
    before = held_mb()
    seconds, cpu = [], []
    for _ in range(runs):
        started, started_cpu = time.perf_counter(), time.process_time()
        n_rows = task()
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - started_cpu)
    return {"seconds": min(seconds), "cpu": min(cpu), "mb": peak_mb() - before, "rows": n_rows}


def measure(name: str, file: Path, runs: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.speed", "--only", name]
    command += ["--file", str(file), "--runs", str(runs)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        return {"error": run.stderr.strip().splitlines()[-1] if run.stderr else run.returncode}
    return json.loads(run.stdout.splitlines()[-1])


def save_lines(size: str, file: Path) -> None:
    n_lines, n_products = SIZES[size]
    order, product, placed_at = order_lines(n_lines, n_products)
    sizes = np.bincount(order)
    print(f"{order.size:,} lines, {n_products:,} products, {sizes.size:,} orders, "
          f"{int((sizes * (sizes - 1) // 2).sum()):,} pair events")  # fmt: skip
    np.savez(file, order=order, product=product, placed_at=placed_at)


def table(size: str, names: list[str], runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.npz"
        save_lines(size, file)
        print(f"{'':18}{'seconds':>9}{'ratio':>7}{'CPU s':>9}{'ratio':>7}{'floor':>7}"
              f"{'MB':>8}{'rows':>12}")  # fmt: skip
        floor = measure(FLOOR, file, runs)
        ours = None
        for name in [*names[:1], FLOOR, *names[1:]]:
            if name in TOO_LARGE.get(size, ()):
                continue
            found = floor if name == FLOOR else measure(name, file, runs)
            if "error" in found:
                print(f"{name:18} {found['error']}", flush=True)
                continue
            ours = ours or found
            print(row(name, found, ours, floor), flush=True)


def row(name: str, found: dict[str, float], ours: dict[str, float], floor: dict[str, float]) -> str:
    seconds = f"{name:18}{found['seconds']:9.3f}{found['seconds'] / ours['seconds']:7.1f}"
    if name in ON_A_SERVER:
        return f"{seconds}{'':31}{found['rows']:12,}"
    multiple = found["cpu"] / floor["cpu"] if "cpu" in floor else float("nan")
    return (
        f"{seconds}{found['cpu']:9.3f}{found['cpu'] / ours['cpu']:7.1f}{multiple:7.1f}"
        f"{found['mb']:8.0f}{found['rows']:12,}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=list(SIZES), help=", ".join(SIZES))
    parser.add_argument("--contestants", nargs="*", default=list(CONTESTANTS))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        print(json.dumps(run_here(options.only, options.file, options.runs)))
        return
    for size in options.sizes:
        table(size, options.contestants, options.runs)


if __name__ == "__main__":
    main()
