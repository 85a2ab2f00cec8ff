"""Endings: how fetches end that give no article, and when an article is fetched again.

An address that once gave an article never stops having given it: a later check that finds it gone,
or that fails, leaves the row `unchanged` with the reason beside it.

Articles are checked again 1 h, 6 h, 1 d, 3 d and 7 d after the check before, as long as they are
younger than 14 days, and at once when a source announces a newer `updated_at`. A change starts the
intervals anew. What a replay finds at an address that has its article is no check, and leaves all this as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extras import Json, execute_values

from corpus.crawls import Crawl, fence
from corpus.ledger import STATES
from corpus.movements import write_ended
from corpus.text import mend
from corpus.transaction import Connection, Cursor, transaction

RECHECK_AFTER = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
RECHECK_WITHIN = timedelta(days=14)  # of publication, or of discovery where the source gave no time

_GONE_STATUS = (404, 410)
GONE = "gone"  # the reason of a row whose address has its article, and answers with it no more
_GONE_REASONS = ("soft_404", "home", GONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the fetch of one candidate ended where no article came of it.

    `state` is unchanged (304, or judged so without storing), duplicate, rejected or failed (may pass),
    or pending to hand the row back untouched (the host is paused, the budget is spent). `article_id` is
    the article that a duplicate is another address of: the address is then linked to it. What a page
    fetched before the article was last seen (`fetched_at`) is judged to be says nothing of how the address
    answers now: such a row is handed back, too.
    """

    id: int
    state: str
    reason: str | None = None
    detail: str | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: datetime | None = None
    archive: Mapping[str, Any] | None = None
    article_id: int | None = None


def end(connection: Connection, crawl: Crawl, endings: Sequence[Ending]) -> int:
    """Ends candidates that gave no article; returns how many rows ended.

    A row that this crawl does not hold in `fetching` is left as it is. Articles whose address is gone
    (404, 410, soft 404, redirected home) are marked gone; an unchanged one is marked seen. A page of an archive that
    gives no article says nothing of the one at its address: the row becomes `unchanged`, and stays as it was.
    Raises CrawlLost, StorageUnavailable.
    """
    if not endings:
        return 0
    with transaction(connection) as cursor:
        fence(cursor, crawl)
        return close_rows(cursor, crawl, endings)


def close_rows(cursor: Cursor, crawl: Crawl, endings: Iterable[Ending]) -> int:
    """`end` within a transaction that is already open and fenced."""
    cursor.execute("SELECT clock_timestamp()")  # not ours: `claim` compares next_check with the server's
    (now,) = cursor.fetchone()  # type: ignore[misc]
    by_id = {ending.id: ending for ending in endings}
    cursor.execute(
        "SELECT c.id, c.article_id, c.checks, coalesce(c.published_at, c.updated_at, c.discovered_at), c.attempts,"
        " c.reason, a.last_seen_at"
        " FROM akhbar.candidates c LEFT JOIN akhbar.articles a ON a.id = c.article_id"
        " WHERE c.id = ANY(%s) AND c.state = 'fetching' AND c.crawl_id = %s ORDER BY c.id FOR UPDATE OF c",
        (sorted(by_id), crawl.id),
    )
    rows, gone, linked, left = [], [], [], []
    seen: dict[int, datetime] = {}
    for id_, article_id, checks, fresh, attempts, known_reason, last_seen in cursor.fetchall():
        ending = by_id[id_]
        state, reason, next_check = ending.state, ending.reason, None
        fetched_at = min(ending.fetched_at or now, now)
        if state not in STATES or state == "fetching":
            raise ValueError(f"A candidate cannot end as {state!r}.")
        if crawl.replay and article_id is not None:
            left.append(id_)
            continue
        if state in ("rejected", "failed") and not reason:
            reason = "unknown"
        if article_id is not None and state in ("rejected", "duplicate") and fetched_at < last_seen:
            state = "pending"
        is_back = state == "pending"
        if is_back:
            attempts -= 1
        if article_id is not None and is_back:  # never asked for: due again at once
            state, reason, next_check = "unchanged", known_reason, now
        elif article_id is not None:
            is_gone = ending.status in _GONE_STATUS or (state == "rejected" and reason in _GONE_REASONS)
            if is_gone:
                gone.append(article_id)
                reason = GONE
            elif state == "unchanged":
                seen[article_id] = max(fetched_at, seen.get(article_id, fetched_at))
            state, checks, attempts = "unchanged", checks + 1, 0
            next_check = None if is_gone else recheck_at(checks, fresh, now)
        elif state in ("unchanged", "duplicate"):
            attempts = 0
            if ending.article_id is not None:
                article_id = ending.article_id
                linked.append((id_, article_id))
        rows.append(
            (
                id_, state, reason, mend(ending.detail[:500]) if ending.detail else None, ending.status,
                mend(ending.etag), mend(ending.last_modified),
                None if is_back else fetched_at,
                Json(mend(ending.archive)) if ending.archive else None, checks, next_check, attempts,
                article_id,
            )
        )  # fmt: skip
    if rows:
        execute_values(
            cursor,
            """
            UPDATE akhbar.candidates c
            SET state = v.state, reason = v.reason, detail = v.detail,
                status = CASE WHEN v.fetched_at IS NULL THEN c.status ELSE v.status END,
                etag = coalesce(v.etag, c.etag), last_modified = coalesce(v.last_modified, c.last_modified),
                fetched_at = coalesce(v.fetched_at, c.fetched_at),
                -- a recheck that finds the page gone must not hide where the good page lies
                archive = CASE WHEN v.article_id IS NOT NULL THEN c.archive ELSE coalesce(v.archive, c.archive) END,
                checks = v.checks, next_check = v.next_check,
                attempts = v.attempts, article_id = v.article_id
            FROM (VALUES %s) AS v (id, state, reason, detail, status, etag, last_modified, fetched_at,
                archive, checks, next_check, attempts, article_id)
            WHERE c.id = v.id
            """,
            rows,
            template="(%s::bigint, %s, %s, %s, %s::int, %s, %s, %s::timestamptz, %s::jsonb, %s::smallint,"
            " %s::timestamptz, %s::smallint, %s::bigint)",
            page_size=len(rows),
        )
    if left:
        leave_rows(cursor, left)
        remember_pages(
            cursor,
            [(id_, at) for id_ in left if by_id[id_].state == "duplicate" and (at := by_id[id_].fetched_at)],
        )
    states = [*(row[1] for row in rows), *("unchanged" for _ in left)]
    write_ended(cursor, crawl.outlet_id, crawl.id, states)
    if linked:
        execute_values(
            cursor,
            """
            INSERT INTO akhbar.addresses (url_hash, outlet_id, url, article_id)
            SELECT c.url_hash, c.outlet_id, c.url, v.article_id
            FROM (VALUES %s) AS v (id, article_id) JOIN akhbar.candidates c USING (id)
            ORDER BY c.url_hash ON CONFLICT DO NOTHING
            """,
            linked,
            template="(%s::bigint, %s::bigint)",
            page_size=len(linked),
        )
    if gone:
        cursor.execute(
            "UPDATE akhbar.articles SET gone_at = %s WHERE id = ANY(%s) AND gone_at IS NULL",
            (now, sorted(gone)),
        )
    if seen:
        execute_values(
            cursor,
            "UPDATE akhbar.articles a SET last_seen_at = greatest(last_seen_at, v.at), gone_at = NULL"
            " FROM (VALUES %s) AS v (id, at) WHERE a.id = v.id",
            sorted(seen.items()),
            template="(%s::bigint, %s::timestamptz)",
            page_size=len(seen),
        )
    return len(rows) + len(left)


def leave_rows(cursor: Cursor, ids: Sequence[int], *, next_check: datetime | None = None) -> None:
    """Ends rows whose page says nothing of how their address answers now; None keeps the next check that they have."""
    cursor.execute(
        "UPDATE akhbar.candidates SET state = 'unchanged', next_check = coalesce(%s, next_check),"
        " attempts = greatest(attempts - 1, 0) WHERE id = ANY(%s)",
        (next_check, list(ids)),
    )


def remember_pages(cursor: Cursor, pages: Sequence[tuple[int, datetime]]) -> None:
    """Notes pages of archives (row, and when it was fetched) as read, so that no replay reads them again.

    A page that gave no article is not noted: a better reader may find one.
    """
    if pages:
        execute_values(
            cursor,
            "INSERT INTO akhbar.replayed_pages (candidate_id, fetched_at) VALUES %s ON CONFLICT DO NOTHING",
            pages,
            page_size=len(pages),
        )


def recheck_at(checks: int, fresh: datetime, now: datetime) -> datetime | None:
    """When an article is fetched again after `checks` checks without a change; None for never."""
    if checks >= len(RECHECK_AFTER) or now - fresh > RECHECK_WITHIN:
        return None
    return now + RECHECK_AFTER[checks]
