"""Who imports whom, as far as .ci/run's import contracts cannot tell."""

import json
import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tests.architecture.budget import ROOT

# Reached by name only, from a worker or the command line: never by a web worker.
OFF_THE_WEB = (
    "xsell.contrib",  # a bridge is imported by its own host
    "xsell.engine",
    "xsell.management",
    "xsell.services.mining",
    "xsell.tasks",
)
JOB_STACK = {"celery", "numba", "numpy", "pandas", "scipy"}

# What a web worker does: set up, answer any address, draw any tag.
WEB_WORKER = """
import importlib, json, sys
import django
from django.conf import settings

django.setup()
for name in [settings.ROOT_URLCONF, *json.loads(sys.argv[1])]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("xsell", cache_dir=None)


def is_within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def web_modules() -> list[str]:
    files = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "xsell").rglob("*.py")]
    modules = {".".join(file.parts).removesuffix(".__init__") for file in files}
    return sorted(module for module in modules if not is_within(module, OFF_THE_WEB))


def rings(imports: dict[str, set[str]]) -> list[str]:
    """The first import ring that there is, as a list of modules, or nothing."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_in_a_ring(graph):
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert rings(imports) == []


def test_a_ring_would_be_found():
    assert rings({"cart": {"offers"}, "offers": {"prices"}, "prices": {"cart"}}) != []


def test_the_engine_meets_the_rest_only_where_the_shop_is_mined(graph):
    inside = graph.find_descendants("xsell.engine") | {"xsell.engine"}
    importers = set().union(*map(graph.find_modules_that_directly_import, inside)) - inside
    assert importers, "nothing mines"
    assert [name for name in importers if not is_within(name, ("xsell.services.mining",))] == []


def test_a_web_worker_never_loads_the_mining_stack():
    run = subprocess.run(
        [sys.executable, "-c", WEB_WORKER, json.dumps(web_modules())],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "demo_shop.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    loaded = set(json.loads(run.stdout.splitlines()[-1]))
    assert {"django", "rest_framework", "xsell"} <= loaded
    assert loaded & JOB_STACK == set()
