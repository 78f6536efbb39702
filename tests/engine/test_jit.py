"""The engine where it may not write, and where there is no Django."""

import subprocess
import sys
from pathlib import Path

import numba
from numba.core import caching

from xsell.engine.jit import compiled

ROOT = Path(__file__).resolve().parents[2]

# what a notebook without a shop lacks; pandas is for xsell.engine.frames alone
ABSENT = ("celery", "django", "pandas", "psycopg", "redis", "rest_framework", "scipy", "tqdm")

ALONE = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ABSENT!r}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import numpy as np
from xsell.engine import *
order = np.repeat(np.arange(300), 2)
lines = OrderLines(order, np.where(order % 2, 7, 8) + np.arange(600) % 2 * 2, customer=order % 50)
store = BasketStore.of(lines)
for scoring in SCORINGS:
    complete(mine(store, scoring=scoring), [[7]], [([8], [1])])
substitutes(lines), bundles(lines)
ids, _ = complete(mine(lines, scoring="walk"), [[7], [8]], k=1)
print(ids.ravel().tolist(), evaluate(lines, contestants=("walk",))["walk"].ndcg)
print(*sorted(sys.modules))
"""


def test_it_works_without_django_and_without_the_rest_of_xsell():
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE], cwd=ROOT, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    answer, loaded = run.stdout.splitlines()
    assert answer == "[9, 10] 1.0"
    names = loaded.split()
    assert {name.partition(".")[0] for name in names} & set(ABSENT) == set()
    assert "xsell.engine.evaluation" in names
    ours = [name for name in names if name.startswith("xsell.")]
    assert [name for name in ours if not f"{name}.".startswith("xsell.engine.")] == []


def test_where_nothing_can_be_cached_kernels_still_compile(monkeypatch):
    # what numba finds in a read-only container: nowhere to write
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])

    def double(number):
        return 2 * number

    assert compiled(double)(21) == 42


def test_kernels_are_kept_on_disk_elsewhere():
    def double(number):
        return 2 * number

    kernel = compiled(double)
    assert isinstance(kernel, numba.core.dispatcher.Dispatcher)
    assert kernel.stats.cache_path
