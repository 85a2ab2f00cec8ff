"""Claims: which rows of the ledger (`corpus.ledger`) are due, taken by a crawl to be fetched.

A failure that may pass is tried again by later crawls, three times in all, never twice within one crawl.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from corpus.crawls import Crawl, fence
from corpus.movements import write_movements
from corpus.transaction import Connection, transaction
from crawler.candidate import Candidate

ATTEMPTS = 3


def claim(
    connection: Connection,
    crawl: Crawl,
    limit: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Candidate]:
    """Takes up to `limit` due rows into `fetching`, the freshest first, and `backfill` rows after all others.

    Due are: pending rows; failures of earlier crawls with attempts left; articles whose next check has
    come, or whose source announces a newer update than the one known when they were last fetched (where
    none was known then: one newer than that fetch). No row is given twice to one
    crawl. `since` and `until` bound what the sources announced as published (rows without any
    announced time pass). Raises CrawlLost, StorageUnavailable.
    """
    values = {
        "outlet": crawl.outlet_id, "crawl": crawl.id, "limit": limit, "attempts": ATTEMPTS,
        "since": since, "until": until,
    }  # fmt: skip
    freshness = "coalesce(published_at, updated_at, discovered_at)"
    mine = "outlet_id = %(outlet)s AND claimed_by IS DISTINCT FROM %(crawl)s"
    window = (
        "(%(since)s::timestamptz IS NULL OR coalesce(published_at, updated_at) IS NULL"
        " OR coalesce(published_at, updated_at) >= %(since)s)"
        " AND (%(until)s::timestamptz IS NULL OR published_at IS NULL OR published_at <= %(until)s)"
    )
    failed = f"{mine} AND state = 'failed' AND attempts < %(attempts)s AND {window}"
    kinds = (
        (False, f"{mine} AND state = 'pending' AND NOT backfill AND {window}"),
        (True, f"{mine} AND state = 'pending' AND backfill AND {window}"),
        (False, f"{failed} AND NOT backfill"),
        (True, f"{failed} AND backfill"),
        (False, f"{mine} AND next_check <= now() AND state IN ('stored', 'unchanged')"),
        (
            False,
            f"{mine} AND article_id IS NOT NULL AND updated_at > coalesce(fetched_updated, fetched_at)"
            " AND state IN ('stored', 'unchanged')",
        ),
    )
    due = " UNION ".join(
        f"(SELECT id, {late} AS late, {freshness} AS fresh FROM akhbar.candidates WHERE {kind}"  # noqa: S608 - see above
        f" ORDER BY {freshness} DESC LIMIT %(limit)s)"
        for late, kind in kinds
    )
    with transaction(connection) as cursor:
        fence(cursor, crawl)
        cursor.execute(
            f"""
            WITH due AS ({due} ORDER BY late, fresh DESC, id LIMIT %(limit)s),
            taken AS (
                SELECT c.id, c.state, due.late FROM akhbar.candidates c JOIN due USING (id)
                WHERE c.state <> 'fetching' FOR UPDATE OF c SKIP LOCKED
            )
            UPDATE akhbar.candidates c
            SET state = 'fetching', crawl_id = %(crawl)s, claimed_by = %(crawl)s, attempts = c.attempts + 1,
                next_check = NULL, fetched_updated = c.updated_at
            FROM taken WHERE c.id = taken.id
            RETURNING c.id, c.url, c.source, c.headline, c.published_at, c.updated_at, c.etag,
                c.last_modified, c.archive, c.backfill, taken.state, taken.late,
                coalesce(c.published_at, c.updated_at, c.discovered_at)
            """,  # noqa: S608 - put together from the constants above
            values,
        )
        rows = cursor.fetchall()
        left = Counter({state: -count for state, count in Counter(row[-3] for row in rows).items()})
        write_movements(cursor, crawl.outlet_id, crawl.id, left, fetching=len(rows))
    rows.sort(key=lambda row: (row[-2], -row[-1].timestamp(), row[0]))
    return [
        Candidate(
            id=id_, url=url, source=source, headline=headline, published_at=published_at,
            updated_at=updated_at, etag=etag, last_modified=last_modified, archive=archive, backfill=backfill,
        )
        for id_, url, source, headline, published_at, updated_at, etag, last_modified, archive, backfill, *_ in rows
    ]  # fmt: skip
