"""The search page."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from akhbar.web import charts
from akhbar.web.parameters import PAGE_LIMIT, Parameters, first_instant, last_instant, zone_of
from akhbar.web.rendering import language_of, render
from akhbar.web.shelf import counted, shelf_of
from corpus.library.outlets import list_outlets
from corpus.library.search import COUNT_LIMIT, Wanted, count_by_outlet_and_day, find
from corpus.transaction import Cursor


def search(request: Request) -> Response:
    """Search: filters, results with the match marked, facets and a histogram."""
    language = language_of(request)
    given = Parameters(request.query_params)
    query = given.text("q") or ""
    page = given.number("page", least=1, most=PAGE_LIMIT) or 1
    since, until = given.day("since"), given.day("until")
    order = given.choice("order", ("rank", "time"))
    with shelf_of(request).library.reading() as cursor:
        outlets = list_outlets(cursor)
        by_slug = outlets.by("outlet")
        outlet = given.text("outlet")
        zone = by_slug[outlet]["timezone"] if outlet in by_slug else "UTC"
        wanted = Wanted(
            query=query,
            outlet=outlet,
            author=given.text("author"),
            section=given.text("section"),
            country=given.text("country"),
            since=first_instant(since, zone_of(zone)),
            until=last_instant(until, zone_of(zone)),
            order=order,
        )
        found, more = find(cursor, wanted, page)
    filters = {
        "outlet": wanted.outlet,
        "country": wanted.country,
        "author": wanted.author,
        "section": wanted.section,
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
        "order": order if order != "rank" else None,
    }

    def count(cursor: Cursor) -> dict[str, Any]:
        counted = count_by_outlet_and_day(cursor, wanted, zone)
        kinds: dict[int, list[dict[str, Any]]] = {1: [], 2: [], 3: []}
        for row in counted.rows:  # grouping(): 1 by outlet, 2 by day, 3 the sum
            kinds[row["kind"]].append(row)
        days = {row["day"]: row["articles"] for row in kinds[2] if row["day"]}
        total = kinds[3][0]["articles"] if kinds[3] else 0
        return {
            "total": total,
            "capped": total >= COUNT_LIMIT,
            "outlets": kinds[1],
            "undated": sum(row["articles"] for row in kinds[2] if not row["day"]),
            "histogram": charts.histogram(days, mirrored=language.mirrored),
            "sql": counted.sql,
        }

    return render(
        request,
        "search.html",
        in_pieces=True,
        query=query,
        page=page,
        pages=PAGE_LIMIT,
        filters=filters,
        filtered=any(filters.values()),
        outlets=by_slug,
        countries=sorted({row["country"] for row in outlets.rows}),
        zone=zone,
        found=found,
        more=more,
        counted=counted(request, ("search", wanted, zone, language.code), count),
    )
