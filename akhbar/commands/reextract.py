"""`akhbar reextract`: archived pages read again with the present reader."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from akhbar.filters import check_outlet
from akhbar.instants import INSTANT
from akhbar.output import NoteClock, notes, tell_count, tell_time
from akhbar.reread_report import print_report

if TYPE_CHECKING:
    from akhbar.rereading import Differences, Rereader
    from corpus.rereads import Rereading
    from corpus.transaction import Connection

_POLL = 1.0  # seconds between looks at what the workers have done


@click.command()
@click.option("--outlet", help="Only this outlet (its slug).")
@click.option("--since", type=INSTANT, help="Only articles last seen since: 2d, 12h or 2026-01-31.")
@click.option("--apply", is_flag=True, help="Keep what differs as revisions.")
@click.option("--force", is_flag=True, help="Keep it even where bodies, dates or authors become fewer.")
@click.option("--workers", is_flag=True, help="Let the workers read, a WARC file a job, and wait for them.")
@click.option(
    "--status", is_flag=True, help="Show the re-reading by the workers: how far it is, or what it found."
)
@click.option("--cancel", is_flag=True, help="End the re-reading by the workers; what was kept stays.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def reextract(
    outlet: str | None,
    since: datetime | None,
    apply: bool,
    force: bool,
    workers: bool,
    status: bool,
    cancel: bool,
    as_json: bool,
) -> int:
    """Read archived pages again with the present reader, over all cores and without a network.

    Shows how many articles would change, by field and with samples. With --apply the new readings
    become revisions, unless bodies, dates or authors would become fewer by more than 1 %. Ctrl-C
    loses nothing: run it again and it goes on. A second run finds nothing to change.

    With --workers the same is done by the workers of all machines, each reading the files that its own
    archive holds; all files are read before anything is kept. Ctrl-C leaves them at it.
    """
    if status + cancel + workers > 1 or ((status or cancel) and (outlet or since or apply or force)):
        raise click.UsageError(
            "--workers, --status and --cancel go alone (--workers with what is to be read)"
        )
    if status or cancel:
        return _look(cancel, as_json)
    if workers:
        return _by_workers(outlet, since, apply, force, as_json)
    from akhbar.rereading import Rereader
    from corpus.database import connect
    from corpus.rereading import count_archived
    from crawler import settings
    from crawler.reading import Readers

    connection = connect(application="akhbar reextract")
    try:
        check_outlet(connection, outlet)
        archived, without = count_archived(connection, outlet=outlet, since=since)
        notes.print(f"{tell_count(archived, 'article')} with an archived page, {without:,} without.")
        readers = Readers.shared(processes=settings.READER_PROCESSES, time_limit=settings.READER_TIME_LIMIT)
        rereader = Rereader(connection, readers, settings.ACCEPTED_LANGUAGES)
        differences, kept, seconds, pages = _run(
            connection, rereader, outlet, since, archived, apply=apply, force=force
        )
    finally:
        connection.close()
    refused = differences.worse() if apply and not force else []
    speed = pages / seconds if pages else None
    cores = settings.READER_PROCESSES or os.cpu_count() or 1
    return print_report(differences, kept, speed, refused, archived, without, as_json=as_json, cores=cores)


def _by_workers(outlet: str | None, since: datetime | None, apply: bool, force: bool, as_json: bool) -> int:
    """Ask the workers, and wait; their last one has written down what came of it."""
    from akhbar.jobs.rereader import advance
    from akhbar.rereading import reader_digest
    from corpus import rereads
    from corpus.database import connect
    from corpus.workers import read_workers

    connection = connect(application="akhbar reextract")
    try:
        check_outlet(connection, outlet)
        try:
            last = rereads.begin(
                connection, outlet=outlet, since=since, reader=reader_digest(), apply=apply, force=force
            )
        except rereads.AnotherRereading as error:
            raise click.UsageError(str(error)) from None
        advance(connection)
        rereads.enqueue(connection)
        if not any(worker.state == "alive" for worker in read_workers(connection)):
            notes.print("No worker is running; `akhbar worker` starts one.")
        _wait(connection, last.id)
        return _tell(connection, as_json)
    except KeyboardInterrupt:
        notes.print(
            "The workers go on. `akhbar reextract --status` shows how far they are, `--cancel` ends it."
        )
        raise
    finally:
        connection.close()


def _look(cancel: bool, as_json: bool) -> int:
    from corpus import rereads
    from corpus.database import connect

    connection = connect(application="akhbar reextract")
    try:
        if cancel and not rereads.cancel(connection):
            raise click.UsageError("no re-reading is under way")
        return _tell(connection, as_json)
    finally:
        connection.close()


def _wait(connection: Connection, reread: int) -> None:
    """Show how far the workers are until they are done."""
    from corpus.rereads import read_last

    clock = NoteClock()
    with notes.status("…") if notes.is_terminal else nullcontext() as shown:
        while (last := read_last(connection)) is not None and last.id == reread and last.is_running:
            line = _tell_progress(last)
            if shown is not None:
                shown.update(line)
            elif clock.is_due():
                notes.print(line)
            time.sleep(_POLL)


def _tell(connection: Connection, as_json: bool) -> int:
    """Print what came of the last re-reading by the workers, or how far it is; the exit status."""
    from akhbar.jobs.rereader import differences_of
    from corpus.rereads import read_last

    last = read_last(connection)
    if last is None:
        raise click.UsageError("the workers were never asked to read anything again")
    differences = differences_of(connection, last.id)
    notes.print(_describe(last))
    return print_report(
        differences,
        last.kept,
        differences.read / last.seconds if last.seconds else None,
        differences.worse() if last.state == "refused" else [],
        last.articles,
        last.not_archived,
        as_json=as_json,
        more={"state": last.state, "files": last.files, "files_done": last.done, "hosts": last.hosts},
    )


def _describe(last: Rereading) -> str:
    selection = last.outlet or "all outlets"
    since = f" since {tell_time(last.since)}" if last.since else ""
    return (
        f"{tell_time(last.asked_at)} {selection}{since}: {_tell_progress(last)},"
        f" {tell_count(last.articles, 'article')};"
        f" without an archived page: {last.not_archived:,}."
    )


def _tell_progress(last: Rereading) -> str:
    files, machines = tell_count(last.files, "file"), tell_count(last.hosts, "machine")
    return f"{last.state}; {last.done} of {files}, by {machines}"


def _run(
    connection: Connection,
    rereader: Rereader,
    outlet: str | None,
    since: datetime | None,
    archived: int,
    *,
    apply: bool,
    force: bool,
) -> tuple[Differences, int, float, int]:
    """The differences, how many were kept, and the seconds that so many pages took to read."""
    from akhbar.rereading import Differences, Journal, judge, keep_reading, select
    from corpus.rereading import link_copies

    differences, journal = Differences(), Journal(outlet, since)
    done: dict[int, tuple[int, bool]] = {}  # article → its revision then, and whether it differs
    for earlier in journal.load():
        done[earlier.article] = earlier.revision, bool(earlier.changes)
        differences.add(earlier)
    if done:
        notes.print(f"Going on after {tell_count(len(done), 'article')} that an earlier run has read.")
    started, clock = time.monotonic(), NoteClock()
    pages = kept = 0

    def read_one(stored: Any, result: Any) -> None:
        nonlocal pages
        reread = judge(stored, result)
        journal.add(reread)
        differences.add(reread)
        done[stored.id] = stored.revision, bool(reread.changes)
        pages += 1
        if clock.is_due():
            notes.print(f"{len(done)} of {archived} read, {differences.changed} differ")

    def keep_one(stored: Any, result: Any) -> None:
        nonlocal kept
        kept += keep_reading(connection, stored, result)

    try:
        asyncio.run(
            rereader.read_all(select(connection, outlet, since, lambda article: article.id in done), read_one)
        )
        seconds = time.monotonic() - started
        if apply and (force or not differences.worse()):
            differing = {article: revision for article, (revision, differs) in done.items() if differs}
            asyncio.run(
                rereader.read_all(
                    select(
                        connection,
                        outlet,
                        since,
                        lambda article: differing.get(article.id) != article.revision,
                    ),
                    keep_one,
                )
            )
            link_copies(connection)
    finally:
        journal.close()
    journal.remove()
    return differences, kept, seconds, pages
