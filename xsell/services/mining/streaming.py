"""MariaDB and MySQL: rows as they come, for Django's own iterator holds the whole result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def chunks(rows: QuerySet[Any, Any], size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a values_list queryset in lists, each value as Django gives it."""
    from MySQLdb.cursors import SSCursor

    connection = connections[rows.db]
    compiler = rows.query.get_compiler(using=rows.db)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return
    connection.ensure_connection()
    expressions = [column for column, _, _ in compiler.select]
    converters = compiler.get_converters(expressions)
    cursor = connection.connection.cursor(SSCursor)
    try:
        cursor.execute(sql, parameters)
        while chunk := cursor.fetchmany(size):
            yield list(compiler.apply_converters(chunk, converters)) if converters else list(chunk)
    finally:
        cursor.close()
