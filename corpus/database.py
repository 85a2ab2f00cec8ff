"""Connections to the corpus, in a given Postgres (`AKHBAR_DATABASE_URL`) or the embedded one; migrations."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
import time
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg2
import psycopg2.extensions

from corpus.embedded import EmbeddedServer, psql
from corpus.transaction import Connection
from corpus.unavailable import StorageUnavailable

__all__ = [
    "Connection",
    "SchemaMismatch",
    "StorageUnavailable",
    "connect",
    "database_url",
    "is_embedded",
    "migrate",
    "migrations",
    "pending_migrations",
    "shell_command",
    "stop",
]

CONNECT_SECONDS = 10
_MIGRATION_LOCK = 4_207_849_484  # any fixed number; "akhbar" needs to agree with itself only
_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

# Connection parameter → environment variable (PostgreSQL manual, 32.15).
_ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "channel_binding": "PGCHANNELBINDING",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}

_migrated: set[str] = set()
_migrating = threading.Lock()


class SchemaMismatch(StorageUnavailable):
    """The database's migrations are not this program's: a past file changed, or the program is older."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of corpus/schema."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def is_embedded() -> bool:
    """Whether the corpus lives in the embedded server (no `AKHBAR_DATABASE_URL` is set)."""
    return not os.environ.get("AKHBAR_DATABASE_URL")


def database_url() -> str:
    """The libpq URL of the corpus; the embedded server is started where it is the one meant.

    Raises StorageUnavailable.
    """
    return EmbeddedServer().ensure_running() if is_embedded() else os.environ["AKHBAR_DATABASE_URL"]


def stop() -> bool:
    """Stops the embedded server; False where none was running. A given server is never stopped."""
    return is_embedded() and EmbeddedServer().stop()


def shell_command() -> tuple[str, dict[str, str]]:
    """The psql program, and the environment in which it finds the corpus.

    The environment carries what the URL says, since arguments are seen by every user of the machine.
    Raises StorageUnavailable where there is no psql.
    """
    given = _parse(database_url())
    program = psql() or shutil.which("psql")
    if program is None:
        raise StorageUnavailable("There is no psql here: install a Postgres client.")
    return str(program), {_ENVIRONMENT[name]: value for name, value in given.items() if name in _ENVIRONMENT}


def connect(*, application: str = "akhbar", migrated: bool = True) -> Connection:
    """A connection to the corpus in UTC, not in autocommit; migrated once per process unless told not to.

    The embedded server is started where needed, and a first refusal (a server that was just killed) is
    tried again. Raises StorageUnavailable with one line.
    """
    if is_embedded():
        server = EmbeddedServer()
        url = server.url()
        try:
            connection = _open(url, application)
        except StorageUnavailable:
            connection = _open_patiently(server.ensure_running(), application)
    else:
        url = os.environ["AKHBAR_DATABASE_URL"]
        connection = _open_patiently(url, application)
    if migrated:
        try:
            with _migrating:
                if url not in _migrated:
                    migrate(connection)
                    _migrated.add(url)
        except BaseException:
            connection.close()
            raise
    return connection


def _open_patiently(url: str, application: str) -> Connection:
    try:
        return _open(url, application)
    except StorageUnavailable:
        time.sleep(1.0)
        return _open(url, application)


def _open(url: str, application: str) -> Connection:
    given = _parse(url)
    given.setdefault("connect_timeout", str(CONNECT_SECONDS))
    given.setdefault("application_name", application)
    try:
        connection: Connection = psycopg2.connect(**given)
        with connection, connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
    except psycopg2.Error as error:
        reason = _reason(str(error), given.get("password"))
        raise StorageUnavailable(f"The database cannot be reached: {reason}.") from None
    return connection


def _parse(url: str) -> dict[str, Any]:
    try:
        return psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        # The library's message repeats the URL, password and all.
        raise StorageUnavailable("AKHBAR_DATABASE_URL is not a valid Postgres URL.") from None


def _reason(message: str, password: str | None) -> str:
    """The part of libpq's message that says why, without addresses and without the password."""
    line = message.strip().splitlines()[0] if message.strip() else "no reason given"
    reason = line.rsplit("failed: ", 1)[-1].removeprefix("FATAL:  ")
    reason = re.sub(r'host name "[^"]*"', "host name", reason)
    return (reason.replace(password, "…") if password else reason).rstrip(".")


def migrations() -> list[Migration]:
    """The migrations that this program carries, in order. Their numbers run from 1 without a gap."""
    found = []
    for entry in files("corpus").joinpath("schema").iterdir():
        if match := _FILE_NAME.fullmatch(entry.name):
            text = entry.read_text(encoding="utf-8").replace("\r\n", "\n")
            found.append(Migration(int(match[1]), match[2], text))
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise SchemaMismatch("corpus/schema: the numbers of the migrations have a gap or a double.")
    return found


def pending_migrations(connection: Connection) -> list[Migration]:
    """The migrations not yet applied. Raises SchemaMismatch where a past one differs from its file."""
    carried = migrations()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('akhbar.migrations') IS NOT NULL")
        if not cursor.fetchone()[0]:  # type: ignore[index]
            return carried
        cursor.execute("SELECT number, name, checksum FROM akhbar.migrations ORDER BY number")
        applied = cursor.fetchall()
    if len(applied) > len(carried):
        raise SchemaMismatch("The database was made by a newer akhbar; update this program.")
    for (number, name, checksum), migration in zip(applied, carried, strict=False):
        if (number, checksum) != (migration.number, migration.checksum):
            raise SchemaMismatch(
                f"Migration {number:04}_{name} was changed after it had been applied; "
                "restore the file and write a new one."
            )
    return carried[len(applied) :]


def migrate(connection: Connection) -> list[str]:
    """Applies what is missing, each file in a transaction of its own; returns the names applied.

    Several programs may do so at once: an advisory lock lets one work and the others find it done.
    Raises SchemaMismatch, or psycopg2.Error from a failing file (which then left nothing behind).
    """
    if not pending_migrations(connection):
        return []
    applied = []
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
    try:
        for migration in pending_migrations(connection):
            with connection, connection.cursor() as cursor:
                cursor.execute("CREATE SCHEMA IF NOT EXISTS akhbar")
                cursor.execute(
                    "CREATE TABLE IF NOT EXISTS akhbar.migrations (number int PRIMARY KEY,"
                    " name text NOT NULL, checksum text NOT NULL,"
                    " applied_at timestamptz NOT NULL DEFAULT now())"
                )
                cursor.execute(migration.text)
                cursor.execute(
                    "INSERT INTO akhbar.migrations (number, name, checksum) VALUES (%s, %s, %s)",
                    (migration.number, migration.name, migration.checksum),
                )
            applied.append(f"{migration.number:04}_{migration.name}")
    finally:
        if not connection.closed:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))
    return applied
