"""`akhbar explain`: where each value of an article came from, or what an unwell outlet's pages lack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from akhbar.output import data_console, print_json, shorten, tell_time

if TYPE_CHECKING:
    from corpus.comparison import Comparison, SeenPage, SeenSource
    from corpus.transaction import Connection

# what a reader looks at first, in this order; the body is told by its length
_COMPARED = (
    "headline", "words", "published_at", "authors", "byline", "agency", "dateline", "section", "lead", "image_url",
)  # fmt: skip


@click.command(short_help="Show where values came from, or what ails an outlet.")
@click.argument("article", metavar="ID|URL|OUTLET")
@click.argument("field", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def explain(article: str, field: str | None, as_json: bool) -> None:
    """Show, for each field of an article or for one, the rule that found it and what the page had there.

    With an outlet's slug: the first bad page since it is unwell beside the last good one before, and what
    it lacks that the good one has.
    """
    from corpus.database import connect

    connection = connect()
    try:
        if "/" in article or article.strip().isdecimal():
            _explain_article(connection, article, field, as_json=as_json)
        elif field is not None:
            raise click.UsageError("a field is an article's: give its number or address")
        else:
            _explain_outlet(connection, article, as_json=as_json)
    finally:
        connection.close()


def _explain_article(connection: Connection, article: str, field: str | None, *, as_json: bool) -> None:
    value = _read_article(connection, article)
    if value is None:
        raise click.UsageError(f"the corpus has no article {article!r}")
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
        _print_article(rows, value["extractor_version"])


def _read_article(connection: Connection, reference: int | str) -> dict[str, Any] | None:
    from akhbar.commands.show import shown_as_json
    from corpus import search

    shown = search.show(connection, reference)
    return None if shown is None else shown_as_json(shown, history=False)


def _print_article(rows: list[dict[str, Any]], version: str) -> None:
    console = data_console()
    for row in rows:
        rule = escape(row["rule"]) if row["rule"] else "no rule: nothing was found, and nothing is invented"
        console.print(f"[bold]{row['field']}[/]  [dim]{rule}[/]")
        for label, text in (("value", row["value"]), ("page", row["raw"])):
            if text not in (None, "", []):
                console.print(f"  [dim]{label}[/]  {escape(shorten(str(text), 200))}")
    console.print(f"[dim]read by reader {version}[/]")


def _explain_outlet(connection: Connection, outlet: str, *, as_json: bool) -> None:
    from corpus.comparison import compare

    found = compare(connection, outlet)
    if found is None:
        raise click.UsageError(f"the corpus has no crawl of an outlet called {outlet!r}")
    bad, good = (_page_as_json(connection, page) for page in (found.bad, found.good))
    lacks = [name for name in _COMPARED if found.bad and good and _lacks(name, bad, good)]
    if as_json:
        print_json(_comparison_as_json(outlet, found, bad, good, lacks))
    else:
        _print_outlet(outlet, found, bad, good, lacks)


def _page_as_json(connection: Connection, page: SeenPage | None) -> dict[str, Any] | None:
    """A page of the ledger with what was read of it: `fields`, each with value, rule and raw snippet."""
    from akhbar.record import format_time

    if page is None:
        return None
    # the article of a rejected recheck is the one of an earlier page
    kept = page.article if page.state != "rejected" and page.reason != "worse_reading" else None
    value = _read_article(connection, kept) if kept else None
    fields = {}
    if value:
        provenance = value["provenance"] or {}
        value["words"] = value["word_count"]
        for name in _COMPARED:
            evidence = provenance.get("body" if name == "words" else name, {"rule": None, "raw": None})
            fields[name] = {"value": value[name] or None, "rule": evidence["rule"], "raw": evidence["raw"]}
    return {
        "url": page.url, "fetched_at": format_time(page.fetched_at), "ledger_row": page.row, "crawl": page.crawl,
        "state": page.state, "reason": page.reason, "detail": page.detail, "status": page.status,
        "archive": dict(page.archive) if page.archive else None, "article": page.article, "fields": fields,
    }  # fmt: skip


def _lacks(name: str, bad: dict[str, Any] | None, good: dict[str, Any]) -> bool:
    had = good["fields"].get(name, {}).get("value")
    has = bad["fields"].get(name, {}).get("value") if bad else None
    if name == "words":
        return bool(had) and (has or 0) < 0.7 * had
    return bool(had) and not has


def _comparison_as_json(
    outlet: str, found: Comparison, bad: Any, good: Any, lacks: list[str]
) -> dict[str, Any]:
    from akhbar.record import format_time

    return {
        "outlet": outlet, "verdict": found.verdict, "crawl": found.crawl, "since": format_time(found.since),
        "losses": {name: {"now": now, "before": before} for name, (now, before) in found.losses.items()},
        "first_bad": bad, "last_good": good, "lacks": lacks,
        "sources": [
            {
                "url": source.url, "kind": source.kind, "status": source.status, "damaged": source.damaged,
                "listed": source.listed, "fetched_at": format_time(source.fetched_at),
                "changed_at": format_time(source.changed_at),
            }
            for source in found.sources
        ],
    }  # fmt: skip


def _print_outlet(outlet: str, found: Comparison, bad: Any, good: Any, lacks: list[str]) -> None:
    from rich.table import Table

    from corpus.health import tell_loss

    console = data_console()
    if found.crawl is None:
        console.print(f"[bold]{escape(outlet)}[/] is {found.verdict or 'not judged yet'}: no page is bad")
    else:
        console.print(
            f"[bold]{escape(outlet)}[/] is [red]{found.verdict}[/] since"
            f" {tell_time(found.since)}, crawl {found.crawl}"
        )
        for name, pair in found.losses.items():
            console.print(f"  {escape(tell_loss(name, *pair))}")
    for source in found.sources:
        console.print(f"  source {escape(source.url)}", soft_wrap=True)
        console.print(
            f"    {escape(_answer_of(source))}; last read {tell_time(source.changed_at)}, {source.listed} listed",
            soft_wrap=True,
        )
    for label, page in (("first bad page", bad), ("last good page", good)):
        console.print(f"\n[bold]{label}[/]" + ("" if page else "  none is known"))
        if page:
            for line in _lines_of(page):
                console.print(f"  {escape(line)}", soft_wrap=True)
    if good and bad:
        table = Table(
            "field", "first bad page", "last good page", box=None, header_style="bold", pad_edge=False
        )
        for name in _COMPARED:
            style = "red" if name in lacks else None
            table.add_row(
                name, *(escape(_cell(page["fields"].get(name))) for page in (bad, good)), style=style
            )
        console.print()
        console.print(table)
        console.print(f"\nlacks: {', '.join(lacks) or 'nothing that the good one has'}")
    if found.crawl is not None:
        console.print(f"Is it meant to be so? `akhbar status {escape(outlet)} --accept`", soft_wrap=True)


def _answer_of(source: SeenSource) -> str:
    """What a source answered last, in a word: `http_404`, `no answer`, what damages it, or `read`."""
    if source.status is None:
        return "no answer"
    if source.status != 304 and not 200 <= source.status < 300:
        return f"http_{source.status}"
    return f"damaged: {source.damaged}" if source.damaged else "read"


def _lines_of(page: dict[str, Any]) -> list[str]:
    """Where the page is to be found: on the web, in the ledger, in the archive."""
    ended = page["state"] + (f" ({page['reason']})" if page["reason"] else "")
    if page["detail"]:
        ended += f": {shorten(page['detail'], 120)}"
    answer = f", answered {page['status']}" if page["status"] else ""
    lines = [
        page["url"],
        f"fetched {page['fetched_at']} by crawl {page['crawl']}{answer}",
        f"ledger row {page['ledger_row']}: {ended}"
        + (f", article {page['article']}" if page["article"] else ""),
    ]
    archive = page["archive"]
    lines.append(f"archive {archive['file']} at {archive['offset']}" if archive else "not archived")
    return lines


def _cell(field: dict[str, Any] | None) -> str:
    if field is None or field["value"] in (None, "", []):
        return "—"
    value = "، ".join(field["value"]) if isinstance(field["value"], list) else str(field["value"])
    return shorten(value, 60) + (f" [{field['rule']}]" if field["rule"] else "")
