"""Outlets: all with health and sparklines, and one with its crawls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from akhbar.web import charts
from akhbar.web.parameters import zone_of
from akhbar.web.rendering import language_of, render
from akhbar.web.shelf import counted, shelf_of
from corpus.library.crawls import list_crawls
from corpus.library.outlets import (
    count_days,
    count_fields,
    fill_of,
    list_health,
    list_outlets,
    read_schedule,
)
from corpus.transaction import Cursor

SPARK_DAYS = 28


def outlets(request: Request) -> Response:
    """All outlets with health and sparklines."""
    return render(
        request,
        "outlets.html",
        in_pieces=True,
        health=counted(request, ("health",), list_health),
        sparks=counted(request, ("sparks", language_of(request).code), _sparks(request)),
        schedule=counted(request, ("schedule",), read_schedule),
        fields=counted(request, ("fields",), count_fields),
        fallen=lambda row: [name for name, fill in fill_of(row).items() if fill.has_fallen],
    )


def outlet(request: Request) -> Response:
    """One outlet: facts, health, its latest crawls and ledger."""
    slug = request.path_params["slug"]
    with shelf_of(request).library.reading() as cursor:
        health = list_health(cursor, slug)
        if health.first is None:
            raise HTTPException(404)
        crawls = list_crawls(cursor, outlet=slug, limit=10)
        spark = _sparks(request, slug)(cursor)
        schedule = read_schedule(cursor, slug)
        fields = count_fields(cursor, slug)
    return render(
        request,
        "outlet.html",
        outlet=health.first,
        sql=health.sql,
        crawls=crawls,
        spark=spark,
        schedule=schedule,
        fields=fields,
        fill=fill_of(fields.first),
        slug=slug,
    )


def _sparks(request: Request, slug: str | None = None) -> Callable[[Cursor], dict[str, Any]]:
    """Counts the last days of all outlets, or of one, as small charts by slug."""
    mirrored = language_of(request).mirrored

    def count(cursor: Cursor) -> dict[str, Any]:
        zones = {row["outlet"]: row["timezone"] for row in list_outlets(cursor).rows}
        counted = count_days(cursor, SPARK_DAYS, slug)
        days: dict[str, dict[date, int]] = {name: {} for name in zones if slug in (None, name)}
        for row in counted.rows:
            days[row["outlet"]][row["day"]] = row["articles"]
        now = datetime.now(UTC)
        charted = {
            name: charts.last_days(
                counts, now.astimezone(zone_of(zones[name])).date(), SPARK_DAYS, mirrored=mirrored
            )
            for name, counts in days.items()
        }
        return {"charts": charted, "sql": counted.sql}

    return count
