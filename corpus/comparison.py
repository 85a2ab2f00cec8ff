"""The first bad page of an unwell outlet beside its last good one: what an operator looks at first.

An outlet is unwell from the first of its latest crawls that all were (one that a person accepted was not). The
first bad page is the earliest that such a crawl fetched and that shows what the crawl was found to lack; the
last good one is the latest before that which gave an article with all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from corpus.transaction import Connection, Cursor, transaction

_UNWELL = ["silent", "blocked", "relaid", "broken"]
_BLOCKED = ["blocked", "http_401", "http_403", "http_429", "http_451"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPage:
    """A page as the ledger knows it: its row, the crawl that fetched it, its place in the archive.

    `article` is the article that it gave, None where it gave none; `archive` as in `Candidate.archive`,
    None where the page is not archived.
    """

    row: int
    url: str
    fetched_at: datetime
    crawl: int
    state: str
    reason: str | None
    detail: str | None
    status: int | None
    archive: Mapping[str, Any] | None
    article: int | None


@dataclass(frozen=True, slots=True)
class SeenSource:
    """What a source answered last. `changed_at` is when it last answered with a document."""

    url: str
    kind: str | None
    status: int | None
    damaged: str | None
    listed: int
    fetched_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An outlet's two pages. Well outlets have no bad one: `verdict` is then that of the last crawl.

    `since` is when the first unwell crawl began, `crawl` its number and `losses` what it was found to lack
    (`pipelines.verdict`): by name, now and before. `sources` are listed where the verdict is of them.
    """

    verdict: str | None
    crawl: int | None = None
    since: datetime | None = None
    losses: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    bad: SeenPage | None = None
    good: SeenPage | None = None
    sources: list[SeenSource] = field(default_factory=list)


def compare(connection: Connection, outlet: str) -> Comparison | None:
    """The comparison of an outlet (slug), None where it was never crawled. Raises StorageUnavailable."""
    with transaction(connection) as cursor:
        cursor.execute(_CRAWLS, {"outlet": outlet, "unwell": _UNWELL})
        row = cursor.fetchone()
        if row is None:
            return None
        outlet_id, last_verdict, is_unwell, crawl, verdict, since, losses = row
        if not is_unwell:
            good = _find_page(cursor, _GOOD, {"outlet": outlet_id, "since": None, "lost": []})
            return Comparison(verdict=last_verdict, good=good)
        losses = {name: (now, before) for name, (now, before) in (losses or {}).items()}
        values = {
            # pages are dated to the second
            "outlet": outlet_id, "since": since.replace(microsecond=0), "crawl": crawl,
            "lost": list(losses), "verdict": verdict, "blocked": _BLOCKED,
            "words": losses.get("words", (None, None))[1],
        }  # fmt: skip
        bad = _find_page(cursor, _BAD, values)
        good = _find_page(cursor, _GOOD, values) or _find_page(cursor, _GOOD, {**values, "lost": []})
        cursor.execute(_SOURCES, values)
        sources = [SeenSource(*found) for found in cursor.fetchall()]
    return Comparison(
        verdict=verdict, crawl=crawl, since=since, losses=losses, bad=bad, good=good,
        sources=sources if verdict in ("broken", "silent", "blocked") else [],
    )  # fmt: skip


def _find_page(cursor: Cursor, query: str, values: Mapping[str, Any]) -> SeenPage | None:
    cursor.execute(query, values)
    row = cursor.fetchone()
    if row is None:
        return None
    names = ("row", "url", "fetched_at", "crawl", "state", "reason", "detail", "status", "archive", "article")
    return SeenPage(**dict(zip(names, row, strict=True)))


# the last crawl, and the first of the unwell ones that it ends
_CRAWLS = """
    WITH judged AS (
        SELECT c.*, c.verdict = ANY(%(unwell)s) AND NOT c.counts ? 'accepted' AS unwell
        FROM akhbar.crawls c JOIN akhbar.outlets o ON o.id = c.outlet_id
        WHERE o.slug = %(outlet)s AND c.state = 'finished' AND NOT c.arguments ? 'archive'
    )
    SELECT latest.outlet_id, latest.verdict, latest.unwell, f.id, f.verdict, f.started_at, f.counts->'losses'
    FROM (SELECT * FROM judged ORDER BY started_at DESC, id DESC LIMIT 1) latest
    LEFT JOIN LATERAL (
        SELECT * FROM judged WHERE unwell AND started_at > coalesce(
            (SELECT started_at FROM judged WHERE NOT unwell ORDER BY started_at DESC LIMIT 1), '-infinity')
        ORDER BY started_at, id LIMIT 1
    ) f ON true
"""

_PAGE = (
    "c.id, c.url, c.fetched_at, c.crawl_id, c.state, c.reason, c.detail, c.status, c.archive, c.article_id"
)

# a field of corpus/schema's articles, by the name of its loss: whether an article lacks it
_LACKS = " OR ".join(
    f"('{name}' = ANY(%(lost)s) AND {lacks})"
    for name, lacks in {
        **{name: f"a.{name} IS NULL" for name in ("published_at", "section", "lead", "image_url", "agency")},
        "dateline": "a.dateline IS NULL",
        "authors": "a.authors = '{}'",
    }.items()
)
# pages that were sent (status 2xx) and gave nothing, too: what was refused or cut off shows no layout
_BAD = f"""
    SELECT {_PAGE} FROM akhbar.candidates c LEFT JOIN akhbar.articles a ON a.id = c.article_id
    WHERE c.outlet_id = %(outlet)s AND c.crawl_id >= %(crawl)s AND c.fetched_at >= %(since)s AND CASE
        WHEN %(verdict)s = 'blocked' THEN c.reason = ANY(%(blocked)s)
        ELSE c.reason = 'worse_reading' OR (c.state IN ('rejected', 'failed') AND c.status BETWEEN 200 AND 299)
          OR ('original' = ANY(%(lost)s) AND c.state = 'duplicate')
          OR (c.state = 'stored' AND ({_LACKS}
              OR ('words' = ANY(%(lost)s) AND a.word_count NOT BETWEEN 0.7 * %(words)s AND 2 * %(words)s)
              OR ('headline' = ANY(%(lost)s) AND EXISTS (
                  SELECT FROM akhbar.articles b WHERE b.outlet_id = a.outlet_id AND b.headline = a.headline
                    AND b.id <> a.id AND b.first_seen_at >= %(since)s))))
        END
    ORDER BY c.fetched_at, c.id LIMIT 1
"""  # noqa: S608 - put together from constants
_GOOD = f"""
    SELECT {_PAGE} FROM (
        -- the latest articles, among which one that has everything is not far
        SELECT * FROM akhbar.articles WHERE outlet_id = %(outlet)s
          AND first_seen_at < coalesce(%(since)s::timestamptz, 'infinity')
        ORDER BY first_seen_at DESC LIMIT 1000
    ) a JOIN akhbar.candidates c ON c.article_id = a.id AND c.state IN ('stored', 'unchanged')
    WHERE c.fetched_at IS NOT NULL AND NOT coalesce({_LACKS}, false)
    ORDER BY a.first_seen_at DESC, a.id DESC, c.id LIMIT 1
"""  # noqa: S608 - put together from constants
_SOURCES = """
    SELECT url, kind, status, damaged, listed, fetched_at, changed_at FROM akhbar.sources
    WHERE outlet_id = %(outlet)s ORDER BY fetched_at DESC NULLS LAST, id LIMIT 50
"""
