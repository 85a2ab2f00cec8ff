"""One embedded Postgres for a whole test session, and a database of its own for every test that asks.

Under pytest-xdist the controller names the home, whichever worker comes first starts the server, and
the controller stops it at the end. A database is a copy of one migrated template: some 50 ms each.
Tests that only read may share one that their module has filled: `shared_connection`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from corpus import database
from corpus.embedded import EmbeddedServer

_HOME = "AKHBAR_TEST_HOME"
_TEMPLATE = "akhbar_template"
_MEMORY = Path("/dev/shm")  # files in memory, on Linux


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        # Short, since a unix socket's path is limited to 107 bytes and pytest's own folders are deep.
        os.environ[_HOME] = tempfile.mkdtemp(prefix="akhbar-", dir=_fastest_directory())
        os.environ.pop("AKHBAR_DATABASE_URL", None)


def _fastest_directory() -> Path | None:
    """Memory, where there is plenty (None: the usual temporary directory).

    A database is nine hundred files. To make them takes ext4 up to 0.2 s of processor time, and memory 0.02 s.
    """
    # the server keeps up to 2 GB of write-ahead log
    plenty = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 6 * 1024**3
    return _MEMORY if plenty else None


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (made := os.environ.pop(_HOME, None)):
        EmbeddedServer(Path(made)).stop()
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> EmbeddedServer:
    """The session's embedded server, running, with the migrated template."""
    running = EmbeddedServer(Path(os.environ[_HOME]))
    running.ensure_running()
    admin = psycopg2.connect(running.url("postgres"))
    admin.autocommit = True
    try:
        with admin.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(1)")  # one worker makes the template
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (_TEMPLATE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {_TEMPLATE}_new")
                fresh = psycopg2.connect(running.url(f"{_TEMPLATE}_new"))
                database.migrate(fresh)
                fresh.close()
                cursor.execute(f"ALTER DATABASE {_TEMPLATE}_new RENAME TO {_TEMPLATE}")
    finally:
        admin.close()
    return running


@contextmanager
def _made(server: EmbeddedServer) -> Iterator[str]:
    """The URL of a fresh, migrated database, dropped at the end."""
    name = f"test_{uuid.uuid4().hex}"
    admin = psycopg2.connect(server.url("postgres"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY wal_log")
    yield server.url(name)
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def database_url(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of a fresh, migrated database, which is also `AKHBAR_DATABASE_URL` for the test."""
    with _made(server) as url:
        monkeypatch.setenv("AKHBAR_DATABASE_URL", url)
        yield url


@pytest.fixture
def other_url(server: EmbeddedServer) -> Iterator[str]:
    """The URL of a second fresh database: another installation's."""
    with _made(server) as url:
        yield url


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """A connection to the test's own database."""
    opened = database.connect(application="akhbar tests")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def shared_url(server: EmbeddedServer) -> Iterator[str]:
    """The URL of a fresh, migrated database for all tests of a module; each leaves it as it was."""
    with _made(server) as url:
        yield url


@pytest.fixture(scope="module")
def shared_connection(shared_url: str) -> Iterator[Connection]:
    """A connection to the module's database, to fill it and to read it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AKHBAR_DATABASE_URL", shared_url)
        opened = database.connect(application="akhbar tests")
    yield opened
    opened.close()
