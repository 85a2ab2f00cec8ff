"""`akhbar search`: full-text search over folded Arabic, with the match marked in the text as printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from akhbar.filters import check_outlet, take_filters
from akhbar.output import data_console, print_json
from akhbar.record import format_time

if TYPE_CHECKING:
    from corpus.search import Hit


@click.command()
@click.argument("query")
@take_filters
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--order", type=click.Choice(["rank", "time"]), default="rank", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a hit.")
def search(
    query: str,
    limit: int,
    order: str,
    as_json: bool,
    **filters: Any,
) -> None:
    """Search the corpus. All words must occur; spelling habits, vowels and tatweel do not matter.

    \b
    "رئيس الوزراء"   the words in this order
    اقتصاد*           words that begin so
    -رياضة            without this word
    """
    from corpus.database import connect
    from corpus.search import search as find

    connection = connect()
    try:
        check_outlet(connection, filters["outlet"])
        hits = find(connection, query, limit=limit, order=order, **filters)
    finally:
        connection.close()
    found = [hit_as_json(hit) for hit in hits]
    if as_json:
        for hit in found:
            print_json(hit)
    else:
        print_hits(found)


def hit_as_json(hit: Hit) -> dict[str, Any]:
    """A hit as JSON values; in the snippet the match stands between « and »."""
    return {
        "id": hit.article_id,
        "outlet": hit.outlet,
        "headline": hit.headline,
        "url": hit.url,
        "published_at": format_time(hit.published_at),
        "rank": hit.rank,
        "snippet": "".join(f"«{text}»" if marked else text for text, marked in hit.snippet),
        "marks": [text for text, marked in hit.snippet if marked],
    }


def print_hits(found: Sequence[dict[str, Any]]) -> None:
    """Hits for a person: headline, outlet, day and the marked snippet."""
    from rich.markup import escape

    console = data_console()
    for hit in found:
        day = (hit["published_at"] or "no date")[:10]
        console.print(f"[bold]{escape(hit['headline'])}[/]  [dim]{hit['id']} {hit['outlet']} {day}[/]")
        console.print(f"    {escape(hit['snippet'])}")
    if not found:
        console.print("Nothing found.")
