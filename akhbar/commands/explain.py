"""`akhbar explain`: where each value of an article came from."""

from __future__ import annotations

from typing import Any

import click

from akhbar.output import data_console, print_json


@click.command(short_help="Show where an article's values came from.")
@click.argument("article", metavar="ID|URL")
@click.argument("field", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def explain(article: str, field: str | None, as_json: bool) -> None:
    """Show, for each field of an article or for one, the rule that found it and what the page had there."""
    from akhbar.commands.show import shown_as_json
    from corpus import search
    from corpus.database import connect

    connection = connect()
    try:
        shown = search.show(connection, article)
    finally:
        connection.close()
    if shown is None:
        raise click.UsageError(f"the corpus has no article {article!r}")
    value = shown_as_json(shown, history=False)
    provenance: dict[str, dict[str, str]] = value["provenance"] or {}
    if field is not None and field not in value:
        raise click.UsageError(f"an article has no field {field!r}; it has {', '.join(sorted(value))}")
    fields = [field] if field is not None else sorted(provenance)
    rows = [
        {"field": name, "value": value.get(name), **provenance.get(name, {"rule": None, "raw": None})}
        for name in fields
    ]
    if as_json:
        print_json(rows)
    else:
        _print(rows, value["extractor_version"])


def _print(rows: list[dict[str, Any]], version: str) -> None:
    from rich.markup import escape

    console = data_console()
    for row in rows:
        rule = escape(row["rule"]) if row["rule"] else "no rule: nothing was found, and nothing is invented"
        console.print(f"[bold]{row['field']}[/]  [dim]{rule}[/]")
        for label, text in (("value", row["value"]), ("page", row["raw"])):
            if text not in (None, "", []):
                shown = str(text)
                console.print(f"  [dim]{label}[/]  {escape(shown[:200])}{' …' if len(shown) > 200 else ''}")
    console.print(f"[dim]read by reader {version}[/]")
