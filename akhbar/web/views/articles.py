"""Articles and stories."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from akhbar.web import charts
from akhbar.web.parameters import BadParameter, Parameters, id_of
from akhbar.web.rendering import language_of, render
from akhbar.web.shelf import shelf_of
from corpus.library.answers import Answer
from corpus.library.articles import (
    list_members,
    list_stories,
    list_versions,
    read_article,
    read_credits,
    read_reprints,
    read_story,
    read_versions,
)
from corpus.library.outlets import list_outlets
from corpus.search import word_difference

_TEXT_FIELDS = ("headline", "lead", "body")
_PLAIN_FIELDS = ("byline", "authors", "agency", "dateline", "published_at", "updated_at", "section", "tags")
_SHOWN_FIELDS = (
    "headline", "lead", "body", "byline", "authors", "agency", "dateline", "published_text", "published_at",
    "published_precision", "timezone_assumed", "updated_at", "section", "tags", "language", "image_url",
    "canonical_url", "url", "word_count", "appended",
)  # fmt: skip


def article(request: Request) -> Response:
    """An article: its text, copies, versions with their differences, and where each field came from."""
    language = language_of(request)
    id_ = id_of(request)
    given = Parameters(request.query_params)
    before = given.number("from", least=1, most=1_000_000)
    after = given.number("to", least=1, most=1_000_000)
    with shelf_of(request).library.reading() as cursor:
        read = read_article(cursor, id_)
        if read.first is None:
            raise HTTPException(404)
        outlets = list_outlets(cursor)
        credits = read_credits(cursor, id_)
        versions = list_versions(cursor, id_)
        numbers = [row["revision"] for row in versions.rows]
        compared = None
        if len(numbers) > 1:
            pair = (before or numbers[1], after or numbers[0])
            if pair[0] == pair[1]:
                raise BadParameter("to")
            compared = read_versions(cursor, id_, (min(pair), max(pair)))
            if len(compared.rows) != 2:
                raise HTTPException(404)
        story = read_story(cursor, read.first["story"])
        members = list_members(cursor, read.first["story"]) if story.first else None
        reprints = read_reprints(cursor, id_)
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
        outlets=outlets.by("outlet"),
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
    id_ = id_of(request)
    with shelf_of(request).library.reading() as cursor:
        read = read_story(cursor, id_)
        if read.first is None:
            raise HTTPException(404)
        outlets = list_outlets(cursor)
        members = list_members(cursor, id_)
    return render(
        request,
        "story.html",
        story=read.first,
        sql=read.sql,
        outlets=outlets.by("outlet"),
        members=members,
        track=_track(members, outlets, mirrored=language.mirrored),
    )


def stories(request: Request) -> Response:
    """The stories with the newest copies."""
    with shelf_of(request).library.reading() as cursor:
        outlets = list_outlets(cursor)
        listed = list_stories(cursor)
    return render(request, "stories.html", stories=listed, outlets=outlets.by("outlet"))


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
