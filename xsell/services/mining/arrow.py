"""Query results by ADBC: columns come from the database as columns (extra: mining)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

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
    # nanoarrow's own, while rows come, is a RuntimeError.
    ARROW_ERRORS = (adbc_driver_manager.Error, RuntimeError)

DRIVER = "adbc_driver_postgresql.dbapi"
KINDS = frozenset({Kind.WHOLE, Kind.REAL, Kind.TIME})
# Hash joins of orders and lines that fit into memory take half the time.
POSTGRESQL_MEMORY = "256MB"

Values: TypeAlias = tuple[NDArray[Any], NDArray[np.bool_] | None]
"""Of one column, and which of them are missing."""


def can_read(rows: QuerySet[Any, Any], kinds: Sequence[Kind]) -> bool:
    """Whether a connection of its own sees what Django's does, and its driver is installed.

    PostgreSQL alone: a second SQLite library in a process breaks the locks of the first
    (https://www.sqlite.org/howtocorrupt.html, 2.2.1).
    """
    connection = connections[rows.db]
    # In a transaction there may be rows that nobody else sees.
    if nanoarrow is None or connection.vendor != "postgresql" or connection.in_atomic_block:
        return False
    if not KINDS.issuperset(kinds) or find_spec(DRIVER.partition(".")[0]) is None:
        return False
    # Times are the server's in UTC here, and local ones as Django reads them without time zones.
    has_local_times = Kind.TIME in kinds and not settings.USE_TZ
    return _address(connection) is not None and not has_local_times


def batches(rows: QuerySet[Any, Any], kinds: Sequence[Kind]) -> Iterator[list[Values]]:
    """The rows, column by column, some hundred thousands at a time."""
    connection = connections[rows.db]
    try:
        sql, parameters = rows.query.get_compiler(using=rows.db).as_sql()
    except EmptyResultSet:
        return
    operations: Any = connection.ops
    text = str(operations.compose_sql(sql, parameters))
    dbapi = import_module(DRIVER)
    before = _set_up(connection)
    with dbapi.connect(_address(connection) or "") as reader, reader.cursor() as cursor:
        for statement in before:
            cursor.execute(statement)
        cursor.execute(text)
        for batch in nanoarrow.ArrayStream(cursor.fetch_arrow()):
            yield [_values(batch.child(place), kind) for place, kind in enumerate(kinds)]


def _values(column: Any, kind: Kind) -> Values:
    """The column's own buffers as arrays."""
    missing = None
    is_there = np.frombuffer(column.buffers[0], np.uint8)
    if is_there.size:
        missing = np.unpackbits(is_there, bitorder="little")[: len(column)] == 0
    plain = np.asarray(column.buffers[1])[: len(column)]
    return plain.astype(DTYPES[kind], copy=False), missing


def _address(connection: Any) -> str | None:
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


def _set_up(connection: Any) -> list[str]:
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
