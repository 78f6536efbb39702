"""What this machine offers to the tests beyond Python, and why not where it does not."""

import os
import shutil
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections

REDIS_URL = os.environ.get("XSELL_REDIS_URL", "redis://127.0.0.1:6379/15")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Facility:
    """A thing that some tests need. `missing` says why it cannot be used, None that it can."""

    name: str
    found: str
    missing: str | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.missing or self.found}"


def postgresql() -> Facility:
    """PostgreSQL counts when it is the database that the whole suite runs on."""
    at = settings.DATABASES["default"]
    if not at["ENGINE"].endswith("postgresql"):
        return Facility("postgresql", "", "not this run's database (XSELL_DATABASE=postgresql)")
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
        return Facility("mariadb", "", "not this run's database (XSELL_DATABASE=mariadb)")
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
    return Facility("database-server", "", f"not this run's database (XSELL_DATABASE={choices})")


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


def browser() -> Facility:
    for name in BROWSERS:
        if path := shutil.which(name):
            return Facility("browser", path)
    return Facility("browser", "", f"none of {', '.join(BROWSERS)} is installed")
