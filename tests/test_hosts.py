"""The other shops under tests/hosts, each with settings, a process and a database of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.budget import ROOT

HOSTS = sorted(path.parent.name for path in Path(__file__).parent.glob("hosts/*/settings.py"))


def test_there_are_other_shops_to_run_in():
    assert HOSTS


@pytest.mark.parametrize("host", HOSTS)
def test_the_other_shop_passes_its_own_tests(host):
    environment = dict(os.environ)
    if environment.get("XSELL_DATABASE", "sqlite") != "sqlite":
        shared = environment.get("XSELL_DATABASE_NAME", "xsell")
        environment["XSELL_DATABASE_NAME"] = f"{shared}_{host}"
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            f"tests/hosts/{host}",
            f"--ds=tests.hosts.{host}.settings",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
