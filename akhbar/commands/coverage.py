"""`akhbar outlets coverage`: what became of all that each source listed."""

from __future__ import annotations

from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from akhbar.output import data_console, notes, print_json
from akhbar.record import format_time

_MOST = 40  # sources in a table; a sitemap index has hundreds


@click.command()
@click.argument("slug", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value, with every source.")
def coverage(slug: str | None, as_json: bool) -> None:
    """Show, for each source, what it listed when it was last read, what was stored, and why the rest was not.

    Without a slug: every source of every outlet. Listed addresses that are not seen are no article's by the
    outlet's file.
    """
    from corpus.coverage import source_coverage
    from corpus.database import connect

    connection = connect()
    try:
        sources = source_coverage(connection, slug)
    finally:
        connection.close()
    if slug is not None and not sources:
        raise click.UsageError(f"no source of an outlet called {slug!r} was ever read")
    if as_json:
        print_json([_as_json(source) for source in sources])
        return
    columns = ("outlet", "source", "listed", "seen", "stored", "share", "why not")
    table = Table(*columns, box=None, header_style="bold")
    for source in sources[:_MOST]:
        reasons = {
            "duplicate": source.duplicate, **dict(sorted(source.reasons.items(), key=lambda r: (-r[1], r[0]))),
            "pending": source.pending,
        }  # fmt: skip
        why_not = ", ".join(f"{name} {count}" for name, count in reasons.items() if count)
        why_not = "; ".join(filter(None, (why_not, source.damaged and f"damaged: {source.damaged}")))
        share = "" if source.share is None else f"{source.share:.0%}"
        counts = (source.listed, source.seen, source.stored)
        table.add_row(source.outlet, escape(source.source), *map(str, counts), share, escape(why_not))
    data_console().print(table)
    if len(sources) > _MOST:
        notes.print(f"{len(sources) - _MOST} further sources: --json prints all")


def _as_json(source: Any) -> dict[str, Any]:
    values = {name: getattr(source, name) for name in source.__slots__}
    times = {name: format_time(values[name]) for name in ("fetched_at", "changed_at")}
    return {**values, **times, "share": source.share}
