"""`akhbar db`: the database behind the corpus."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from akhbar.output import notes, tell_count


@click.group(short_help="The database: url, migrate, shell, stop, dump, restore, copy-to.")
def db() -> None:
    """The database: the embedded Postgres under AKHBAR_HOME, or the one at AKHBAR_DATABASE_URL."""


@db.command()
def url() -> None:
    """Print a libpq URL for psql and other programs; the embedded server is started where needed."""
    from corpus import database

    # a given URL may hold a password: it is its owner's to print, not ours
    if not database.is_embedded():
        raise click.UsageError("the database is the one of AKHBAR_DATABASE_URL; print that variable")
    click.echo(database.database_url())


@db.command()
def migrate() -> None:
    """Bring the schema up to this program's version. Every command does so by itself; this one says what it did."""
    from corpus import database

    connection = database.connect(migrated=False)
    try:
        applied = database.migrate(connection)
    finally:
        connection.close()
    notes.print("\n".join(applied) if applied else "The schema is up to date.")


@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PSQL ARGUMENTS]…")
def shell(arguments: tuple[str, ...]) -> int:
    """Open psql on the corpus; arguments go to psql, e.g. `akhbar db shell -c 'table corpus.outlets'`."""
    from corpus import database

    database.connect().close()
    program, environment = database.shell_command()
    return subprocess.run([program, *arguments], env={**os.environ, **environment}, check=False).returncode


@db.command()
def stop() -> None:
    """Stop the embedded server. The next command that needs it starts it again."""
    from corpus import database

    if not database.is_embedded():
        raise click.UsageError("the database is the one of AKHBAR_DATABASE_URL; akhbar does not stop it")
    notes.print(
        "The embedded server has stopped." if database.stop() else "The embedded server was not running."
    )


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def dump(file: Path) -> None:
    """Write the corpus to FILE, for `akhbar db restore`; everything may run meanwhile.

    The archive of raw pages is not in it: copy the folder `archive` under AKHBAR_HOME. FILE is replaced only
    when the new one is whole.
    """
    from corpus import backup

    if not file.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {file.absolute().parent}")
    try:
        size = backup.dump(file.absolute())
    except backup.BackupRefused as refusal:
        raise click.ClickException(str(refusal)) from None
    notes.print(f"{file}: {size / 1024**2:.1f} MB")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill an empty database from a FILE of `akhbar db dump`: all of it, or nothing.

    Set AKHBAR_DATABASE_URL to an empty database, or AKHBAR_HOME to a new folder, first.
    """
    from corpus import backup

    try:
        backup.restore(file.absolute())
    except backup.BackupRefused as refusal:
        raise click.UsageError(str(refusal)) from None
    notes.print("Restored.")


@db.command("copy-to")
@click.argument("url")
def copy_to(url: str) -> None:
    """Copy the whole corpus to the empty Postgres database at URL (- reads the URL from standard input).

    Made for moving the embedded corpus to a server. Everything is read in one snapshot and written in one
    transaction, then compared row by row; the old corpus stays as it is, and so does the archive of raw
    pages under AKHBAR_HOME. Set AKHBAR_DATABASE_URL to the same URL afterwards.
    """
    from corpus import database, moving

    # a URL on the command line is seen by every user of the machine
    url = sys.stdin.readline().strip() if url == "-" else url
    connection = database.connect(application="akhbar copy")
    try:
        copied = moving.copy_to(
            connection,
            url,
            note=lambda table: notes.print(
                f"{table.table}: {tell_count(table.rows, 'row')}, md5 {table.checksum}"
            ),
        )
    except moving.CopyRefused as refusal:
        raise click.UsageError(str(refusal)) from None
    finally:
        connection.close()
    total = sum(table.rows for table in copied)
    notes.print(
        f"{tell_count(len(copied), 'table')} with {tell_count(total, 'row')} were copied and are equal."
        " The old corpus is untouched."
    )
