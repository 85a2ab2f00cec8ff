"""Stored articles beside what the present reader makes of their archived pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from corpus import passages, stories
from corpus.articles import OUTLET_LOCK, sign_draft
from corpus.drafts import TEXT_FIELDS, Draft, RefusedError, Submission, list_credits, make_draft
from corpus.transaction import Connection, transaction
from corpus.versions import WORSE_SHARE, Outcome, is_relative, revise_article
from crawler.candidate import Candidate
from crawler.items import Article

# what is compared; evidence and the reader's version follow where one of these differs
FIELDS = (
    "headline", "lead", "body", "appended", "byline", "authors", "agency", "credits", "dateline", "published_text",
    "published_at", "published_precision", "timezone_assumed", "updated_at", "section", "tags", "language",
    "image_url",
)  # fmt: skip
REREAD = "reread"  # among a revision's changes: the reader changed, not the page
_TIMES = ("published_text", "published_at", "published_precision", "timezone_assumed")
# a row whose last answer was not kept as the article's page (gone, rejected, a worse reading) has another page
SELECTED = """
    FROM akhbar.articles a
    JOIN akhbar.outlets o ON o.id = a.outlet_id
    LEFT JOIN LATERAL (
        SELECT c.id, c.url, c.source, c.headline, c.published_at, c.updated_at, c.archive
        FROM akhbar.candidates c
        WHERE c.article_id = a.id AND c.archive IS NOT NULL
          AND c.state IN ('stored', 'unchanged') AND (c.reason IS NULL OR c.reason = 'revised')
        ORDER BY c.fetched_at DESC NULLS LAST, c.id LIMIT 1
    ) c ON true
    WHERE (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
      AND (%(since)s::timestamptz IS NULL OR a.last_seen_at >= %(since)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """An article, the place of its archived page (see `Candidate.archive`), and what announced it.

    `known` holds its present values by the names of `FIELDS`, and `word_count`.
    """

    id: int
    outlet: str
    revision: int
    archive: Mapping[str, Any]
    candidate: Candidate
    known: Mapping[str, Any]


def count_archived(
    connection: Connection, *, outlet: str | None = None, since: datetime | None = None
) -> tuple[int, int]:
    """How many articles have an archived page, and how many have none. `since`: last seen since."""
    with transaction(connection) as cursor:
        cursor.execute(
            f"SELECT count(c.id), count(*) - count(c.id) {SELECTED}", {"outlet": outlet, "since": since}
        )
        archived, without = cursor.fetchone()  # type: ignore[misc]
    return int(archived), int(without)


def read_archived(
    connection: Connection,
    *,
    outlet: str | None = None,
    since: datetime | None = None,
    after: int = 0,
    limit: int = 500,
    ids: Sequence[int] | None = None,
) -> list[StoredArticle]:
    """Articles with an archived page (of these ids), in the order of their ids, from the first above `after`."""
    columns = [f"a.{field}" for field in FIELDS if field != "credits"]
    with transaction(connection) as cursor:
        cursor.execute(
            f"""
            SELECT a.id, o.slug, a.revision, c.archive, c.url, c.source, c.headline, c.published_at, c.updated_at,
                a.word_count,
                (SELECT coalesce(array_agg(r.role || ' ' || r.name ORDER BY r.position), '{{}}')
                 FROM akhbar.credits r WHERE r.article_id = a.id),
                {", ".join(columns)}
            {SELECTED} AND c.id IS NOT NULL AND a.id > %(after)s
                AND (%(ids)s::bigint[] IS NULL OR a.id = ANY(%(ids)s))
            ORDER BY a.id LIMIT %(limit)s
            """,  # noqa: S608 - put together from the constants above
            {"outlet": outlet, "since": since, "after": after, "limit": limit, "ids": ids},
        )
        rows = cursor.fetchall()
    names = ("word_count", "credits", *(field for field in FIELDS if field != "credits"))
    return [
        StoredArticle(
            id=row[0],
            outlet=row[1],
            revision=row[2],
            archive=row[3],
            candidate=Candidate(
                url=row[4],
                source=row[5],
                headline=row[6],
                published_at=row[7],
                updated_at=row[8],
                archive=row[3],
            ),
            known=dict(zip(names, row[9:], strict=True)),
        )
        for row in rows
    ]


def compare(stored: StoredArticle, article: Article) -> dict[str, tuple[Any, Any]] | None:
    """The fields in which a new reading differs, each with its stored and its new value; empty for none.

    None for a reading that has lost so much of the body that it is not believed. As in a crawl, a date
    printed as a distance does not replace a stored one. Raises ValueError for an article that cannot be stored.
    """
    # most are the same to the letter, and need no row to be made of them
    if _is_same(stored.known, article):
        return {}
    draft = _drafted(stored, article)
    if draft.row["word_count"] < stored.known["word_count"] * WORSE_SHARE:
        return None
    new = _values(draft)
    if stored.known["published_at"] is not None and new["published_at"] is not None and is_relative(draft):
        new |= {field: stored.known[field] for field in _TIMES}
    pairs = {field: (stored.known[field], new[field]) for field in FIELDS}
    return {field: (before, after) for field, (before, after) in pairs.items() if before != after}


def keep(connection: Connection, stored: StoredArticle, article: Article, changes: Sequence[str]) -> bool:
    """Keep a new reading as a revision of its article, marked `reread`; False where the article moved on.

    Address, first and last seen, and whether the page is gone stay as they are. Raises
    StorageUnavailable; ValueError for an article that cannot be stored.
    """
    draft = _drafted(stored, article)
    now = datetime.now(UTC)
    with transaction(connection) as cursor:
        cursor.execute("SELECT outlet_id FROM akhbar.articles WHERE id = %s", (stored.id,))
        found = cursor.fetchone()
        if found is None:
            return False
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (OUTLET_LOCK, found[0]))
        cursor.execute(
            "SELECT revision, gone_at, last_seen_at FROM akhbar.articles WHERE id = %s FOR UPDATE",
            (stored.id,),
        )
        held = cursor.fetchone()
        if held is None or held[0] != stored.revision:
            return False
        if {"published_at", "published_text"}.isdisjoint(changes):
            draft.row |= {field: stored.known[field] for field in _TIMES}
        draft.row |= {"outlet_id": found[0], "changed_at": now, "last_seen_at": held[2]}
        revise_article(
            cursor, None, draft, {"id": stored.id, "revision": stored.revision}, (REREAD, *changes)
        )
        if not draft.credits:
            cursor.execute("DELETE FROM akhbar.credits WHERE article_id = %s", (stored.id,))
        cursor.execute("UPDATE akhbar.articles SET gone_at = %s WHERE id = %s", (held[1], stored.id))
        if not {"body", "appended"}.isdisjoint(changes):
            printed = passages.Printed(
                stored.id,
                draft.paragraphs,
                [story["body"] for story in draft.row["appended"].adapted],
                is_new=False,
            )
            passages.remember(cursor, found[0], [printed])
        sign_draft(cursor, [draft], {draft.place: Outcome("revised", stored.id, None, tuple(changes))})
    return True


def link_copies(connection: Connection) -> None:
    """Look for the copies of the texts that `keep` changed; once, after the last of them."""
    stories.link_new(connection)


def _drafted(stored: StoredArticle, article: Article) -> Draft:
    article.outlet = stored.outlet
    try:
        return make_draft(0, Submission(article=article), None, datetime.now(UTC))
    except RefusedError as error:
        raise ValueError(str(error)) from error


def _is_same(known: Mapping[str, Any], article: Article) -> bool:
    plain = (field for field in FIELDS if field not in ("appended", "credits"))
    return (
        all(getattr(article, field) == known[field] for field in plain)
        and [{"headline": s.headline, "body": s.body} for s in article.appended] == known["appended"]
        and [f"{role} {name}" for name, role, _ in list_credits(article)] == known["credits"]
    )


def _values(draft: Draft) -> dict[str, Any]:
    """The row's values as they come back from the database."""
    row = draft.row
    values = {field: row[field] for field in FIELDS if field in TEXT_FIELDS}
    values["appended"] = row["appended"].adapted
    values["credits"] = [f"{role} {name}" for name, role, _ in draft.credits]
    return values
