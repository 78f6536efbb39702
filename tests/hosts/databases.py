"""The database of the other shops: SQLite in memory, or the server of the whole suite."""

import os
from typing import Any


def database(**options: Any) -> dict[str, Any]:
    chosen = {"postgresql": postgresql, "mariadb": mariadb}.get(os.environ.get("XSELL_DATABASE"))
    if chosen is None:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", **options}
    return {**chosen(), "NAME": os.environ["XSELL_DATABASE_NAME"], **options}


def postgresql() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "USER": os.environ.get("PGUSER", ""),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
    }


def mariadb() -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ.get("MYSQL_HOST", "127.0.0.1"),
        "PORT": os.environ.get("MYSQL_TCP_PORT", "3306"),
        "USER": os.environ.get("MYSQL_USER", "root"),
        "PASSWORD": os.environ.get("MYSQL_PWD", ""),
        "OPTIONS": {"charset": "utf8mb4"},
        "TEST": {"CHARSET": "utf8mb4"},
    }
