"""The pages: what each asks of the corpus, and hands to its template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from akhbar.web import charts
from akhbar.web.parameters import (
    PAGE_LIMIT,
    BadParameter,
    Parameters,
    first_instant,
    last_instant,
    zone_of,
)
from akhbar.web.remembered import Remembered
from akhbar.web.rendering import language_of, render
from corpus import browse
from corpus.browse import Answer, Library, TooSlow, Wanted
from corpus.search import word_difference
from corpus.transaction import Cursor
from corpus.unavailable import StorageUnavailable

T = TypeVar("T")

LARGEST_ID = 2**63 - 1
SPARK_DAYS = 28
COVERAGE_DAYS = 366
COUNT_SECONDS = 3.0
_STATES = ("stored", "unchanged", "duplicate", "rejected", "failed", "pending")
_TEXT_FIELDS = ("headline", "lead", "body")
_PLAIN_FIELDS = ("byline", "authors", "agency", "dateline", "published_at", "updated_at", "section", "tags")
_SHOWN_FIELDS = (
    "headline", "lead", "body", "byline", "authors", "agency", "dateline", "published_text", "published_at",
    "published_precision", "timezone_assumed", "updated_at", "section", "tags", "language", "image_url",
    "canonical_url", "url", "word_count", "appended",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the pages share: the library they read in, and the counts they remember."""

    library: Library
    remembered: Remembered


def _shelf(request: Request) -> Shelf:
    shelf: Shelf = request.app.state.shelf
    return shelf


def _counted(
    request: Request, key: tuple[object, ...], count: Callable[[Cursor], T]
) -> Callable[[], T | None]:
    """A count for a page in pieces: asked while the page is under way, None where it takes too long."""
    shelf = _shelf(request)

    def ask() -> T:
        with shelf.library.reading(COUNT_SECONDS) as cursor:
            return count(cursor)

    def answer() -> T | None:
        try:
            return shelf.remembered.get(key, ask)
        except (TooSlow, StorageUnavailable):
            return None

    return answer


def _by_slug(outlets: Answer) -> dict[str, dict[str, Any]]:
    return {row["outlet"]: row for row in outlets.rows}


def home(request: Request) -> Response:
    """Sends to the language that the browser prefers of the two."""
    wanted = request.headers.get("accept-language", "").lower()
    places = {code: wanted.find(code) for code in ("ar", "en")}
    english = places["en"] >= 0 and (places["ar"] < 0 or places["en"] < places["ar"])
    return RedirectResponse("/en/" if english else "/ar/", 302, {"Vary": "Accept-Language"})


def search(request: Request) -> Response:
    """Search: filters, results with the match marked, facets and a histogram."""
    language = language_of(request)
    given = Parameters(request.query_params)
    query = given.text("q") or ""
    page = given.number("page", least=1, most=PAGE_LIMIT) or 1
    since, until = given.day("since"), given.day("until")
    order = given.choice("order", ("rank", "time"))
    with _shelf(request).library.reading() as cursor:
        outlets = browse.list_outlets(cursor)
        by_slug = _by_slug(outlets)
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
        found, more = browse.find(cursor, wanted, page)
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
        counted = browse.count_by_outlet_and_day(cursor, wanted, zone)
        kinds: dict[int, list[dict[str, Any]]] = {1: [], 2: [], 3: []}
        for row in counted.rows:  # grouping(): 1 by outlet, 2 by day, 3 the sum
            kinds[row["kind"]].append(row)
        days = {row["day"]: row["articles"] for row in kinds[2] if row["day"]}
        total = kinds[3][0]["articles"] if kinds[3] else 0
        return {
            "total": total,
            "capped": total >= browse.COUNT_LIMIT,
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
        counted=_counted(request, ("search", wanted, zone, language.code), count),
    )


def article(request: Request) -> Response:
    """An article: its text, copies, versions with their differences, and where each field came from."""
    language = language_of(request)
    id_ = _id(request)
    given = Parameters(request.query_params)
    before = given.number("from", least=1, most=1_000_000)
    after = given.number("to", least=1, most=1_000_000)
    with _shelf(request).library.reading() as cursor:
        read = browse.read_article(cursor, id_)
        if read.first is None:
            raise HTTPException(404)
        outlets = browse.list_outlets(cursor)
        credits = browse.read_credits(cursor, id_)
        versions = browse.list_versions(cursor, id_)
        numbers = [row["revision"] for row in versions.rows]
        compared = None
        if len(numbers) > 1:
            pair = (before or numbers[1], after or numbers[0])
            if pair[0] == pair[1]:
                raise BadParameter("to")
            compared = browse.read_versions(cursor, id_, (min(pair), max(pair)))
            if len(compared.rows) != 2:
                raise HTTPException(404)
        story = browse.read_story(cursor, read.first["story"])
        members = browse.list_members(cursor, read.first["story"]) if story.first else None
        reprints = browse.read_reprints(cursor, id_)
    found = read.first
    provenance = found["provenance"] or {}
    fields = [
        {"name": name, "value": found[name], **_evidence(provenance.get(name))}
        for name in (*_SHOWN_FIELDS, *sorted(set(provenance) & set(found) - set(_SHOWN_FIELDS)))
        if found[name] not in (None, "", []) or name in provenance
    ]
    return render(
        request,
        "article.html",
        article=found,
        outlets=_by_slug(outlets),
        credits=credits.rows,
        versions=versions,
        compared=compared,
        difference=_difference(*compared.rows) if compared else [],
        story=story.first,
        members=members,
        track=_track(members, outlets, mirrored=language.mirrored) if members else [],
        reprints=reprints,
        fields=fields,
        sql=read.sql,
    )


def story(request: Request) -> Response:
    """A story: its articles on a time line, each compared with the original."""
    language = language_of(request)
    id_ = _id(request)
    with _shelf(request).library.reading() as cursor:
        read = browse.read_story(cursor, id_)
        if read.first is None:
            raise HTTPException(404)
        outlets = browse.list_outlets(cursor)
        members = browse.list_members(cursor, id_)
    return render(
        request,
        "story.html",
        story=read.first,
        sql=read.sql,
        outlets=_by_slug(outlets),
        members=members,
        track=_track(members, outlets, mirrored=language.mirrored),
    )


def stories(request: Request) -> Response:
    """The stories with the newest copies."""
    with _shelf(request).library.reading() as cursor:
        outlets = browse.list_outlets(cursor)
        listed = browse.list_stories(cursor)
    return render(request, "stories.html", stories=listed, outlets=_by_slug(outlets))


def outlets(request: Request) -> Response:
    """All outlets with health and sparklines."""
    return render(
        request,
        "outlets.html",
        in_pieces=True,
        health=_counted(request, ("health",), browse.list_health),
        sparks=_counted(request, ("sparks", language_of(request).code), _sparks(request)),
        schedule=_counted(request, ("schedule",), browse.read_schedule),
        fields=_counted(request, ("fields",), browse.count_fields),
        fallen=lambda row: [name for name, fill in browse.fill_of(row).items() if fill.has_fallen],
    )


def outlet(request: Request) -> Response:
    """One outlet: facts, health, its latest crawls and ledger."""
    slug = request.path_params["slug"]
    with _shelf(request).library.reading() as cursor:
        health = browse.list_health(cursor, slug)
        if health.first is None:
            raise HTTPException(404)
        crawls = browse.list_crawls(cursor, outlet=slug, limit=10)
        spark = _sparks(request, slug)(cursor)
        schedule = browse.read_schedule(cursor, slug)
        fields = browse.count_fields(cursor, slug)
    return render(
        request,
        "outlet.html",
        outlet=health.first,
        sql=health.sql,
        crawls=crawls,
        spark=spark,
        schedule=schedule,
        fields=fields,
        fill=browse.fill_of(fields.first),
        slug=slug,
    )


def crawls(request: Request) -> Response:
    """Crawls, the newest first."""
    given = Parameters(request.query_params)
    slug = given.text("outlet")
    before = given.number("before", least=1, most=LARGEST_ID)
    with _shelf(request).library.reading() as cursor:
        outlets = browse.list_outlets(cursor)
        listed = browse.list_crawls(cursor, outlet=slug, before=before, limit=51)
    shown, more = listed.rows[:50], len(listed.rows) > 50
    return render(
        request,
        "crawls.html",
        crawls=Answer(shown, listed.sql),
        more=more,
        slug=slug,
        outlets=_by_slug(outlets),
    )


def crawl(request: Request) -> Response:
    """One crawl: what it was asked, and what came of it."""
    with _shelf(request).library.reading() as cursor:
        read = browse.read_crawl(cursor, _id(request))
        if read.first is None:
            raise HTTPException(404)
        outlets = browse.list_outlets(cursor)
    return render(request, "crawl.html", crawl=read.first, sql=read.sql, outlets=_by_slug(outlets))


def coverage(request: Request) -> Response:
    """The ledger's sum: per outlet, or per day of one outlet."""
    given = Parameters(request.query_params)
    slug = given.text("outlet")
    with _shelf(request).library.reading() as cursor:
        outlets = browse.list_outlets(cursor)
    now = datetime.now(UTC)
    zones = [row["timezone"] for row in outlets.rows] or ["UTC"]
    until = given.day("until") or max(now.astimezone(zone_of(zone)).date() for zone in zones)
    since = given.day("since") or until - timedelta(days=SPARK_DAYS - 1)
    if not timedelta(0) <= until - since <= timedelta(days=COVERAGE_DAYS):
        raise BadParameter("since")

    def count(cursor: Cursor) -> dict[str, Any]:
        summed = (
            browse.list_coverage(cursor, slug, since, until)
            if slug
            else browse.sum_coverage(cursor, since, until)
        )
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
        outlets=_by_slug(outlets),
        counted=_counted(request, ("coverage", slug, since, until), count),
    )


def _id(request: Request) -> int:
    id_: int = request.path_params["id"]
    if id_ > LARGEST_ID:
        raise HTTPException(404)
    return id_


def _evidence(evidence: Any) -> dict[str, str]:
    """The rule and the raw text of a field's provenance."""
    found = evidence if isinstance(evidence, dict) else {}
    return {"rule": str(found.get("rule") or ""), "raw": str(found.get("raw") or "")}


def _difference(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """What differs between two versions: texts in words, other fields before and after."""
    texts = [
        {"field": name, "words": word_difference(before[name] or "", after[name] or "")}
        for name in _TEXT_FIELDS
        if (before[name] or "") != (after[name] or "")
    ]
    others = [
        {"field": name, "before": before[name], "after": after[name]}
        for name in _PLAIN_FIELDS
        if before[name] != after[name]
    ]
    return texts + others


def _track(members: Answer, outlets: Answer, *, mirrored: bool) -> list[dict[str, Any]]:
    """The articles of a story with their zone, place on the time line and distance from the first."""
    zones = {row["outlet"]: row["timezone"] for row in outlets.rows}
    instants = [row["at"] for row in members.rows]
    spots = charts.places(instants, mirrored=mirrored)
    return [
        {**row, "x": x, "behind": row["at"] - instants[0], "zone": zones.get(row["outlet"])}
        for row, x in zip(members.rows, spots, strict=True)
    ]


def _sparks(request: Request, slug: str | None = None) -> Callable[[Cursor], dict[str, Any]]:
    """Counts the last days of all outlets, or of one, as small charts by slug."""
    mirrored = language_of(request).mirrored

    def count(cursor: Cursor) -> dict[str, Any]:
        zones = {row["outlet"]: row["timezone"] for row in browse.list_outlets(cursor).rows}
        counted = browse.count_days(cursor, SPARK_DAYS, slug)
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
