"""What this machine offers to the tests beyond Python, and why not where it does not."""

import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections

REDIS_URL = os.environ.get("XSELL_REDIS_URL", "redis://127.0.0.1:6379/15")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Facility:
    """A thing that some tests need. `missing` says why it cannot be used, None that it can.

    What is missing by choice is no fault: .ci/run makes one suite of each database.
    """

    name: str
    found: str
    missing: str | None = None
    by_choice: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.missing or self.found}"


def is_postgresql() -> bool:
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def postgresql() -> Facility:
    """PostgreSQL counts when it is the database that the whole suite runs on."""
    at = settings.DATABASES["default"]
    if not is_postgresql():
        why = "not this run's database (XSELL_DATABASE=postgresql)"
        return Facility("postgresql", "", why, by_choice=True)
    where = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    given = {name: value for name, value in where.items() if value}
    try:
        psycopg.connect(dbname="postgres", connect_timeout=5, **given).close()
    except psycopg.OperationalError as error:
        raise pytest.UsageError(f"the suite's own database does not answer: {error}") from error
    return Facility("postgresql", f"{at['HOST']}:{at['PORT']}")


def mariadb() -> Facility:
    """MariaDB counts when it is the database that the suite runs on."""
    at = settings.DATABASES["default"]
    if not at["ENGINE"].endswith("mysql"):
        why = "not this run's database (XSELL_DATABASE=mariadb)"
        return Facility("mariadb", "", why, by_choice=True)
    where = {"host": at["HOST"], "port": int(at["PORT"]), "user": at["USER"]}
    driver = connections["default"].Database  # not installed with the rest, for it needs building
    try:
        driver.connect(**where, password=at["PASSWORD"], connect_timeout=5).close()
    except driver.OperationalError as error:
        raise pytest.UsageError(f"the suite's own database does not answer: {error}") from error
    return Facility("mariadb", f"{at['HOST']}:{at['PORT']}")


def database_server(*servers: Facility) -> Facility:
    """Whichever of them the suite runs on: other processes see its rows, and wait for its locks."""
    for one in servers:
        if not one.missing:
            return Facility("database-server", str(one))
    choices = " or ".join(one.name for one in servers)
    why = f"not this run's database (XSELL_DATABASE={choices})"
    return Facility("database-server", "", why, by_choice=True)


def redis_server() -> Facility:
    """Asked without the redis package, which one of the host shops under test does not have."""
    at = urlsplit(REDIS_URL)
    try:
        with socket.create_connection((at.hostname, at.port or 6379), timeout=2) as wire:
            wire.sendall(b"PING\r\n")
            answer = wire.recv(64).decode(errors="replace").strip()
    except OSError as error:
        return Facility("redis", "", f"{REDIS_URL} does not answer ({error})")
    if answer != "+PONG":
        return Facility("redis", "", f"{REDIS_URL} refuses us ({answer})")
    return Facility("redis", REDIS_URL)


def postgresql_commands() -> Path | None:
    """The folder of initdb and pg_ctl, which Debian keeps off the PATH; the newest of several."""
    if initdb := shutil.which("initdb"):
        return Path(initdb).parent
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(found, key=lambda path: [int(part) for part in path.parts[-3].split(".")])
    return newest[-1].parent if newest else None


def as_postgres() -> list[str]:
    """What goes before PostgreSQL's commands: they refuse to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def cluster() -> Facility:
    """PostgreSQL and Redis of the tests' own, which they can stop; one suite of two is enough."""
    if not is_postgresql():
        why = "left to the run on PostgreSQL (XSELL_DATABASE=postgresql)"
        return Facility("cluster", "", why, by_choice=True)
    commands = postgresql_commands()
    if commands is None:
        return Facility("cluster", "", "initdb is not installed")
    for needed in ("redis-server", *as_postgres()[:1]):
        if shutil.which(needed) is None:
            return Facility("cluster", "", f"{needed} is not installed")
    return Facility("cluster", str(commands))


def browser() -> Facility:
    for name in BROWSERS:
        if path := shutil.which(name):
            return Facility("browser", path)
    return Facility("browser", "", f"none of {', '.join(BROWSERS)} is installed")
