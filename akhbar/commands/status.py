"""`akhbar status`: the health of each outlet and the ledger's sum."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape
from rich.table import Table

from akhbar.exits import Exit
from akhbar.output import data_console, print_json, shorten, tell_count, tell_time
from akhbar.record import format_time

if TYPE_CHECKING:
    from corpus.health import Health
    from corpus.ledger import LedgerSum
    from corpus.warnings import Warning

_COLOURS = {
    "healthy": "green",
    "thin": "yellow",
    "new": "",
    "running": "cyan",
    "stopped": "",
    "died": "yellow",
}


@click.command()
@click.argument("outlet", required=False)
@click.option("--warnings", "only_warnings", is_flag=True, help="Show the open warnings and those of a week.")
@click.option("--accept", is_flag=True, help="Take what OUTLET's last crawl found for its usual from now on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def status(outlet: str | None, only_warnings: bool, accept: bool, as_json: bool) -> int:
    """Show how each outlet is: its state and why, last good crawl, new articles today against what is
    usual by now, lag from publication to storing, fields that fewer articles have, copies, HTTP answers
    of a day, when it is crawled next. With OUTLET all that is known of one; `akhbar explain OUTLET` shows
    its first bad page.

    Exit status 3 if any is unwell, 1 if the ledger's sum does not hold.
    """
    from corpus import history
    from corpus.database import connect
    from corpus.health import read_health
    from corpus.ledger import ledger_sum, ledger_sums
    from corpus.warnings import read_warnings

    if accept and not outlet:
        raise click.UsageError("--accept is of one outlet: name it")
    connection = connect()
    try:
        if accept and outlet and history.accept(connection, outlet) is None:
            raise click.UsageError(f"the corpus has no finished crawl of an outlet called {outlet!r}")
        if only_warnings:
            return _show_warnings(read_warnings(connection, days=7), as_json=as_json)
        healths = read_health(connection, outlet)
        if outlet and not healths:
            raise click.UsageError(f"the corpus has no outlet called {outlet!r}; was it ever crawled?")
        sums = {outlet: ledger_sum(connection, outlet=outlet)} if outlet else ledger_sums(connection)
        open_warnings = len([one for one in read_warnings(connection) if not outlet or one.subject == outlet])
    finally:
        connection.close()
    if as_json:
        print_json([health_as_json(health, sums[health.outlet]) for health in healths])
    elif not healths:
        click.echo(
            "The corpus is empty: `akhbar demo` fills it with invented news, `akhbar crawl OUTLET` with real."
        )
    elif outlet:
        _show_one(healths[0], sums[outlet])
    else:
        _show_all(healths, sums)
        if open_warnings:
            click.echo(f"{open_warnings} open warnings: `akhbar status --warnings` shows them.")
    if any(not sums[health.outlet].holds for health in healths):
        return Exit.FAULT
    return Exit.UNWELL if any(health.is_unwell for health in healths) else Exit.DONE


def health_as_json(health: Health, total: LedgerSum) -> dict[str, Any]:
    """One outlet's health as JSON values; spans in seconds, shares from 0 to 1."""
    from akhbar.summary import sum_as_json

    return {
        "outlet": health.outlet,
        "name": health.name,
        "state": health.state,
        "why": health.why or None,
        "unwell": health.is_unwell,
        "articles": health.articles,
        "new_today": health.new_today,
        "expected_today": None if health.expected_today is None else round(health.expected_today, 1),
        "new_in_a_day": health.new_day,
        "copies_in_a_day": health.duplicates_day,
        "lag": round(health.lag.total_seconds()) if health.lag is not None else None,
        "last_stored_at": format_time(health.last_stored_at),
        "last_good_at": format_time(health.last_good_at),
        "fill": {
            name: {"recent": fill.recent, "before": fill.before, "fallen": fill.has_fallen}
            for name, fill in health.fill.items()
        },
        "http": health.http,
        "refusals": health.refusals,
        "silent_since": format_time(health.silence.since) if health.silence else None,
        "schedule": {
            "state": health.schedule_state,
            "due_at": format_time(health.due_at),
            "tries": health.tries,
            "note": health.note,
        }
        if health.schedule_state
        else None,
        "last_crawl": {
            "id": health.crawl,
            "state": health.crawl_state,
            "verdict": health.verdict,
            "started_at": format_time(health.started_at),
            "finished_at": format_time(health.finished_at),
            "counts": health.counts,
        }
        if health.crawl is not None
        else None,
        "ledger": sum_as_json(total),
    }


def _show_all(healths: list[Health], sums: dict[str, LedgerSum]) -> None:
    """The unwell ones first, so that they are seen without scrolling; why they are, beside or below."""
    console = data_console()
    is_wide = console.width >= _WIDE
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("outlet", "state", "good"):
        table.add_column(heading, no_wrap=True)
    for heading in ("today", "lag", "dup", _FILL_HEADING):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("http", no_wrap=True)
    table.add_column("next", no_wrap=True)
    if is_wide:
        table.add_column("why")
    reasons = []
    for health in sorted(healths, key=lambda health: (not health.is_unwell, health.outlet)):
        law = "" if sums[health.outlet].holds else "THE LEDGER'S SUM DOES NOT HOLD · "
        why = escape(law + health.why)
        usual = "" if health.expected_today is None else f"/{health.expected_today:.0f}"
        table.add_row(
            escape(health.outlet if is_wide else shorten(health.outlet, 14)),
            _coloured(health),
            _span(datetime.now(UTC) - health.last_good_at) if health.last_good_at else "never",
            f"{health.new_today}{usual}",
            _span(health.lag),
            f"{health.duplicates_day / health.new_day:.0%}" if health.new_day else "",
            _fill(health),
            _mix(health.http, 4 if is_wide else 2),
            "paused" if health.schedule_state == "paused" else _until(health.due_at).removeprefix("in "),
            *((why,) if is_wide else ()),
        )
        if why:
            reasons.append(f"[bold]{escape(health.outlet)}[/] {_coloured(health)}: {why}")
    console.print(table)
    if not is_wide:
        for reason in reasons:
            console.print(reason)


_WIDE = 130  # columns that a line with its reason takes
_FILL_HEADING = "date·by·sect·img"


def _fill(health: Health) -> str:
    """The shares of a day's articles with a date, authors, a section, an image, in hundredths; falls are marked."""
    shares = []
    for name in ("published_at", "authors", "section", "image_url"):
        fill = health.fill.get(name)
        share = "–" if fill is None or fill.recent is None else f"{fill.recent * 100:.0f}"
        shares.append(f"[red]{share}↓[/]" if fill and fill.has_fallen else share)
    return "·".join(shares) if health.fill else ""


def _show_one(health: Health, total: LedgerSum) -> None:
    from akhbar.summary import format_sum

    console = data_console()
    table = Table.grid(padding=(0, 2))
    expected = "" if health.expected_today is None else f" (usual by now: {health.expected_today:.0f})"
    copies = tell_count(health.duplicates_day, "copy", "copies")
    crawl = f"{health.crawl} {health.crawl_state}" if health.crawl else "never"
    rows = [
        ("state", _coloured(health) + (f": {escape(health.why)}" if health.why else "")),
        ("name", escape(health.name)),
        ("articles", str(health.articles)),
        (
            "new today",
            f"{health.new_today}{expected}; {health.new_day} in 24 h, {copies}",
        ),
        ("lag", _span(health.lag) or "unknown"),
        ("last stored", tell_time(health.last_stored_at)),
        ("last good", tell_time(health.last_good_at)),
        (
            "last crawl",
            f"{crawl}, {tell_time(health.started_at)} → {tell_time(health.finished_at)}, {health.verdict or '-'}",
        ),
        ("schedule", f"{health.schedule_state or 'not in it'}, next {tell_time(health.due_at)}"),
        ("answers", _mix(health.http) or "none in 24 h"),
        (
            "refusals",
            ", ".join(f"{escape(reason)} {count}" for reason, count in sorted(health.refusals.items())),
        ),
        ("ledger", escape(format_sum(total))),
    ]
    for name, value in rows:
        if value:
            table.add_row(f"[bold]{name}[/]", value)
    console.print(table)
    if health.fill:
        shares = Table("field", "24 h", "before", "", box=None, header_style="bold")
        for name, fill in health.fill.items():
            shares.add_row(
                name,
                "too few" if fill.recent is None else f"{fill.recent:.0%}",
                "too few" if fill.before is None else f"{fill.before:.0%}",
                "[red]fallen[/]" if fill.has_fallen else "",
            )
        console.print(shares)


def _show_warnings(found: list[Warning], *, as_json: bool) -> int:
    if as_json:
        print_json(
            [
                {
                    "cause": one.cause,
                    "subject": one.subject,
                    "detail": one.detail,
                    "opened_at": format_time(one.opened_at),
                    "closed_at": format_time(one.closed_at),
                    "told_at": format_time(one.told_at),
                }
                for one in found
            ]
        )
    elif not found:
        click.echo("No warnings. `akhbar worker` looks every three minutes.")
    else:
        table = Table("since", "until", "cause", "of", "what", box=None, header_style="bold")
        for one in found:
            until = tell_time(one.closed_at) if one.closed_at else "[red]open[/]"
            table.add_row(tell_time(one.opened_at), until, one.cause, escape(one.subject), escape(one.detail))
        data_console().print(table)
    return Exit.UNWELL if any(one.closed_at is None for one in found) else Exit.DONE


def _coloured(health: Health) -> str:
    colour = "red" if health.is_unwell else _COLOURS.get(health.state, "")
    return f"[{colour}]{health.state}[/]" if colour else health.state


def _mix(http: dict[str, int], most: int = 6) -> str:
    return " ".join(
        f"{kind}:{count}" for kind, count in sorted(http.items(), key=lambda pair: -pair[1])[:most]
    )


def _until(instant: datetime | None) -> str:
    if instant is None:
        return ""
    left = instant - datetime.now(UTC)
    return f"in {_span(left)}" if left > timedelta(0) else "due"


def _span(span: timedelta | None) -> str:
    """`40s`, `12m`, `3h`, `5d`: one figure is enough at a glance."""
    if span is None:
        return ""
    seconds = span.total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * size or (unit == "m" and seconds >= size):
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.0f}s"
