"""The demo shop on any of three databases, for `tests.benchmarks.live`.

`XSELL_LIVE_DATABASE` says which, `XSELL_DATABASE_NAME` its name (a file for SQLite); servers are
found as their own clients find them, by PG* and MYSQL_*.
"""

import os

# Which of its own databases the demo shop would take is not asked here.
os.environ.pop("XSELL_DATABASE", None)

from demo_shop.settings import *  # noqa: F403
from demo_shop.settings import postgresql_database, sqlite_database


def mariadb_database() -> dict:
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": os.environ.get("XSELL_DATABASE_NAME", "xsell"),
        "HOST": os.environ.get("MYSQL_HOST", "127.0.0.1"),
        "PORT": os.environ.get("MYSQL_TCP_PORT", "3306"),
        "USER": os.environ.get("MYSQL_USER", "root"),
        "PASSWORD": os.environ.get("MYSQL_PWD", ""),
        "OPTIONS": {"charset": "utf8mb4"},
    }


CHOICES = {
    "postgresql": postgresql_database,
    "sqlite": sqlite_database,
    "mariadb": mariadb_database,
}
DATABASES = {"default": CHOICES[os.environ["XSELL_LIVE_DATABASE"]]()}
XSELL_ADAPTER = os.environ.get("XSELL_LIVE_ADAPTER", "tests.benchmarks.live_adapter.LiveAdapter")
XSELL_STORE = os.environ.get("XSELL_LIVE_STORE")
# All runs of the benchmark stay until it measures how long forgetting one takes.
XSELL_KEEP_SNAPSHOTS = 1000
