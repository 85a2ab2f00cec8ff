"""What `akhbar outlets probe`, `new` and `check` print for a person, on standard output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.markup import escape
from rich.table import Table

from akhbar.checking import FIELDS, Checkup, describe_source, unread_pages
from akhbar.output import data_console, shorten
from akhbar.probing import Probe, Sample, unknowns
from crawler.items import Rejection

_COLOURS = {"same": "green", "differs": "red", "missing": "yellow"}
_MOST_SHOWN = 6
_MOST_NAMED = 4
_CASES_SIDE_BY_SIDE = 14


def print_probe(found: Probe) -> None:
    """The sources with their counts, the suggested pattern, what was read, and what nothing told."""
    console = data_console()
    console.print(f"[bold]{escape(found.home.name or found.host)}[/]  {escape(found.home.url)}")
    table = _table("source", "found by", "entries", "articles", "newest")
    for finding, how in found.findings:
        note = f"{how}; damaged: {finding.damaged}" if finding.damaged and finding.listed else how
        if finding.kind == "Section" and not finding.articles:
            continue
        source = f"{finding.kind} {escape(finding.source.url)}"
        table.add_row(
            source, escape(note), str(finding.listed), str(finding.articles), _minute(finding.newest)
        )
    if table.row_count:
        console.print(table)
    for url, reason in found.missed:
        console.print(f"no source: {escape(url)} ({escape(reason)})")
    if found.unread:
        shown = ", ".join(found.unread[:_MOST_SHOWN])
        more = f" and {len(found.unread) - _MOST_SHOWN} more" if len(found.unread) > _MOST_SHOWN else ""
        console.print(f"not read (to keep requests few): {escape(shown)}{more}")
    if found.pattern:
        pattern = found.pattern
        console.print(f"\narticle_url  {escape(pattern.regex)}")
        console.print(f"  matches {pattern.matched} of {pattern.examples} announced")
        if pattern.clashes:
            shown = ", ".join(pattern.clashes[:_MOST_SHOWN])
            console.print(f"  but also {len(pattern.clashes)} other links of the home page: {escape(shown)}")
    else:
        console.print("\narticle_url  no address that looks like an article's was announced")
    for sample in found.samples:
        print_sample(sample)
    console.print("\nto be looked at by a person:")
    for line in unknowns(found):
        console.print(f"  {escape(line)}")


def print_sample(sample: Sample) -> None:
    """One page: what was read from it, or why it gives no article."""
    console, result = data_console(), sample.result
    console.print(f"\n{escape(sample.fetched.asked)}")
    if isinstance(result, Rejection):
        console.print(f"  no article: {escape(result.reason)}")
        return
    console.print(f"  headline  {escape(result.headline)}")
    assumed = " (zone assumed)" if result.timezone_assumed else ""
    day = (
        f"{result.published_at.isoformat(timespec='minutes')}{assumed}"
        if result.published_at
        else "not found"
    )
    console.print(f"  published {day}")
    console.print(f"  authors   {escape(', '.join(result.authors) or result.agency or 'none')}")
    console.print(f"  body      {len(result.body.split())} words: {escape(shorten(result.body, 80))}")


def print_cases(compared: Sequence[dict[str, Any]]) -> None:
    """A table of fields by cases, then every difference with both values; many cases are numbered."""
    console = data_console()
    names = [f"{case['case']}{' (draft)' if case['draft'] else ''}" for case in compared]
    if len(names) > _MOST_NAMED:
        for number, name in enumerate(names, 1):
            console.print(f"case {number}: {name}")
        names = [str(number) for number in range(1, len(names) + 1)]
    for first in range(0, len(compared), _CASES_SIDE_BY_SIDE):
        part = slice(first, first + _CASES_SIDE_BY_SIDE)
        console.print(_table_of(compared[part], names[part]))
    for case in compared:
        for name, values in case["differences"].items():
            console.print(f"{case['case']}: {name}")
            console.print(f"  golden  {escape(_short(values['golden']))}")
            console.print(f"  reading {escape(_short(values['reading']))}")


def _table_of(compared: Sequence[dict[str, Any]], names: Sequence[str]) -> Table:
    table = _table("field", *names)
    for name in dict.fromkeys(name for case in compared for name in case["fields"]):
        states = [case["fields"].get(name, "") for case in compared]
        table.add_row(name, *(f"[{_COLOURS[state]}]{state}[/]" if state else "" for state in states))
    return table


def print_checkup(checkup: Checkup) -> None:
    """The sources and how they answered, how many articles fill each field, and what is wrong."""
    console = data_console()
    sources = _table("source", "status", "entries", "articles", "newest", "")
    for state in checkup.sources:
        row = describe_source(state)
        trouble = row["reason"] or row["damaged"] or ""
        sources.add_row(
            f"{row['kind']} {escape(row['url'])}",
            str(row["status"] or "-"),
            str(row["listed"]),
            str(row["articles"]),
            row["newest"] or "",
            escape(trouble),
        )
    console.print(sources)
    read = checkup.articles
    if read:
        fields = _table("field", f"filled of {len(read)}", "for example")
        for name in FIELDS:
            example = next((value for article in read if (value := getattr(article, name))), "")
            fields.add_row(name, str(checkup.filled(name)), escape(_short(example, 90)))
        words = sorted(len(article.body.split()) for article in read)
        fields.add_row("body words", "", f"{words[0]} to {words[-1]}")
        console.print(fields)
    for url, reason in unread_pages(checkup.samples):
        console.print(f"no article: {escape(url)} ({escape(reason)})")
    complaints = checkup.complaints()
    for line in complaints:
        console.print(f"[red]{checkup.outlet} is unwell:[/] {escape(line)}")
    if not complaints:
        console.print(f"[green]{checkup.outlet} is well.[/]")


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, header_style="bold")


def _minute(at: datetime | None) -> str:
    return at.isoformat(sep=" ", timespec="minutes") if at else ""


def _short(value: Any, length: int = 200) -> str:
    text = str(value) if not isinstance(value, datetime) else value.isoformat(timespec="minutes")
    return shorten(" ".join(text.split()), length)
