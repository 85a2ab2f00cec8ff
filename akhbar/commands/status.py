"""`akhbar status`: the health of each outlet and the ledger's sum."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from akhbar.exits import Exit
from akhbar.output import data_console, print_json
from akhbar.record import format_time


@click.command()
@click.argument("outlet", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def status(outlet: str | None, as_json: bool) -> int:
    """Show each outlet's last crawl, its verdict and the ledger's sum; exit status 3 if any is unwell."""
    from akhbar.summary import format_sum, sum_as_json
    from corpus.account import read_outlets
    from corpus.database import connect
    from corpus.ledger import ledger_sum
    from pipelines.verdict import UNWELL

    connection = connect()
    try:
        entries = read_outlets(connection, outlet)
        if outlet and not entries:
            raise click.UsageError(f"the corpus has no outlet called {outlet!r}; was it ever crawled?")
        sums = {entry.outlet: ledger_sum(connection, outlet=entry.outlet) for entry in entries}
    finally:
        connection.close()
    rows: list[dict[str, Any]] = [
        {
            "outlet": entry.outlet,
            "name": entry.name,
            "articles": entry.articles,
            "last_stored_at": format_time(entry.last_stored_at),
            "last_crawl": {
                "id": entry.crawl,
                "state": entry.crawl_state,
                "verdict": entry.verdict,
                "started_at": format_time(entry.started_at),
                "finished_at": format_time(entry.finished_at),
            }
            if entry.crawl is not None
            else None,
            "ledger": sum_as_json(sums[entry.outlet]),
        }
        for entry in entries
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo(
            "The corpus is empty: `akhbar demo` fills it with invented news, `akhbar crawl OUTLET` with real."
        )
    else:
        table = Table("outlet", "articles", "last crawl", "verdict", "ledger", box=None, header_style="bold")
        for entry in entries:
            crawl = f"{entry.started_at:%Y-%m-%d %H:%M} {entry.crawl_state}" if entry.started_at else "never"
            law = format_sum(sums[entry.outlet])
            table.add_row(entry.outlet, str(entry.articles), crawl, entry.verdict or "", law)
        data_console().print(table)
    broken_law = any(not total.holds for total in sums.values())
    unwell = any(entry.verdict in UNWELL for entry in entries)
    return Exit.FAULT if broken_law else Exit.UNWELL if unwell else Exit.DONE
