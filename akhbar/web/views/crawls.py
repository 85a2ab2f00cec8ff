"""Crawls, and the ledger's sum of what they discovered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from akhbar.web.parameters import LARGEST_ID, BadParameter, Parameters, id_of, zone_of
from akhbar.web.rendering import render
from akhbar.web.shelf import counted, shelf_of
from corpus.library.answers import Answer
from corpus.library.crawls import list_coverage, list_crawls, read_crawl, sum_coverage
from corpus.library.outlets import list_outlets
from corpus.transaction import Cursor

_SHOWN_DAYS = 28  # of discovery, where no others are asked for
COVERAGE_DAYS = 366
_STATES = ("stored", "unchanged", "duplicate", "rejected", "failed", "pending")


def crawls(request: Request) -> Response:
    """Crawls, the newest first."""
    given = Parameters(request.query_params)
    slug = given.text("outlet")
    before = given.number("before", least=1, most=LARGEST_ID)
    with shelf_of(request).library.reading() as cursor:
        outlets = list_outlets(cursor)
        listed = list_crawls(cursor, outlet=slug, before=before, limit=51)
    shown, more = listed.rows[:50], len(listed.rows) > 50
    return render(
        request,
        "crawls.html",
        crawls=Answer(shown, listed.sql),
        more=more,
        slug=slug,
        outlets=outlets.by("outlet"),
    )


def crawl(request: Request) -> Response:
    """One crawl: what it was asked, and what came of it."""
    with shelf_of(request).library.reading() as cursor:
        read = read_crawl(cursor, id_of(request))
        if read.first is None:
            raise HTTPException(404)
        outlets = list_outlets(cursor)
    return render(request, "crawl.html", crawl=read.first, sql=read.sql, outlets=outlets.by("outlet"))


def coverage(request: Request) -> Response:
    """The ledger's sum: per outlet, or per day of one outlet."""
    given = Parameters(request.query_params)
    slug = given.text("outlet")
    with shelf_of(request).library.reading() as cursor:
        outlets = list_outlets(cursor)
    now = datetime.now(UTC)
    zones = [row["timezone"] for row in outlets.rows] or ["UTC"]
    until = given.day("until") or max(now.astimezone(zone_of(zone)).date() for zone in zones)
    since = given.day("since") or until - timedelta(days=_SHOWN_DAYS - 1)
    if not timedelta(0) <= until - since <= timedelta(days=COVERAGE_DAYS):
        raise BadParameter("since")

    def count(cursor: Cursor) -> dict[str, Any]:
        summed = list_coverage(cursor, slug, since, until) if slug else sum_coverage(cursor, since, until)
        rows = [{**row, "holds": row["discovered"] == sum(row[s] for s in _STATES)} for row in summed.rows]
        total = {name: sum(row[name] for row in rows) for name in ("discovered", *_STATES)}
        return {"rows": rows, "total": total, "sql": summed.sql}

    return render(
        request,
        "coverage.html",
        in_pieces=True,
        slug=slug,
        since=since,
        until=until,
        states=_STATES,
        outlets=outlets.by("outlet"),
        counted=counted(request, ("coverage", slug, since, until), count),
    )
