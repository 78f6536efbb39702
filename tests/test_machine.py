"""Tests that need more than Python: left out with a reason on a bare machine, never in CI."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.cache.backends.redis import RedisCache

from tests import machine, sharing
from tests.architecture.budget import ROOT

NOTHING_THERE = {"XSELL_DATABASE": "sqlite", "XSELL_REDIS_URL": "redis://127.0.0.1:1", "PATH": ""}


@pytest.mark.service("postgresql")
def test_the_postgresql_address_leads_to_the_tests_database(postgresql_url):
    with psycopg.connect(postgresql_url) as connection:
        (name,) = connection.execute("select current_database()").fetchone()
    assert name.startswith("test_")


@pytest.mark.service("redis")
def test_the_redis_address_leads_to_a_cache(redis_url):
    cache = RedisCache(redis_url, {"KEY_PREFIX": "xsell-tests"})
    cache.set("strap", 3)
    assert cache.get("strap") == 3
    assert cache.delete("strap")


@pytest.mark.service("cluster")
def test_the_cluster_has_the_commands_that_make_one():
    assert (machine.postgresql_commands() / "pg_ctl").exists()


@pytest.mark.parametrize(
    ("commands", "needed"), [(None, "initdb"), (Path("/usr/bin"), "redis-server")]
)
def test_a_cluster_needs_the_commands_of_both_servers(monkeypatch, commands, needed):
    monkeypatch.setattr(machine, "is_postgresql", lambda: True)
    monkeypatch.setattr(machine, "postgresql_commands", lambda: commands)
    monkeypatch.setenv("PATH", "")
    found = machine.cluster()
    assert (found.missing, found.by_choice) == (f"{needed} is not installed", False)


@pytest.mark.browser
def test_a_page_reaches_nothing_beyond_this_machine(page):
    refused = []
    page.on("requestfailed", lambda request: refused.append(request.url))
    page.evaluate("fetch('http://shop.example/').catch(() => null)")
    assert refused == ["http://shop.example/"]


def collect_this_file(**environment):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", __file__],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "XSELL_CI"}
        | NOTHING_THERE
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bare_machine_leaves_tests_out_and_says_why():
    run = collect_this_file()
    assert run.returncode == 0, run.stderr
    for name in ("postgresql", "redis", "cluster", "browser"):
        assert f"left out: 1 test for want of {name}: " in run.stdout


def test_ci_stops_where_something_is_missing():
    run = collect_this_file(XSELL_CI="1")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "redis: redis://127.0.0.1:1 does not answer" in run.stderr
    assert "browser: none of chromium" in run.stderr


def test_what_one_worker_has_to_itself_is_still_where_it_was():
    assert [each for each in sharing.FIRST if not (ROOT / each).exists()] == []
