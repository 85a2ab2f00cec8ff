"""Outlets: their facts, health, schedule, filled fields, and articles per day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpus.health import BEFORE, FIELDS, RECENT, Fill, has_field
from corpus.library.answers import Answer, ask
from corpus.transaction import Cursor


def list_outlets(cursor: Cursor) -> Answer:
    """The outlets, for choosing and for their zones."""
    return ask(cursor, "SELECT outlet, name, country, timezone FROM corpus.outlets ORDER BY outlet")


def list_health(cursor: Cursor, outlet: str | None = None) -> Answer:
    """Each outlet (or one) with its articles and its latest crawl."""
    return ask(
        cursor,
        """
        SELECT o.outlet, o.name, o.country, o.timezone, o.hosts, o.added_at, o.articles, c.crawl, c.state,
               c.verdict, c.started_at, c.finished_at, c.counts
        FROM corpus.outlets o LEFT JOIN corpus.crawls c ON c.outlet = o.outlet AND c.started_at = o.last_crawl_at
        WHERE %(outlet)s::text IS NULL OR o.outlet = %(outlet)s
        ORDER BY o.outlet
        """,
        {"outlet": outlet},
    )


def read_schedule(cursor: Cursor, outlet: str | None = None) -> Answer:
    """When each outlet (or one) is crawled next."""
    return ask(
        cursor,
        """
        SELECT outlet, state, every, due_at, priority, started_at, ended_at, status, tries, note
        FROM corpus.schedule WHERE %(outlet)s::text IS NULL OR outlet = %(outlet)s ORDER BY outlet
        """,
        {"outlet": outlet},
    )


def count_fields(cursor: Cursor, outlet: str | None = None) -> Answer:
    """How many articles of each outlet (or of one) have a field: of the last day, and of the two weeks before."""
    counts = ",\n               ".join(
        f"count(*) FILTER (WHERE late AND {has}) AS {name}_late, "
        f"count(*) FILTER (WHERE NOT late AND {has}) AS {name}_before"
        for name, has in ((name, has_field(name)) for name in FIELDS)
    )
    return ask(
        cursor,
        f"""
        SELECT a.outlet, count(*) FILTER (WHERE late) AS late, count(*) FILTER (WHERE NOT late) AS before,
               {counts}
        FROM corpus.articles a
        CROSS JOIN LATERAL (SELECT a.first_seen_at > now() - %(recent)s AS late) period
        WHERE a.first_seen_at > now() - %(before)s AND (%(outlet)s::text IS NULL OR a.outlet = %(outlet)s)
        GROUP BY a.outlet ORDER BY a.outlet
        """,  # noqa: S608 - put together from constants
        {"outlet": outlet, "recent": RECENT, "before": BEFORE},
    )


def fill_of(row: Mapping[str, Any] | None) -> dict[str, Fill]:
    """The share of articles that have each field, by a row of `count_fields`; empty for no row."""
    if row is None:
        return {}
    return {
        name: Fill.of(row[f"{name}_late"], row["late"], row[f"{name}_before"], row["before"])
        for name in FIELDS
    }


def count_days(cursor: Cursor, days: int, outlet: str | None = None) -> Answer:
    """Articles per outlet and day of publication (in the outlet's zone) of the last `days` days."""
    return ask(
        cursor,
        """
        SELECT a.outlet, (coalesce(a.published_at, a.first_seen_at) AT TIME ZONE o.timezone)::date AS day,
               count(*) AS articles
        FROM corpus.articles a JOIN corpus.outlets o ON o.outlet = a.outlet
        WHERE coalesce(a.published_at, a.first_seen_at) >= now() - make_interval(days => %(days)s)
          AND (%(outlet)s::text IS NULL OR a.outlet = %(outlet)s)
        GROUP BY 1, 2
        """,
        {"days": days, "outlet": outlet},
    )
