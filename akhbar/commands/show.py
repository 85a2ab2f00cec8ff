"""`akhbar show`: one article of the corpus, its copies and its versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from akhbar.output import data_console, print_json, tell_time
from akhbar.record import format_time

if TYPE_CHECKING:
    from corpus.search import Change, Shown


@click.command(short_help="Show an article, its copies, its versions.")
@click.argument("article", metavar="ID|URL")
@click.option("--history", is_flag=True, help="Its versions, with the words that were added and removed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def show(article: str, history: bool, as_json: bool) -> None:
    """Show an article by its number or any address that leads to it."""
    from corpus import search
    from corpus.database import connect

    connection = connect()
    try:
        shown = search.show(connection, article)
    finally:
        connection.close()
    if shown is None:
        raise click.UsageError(f"the corpus has no article {article!r}")
    if as_json:
        print_json(shown_as_json(shown, history=history))
    else:
        _print(shown, history=history)


def shown_as_json(shown: Shown, *, history: bool) -> dict[str, Any]:
    """The columns of `corpus.articles` with credits, addresses and copies; the versions if asked for."""
    value = {
        **shown.article,
        "credits": shown.credits,
        "addresses": shown.addresses,
        "copies": shown.copies,
    }
    if history:
        value["revisions"] = [
            {
                "revision": version.number,
                "seen_at": version.seen_at,
                "changes": version.changes,
                "headline": _changes(version.headline),
                "body": _changes(version.body),
                "byline": version.byline,
                "published_at": version.published,
            }
            for version in shown.revisions
        ]
    plain: dict[str, Any] = _plain(value)
    return plain


def _changes(changes: Sequence[Change]) -> list[dict[str, str]]:
    return [{"kind": change.kind, "text": change.text} for change in changes]


def _plain(value: Any) -> Any:
    """The value with its instants as ISO 8601 text."""
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _print(shown: Shown, *, history: bool) -> None:
    console = data_console()
    article = shown.article
    console.print(f"[bold]{escape(article['headline'])}[/]")
    for label, value in (
        ("outlet", article["outlet"]),
        ("published", _when(article)),
        ("byline", article["byline"]),
        ("authors", "، ".join(article["authors"] or [])),
        ("agency", article["agency"]),
        ("section", article["section"]),
        ("address", article["canonical_url"]),
    ):
        if value:
            console.print(f"[dim]{label:>10}[/]  {escape(str(value))}")
    console.print()
    console.print(escape(article["body"]), soft_wrap=True)
    for story in article["appended"] or []:
        console.print(f"\n[dim]appended on the page:[/] {escape(story['headline'])}")
    for copy in shown.copies:
        likeness = f", {copy['similarity']:.0%} alike" if copy["similarity"] is not None else ""
        relation = "original" if copy["article"] == article["copy_of"] else "same story"
        console.print(
            f"[yellow]{relation}[/]  {copy['article']} {copy['outlet']}{likeness}  {escape(copy['headline'])}"
        )
    if history:
        for version in shown.revisions:
            console.print(
                f"\n[bold]revision {version.number}[/]  {tell_time(version.seen_at)}  {', '.join(version.changes)}"
            )
            for changes in (version.headline, version.body):
                if changes:
                    console.print("".join(_mark(change) for change in changes), soft_wrap=True)
    elif len(shown.revisions) > 1:
        console.print(f"\n{len(shown.revisions)} versions: add --history")


def _when(article: dict[str, Any]) -> str | None:
    if article["published_at"] is None:
        return None
    zone = " (time zone assumed)" if article["timezone_assumed"] else ""
    if article["published_precision"] != "minute":
        return f"{article['published_at']:%Y-%m-%d} by {article['published_precision']}{zone}"
    return f"{tell_time(article['published_at'])}{zone}"


def _mark(change: Change) -> str:
    style = {"added": "green", "removed": "red strike"}.get(change.kind)
    text = escape(change.text)
    return f"[{style}]{text}[/]" if style else text
