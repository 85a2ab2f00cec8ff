"""`akhbar outlets`: the outlets that this installation knows."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from akhbar.output import data_console, print_json


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
@click.pass_context
def outlets(context: click.Context, as_json: bool) -> None:
    """List the outlets: slug, name, country, zone, sources, last crawl."""
    if context.invoked_subcommand is not None:
        return
    rows = [_describe(slug) for slug in _slugs()]
    if as_json:
        print_json(rows)
        return
    table = Table("outlet", "name", "country", "zone", "sources", "last crawl", box=None, header_style="bold")
    for row in rows:
        kinds = ", ".join(sorted({source["kind"] for source in row["sources"]}))
        last = row["last_crawl"]
        when = f"{last['finished_at'] or last['started_at']} {last['state']}" if last else "never"
        sources = f"{len(row['sources'])} ({kinds})"
        table.add_row(row["slug"], row["name"], row["country"], row["timezone"], sources, when)
    data_console().print(table)
