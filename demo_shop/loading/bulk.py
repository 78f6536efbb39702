"""Rows by the hundred thousand, past the ORM: executemany on SQLite, COPY on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pyarrow as pa
import pyarrow.csv as pa_csv
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model
from tqdm import tqdm

CHUNK = 50_000


def write_table(model: type[Model], table: pa.Table, *, what: str) -> int:
    """Append the rows; the table's columns are named like the database's. Return the first key."""
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({', '.join(map(quote, table.column_names))})"
    with connection.cursor() as cursor, tqdm(total=table.num_rows, desc=what, unit=" rows") as bar:
        for batch in table.to_batches(max_chunksize=CHUNK):
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {into} FROM STDIN (FORMAT csv)") as copy:
                    copy.write(as_csv(batch))
            else:
                marks = ", ".join(["%s"] * batch.num_columns)
                insert = f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608 - the model's names
                cursor.executemany(insert, as_rows(batch))
            bar.update(batch.num_rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)
    return table["id"][0].as_py() if table.num_rows else 0


def as_csv(batch: pa.RecordBatch) -> memoryview:
    """An empty unquoted field is NULL to COPY, a quoted one is an empty text."""
    buffer = BytesIO()
    plain = pa.Table.from_batches([batch])
    pa_csv.write_csv(plain, buffer, pa_csv.WriteOptions(include_header=False))
    return buffer.getbuffer()


def as_rows(batch: pa.RecordBatch) -> Iterator[tuple]:
    return zip(*(column.to_pylist() for column in batch.columns), strict=True)


def next_key(model: type[Model]) -> int:
    return (model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1


def table_of(model: type[Model], instances: list[Model]) -> pa.Table:
    """Unsaved instances as a table, with keys that follow the last one in the database."""
    first = next_key(model)
    columns = {model._meta.pk.column: pa.array(range(first, first + len(instances)), pa.int64())}
    for field in model._meta.concrete_fields:
        if not field.primary_key:
            columns[field.column] = pa.array([getattr(each, field.attname) for each in instances])
    return pa.table(columns)


# How to drop, and how to make again, what the database checks or keeps for each row of a table.
UPKEEP = {
    "sqlite": """
        SELECT 'DROP INDEX "' || name || '"', sql FROM sqlite_master
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s
    """,
    "postgresql": """
        SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
            format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE contype = 'f' AND conrelid = %(table)s::regclass
        UNION ALL
        SELECT format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename = %(table)s
            AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)
    """,
}


@contextmanager
def upkeep_later(*models: type[Model]) -> Iterator[None]:
    """Make the tables' indexes (and, on PostgreSQL, their foreign keys) anew after the load: once
    for all rows instead of row by row takes a third off its time. In one transaction."""
    listed = UPKEEP.get(connection.vendor)
    remake: list[str] = []
    with connection.cursor() as cursor:
        for model in models if listed else ():
            table = model._meta.db_table
            cursor.execute(listed, [table] if "(table)" not in listed else {"table": table})
            for drop, make in cursor.fetchall():
                cursor.execute(drop)
                remake.append(make)
    yield
    with connection.cursor() as cursor:
        for statement in remake:
            cursor.execute(statement)
