"""MariaDB and MySQL: rows as they come, for Django's own iterator holds the whole result."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def chunks(rows: QuerySet[Any, Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a values_list queryset in lists, each value as Django gives it."""
    from MySQLdb.cursors import SSCursor

    compiler = rows.query.get_compiler(using=rows.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return
    expressions = [column for column, _, _ in compiler.select]
    converters = compiler.get_converters(expressions)
    # One of its own: until the last row is fetched a connection takes no other statement, and a
    # run that reads gives signs of life.
    connection = connections[rows.db].copy()
    connection.ensure_connection()
    try:
        with contextlib.closing(connection.connection.cursor(SSCursor)) as cursor:
            cursor.execute(sql, parameters)
            while chunk := cursor.fetchmany(size):
                yield [*compiler.apply_converters(chunk, converters)] if converters else [*chunk]
    finally:
        connection.close()
