"""One transaction on a connection, with outages told apart from faults of the data."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeAlias, TypeVar, cast

import psycopg2
import psycopg2.extensions

from corpus.unavailable import StorageUnavailable

Connection: TypeAlias = psycopg2.extensions.connection
Cursor: TypeAlias = psycopg2.extensions.cursor

Result = TypeVar("Result")

# SQLSTATE classes of a server that is away, full or read-only (PostgreSQL manual, appendix A).
_OUTAGE_CLASSES = ("08", "53", "57", "58", "F0", "XX")
_OUTAGE_STATES = ("25006",)  # read_only_sql_transaction
_AGAIN = ("40001", "40P01")  # serialization_failure, deadlock_detected: the same work may succeed now
_TRIES = 5


def is_outage(error: psycopg2.Error) -> bool:
    """Whether the storage is at fault, not the data: a cut connection has no SQLSTATE at all."""
    if isinstance(error, psycopg2.InterfaceError):
        return True
    if error.pgcode is None:
        return isinstance(error, (psycopg2.OperationalError, psycopg2.DatabaseError)) and not isinstance(
            error, (psycopg2.ProgrammingError, psycopg2.DataError, psycopg2.IntegrityError)
        )
    return error.pgcode[:2] in _OUTAGE_CLASSES or error.pgcode in _OUTAGE_STATES


def server_clock(connection: Connection) -> datetime:
    """The server's time of day, by which all machines that write to it go. Raises StorageUnavailable."""
    with transaction(connection) as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()  # type: ignore[misc]
    return cast("datetime", now)


@contextmanager
def transaction(connection: Connection) -> Iterator[Cursor]:
    """A cursor in a transaction: committed at the end, rolled back on any exception.

    Raises StorageUnavailable for an outage (the connection is then of no more use: connect again);
    every other error of the data or of the query as it is.
    """
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    except psycopg2.Error as error:
        if connection.closed or is_outage(error):
            said = str(error).strip().splitlines()[0] if str(error).strip() else "the connection was cut"
            raise StorageUnavailable(f"The database went away: {said}.") from error
        raise


def in_transaction(connection: Connection, work: Callable[[Cursor], Result]) -> Result:
    """What `work` returns, in a transaction that is run again where it lost to another one.

    Raises what `transaction` does.
    """
    tries = 1
    while True:
        try:
            with transaction(connection) as cursor:
                return work(cursor)
        except psycopg2.Error as error:
            if error.pgcode not in _AGAIN or tries == _TRIES:
                raise
            tries += 1


def cut(connection: Connection) -> None:
    """Cuts a connection on which another thread waits; the call there ends with an outage.

    psycopg2 lets no other thread at a connection that waits; its socket is free to all.
    """
    if not connection.closed:
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
