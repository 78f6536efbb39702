"""Ten million order lines under a hard limit on memory: no matrix of pairs is ever whole."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LIMITED = """
import re, resource, sys
from pathlib import Path
import numpy as np
from tests.benchmarks.synthetic import order_lines
from xsell.engine import OrderLines, mine

scoring, allowed = sys.argv[1], int(sys.argv[2]) << 20
order, product, placed_at = order_lines(10_000_000, 100_000)
order, product = order.astype(np.int32), product.astype(np.int32)
def lines(n):
    return OrderLines(order[:n], product[:n], placed_at[:n])
mine(lines(5_000), scoring=scoring)  # compile before the limit falls
held = int(re.search(r"VmData:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) << 10
resource.setrlimit(resource.RLIMIT_DATA, (held + allowed, held + allowed))
relations = mine(lines(order.size), scoring=scoring, k=20)
try:
    np.ones(allowed, np.int8)
except MemoryError:
    print(len(relations), order.size)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits memory as Linux does")
@pytest.mark.parametrize(("scoring", "megabytes"), [("count", 600), ("ridge", 1_000)])
def test_ten_million_lines_are_mined_within_a_hard_memory_limit(scoring, megabytes):
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, scoring, str(megabytes)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2_000:]
    n_relations, n_lines = map(int, run.stdout.split())
    assert n_lines > 9_500_000
    assert n_relations > 1_000_000
