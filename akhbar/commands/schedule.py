"""`akhbar schedule`: shows and sets when outlets are crawled."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from akhbar.output import data_console, print_json, tell_time
from akhbar.record import format_time

if TYPE_CHECKING:
    from corpus.schedule import Entry

_SPAN = re.compile(r"(\d{1,5})\s*([mh])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}


class Span(click.ParamType[timedelta]):
    """A length of time: `15m`, `2h`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = _SPAN.fullmatch(value.strip())
        if not match:
            self.fail(f"{value!r} is not like 15m or 2h", param, context)
        return int(match[1]) * _UNITS[match[2]]


@click.command()
@click.argument("outlet", required=False)
@click.option("--every", type=Span(), help="Crawl it so often: 5m to 24h.")
@click.option("--learned", is_flag=True, help="Let the interval follow how often the outlet publishes.")
@click.option(
    "--priority", type=click.IntRange(-100, 100), help="The higher, the sooner where work piles up."
)
@click.option("--pause", is_flag=True, help="Crawl it no more until it is resumed.")
@click.option("--resume", is_flag=True, help="End the pause.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value; intervals in seconds.")
def schedule(
    outlet: str | None,
    every: timedelta | None,
    learned: bool,
    priority: int | None,
    pause: bool,
    resume: bool,
    as_json: bool,
) -> None:
    """Show when each outlet is crawled next, or set it for one OUTLET.

    An interval that nobody set is learned from how often the outlet publishes at each hour of the week,
    between 5 minutes and 24 hours. `akhbar worker` runs what is due. OUTLET may be the slug of a site that
    `akhbar crawl https://…` has crawled: it enters the schedule when it is set for the first time.
    """
    from akhbar.outlets import describe_all, load_outlets
    from corpus.database import connect
    from corpus.schedule import change, enrol, enrol_site, read_schedule

    if pause and resume:
        raise click.UsageError("--pause or --resume, not both")
    if every and learned:
        raise click.UsageError("--every or --learned, not both")
    sets = every or learned or priority is not None or pause or resume
    if sets and not outlet:
        raise click.UsageError("name the outlet whose schedule is to be set")
    connection = connect()
    try:
        enrol(connection, describe_all())
        if sets and outlet and outlet not in load_outlets():
            enrol_site(connection, outlet)
        if sets and outlet:
            try:
                paused = pause if pause or resume else None
                known = change(
                    connection, outlet, every=every, learned=learned, priority=priority, paused=paused
                )
            except ValueError as error:
                raise click.UsageError(str(error)) from None
        entries = read_schedule(connection, outlet)
    finally:
        connection.close()
    if outlet and (not entries or (sets and not known)):
        raise click.UsageError(f"no outlet is called {outlet!r}; `akhbar schedule` lists them")
    if as_json:
        rows = [entry_as_json(entry) for entry in entries]
        print_json(rows[0] if outlet else rows)
    else:
        _print(entries)


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """One outlet's schedule as JSON values, intervals in seconds."""
    return {
        "outlet": entry.outlet,
        "state": entry.state,
        "every": int(entry.every.total_seconds()) if entry.every else None,
        "interval": int(entry.interval.total_seconds()),
        "priority": entry.priority,
        "due_at": format_time(entry.due_at),
        "started_at": format_time(entry.started_at),
        "ended_at": format_time(entry.ended_at),
        "status": entry.status,
        "note": entry.note,
        "tries": entry.tries,
    }


def format_span(span: timedelta) -> str:
    """`15m`, `2h`, `1h30m`, `40s`."""
    seconds = int(span.total_seconds())
    if seconds < 60:
        return f"{seconds}s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}h{minutes:02}m" if hours and minutes else f"{hours}h" if hours else f"{minutes}m"


def _print(entries: list[Entry]) -> None:
    table = Table("outlet", "state", "every", "next due", "last run", "note", box=None, header_style="bold")
    for entry in entries:
        every = format_span(entry.interval) + ("" if entry.every else " (learned)")
        tries = f"failed {entry.tries}×: " if entry.tries else ""
        due, last = tell_time(entry.due_at, ""), tell_time(entry.started_at)
        table.add_row(entry.outlet, entry.state, every, due, last, f"{tries}{entry.note or ''}")
    data_console().print(table)
