"""`akhbar takedown`: remove articles for good, and keep them from being crawled again."""

from __future__ import annotations

import click

from akhbar.output import notes, print_json


@click.command()
@click.argument("url", required=False)
@click.option("--outlet", help="Every article of this outlet (its slug); it is then never crawled again.")
@click.option("--match", metavar="QUERY", help="Every article that a search finds (see `akhbar search`).")
@click.option("--why", required=True, metavar="TEXT", help="The reason, kept with the takedown.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def takedown(
    url: str | None, outlet: str | None, match: str | None, why: str, dry_run: bool, as_json: bool
) -> None:
    """Remove the article at URL, an outlet's, or all that match, from views, search and exports.

    Every version goes. A tombstone keeps the addresses, and on the same outlet the texts, from coming
    back. Copies in other outlets stay unless they are named too; they are listed.
    """
    from corpus.database import connect
    from corpus.takedown import take_down
    from crawler.extraction.canonical import clean_url

    if [url, outlet, match].count(None) != 2:
        raise click.UsageError("name one thing: a URL, --outlet or --match")
    connection = connect()
    try:
        removed = take_down(
            connection,
            why=why,
            urls=list(dict.fromkeys((url, clean_url(url)))) if url else (),
            outlet=outlet,
            match=match,
            dry_run=dry_run,
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    finally:
        connection.close()
    if as_json:
        print_json(
            {
                "takedown": removed.id,
                "articles": [_as_json(article) for article in removed.articles],
                "addresses": removed.addresses,
                "copies_left": [_as_json(article) for article in removed.copies],
            }
        )
        return
    done = "would be removed" if dry_run else "removed"
    for id_, slug, headline in removed.articles:
        notes.print(f"{done}: {id_} {slug} {headline}", markup=False)
    for id_, slug, headline in removed.copies:
        notes.print(f"a copy stays: {id_} {slug} {headline}", markup=False)
    notes.print(f"{len(removed.articles)} articles {done}, {removed.addresses} addresses closed")


def _as_json(article: tuple[int, str, str]) -> dict[str, object]:
    id_, slug, headline = article
    return {"id": id_, "outlet": slug, "headline": headline}
