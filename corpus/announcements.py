"""Announcements: what sources say of addresses, entered in the ledger (`corpus.ledger`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from psycopg2.extras import execute_values

from corpus.crawls import Crawl, fence
from corpus.movements import write_movements
from corpus.room import require_room
from corpus.text import mend, mend_url, url_hash, within_news_time
from corpus.transaction import Connection, Cursor, transaction
from crawler.candidate import Candidate

URL_LIMIT = 8_192  # characters; what is longer is no article's address and ends rejected


def record(
    connection: Connection, crawl: Crawl, candidates: Sequence[Candidate], seen: set[int] | None = None
) -> int:
    """Writes announced addresses; returns how many are new to the ledger. `seen` takes the ids of all of them.

    What was taken down is entered as rejected. A known address keeps its state; only a later announced
    `updated_at` is taken over, which makes it due again. The first one that is announced, where it lies
    before the last fetch, was in what that fetch saw. What was looked for as an old article (`backfill`) and is
    announced as news is news from then on. Instants outside news time count as not announced.
    Raises CrawlLost, StorageUnavailable.
    """
    rows: dict[bytes, tuple[Any, ...]] = {}
    for candidate in candidates:
        url = mend_url(candidate.url)
        long = len(url) > URL_LIMIT
        headline = mend(candidate.headline[:1000]) if candidate.headline else None
        rows.setdefault(
            url_hash(url),
            (
                crawl.outlet_id,
                url[:URL_LIMIT],
                url_hash(url),
                mend_url(candidate.source)[:URL_LIMIT],
                headline,
                within_news_time(candidate.published_at),
                within_news_time(candidate.updated_at),
                "rejected" if long else "pending",
                "url_too_long" if long else None,
                crawl.id,
                candidate.backfill,
            ),
        )
    if not rows:
        return 0
    require_room()
    with transaction(connection) as cursor:
        fence(cursor, crawl)
        closed = _closed(cursor, crawl, list(rows))
        for key in closed:
            rows[key] = (*rows[key][:4], None, *rows[key][5:7], "rejected", "takedown", crawl.id, False)
        written = execute_values(
            cursor,
            """
            INSERT INTO akhbar.candidates AS c (outlet_id, url, url_hash, source, headline,
                published_at, updated_at, state, reason, crawl_id, backfill)
            VALUES %s
            ON CONFLICT (outlet_id, url_hash) DO UPDATE SET
                updated_at = greatest(c.updated_at, EXCLUDED.updated_at),
                published_at = CASE WHEN c.backfill THEN coalesce(c.published_at, EXCLUDED.published_at)
                               ELSE c.published_at END,
                backfill = c.backfill AND EXCLUDED.backfill,
                fetched_updated = CASE
                    WHEN c.fetched_updated IS NULL AND (c.state = 'fetching' OR c.fetched_at IS NOT NULL)
                         AND EXCLUDED.updated_at <= coalesce(c.fetched_at, now())
                    THEN EXCLUDED.updated_at ELSE c.fetched_updated END
            WHERE EXCLUDED.updated_at > c.updated_at
               OR (c.updated_at IS NULL AND EXCLUDED.updated_at IS NOT NULL)
               OR (c.backfill AND NOT EXCLUDED.backfill)
            RETURNING xmax = 0, state
            """,
            [rows[key] for key in sorted(rows)],  # one order for all writers: no deadlock
            template="(%s, %s, %s, %s, %s, %s::timestamptz, %s::timestamptz, %s, %s, %s, %s)",
            page_size=1000,
            fetch=True,
        )
        entered = Counter(state for new, state in written if new)
        write_movements(cursor, crawl.outlet_id, crawl.id, entered)
        if seen is not None:
            cursor.execute(
                "SELECT id FROM akhbar.candidates WHERE outlet_id = %s AND url_hash = ANY(%s)",
                (crawl.outlet_id, list(rows)),
            )
            seen.update(id_ for (id_,) in cursor.fetchall())
    return entered.total()


def _closed(cursor: Cursor, crawl: Crawl, keys: Sequence[bytes]) -> set[bytes]:
    """Which addresses a takedown has closed: some by name, or all of the outlet."""
    cursor.execute("SELECT taken_down FROM akhbar.outlets WHERE id = %s", (crawl.outlet_id,))
    (taken_down,) = cursor.fetchone()  # type: ignore[misc]
    if taken_down:
        return set(keys)
    cursor.execute(
        "SELECT url_hash FROM akhbar.tombstones WHERE url_hash = ANY(%s) AND (outlet_id IS NULL OR outlet_id = %s)",
        (list(keys), crawl.outlet_id),
    )
    return {bytes(key) for (key,) in cursor.fetchall()}
