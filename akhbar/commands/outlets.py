"""`akhbar outlets`: the outlets that this installation knows."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from akhbar.output import data_console, notes, print_json
from akhbar.record import format_time


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
@click.pass_context
def outlets(context: click.Context, as_json: bool) -> None:
    """List the outlets: slug, name, country, zone, sources, last crawl."""
    if context.invoked_subcommand is not None:
        return
    rows = describe_outlets()
    if as_json:
        print_json(rows)
        return
    table = Table("outlet", "name", "country", "zone", "sources", "last crawl", box=None, header_style="bold")
    for row in rows:
        kinds = ", ".join(sorted({source["kind"] for source in row["sources"]}))
        crawl = row["last_crawl"]
        when = f"{crawl['started_at']} {crawl['state']}" if crawl else "never"
        sources = f"{len(row['sources'])} ({kinds})" if row["sources"] else "none"
        table.add_row(row["slug"], row["name"], row["country"], row["timezone"], sources, when)
    data_console().print(table)


def describe_outlets() -> list[dict[str, Any]]:
    """Every outlet's facts as JSON values; `last_crawl` is null where there was none or no database is."""
    from akhbar.outlets import load_outlets

    crawls = _last_crawls()
    return [
        {
            "slug": slug,
            "name": spider.outlet.name,
            "country": spider.outlet.country,
            "timezone": spider.outlet.timezone,
            "hosts": list(spider.allowed_domains),
            "sources": [{"kind": type(source).__name__, "url": source.url} for source in spider.sources],
            "last_crawl": crawls.get(slug),
        }
        for slug, spider in load_outlets().items()
    ]


def _last_crawls() -> dict[str, dict[str, Any]]:
    from corpus.account import read_outlets
    from corpus.database import connect
    from corpus.unavailable import StorageUnavailable

    try:
        connection = connect()
    except StorageUnavailable as error:
        notes.print(f"The last crawls are not known: {error}")
        return {}
    try:
        entries = read_outlets(connection)
    finally:
        connection.close()
    return {
        entry.outlet: {
            "id": entry.crawl,
            "state": entry.crawl_state,
            "verdict": entry.verdict,
            "started_at": format_time(entry.started_at),
            "finished_at": format_time(entry.finished_at),
        }
        for entry in entries
        if entry.crawl is not None
    }
