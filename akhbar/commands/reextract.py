"""`akhbar reextract`: archived pages read again with the present reader."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from akhbar.exits import Exit
from akhbar.instants import INSTANT
from akhbar.output import data_console, notes, print_json

if TYPE_CHECKING:
    from akhbar.rereading import Differences, Rereader
    from corpus.transaction import Connection

_NOTE_EVERY = 10.0  # seconds


@click.command()
@click.option("--outlet", help="Only this outlet (its slug).")
@click.option("--since", type=INSTANT, help="Only articles last seen since: 2d, 12h or 2026-01-31.")
@click.option("--apply", is_flag=True, help="Keep what differs as revisions.")
@click.option("--force", is_flag=True, help="Keep it even where bodies, dates or authors become fewer.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def reextract(outlet: str | None, since: datetime | None, apply: bool, force: bool, as_json: bool) -> int:
    """Read archived pages again with the present reader, over all cores and without a network.

    Shows how many articles would change, by field and with samples. With --apply the new readings
    become revisions, unless bodies, dates or authors would become fewer by more than 1 %. Ctrl-C
    loses nothing: run it again and it goes on. A second run finds nothing to change.
    """
    from akhbar.rereading import Rereader
    from corpus.database import connect
    from corpus.rereading import count_archived
    from crawler import settings
    from crawler.reading import Readers

    connection = connect(application="akhbar reextract")
    try:
        archived, without = count_archived(connection, outlet=outlet, since=since)
        notes.print(f"{archived} articles have an archived page, {without} have none.")
        readers = Readers.shared(processes=settings.READER_PROCESSES, time_limit=settings.READER_TIME_LIMIT)
        rereader = Rereader(connection, readers, settings.ACCEPTED_LANGUAGES)
        differences, kept, seconds, pages = _run(
            connection, rereader, outlet, since, archived, apply=apply, force=force
        )
    finally:
        connection.close()
    refused = differences.worse() if apply and not force else []
    if as_json:
        print_json(
            {
                "archived": archived,
                "not_archived": without,
                "read": differences.read,
                "same": differences.same,
                "changed": differences.changed,
                "fields": dict(differences.fields.most_common()),
                "lost": dict(differences.lost.most_common()),
                "before": dict(differences.had),
                "after": dict(differences.has),
                "samples": differences.samples,
                "kept": kept,
                "refused": refused,
                "pages_per_second": round(pages / seconds, 1) if seconds else None,
            }
        )
    else:
        _print(differences, kept, seconds, pages)
    if refused:
        notes.print(f"Not applied, the new reading is worse: {'; '.join(refused)}. --force applies it.")
        return Exit.WRONG_USE
    return Exit.DONE


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
        notes.print(f"Going on after {len(done)} articles that an earlier run has read.")
    started = last_note = time.monotonic()
    pages = kept = 0

    def read_one(stored: Any, result: Any) -> None:
        nonlocal pages, last_note
        reread = judge(stored, result)
        journal.add(reread)
        differences.add(reread)
        done[stored.id] = stored.revision, bool(reread.changes)
        pages += 1
        if time.monotonic() - last_note > _NOTE_EVERY:
            last_note = time.monotonic()
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


def _print(differences: Differences, kept: int, seconds: float, pages: int) -> None:
    from rich.markup import escape

    console = data_console()
    console.print(
        f"{differences.read} read again: {differences.same} as stored, {differences.changed} differ, "
        f"{sum(differences.lost.values())} give no article any more"
    )
    for name, count in differences.fields.most_common():
        console.print(f"[bold]{name}[/] {count}")
        for sample in differences.samples[name]:
            console.print(f"  [dim]{sample['article']}[/] [red]- {escape(sample['before'])}[/]")
            console.print(f"  {' ' * len(str(sample['article']))} [green]+ {escape(sample['after'])}[/]")
    for reason, count in differences.lost.most_common():
        console.print(f"[bold]kept as stored[/] {count} ({reason})")
    for name in ("bodies", "dates", "authors"):
        console.print(f"{name}: {differences.had[name]} before, {differences.has[name]} after")
    if seconds and pages:
        console.print(f"{pages / seconds:.1f} pages a second")
    if kept:
        console.print(f"{kept} kept as revisions")
