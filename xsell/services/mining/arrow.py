"""Query results by ADBC: columns come from the database as columns (extra: mining)."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

import numpy as np
from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from numpy.typing import NDArray

from xsell.services.mining.columns import DTYPES, Kind

try:
    import adbc_driver_manager
    import nanoarrow
except ImportError:  # the extra `mining` is not, or not wholly, installed
    nanoarrow = None
    ARROW_ERRORS: tuple[type[Exception], ...] = ()
else:
    ARROW_ERRORS = (adbc_driver_manager.Error,)

DRIVERS = {"postgresql": "adbc_driver_postgresql.dbapi", "sqlite": "adbc_driver_sqlite.dbapi"}
# Hash joins of orders and lines that fit into memory take half the time.
POSTGRESQL_MEMORY = "256MB"

Values: TypeAlias = tuple[NDArray[Any], NDArray[np.bool_] | None]
"""Of one column, and which of them are missing."""


def can_read(rows: QuerySet[Any, Any], kinds: Sequence[Kind]) -> bool:
    """Whether a connection of its own sees what Django's does, and its driver is installed."""
    connection = connections[rows.db]
    driver = DRIVERS.get(connection.vendor)
    # In a transaction there may be rows that nobody else sees.
    if nanoarrow is None or driver is None or connection.in_atomic_block:
        return False
    if importlib.util.find_spec(driver.partition(".")[0]) is None:
        return False
    if connection.vendor == "sqlite":
        is_file = not connection.is_in_memory_db()  # type: ignore[attr-defined]
        return is_file and (Kind.TIME not in kinds or connection.timezone_name == "UTC")
    # Times are the server's in UTC here, and local ones as Django reads them without time zones.
    has_local_times = Kind.TIME in kinds and not settings.USE_TZ
    return _postgresql_address(connection) is not None and not has_local_times


def batches(rows: QuerySet[Any, Any], kinds: Sequence[Kind]) -> Iterator[list[Values]]:
    """The rows, column by column, some ten thousands at a time."""
    connection = connections[rows.db]
    try:
        sql, parameters = rows.query.get_compiler(using=rows.db).as_sql()
    except EmptyResultSet:
        return
    text = _with_parameters(connection, sql, parameters)
    dbapi = importlib.import_module(DRIVERS[connection.vendor])
    before, address = [], _sqlite_address(connection)
    if connection.vendor == "postgresql":
        before, address = _postgresql_set_up(connection), _postgresql_address(connection) or ""
    with dbapi.connect(address) as reader, reader.cursor() as cursor:
        for statement in before:
            cursor.execute(statement)
        cursor.execute(text)
        for batch in nanoarrow.ArrayStream(cursor.fetch_arrow()):
            yield [_values(batch.child(place), kind) for place, kind in enumerate(kinds)]


def _with_parameters(connection: Any, sql: str, parameters: Sequence[Any]) -> str:
    """The statement with its parameters in it, quoted by the database's own rules."""
    if connection.vendor == "postgresql":
        return str(connection.ops.compose_sql(sql, parameters))
    with connection.cursor() as cursor:
        return str(connection.ops.last_executed_query(cursor, sql, parameters))


def _values(column: Any, kind: Kind) -> Values:
    """The column's own buffers as arrays; texts of times are read."""
    missing = None
    is_there = np.frombuffer(column.buffers[0], np.uint8)
    if is_there.size:
        missing = np.unpackbits(is_there, bitorder="little")[: len(column)] == 0
    if column.schema.type.name == "STRING":
        plain = np.array(column.to_pylist(), DTYPES[kind])
        return plain, np.isnat(plain)
    plain = np.asarray(column.buffers[1])[: len(column)]
    return plain.astype(DTYPES[kind], copy=False), missing


def _sqlite_address(connection: Any) -> str:
    return f"file:{quote(str(Path(connection.settings_dict['NAME']).absolute()))}?mode=ro"


def _postgresql_address(connection: Any) -> str | None:
    """As libpq takes it; None where Django does more than libpq can be told."""
    try:
        from psycopg import conninfo, pq
    except ImportError:  # psycopg2
        return None
    given = connection.get_connection_params()
    if connection.settings_dict["OPTIONS"].get("assume_role"):
        return None
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    return conninfo.make_conninfo(
        **{name: value for name, value in given.items() if name in known and value is not None}
    )


def _postgresql_set_up(connection: Any) -> list[str]:
    """The schemas that Django's connection looks into now: a tenant's own, say."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        (path,) = cursor.fetchone()
    # Compiling takes a sixth of the time of a query that only scans and joins.
    return [
        f"SET search_path = {path}",
        f"SET work_mem = '{POSTGRESQL_MEMORY}'",
        "SET jit = off",
    ]
