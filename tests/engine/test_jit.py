"""The engine where it may not write, and where there is no Django."""

import subprocess
import sys

import numba
from numba.core import caching

from xsell.engine.jit import compiled

ALONE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "pandas", "scipy"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from xsell.engine import OrderLines, mine
relations = mine(OrderLines([1, 1, 2, 2], [7, 8, 7, 8]), min_count=1, min_lift_lower=None)
print(relations.n_both.tolist(), sorted(m for m in sys.modules if m.startswith("xsell.")))
"""


def test_it_mines_without_django_and_without_the_rest_of_xsell():
    shown = subprocess.run(
        [sys.executable, "-c", ALONE], check=True, capture_output=True, text=True
    ).stdout
    assert shown.startswith("[2, 2]")
    names = shown[shown.index("['xsell") :].strip("[]\n").split(", ")
    assert names
    assert all(name.startswith("'xsell.engine") for name in names)


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
