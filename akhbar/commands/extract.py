"""`akhbar extract`: read pages and print one JSON object a page."""

from __future__ import annotations

from urllib.parse import urlsplit

import click

from akhbar.output import print_json


@click.command(short_help="Read pages; print one JSON object a page.")
@click.argument("pages", nargs=-1, required=True, metavar="PATH|URL|-…")
@click.option("--url", help="The address the page came from (one page only; default: its canonical link).")
@click.option("--outlet", help="The outlet whose facts to use (default: the one that the address tells).")
def extract(pages: tuple[str, ...], url: str | None, outlet: str | None) -> None:
    """Read saved pages, folders of pages, live addresses or standard input (-), without a database.

    Prints one JSON object a page, in the order given: an article with its provenance, or
    {"kind": "rejected", "reason": …} for a page that gives none.
    """
    from akhbar.record import record_of
    from akhbar.saved import SavedPage, expand, read_pages

    if outlet:
        from akhbar.outlets import find_outlet

        find_outlet(outlet)
    sources = list(expand(pages))
    if url and len(sources) != 1:
        raise click.UsageError("--url names the address of one page; give one page")
    live = [source for source in sources if urlsplit(source).scheme in {"http", "https"}]
    fetched = {}
    if live:
        from akhbar.fetching import fetch_pages

        fetched = fetch_pages(live, outlet)
    saved = [SavedPage(source, url, outlet) for source in sources if source not in fetched]
    answers = read_pages(saved)
    for source in sources:
        result = fetched[source] if source in fetched else next(answers)[1]
        print_json(record_of(source, result))
