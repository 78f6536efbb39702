"""The database of the other shops: SQLite in memory, or the PostgreSQL of the whole suite."""

import os
from typing import Any


def database(**options: Any) -> dict[str, Any]:
    if os.environ.get("XSELL_DATABASE") != "postgresql":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", **options}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["XSELL_DATABASE_NAME"],
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "USER": os.environ.get("PGUSER", ""),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        **options,
    }
