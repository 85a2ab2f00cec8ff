"""The corpus as one file, and back: pg_dump and pg_restore of the installed server, run with what they need.

A client may not be older than its server, and a machine's own pg_dump often is; the embedded server's wheel brings
both. The job queue is left out (a worker makes it anew), and so is the archive of raw pages, which is files.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from corpus import database
from corpus.transaction import transaction
from corpus.unavailable import StorageUnavailable

_SCHEMAS = ("akhbar", "corpus")
READER = "akhbar_reader"


class BackupRefused(Exception):  # noqa: N818 - a state of things, not a fault
    """The dump was not made, or not restored; nothing was changed."""


def dump(path: Path) -> int:
    """Write the corpus, as it is at this moment, to a file for `restore`; its size in bytes.

    May be done while everything runs. The file has its name only when it is whole. Raises BackupRefused,
    StorageUnavailable.
    """
    database.connect().close()  # there, and migrated
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable by its owner alone
    os.close(handle)
    part = Path(name)
    try:
        _run("pg_dump", "--format=custom", *(f"--schema={schema}" for schema in _SCHEMAS), f"--file={part}")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return path.stat().st_size


def restore(path: Path) -> None:
    """Fill an empty database from a file of `dump`, all or nothing; then bring its schema up to date.

    Raises BackupRefused where the database has a corpus already, or the file is none of ours.
    """
    connection = database.connect(migrated=False)
    try:
        with transaction(connection) as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", (list(_SCHEMAS),))
            if cursor.fetchone() is not None:
                raise BackupRefused("The database holds a corpus already; restore into an empty one.")
            cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", (READER,))
            (there,) = cursor.fetchone()  # type: ignore[misc]
            if not there:
                cursor.execute(f"CREATE ROLE {READER} NOLOGIN")
        # default privileges are those of the old server's user; grant_reader gives them anew
        entries = _run("pg_restore", "--list", str(path)).splitlines()
        with tempfile.NamedTemporaryFile("w", suffix=".list") as wanted:
            wanted.write("\n".join(line for line in entries if " DEFAULT ACL " not in line) + "\n")
            wanted.flush()
            _run(
                "pg_restore", "--single-transaction", "--no-owner", f"--use-list={wanted.name}", "--dbname=", str(path)
            )  # fmt: skip
        with transaction(connection) as cursor:
            cursor.execute("SELECT akhbar.grant_reader()")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        connection.autocommit = False
        database.migrate(connection)
    finally:
        connection.close()


def _run(program: str, *arguments: str) -> str:
    """What a program of the server's prints; raises BackupRefused with its last line."""
    psql, environment = database.shell_command()
    path = Path(psql).with_name(program)
    if not path.exists():
        raise StorageUnavailable(f"There is no {program} beside {psql}: install a Postgres client.")
    ended = subprocess.run(
        [str(path), *arguments], env={**os.environ, **environment}, capture_output=True, text=True
    )
    if ended.returncode:
        said = [line for line in ended.stderr.splitlines() if line.strip()]
        errors = [line for line in said if "error:" in line] or said
        raise BackupRefused(f"{errors[0] if errors else f'{program} failed'}. Nothing was changed.")
    return ended.stdout
