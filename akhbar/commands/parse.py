"""`akhbar parse`: what the reader makes of a printed date or credit, or the forms of a text."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from datetime import datetime

import click

from akhbar.output import print_json
from akhbar.record import format_time


@click.group(short_help="What the reader makes of a date or credit.")
def parse() -> None:
    """Show what the reader makes of a printed date or credit, or a text's storage and comparison form.

    Each subcommand takes texts as arguments, or one a line from standard input, and prints one JSON
    object a text.
    """


def _texts(arguments: tuple[str, ...]) -> Iterable[str]:
    if arguments:
        yield from arguments
        return
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for line in sys.stdin:
        yield line.rstrip("\n")


@parse.command()
@click.argument("texts", nargs=-1, metavar="[TEXT]…")
@click.option("--zone", help="IANA time zone for texts that name none, e.g. Asia/Baghdad.")
@click.option("--base", metavar="ISO", help="The instant that relative dates count from (default: now).")
def date(texts: tuple[str, ...], zone: str | None, base: str | None) -> None:
    """Read printed dates: {"raw", "at", "precision", "timezone_assumed"}; at is null when refused."""
    from crawler.extraction.dates import read_date

    _check_zone(zone)
    try:
        instant = datetime.fromisoformat(base) if base else datetime.now().astimezone()
    except ValueError:
        raise click.BadParameter(f"{base!r} is no ISO 8601 date", param_hint="--base") from None
    if instant.tzinfo is None:
        instant = instant.astimezone()
    for text in _texts(texts):
        found = read_date(text, zone=zone, base=instant)
        at = None
        if found is not None:
            at = format_time(found.at)
            if found.precision != "minute":
                at = found.at.strftime("%Y-%m-%d" if found.precision == "day" else "%Y-%m")
        print_json(
            {
                "raw": text,
                "at": at,
                "precision": found.precision if found else None,
                "timezone_assumed": found.timezone_assumed if found else False,
            }
        )


@parse.command()
@click.argument("texts", nargs=-1, metavar="[TEXT]…")
def byline(texts: tuple[str, ...]) -> None:
    """Read printed credits: {"raw", "authors", "organisations", "dateline", "credits"}."""
    from crawler.extraction.byline import read_byline

    for text in _texts(texts):
        found = read_byline(text)
        print_json(
            {
                "raw": text,
                "authors": list(found.authors),
                "organisations": list(found.organisations),
                "dateline": found.dateline,
                "credits": [{"name": credit.name, "role": credit.role} for credit in found.credits],
            }
        )


@parse.command()
@click.argument("texts", nargs=-1, metavar="[TEXT]…")
def clean(texts: tuple[str, ...]) -> None:
    """The storage form of texts: {"raw", "text"}."""
    from crawler.arabic import letters

    _print_forms(texts, letters.clean)


@parse.command()
@click.argument("texts", nargs=-1, metavar="[TEXT]…")
def fold(texts: tuple[str, ...]) -> None:
    """The comparison form of texts: {"raw", "text"}."""
    from crawler.arabic import letters

    _print_forms(texts, letters.fold)


def _print_forms(texts: tuple[str, ...], form: Callable[[str], str]) -> None:
    for text in _texts(texts):
        print_json({"raw": text, "text": form(text)})


def _check_zone(zone: str | None) -> None:
    """Wrong use where it is no time zone."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        raise click.BadParameter(f"{zone!r} is no IANA time zone", param_hint="--zone") from None
