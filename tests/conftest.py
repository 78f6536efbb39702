"""Which tests this machine can run, and what those that need a server or a browser are given.

On a bare machine the tests that need more than Python are left out and the summary says why.
With XSELL_CI=1 whatever is missing stops the run instead.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import pytest
from django.conf import settings

from tests import machine, sharing

HOSTS = Path(__file__).parent / "hosts"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # numba numbers the files of a kernel by an index that it does not lock: of two processes that
    # compile it for different types at once, one could be given the code of the other. What a
    # worker's tests start goes by the worker's files.
    compiled = Path(__file__).parent / "__pycache__" / f"numba-{worker}"
    os.environ.setdefault("NUMBA_CACHE_DIR", str(compiled))
# Examples that Hypothesis tries where a test does not say: few for everybody, many in CI.
hypothesis.settings.register_profile("usual", max_examples=200, deadline=None)
hypothesis.settings.register_profile(
    "deep",
    max_examples=10_000,
    deadline=None,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

FACILITIES = pytest.StashKey[dict[str, machine.Facility]]()
LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_configure(config: pytest.Config) -> None:
    # A suggestion that fails must fail its test, not leave an empty space that looks like none.
    settings.XSELL_FAIL_LOUDLY = True
    servers = (machine.postgresql(), machine.mariadb())
    facilities = (
        *servers,
        machine.database_server(*servers),
        machine.redis_server(),
        machine.cluster(),
        machine.browser(),
    )
    config.stash[FACILITIES] = {one.name: one for one in facilities}
    config.stash[LEFT_OUT] = defaultdict(int)
    missing = [str(one) for one in facilities if one.missing and not one.by_choice]
    if missing and os.environ.get("XSELL_CI") == "1":
        raise pytest.UsageError("XSELL_CI=1 leaves no test out. " + "; ".join(missing))


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [str(one) for one in config.stash[FACILITIES].values()]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The tests of another host shop need that shop's settings: a process of their own."""
    if collection_path.parent != HOSTS or not collection_path.is_dir():
        return None
    own_settings = f"tests.hosts.{collection_path.name}.settings"
    return own_settings != settings.SETTINGS_MODULE


def needs(item: pytest.Item) -> set[str]:
    names = {"browser"} if item.get_closest_marker("browser") else set()
    for marker in item.iter_markers("service"):
        names.update(marker.args or ("postgresql", "redis"))
    return names


def turn(item: pytest.Item) -> int:
    """Which tests come first, in the middle, and last: each in random order.

    Playwright keeps an event loop running until the session ends: whatever runs after it could no
    longer tell a forgotten sync_to_async. So browser tests come last, in each worker too.
    """
    if "browser" in needs(item):
        return 2
    return 0 if item.nodeid.startswith(sharing.FIRST) else 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    facilities, left_out = config.stash[FACILITIES], config.stash[LEFT_OUT]
    kept, dropped = [], []
    for item in items:
        missing = sorted(name for name in needs(item) if facilities[name].missing)
        for name in missing:
            left_out[name] += 1
        (dropped if missing else kept).append(item)
    items[:] = sorted(kept, key=turn)
    if dropped:
        config.hook.pytest_deselected(items=dropped)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return sharing.scheduler(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist has no summary of its own."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash[LEFT_OUT])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All workers leave the same tests out, so one is enough. One that crashed says nothing."""
    node.config.stash[LEFT_OUT].update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    for name, count in config.stash[LEFT_OUT].items():
        tests = "1 test" if count == 1 else f"{count} tests"
        why = config.stash[FACILITIES][name]
        terminalreporter.write_line(f"left out: {tests} for want of {why}")


# ------------------------------------------------------------------------------------- services


@pytest.fixture
def postgresql_url(db: None) -> str:
    """The address of the test database, for clients that are not Django."""
    at = settings.DATABASES["default"]
    credentials = ":".join(filter(None, (at["USER"], at["PASSWORD"])))
    return (
        f"postgresql://{credentials}{'@' * bool(credentials)}{at['HOST']}:{at['PORT']}/{at['NAME']}"
    )


@pytest.fixture
def redis_url() -> str:
    return machine.REDIS_URL


# -------------------------------------------------------------------------------------- browser


@pytest.fixture(scope="session")
def playwright(playwright: object) -> Iterator[object]:
    """Its event loop makes Django refuse the ORM in this thread, which is not async at all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield playwright


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, object], pytestconfig: pytest.Config
) -> dict[str, object]:
    found = pytestconfig.stash[FACILITIES]["browser"].found
    return {**browser_type_launch_args, "executable_path": found, "args": LAUNCH}


@pytest.fixture
def context(context):
    """A browser that reaches this machine only, so that no page can lean on a CDN."""
    context.route(lambda url: urlsplit(url).hostname not in LOOPBACK, lambda route: route.abort())
    return context


# ----------------------------------------------------------------------------------------- shop


@pytest.fixture
def shop(db: None) -> object:
    """A small shop in the words of its people (see tests/shopfloor.py)."""
    # Imported here: other hosts' sessions use this file too, without the demo shop's models.
    from tests.shopfloor import ShopFloor

    return ShopFloor()
