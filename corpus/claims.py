"""Claims: which rows of the ledger (`corpus.ledger`) are due, taken by a crawl to be fetched.

A failure that may pass is tried again by later crawls, three times in all, never twice within one crawl.

A crawl of archives (`Crawl.replay`) asks no outlet, so no check is due in it. Of an address that has its article it
takes the pages that nobody has read yet (`list_pages`), and leaves the row's schedule in its place: it holds again
whatever becomes of the page, or of the crawl.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg2.extras import execute_values

from corpus.crawls import Crawl, fence
from corpus.movements import write_movements
from corpus.text import mend_url, url_hash
from corpus.transaction import Connection, Cursor, transaction
from crawler.candidate import Candidate

ATTEMPTS = 3

_WINDOW = (
    "(%(since)s::timestamptz IS NULL OR coalesce(published_at, updated_at) IS NULL"
    " OR coalesce(published_at, updated_at) >= %(since)s)"
    " AND (%(until)s::timestamptz IS NULL OR published_at IS NULL OR published_at <= %(until)s)"
)
# of a row `c` and a page of it that was fetched at `p.at`
_UNREAD = """
    c.state IN ('stored', 'unchanged') AND c.article_id IS NOT NULL
    AND (c.archive->>'at')::timestamptz IS DISTINCT FROM p.at
    AND NOT EXISTS (SELECT FROM akhbar.revisions r WHERE r.article_id = c.article_id AND r.seen_at = p.at)
    AND NOT EXISTS (SELECT FROM akhbar.replayed_pages r WHERE r.candidate_id = c.id AND r.fetched_at = p.at)
"""


def claim(
    connection: Connection,
    crawl: Crawl,
    limit: int,
    *,
    pages: Sequence[tuple[int, datetime]] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Candidate]:
    """Takes up to `limit` due rows into `fetching`, the freshest first, and `backfill` rows after all others.

    Due are: pending rows; failures of earlier crawls with attempts left; articles whose next check has
    come, or whose source announces a newer update than the one known when they were last fetched (where
    none was known then: one newer than that fetch). No row is given twice to one
    crawl. `since` and `until` bound what the sources announced as published (rows without any
    announced time pass). Raises CrawlLost, StorageUnavailable.

    In a crawl of archives no such article is due. While there is room, it takes the rows of the first of `pages` (row,
    and when the page was fetched; no row twice): those that have their article and of which nobody has read that page.
    `fetched_at` of the candidate says so. A row may be taken again for each of its pages.
    """
    freshness = "coalesce(published_at, updated_at, discovered_at)"
    mine = "outlet_id = %(outlet)s AND claimed_by IS DISTINCT FROM %(crawl)s"
    failed = f"{mine} AND state = 'failed' AND attempts < %(attempts)s AND {_WINDOW}"
    kinds = [
        (False, f"{mine} AND state = 'pending' AND NOT backfill AND {_WINDOW}"),
        (True, f"{mine} AND state = 'pending' AND backfill AND {_WINDOW}"),
        (False, f"{failed} AND NOT backfill"),
        (True, f"{failed} AND backfill"),
    ]
    if not crawl.replay:
        kinds += [
            (False, f"{mine} AND next_check <= now() AND state IN ('stored', 'unchanged')"),
            (
                False,
                f"{mine} AND article_id IS NOT NULL AND updated_at > coalesce(fetched_updated, fetched_at)"
                " AND state IN ('stored', 'unchanged')",
            ),
        ]
    due = " UNION ".join(
        f"(SELECT id, {late} AS late, {freshness} AS fresh FROM akhbar.candidates WHERE {kind}"  # noqa: S608 - see above
        f" ORDER BY {freshness} DESC LIMIT %(limit)s)"
        for late, kind in kinds
    )
    due = f"""
        SELECT c.id, c.state, due.late, NULL::timestamptz AS at
        FROM akhbar.candidates c JOIN ({due} ORDER BY late, fresh DESC, id LIMIT %(limit)s) due USING (id)
        WHERE c.state <> 'fetching' FOR UPDATE OF c SKIP LOCKED
    """  # noqa: S608 - put together from the constants above
    unread = f"""
        SELECT c.id, c.state, false AS late, p.at
        FROM unnest(%(ids)s::bigint[], %(times)s::timestamptz[]) AS p (id, at) JOIN akhbar.candidates c USING (id)
        WHERE c.outlet_id = %(outlet)s AND {_UNREAD} AND {_WINDOW} FOR UPDATE OF c SKIP LOCKED
    """  # noqa: S608 - constants
    values: dict[str, Any] = {"limit": limit, "attempts": ATTEMPTS, "since": since, "until": until}
    with transaction(connection) as cursor:
        fence(cursor, crawl)
        taken = _take(cursor, crawl, due, values)
        if first := pages[: limit - len(taken)]:
            values |= {"ids": [id_ for id_, _ in first], "times": [at for _, at in first]}
            taken += _take(cursor, crawl, unread, values)
        return taken


def list_pages(
    connection: Connection, crawl: Crawl, candidates: Sequence[Candidate]
) -> list[tuple[int, datetime]]:
    """Which of the pages that archives hold (`url`, `fetched_at`) `claim` may take further: row and time.

    Those that nobody has read, as far as the address has its article; otherwise all: it may have one by then.
    Raises StorageUnavailable.
    """
    pages = [(url_hash(mend_url(c.url)), c.fetched_at) for c in candidates if c.fetched_at is not None]
    if not pages:
        return []
    with transaction(connection) as cursor:
        found = execute_values(
            cursor,
            "SELECT c.id, p.at FROM (VALUES %s) AS p (key, at)"  # noqa: S608 - a constant
            f" JOIN akhbar.candidates c ON c.outlet_id = {crawl.outlet_id:d} AND c.url_hash = p.key"
            f" WHERE c.state IN ('pending', 'fetching', 'failed') OR ({_UNREAD})",
            pages,
            template="(%s, %s::timestamptz)",
            page_size=len(pages),
            fetch=True,
        )
    return [(int(id_), at) for id_, at in found]


def _take(cursor: Cursor, crawl: Crawl, chosen: str, values: Mapping[str, Any]) -> list[Candidate]:
    """Takes the rows that the query `chosen` locks, those that are `late` last; `at` tells which page is meant."""
    schedule = "" if crawl.replay else ", next_check = NULL, fetched_updated = c.updated_at"
    cursor.execute(
        f"""
        WITH taken AS ({chosen})
        UPDATE akhbar.candidates c
        SET state = 'fetching', crawl_id = %(crawl)s, claimed_by = %(crawl)s, attempts = c.attempts + 1{schedule}
        FROM taken WHERE c.id = taken.id
        RETURNING c.id, c.url, c.source, c.headline, c.published_at, c.updated_at, c.etag,
            c.last_modified, c.archive, c.backfill, taken.at, taken.state, taken.late,
            coalesce(c.published_at, c.updated_at, c.discovered_at)
        """,  # noqa: S608 - put together from constants
        {"outlet": crawl.outlet_id, "crawl": crawl.id, **values},
    )
    rows = cursor.fetchall()
    left = Counter({state: -count for state, count in Counter(row[-3] for row in rows).items()})
    write_movements(cursor, crawl.outlet_id, crawl.id, left, fetching=len(rows))
    rows.sort(key=lambda row: (row[-2], -row[-1].timestamp(), row[0]))
    return [
        Candidate(
            id=id_, url=url, source=source, headline=headline, published_at=published_at, updated_at=updated_at,
            etag=etag, last_modified=last_modified, archive=archive, backfill=backfill, fetched_at=at,
        )
        for id_, url, source, headline, published_at, updated_at, etag, last_modified, archive, backfill, at, *_ in rows
    ]  # fmt: skip
