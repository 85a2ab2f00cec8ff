"""`akhbar takedown`: remove articles for good, and keep them from being crawled again."""

from __future__ import annotations

import click

from akhbar.output import notes, print_json, tell_count


@click.command()
@click.argument("url", required=False)
@click.option("--outlet", help="Every article of this outlet (its slug); it is then never crawled again.")
@click.option("--match", metavar="QUERY", help="Every article that a search finds (see `akhbar search`).")
@click.option("--why", metavar="TEXT", help="The reason, kept with the takedown.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def takedown(
    url: str | None, outlet: str | None, match: str | None, why: str | None, dry_run: bool, as_json: bool
) -> None:
    """Remove the article at URL, an outlet's, or all that match, from views, search and exports.

    Every version goes. A tombstone keeps the addresses, and on the same outlet the texts, from coming
    back. Copies in other outlets stay unless they are named too; they are listed. Then every record of
    it in this machine's archive is erased.

    With nothing named: erases from the archive what earlier takedowns could not, because a crawl was
    writing the file or the archive lies on another machine, where the command is to be run again.
    """
    from akhbar.erasing import erase_archive
    from corpus.database import connect
    from corpus.takedown import Takedown, sweep, take_down
    from crawler import settings
    from crawler.extraction.canonical import clean_url
    from crawler.network.warc_erasure import Erased
    from crawler.network.warc_folder import archive_root

    named = 3 - [url, outlet, match].count(None)
    if named > 1 or (named == 0 and (why or dry_run)):
        raise click.UsageError("name one thing: a URL, --outlet or --match")
    if named and not why:
        raise click.UsageError("a takedown needs its reason: --why TEXT")
    removed, erased = Takedown(id=None, articles=[], addresses=0, copies=[]), Erased()
    connection = connect()
    try:
        if named:
            removed = take_down(
                connection,
                why=why or "",
                urls=list(dict.fromkeys((url, clean_url(url)))) if url else (),
                outlet=outlet,
                match=match,
                dry_run=dry_run,
            )
        if not dry_run:
            erased = erase_archive(connection, archive_root(settings.ARCHIVE_FOLDER))
            _forget_readings()
            sweep(connection)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    finally:
        connection.close()
    for line in erased.left:
        notes.print(f"to be erased by the next `akhbar takedown`: {line}", markup=False)
    for file in sorted(erased.missing):
        notes.print(f"missing in this archive: {file}", markup=False)
    if as_json:
        print_json(
            {
                "takedown": removed.id,
                "articles": [_as_json(article) for article in removed.articles],
                "addresses": removed.addresses,
                "copies_left": [_as_json(article) for article in removed.copies],
                "archive": {
                    "erased": erased.records,
                    "left": erased.left,
                    "missing": sorted(erased.missing),
                },
            }
        )
        return
    done = "would be removed" if dry_run else "removed"
    for id_, slug, headline in removed.articles:
        notes.print(f"{done}: {id_} {slug} {headline}", markup=False)
    for id_, slug, headline in removed.copies:
        notes.print(f"a copy stays: {id_} {slug} {headline}", markup=False)
    if named:
        notes.print(
            f"{tell_count(len(removed.articles), 'article')} {done},"
            f" {tell_count(removed.addresses, 'address', 'addresses')} closed"
        )
    if not dry_run:
        click.echo(f"{tell_count(erased.records, 'record')} erased from the archive")


def _forget_readings() -> None:
    """Remove the journals of readings that were cut short: they hold samples of texts; a reading begins anew."""
    from corpus.home import home

    for journal in (home() / "reextract").glob("*.jsonl"):
        journal.unlink(missing_ok=True)


def _as_json(article: tuple[int, str, str]) -> dict[str, object]:
    id_, slug, headline = article
    return {"id": id_, "outlet": slug, "headline": headline}
