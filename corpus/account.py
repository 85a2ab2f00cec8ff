"""The account of the ledger: every address of some outlets, what it ended as, and the article behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from corpus.transaction import Connection, transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of the ledger. The article's fields are None where it gave none.

    `original_outlet` and `similarity` (0 to 1) are set where the article is a copy of another one.
    """

    outlet: str
    url: str
    state: str
    reason: str | None
    article_id: int | None
    headline: str | None
    published_at: datetime | None
    revision: int | None
    copy_of: int | None
    original_outlet: str | None
    similarity: float | None


@dataclass(frozen=True, slots=True)
class CrawlEntry:
    """One outlet of the corpus with its last crawl, if it ever had one."""

    outlet: str
    name: str
    country: str
    articles: int
    last_stored_at: datetime | None
    crawl: int | None
    crawl_state: str | None
    verdict: str | None
    started_at: datetime | None
    finished_at: datetime | None


def read_account(connection: Connection, outlets: Sequence[str]) -> Iterator[Entry]:
    """Every ledger row of the outlets (slugs), in the order of discovery."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT o.slug, c.url, c.state, c.reason, a.id, a.headline, a.published_at, a.revision,
                   a.copy_of, originals_outlet.slug, a.similarity
            FROM akhbar.candidates c
            JOIN akhbar.outlets o ON o.id = c.outlet_id
            LEFT JOIN akhbar.articles a ON a.id = c.article_id
            LEFT JOIN akhbar.articles originals ON originals.id = a.copy_of
            LEFT JOIN akhbar.outlets originals_outlet ON originals_outlet.id = originals.outlet_id
            WHERE o.slug = ANY(%s)
            ORDER BY o.slug, c.id
            """,
            (list(outlets),),
        )
        yield from (Entry(*row) for row in cursor.fetchall())


def read_outlets(connection: Connection, outlet: str | None = None) -> list[CrawlEntry]:
    """The outlets that the corpus knows (or the one called `outlet`), each with its last crawl."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT o.slug, o.name, o.country, count(a.id), max(a.first_seen_at),
                   r.id, r.state, r.verdict, r.started_at, r.finished_at
            FROM akhbar.outlets o
            LEFT JOIN akhbar.articles a ON a.outlet_id = o.id
            LEFT JOIN LATERAL (
                SELECT * FROM akhbar.crawls WHERE outlet_id = o.id ORDER BY started_at DESC, id DESC LIMIT 1
            ) r ON true
            WHERE %(outlet)s::text IS NULL OR o.slug = %(outlet)s
            GROUP BY o.slug, o.name, o.country, r.id, r.state, r.verdict, r.started_at, r.finished_at
            ORDER BY o.slug
            """,
            {"outlet": outlet},
        )
        return [CrawlEntry(*row) for row in cursor.fetchall()]


def articles_since_yesterday(connection: Connection, outlet: str) -> int | None:
    """How many articles an outlet (slug) gave in the last 24 hours; None if it was not crawled before that."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT count(a.id) FILTER (WHERE a.first_seen_at > now() - interval '24 hours'),
                   (SELECT min(started_at) < now() - interval '24 hours'
                    FROM akhbar.crawls WHERE outlet_id = o.id AND state = 'finished')
            FROM akhbar.outlets o
            LEFT JOIN akhbar.articles a
                ON a.outlet_id = o.id AND a.first_seen_at > now() - interval '24 hours'
            WHERE o.slug = %s
            GROUP BY o.id
            """,
            (outlet,),
        )
        row = cursor.fetchone()
    return int(row[0]) if row and row[1] else None
