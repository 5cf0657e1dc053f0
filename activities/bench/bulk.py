"""Putting very many rows into a table: COPY on PostgreSQL, executemany on SQLite."""

import contextlib
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.management.color import no_style
from django.db import connection, models

Row = Sequence[Any]


def insert(table: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert tuples of `columns` (attribute names); every other column gets its field's default.

    Constraints and triggers of the database hold as always; signals, history and `save` are passed over.
    """
    fields = {field.attname: field for field in table._meta.concrete_fields}
    others = [
        field for name, field in fields.items() if name not in columns and not isinstance(field, models.BigAutoField)
    ]
    constants = tuple(field.get_default() for field in others)
    wanted = [*(fields[name] for name in columns), *others]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in wanted)
    target = connection.ops.quote_name(table._meta.db_table)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f"COPY {target} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row((*row, *constants))
        return
    marks = ", ".join("?" * len(wanted))
    convert = [(place, as_sqlite(field)) for place, field in enumerate(wanted) if as_sqlite(field)]
    connection.ensure_connection()
    # Past Django's cursor, which rewrites the statement for each row.
    connection.connection.executemany(
        f"INSERT INTO {target} ({names}) VALUES ({marks})",  # noqa: S608  names of our own models
        (_converted((*row, *constants), convert) for row in rows),
    )


def as_sqlite(field: models.Field) -> Callable[[Any], Any] | None:
    """How a value of this column is written there; None when as it is."""
    if isinstance(field, models.DateTimeField):
        return lambda moment: moment and moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(" ")
    if isinstance(field, models.DateField):
        return lambda day: day and day.isoformat()
    if isinstance(field, models.UUIDField):
        return lambda token: token.hex if isinstance(token, UUID) else token
    return None


def _converted(row: tuple[Any, ...], convert: list[tuple[int, Any]]) -> list[Any]:
    values = list(row)
    for place, write in convert:
        values[place] = write(values[place])
    return values


def next_id(table: type[models.Model]) -> int:
    return (table._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


# Indexes that no constraint needs, by their definition.
PLAIN_INDEXES = {
    "postgresql": (
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = %s::regclass AND NOT i.indisunique"
    ),
    "sqlite": (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql LIKE 'CREATE INDEX%%'"
    ),
}
# Losing half a load to a power failure loses nothing: it is made again.
HASTE = {
    "postgresql": ("SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"),
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000"),
}
# On SQLite the settings end with the connection; a pooled one lives on.
REST = {"postgresql": ("RESET synchronous_commit", "RESET maintenance_work_mem"), "sqlite": ()}


@contextlib.contextmanager
def loading(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """While very many rows arrive the tables' indexes wait; they are built at the end. Not inside a transaction."""
    definitions: list[str] = []
    with connection.cursor() as cursor:
        for statement in HASTE[connection.vendor]:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(PLAIN_INDEXES[connection.vendor], [table._meta.db_table])
            for name, definition in cursor.fetchall():
                cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
                definitions.append(definition)
    yield
    with connection.cursor() as cursor:
        for definition in definitions:
            cursor.execute(definition)
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM")
        for statement in REST[connection.vendor]:
            cursor.execute(statement)
    connection.close()


def settle(tables: Sequence[type[models.Model]]) -> None:
    """After rows that came with their ids: let the counters go on from there, and tell the planner what there is."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
