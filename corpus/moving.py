"""Moving a corpus: every table copied to another server, compared row by row, and only then kept.

All is read in one snapshot of a read-only transaction, so the old corpus cannot be touched; all is written in
one transaction, so the new server has the whole corpus or none of it. The job queue is not copied (a worker
makes it anew), nor is the archive of raw pages, which lies in AKHBAR_HOME and not in the database.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

import psycopg2
from psycopg2 import sql

from corpus import database
from corpus.transaction import Connection, Cursor, transaction
from corpus.unavailable import StorageUnavailable

_SCHEMA = "akhbar"
_OWN = "migrations"  # what says how far the schema is; each database has its own
_LEASE = 1_634_428_002  # a crawl's lease (corpus/crawls.py)
# how values are written as text, whatever the server or the user has set
_PLAIN = (
    "SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';"
    "SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL lc_monetary = 'C';"
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)
_ROWS_A_TIME = 5_000


class CopyRefused(Exception):  # noqa: N818 - a state of things, not a fault
    """The copy was not begun: the target is not empty, or the corpus is being written."""


class CopyDiffers(Exception):  # noqa: N818
    """What arrived is not what was sent; nothing was kept."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """One table that arrived whole: its rows, and the MD5 of all of them in order."""

    table: str
    rows: int
    checksum: str


def copy_to(
    source: Connection, url: str, *, note: Callable[[CopiedTable], None] = lambda table: None
) -> list[CopiedTable]:
    """Copies the corpus behind `source` to the empty database at `url`; `note` is told of each table.

    The target gets this program's schema. Raises CopyRefused, CopyDiffers, SchemaMismatch or
    StorageUnavailable; then the target is as empty as it was.
    """
    if database.pending_migrations(source):
        raise CopyRefused("The schema of the corpus is not up to date; run `akhbar db migrate` first.")
    target = database._open_patiently(url, "akhbar copy")
    try:
        with transaction(target) as cursor:
            _require_empty(cursor)
        database.migrate(target)
        source.rollback()
        source.set_session(isolation_level="REPEATABLE READ", readonly=True)
        try:
            copied = _copy(source, target, note)
        finally:
            source.rollback()
            source.set_session(isolation_level="DEFAULT", readonly=False)
        target.autocommit = True
        with target.cursor() as cursor:
            cursor.execute("ANALYZE")
    finally:
        target.close()
    return copied


def _copy(source: Connection, target: Connection, note: Callable[[CopiedTable], None]) -> list[CopiedTable]:
    copied = []
    with transaction(source) as reading, transaction(target) as writing:
        reading.execute(_PLAIN)
        writing.execute(_PLAIN)
        # the triggers would count again what is copied with the rest
        writing.execute("SET LOCAL akhbar.copying = 'on'")
        _require_rest(reading)
        writing.execute("SELECT pg_advisory_xact_lock(hashtext('akhbar.copy'))")
        _require_empty(writing)
        for table in _tables(reading):
            columns = _columns(reading, table)
            _pump(reading, writing, table, columns)
            copied.append(_compare(source, target, table, columns))
            note(copied[-1])
        _set_sequences(reading, writing)
    return copied


def _require_empty(cursor: Cursor) -> None:
    """Raises CopyRefused where a table of the corpus holds a row."""
    for table in _tables(cursor):
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(_SCHEMA, table)))
        (filled,) = cursor.fetchone()  # type: ignore[misc]
        if filled:
            raise CopyRefused(
                f"The target is not empty: its table {_SCHEMA}.{table} has rows. Nothing was done."
            )


def _require_rest(cursor: Cursor) -> None:
    """Raises CopyRefused while a crawl holds its lease: what it writes from now on would be missed."""
    cursor.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        (_LEASE,),
    )
    (running,) = cursor.fetchone()  # type: ignore[misc]
    if running:
        raise CopyRefused(f"{running} crawls are running; stop the workers and crawls first.")


def _tables(cursor: Cursor) -> list[str]:
    """The tables of the corpus, each after those that it refers to."""
    cursor.execute(
        """
        SELECT c.relname, coalesce(array_agg(r.relname) FILTER (WHERE r.relname <> c.relname), '{}')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f'
        LEFT JOIN pg_class r ON r.oid = f.confrelid
        WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname <> %s
        GROUP BY c.relname ORDER BY c.relname
        """,
        (_SCHEMA, _OWN),
    )
    waiting = {name: set(refers) for name, refers in cursor.fetchall()}
    ordered: list[str] = []
    while waiting:
        ready = [name for name, refers in waiting.items() if not refers & set(waiting)]
        if not ready:
            raise CopyRefused(f"Tables refer to one another in a circle: {', '.join(waiting)}.")
        ordered += ready
        for name in ready:
            del waiting[name]
    return ordered


def _columns(cursor: Cursor, table: str) -> list[str]:
    """The columns of a table that hold data of their own."""
    cursor.execute(
        "SELECT a.attname FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0"
        " AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum",
        (f"{_SCHEMA}.{table}",),
    )
    return [name for (name,) in cursor.fetchall()]


def _pump(reading: Cursor, writing: Cursor, table: str, columns: list[str]) -> None:
    """COPY out of the one and into the other, at the same time, through a pipe."""
    name = sql.Identifier(_SCHEMA, table)
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    outward = sql.SQL("COPY {} ({}) TO STDOUT").format(name, listed).as_string(reading)
    inward = sql.SQL("COPY {} ({}) FROM STDIN").format(name, listed).as_string(writing)
    out_of, into = os.pipe()
    faults: list[Exception] = []

    def read() -> None:
        try:
            with os.fdopen(into, "wb") as end:
                reading.copy_expert(outward, end)
        except Exception as error:  # raised again below, in the thread that waits
            faults.append(error)

    thread = threading.Thread(target=read, name="copy out")
    with os.fdopen(out_of, "rb") as end:
        thread.start()
        try:
            writing.copy_expert(inward, _Reader(end))
        finally:
            # a writer that failed leaves the rest unread: the reading end must not wait for it for ever
            end.close()
            thread.join()
    if faults:
        if isinstance(faults[0], psycopg2.OperationalError):
            raise StorageUnavailable(f"The corpus went away while {table} was read.") from faults[0]
        raise faults[0]


class _Reader:
    """What psycopg2 wants of a file: `read` with a size."""

    def __init__(self, file: BinaryIO):
        self._file = file

    def read(self, size: int = 65_536) -> bytes:
        return self._file.read(size)

    def readline(self, size: int = 65_536) -> bytes:
        return self._file.readline(size)


def _compare(source: Connection, target: Connection, table: str, columns: list[str]) -> CopiedTable:
    """Compares the table here and there, row by row in order. Raises CopyDiffers."""
    whole, rows = hashlib.md5(usedforsecurity=False), 0
    with (
        closing(_row_sums(source, table, columns)) as here,
        closing(_row_sums(target, table, columns)) as there,
    ):
        for ours in here:
            if next(there, None) != ours:
                raise CopyDiffers(f"{_SCHEMA}.{table} differs from row {rows + 1} on; nothing was kept.")
            whole.update(ours.encode())
            rows += 1
        if next(there, None) is not None:
            raise CopyDiffers(f"{_SCHEMA}.{table} has more rows there than here; nothing was kept.")
    return CopiedTable(table, rows, whole.hexdigest())


def _row_sums(connection: Connection, table: str, columns: list[str]) -> Generator[str]:
    """The MD5 of each row of a table, in the order of the sums, which no collation and no key changes."""
    with connection.cursor(name=f"sums_{table}") as cursor:
        cursor.itersize = _ROWS_A_TIME
        cursor.execute(
            sql.SQL('SELECT md5(ROW({})::text) COLLATE "C" AS sum FROM {} ORDER BY sum').format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(_SCHEMA, table)
            )
        )
        for (row_sum,) in cursor:
            yield row_sum


def _set_sequences(reading: Cursor, writing: Cursor) -> None:
    """Lets the numbers of new rows go on where those of the old corpus are now."""
    reading.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind = 'S' ORDER BY 1",
        (_SCHEMA,),
    )
    for (name,) in reading.fetchall():
        reading.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(_SCHEMA, name)))
        last, is_called = reading.fetchone()  # type: ignore[misc]
        writing.execute("SELECT setval(%s::regclass, %s, %s)", (f"{_SCHEMA}.{name}", last, is_called))
