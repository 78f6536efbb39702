"""Many rows into a table at once: binary COPY on PostgreSQL, batches of inserts elsewhere.

`bulk_create` takes a minute for two million rows, and text COPY twice as long as binary.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice, repeat
from queue import SimpleQueue
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from django.db import connections, models, router, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from numpy.typing import NDArray

try:
    from django.db.backends.postgresql.psycopg_any import is_psycopg3
except ImportError:  # no driver for PostgreSQL: the shop is on another database
    is_psycopg3 = False

Column: TypeAlias = NDArray[Any] | Sequence[Any] | int
"""One value for each row, as Django's fields take it, or one whole number for all rows."""

BATCH = 20_000
COPY_BATCH = 200_000
SIDE_BY_SIDE = 2
# PostgreSQL's binary format: https://www.postgresql.org/docs/current/sql-copy.html
SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = struct.pack(">h", -1)
WIDTHS = {
    "smallint": ">i2",
    "integer": ">i4",
    "bigint": ">i8",
    "double precision": ">f8",
    "boolean": ">i1",
    "uuid": "V16",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Into:
    """A table's columns, and what goes into them; each method writes rows [begin, end)."""

    connection: Any
    table: str
    fields: Sequence[Any]
    values: Sequence[Column]

    def copy(self, cursor: Any, begin: int, end: int) -> None:
        kinds = [WIDTHS.get(str(field.db_type(self.connection))) for field in self.fields]
        # It is psycopg's own method, which Django does not wrap.
        with self.connection.wrap_database_errors:
            if None in kinds:
                with cursor.copy(f"COPY {self._target} FROM STDIN") as copy:
                    for row in self._rows(begin, end):
                        copy.write_row(row)
                return
            with cursor.copy(f"COPY {self._target} FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(SIGNATURE)
                copy.write(_packed(self.values, kinds, begin, end))
                copy.write(TRAILER)

    def insert(self, cursor: Any, begin: int, end: int) -> None:
        marks = ", ".join(["%s"] * len(self.fields))
        statement = f"INSERT INTO {self._target} VALUES ({marks})"  # noqa: S608 - our names
        cursor.executemany(statement, list(self._rows(begin, end)))

    @property
    def _target(self) -> str:
        quoted = self.connection.ops.quote_name
        return f"{self.table} ({', '.join(quoted(str(field.column)) for field in self.fields)})"

    def _rows(self, begin: int, end: int) -> Iterator[tuple[Any, ...]]:
        """These rows in the types that the database's driver takes."""
        parts: list[Any] = []
        for column, field in zip(self.values, self.fields, strict=True):
            if isinstance(column, int):
                parts.append(repeat(column, end - begin))
            elif isinstance(column, np.ndarray):
                parts.append(column[begin:end].tolist())
            else:
                prepared = field.get_db_prep_save
                parts.append([prepared(it, self.connection) for it in column[begin:end]])
        return zip(*parts, strict=True)


def insert_columns(
    model: type[models.Model],
    columns: Mapping[str, Column],
    n_rows: int,
    inserted: Callable[[int], None],
) -> None:
    """Insert `n_rows` rows; columns by attribute name ("run_id").

    `inserted` is called with the number of rows so far after each batch. Each batch is a
    transaction of its own, so that shoppers can write in between; nobody reads these rows before
    the switch.
    """
    if not n_rows:
        return
    connection = connections[router.db_for_write(model)]
    known = {field.attname: field for field in model._meta.concrete_fields}
    fields = [known[name] for name in columns]
    values = list(columns.values())
    for field, column in zip(fields, values, strict=True):
        _check_range(field, column)
    copies = connection.vendor == "postgresql" and is_psycopg3
    size = COPY_BATCH if copies else BATCH
    table = connection.ops.quote_name(model._meta.db_table)
    into = _Into(connection, table, fields, values)
    insert = into.copy if copies else into.insert
    batches = [(begin, min(begin + size, n_rows)) for begin in range(0, n_rows, size)]
    is_server = connection.vendor in {"postgresql", "mysql"}
    if is_server and len(batches) > 1 and not connection.in_atomic_block:
        _insert_side_by_side(connection, batches, insert, inserted)
    else:
        for begin, end in batches:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                insert(cursor, begin, end)
            inserted(end)
    _let_it_count(connection, table)


def _insert_side_by_side(
    connection: Any,
    batches: Sequence[tuple[int, int]],
    insert: Callable[[Any, int, int], None],
    inserted: Callable[[int], None],
) -> None:
    """Each batch by the first of a few connections that is free: a server has several cores.

    Statements commit themselves: a batch is one.
    """
    free: SimpleQueue[Any] = SimpleQueue()
    copies = [connection.copy() for _ in range(SIDE_BY_SIDE)]
    for each in copies:
        each.inc_thread_sharing()
        free.put(each)

    def insert_one(begin: int, end: int) -> int:
        own = free.get()
        try:
            with own.cursor() as cursor:
                insert(cursor, begin, end)
        finally:  # or the other batches would wait for it for ever
            free.put(own)
        return end - begin

    n_rows, left = 0, iter(batches)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        # No more than can be at work: what is told to stop stops there.
        running = {pool.submit(insert_one, *batch) for batch in islice(left, SIDE_BY_SIDE)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    n_rows += future.result()
                    inserted(n_rows)
                    running |= {pool.submit(insert_one, *batch) for batch in islice(left, 1)}
        finally:
            pool.shutdown()
            for each in copies:
                each.close()


def _let_it_count(connection: Any, table: str) -> None:
    """Until PostgreSQL has counted a first run's rows it plans pages as for an empty table."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")


def _check_range(field: Any, column: Column) -> None:
    """Raise OverflowError for a number that the field cannot hold: packed, it would be another."""
    ranges = BaseDatabaseOperations.integer_field_ranges
    low, high = ranges.get(field.get_internal_type(), (None, None))
    if low is None or high is None or not isinstance(column, np.ndarray) or not column.size:
        return
    for extreme in (int(column.min()), int(column.max())):
        if not low <= extreme <= high:
            raise OverflowError(f"{field.attname} holds {extreme}; at most {high} fits")


def _packed(values: Sequence[Column], kinds: Sequence[str | None], begin: int, end: int) -> bytes:
    """These rows in the binary format: a count of fields, then each one's length and value."""
    layout: list[tuple[str, str]] = [("n_fields", ">i2")]
    for place, kind in enumerate(kinds):
        layout += [(f"length_{place}", ">i4"), (f"value_{place}", str(kind))]
    rows = np.zeros(end - begin, layout)
    rows["n_fields"] = len(values)
    for place, (column, kind) in enumerate(zip(values, kinds, strict=True)):
        rows[f"length_{place}"] = np.dtype(str(kind)).itemsize
        part = column if isinstance(column, int) else column[begin:end]
        if kind == "V16" and not isinstance(part, int):
            part = np.array([UUID(str(key)).bytes for key in part], "V16")
        rows[f"value_{place}"] = part
    return rows.tobytes()
