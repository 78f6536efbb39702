"""The house budget: short functions and files, annotated, with their imports on top."""

import pytest

from tests.architecture.budget import (
    Source,
    deferred_imports,
    long_files,
    long_functions,
    sources,
    unannotated_returns,
)

LONG = "def long() -> None:\n" + "    print()\n" * 40
READY = "class ShopConfig(AppConfig):\n    def ready(self) -> None:\n        import xsell.checks\n"


@pytest.mark.parametrize(
    ("rule", "folders"),
    [
        (long_functions, ("xsell", "demo_shop")),
        (long_files, ("xsell", "demo_shop", "tests")),
        (deferred_imports, ("xsell", "demo_shop")),
        (unannotated_returns, ("xsell",)),
    ],
)
def test_the_house_keeps_its_budget(rule, folders):
    assert [fault for source in sources(*folders) for fault in rule(source)] == []


@pytest.mark.parametrize(
    ("rule", "path", "text", "faults"),
    [
        (long_functions, "xsell/a.py", LONG, 1),
        (long_functions, "xsell/a.py", "class A:\n" + LONG.replace("def", " def"), 1),
        (long_functions, "xsell/a.py", LONG.replace("    print()\n", "", 1), 0),
        (long_functions, "xsell/engine/a.py", "@compiled\n" + LONG, 0),
        (long_functions, "xsell/engine/a.py", "@numba.njit(cache=True)\n" + LONG, 0),
        (long_functions, "xsell/engine/a.py", "@cached\n" + LONG, 1),
        (long_functions, "xsell/services/a.py", "@compiled\n" + LONG, 1),
        (long_files, "xsell/a.py", "#\n" * 301, 1),
        (long_files, "xsell/a.py", "#\n" * 300, 0),
        (unannotated_returns, "xsell/a.py", "def f(): ...", 1),
        (unannotated_returns, "xsell/a.py", "async def f(): ...", 1),
        (unannotated_returns, "xsell/a.py", "def f() -> None: ...", 0),
        (deferred_imports, "xsell/a.py", "def f():\n    from xsell.values import Cart", 1),
        (deferred_imports, "xsell/a.py", "def f():\n    from . import values", 1),
        (deferred_imports, "xsell/a.py", "def f():\n    import_module('xsell.engine')", 1),
        (deferred_imports, "xsell/a.py", "def f():\n    import xsellent", 0),
        (deferred_imports, "xsell/a.py", "def f():\n    import tqdm", 0),
        (deferred_imports, "xsell/a.py", "def f(name):\n    import_module(name)", 0),
        (deferred_imports, "xsell/a.py", READY, 0),
        (deferred_imports, "xsell/a.py", READY.replace("AppConfig", "Adapter"), 1),
        (deferred_imports, "demo_shop/a.py", "def f():\n    import demo_shop.models", 1),
    ],
)
def test_the_budget_is_read_rightly(rule, path, text, faults):
    assert len(list(rule(Source(path, text)))) == faults
