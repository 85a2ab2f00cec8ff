"""Connections that can only read, each lent to one reader at a time, with a time limit for each question."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.errors
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ

from corpus.database import connect, is_embedded
from corpus.transaction import Connection, Cursor, is_outage
from corpus.unavailable import StorageUnavailable

ROLE = "akhbar_reader"
CONNECTIONS = 6
WAIT_SECONDS = 10.0  # for a connection that is free
ANSWER_SECONDS = 5.0


class TooSlow(Exception):  # noqa: N818 - a state of things, not a fault
    """The answer took longer than its time limit."""


class Library:
    """A few connections to the corpus that can only read, each lent to one reader at a time."""

    def __init__(self, size: int = CONNECTIONS) -> None:
        self._free: list[Connection] = []
        self._places = threading.BoundedSemaphore(size)

    def open(self) -> None:
        """Connects once, to fail early. A given database is not migrated: reading must not change it.

        Raises StorageUnavailable where the database is away, or has no corpus that this user may read.
        """
        with self.reading() as cursor:
            cursor.execute("SELECT to_regclass('corpus.articles') IS NOT NULL")
            (found,) = cursor.fetchone()  # type: ignore[misc]
        if not found:
            raise StorageUnavailable("the database holds no corpus; `akhbar db migrate` makes one")

    def close(self) -> None:
        """Closes the connections that are free."""
        while self._free:
            self._free.pop().close()

    @contextmanager
    def reading(self, seconds: float = ANSWER_SECONDS) -> Iterator[Cursor]:
        """A cursor in a read-only transaction that sees one state of the corpus throughout.

        Raises TooSlow where a statement takes longer than `seconds`, StorageUnavailable for an outage or
        where no connection becomes free.
        """
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise StorageUnavailable("too many readers at once")
        try:
            connection = self._ready(int(seconds * 1000))
            try:
                with connection, connection.cursor() as cursor:
                    yield cursor
            except psycopg2.errors.QueryCanceled as error:
                raise TooSlow from error
            except psycopg2.Error as error:
                if connection.closed or is_outage(error):
                    connection.close()
                    raise StorageUnavailable("The database went away.") from error
                raise
            finally:
                if not connection.closed:
                    self._free.append(connection)
        finally:
            self._places.release()

    def _ready(self, milliseconds: int) -> Connection:
        """A connection that answers, inside a new transaction."""
        while self._free:
            connection = self._free.pop()
            try:
                _limit(connection, milliseconds)
            except psycopg2.Error:  # the server was restarted since
                connection.close()
            else:
                return connection
        connection = _connect()
        _limit(connection, milliseconds)
        return connection


def _connect() -> Connection:
    connection = connect(application="akhbar web", migrated=is_embedded())
    connection.set_session(isolation_level=ISOLATION_LEVEL_REPEATABLE_READ, readonly=True, autocommit=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {ROLE}")
    except (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.InvalidParameterValue):
        pass  # no such role, or not ours to take: the transactions are read-only all the same
    connection.autocommit = False
    return connection


def _limit(connection: Connection, milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
            (str(milliseconds), str(milliseconds)),
        )
