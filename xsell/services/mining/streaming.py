"""MariaDB and MySQL: rows as they come, for Django's own iterator holds the whole result.

Ten million lines: 180 MB in place of 2.2 GB. Who reads a whole table says so: the server then goes
through it as it lies on the disk, in place of looking up the lines of one order after the other,
which takes three times as long.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

SELECT, SELECT_DISTINCT = "SELECT ", "SELECT DISTINCT "


def chunks(
    rows: QuerySet[Any, Any], size: int, *, is_whole_table: bool
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a values_list queryset in lists, each value as Django gives it."""
    from MySQLdb.cursors import SSCursor

    compiler = rows.query.get_compiler(using=rows.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return
    if is_whole_table and sql.startswith(SELECT) and not sql.startswith(SELECT_DISTINCT):
        sql = f"SELECT STRAIGHT_JOIN {sql.removeprefix(SELECT)}"
    expressions = [column for column, _, _ in compiler.select]
    converters = compiler.get_converters(expressions)
    # One of its own: until the last row is fetched a connection takes no other statement, and a
    # run that reads gives signs of life.
    connection = connections[rows.db].copy()
    connection.ensure_connection()
    try:
        # The driver's own cursor, which Django does not wrap.
        with (
            connection.wrap_database_errors,
            contextlib.closing(connection.connection.cursor(SSCursor)) as cursor,
        ):
            cursor.execute(sql, parameters)
            while chunk := cursor.fetchmany(size):
                yield [*compiler.apply_converters(chunk, converters)] if converters else [*chunk]
    finally:
        connection.close()
