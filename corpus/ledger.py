"""The ledger: one row for every address ever announced, and the queue of what to fetch next.

A row goes `pending → fetching → stored | unchanged | duplicate | rejected | failed`. The law, which
`ledger_sum` lets anybody check:

    discovered = stored + unchanged + duplicate + rejected(reason) + failed(reason) + pending

An address that once gave an article never stops having given it: a later check that finds it gone,
or that fails, leaves the row `unchanged` with the reason beside it.

Articles are checked again 1 h, 6 h, 1 d, 3 d and 7 d after the check before, as long as they are
younger than 14 days, and at once when a source announces a newer `updated_at`. A change starts the
intervals anew. A failure that may pass is tried again by later crawls, three times in all, never
twice within one crawl.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extras import Json, execute_values

from corpus.crawls import Crawl, fence
from corpus.movements import write_movements
from corpus.room import require_room
from corpus.text import mend, mend_url, url_hash, within_news_time
from corpus.transaction import Connection, Cursor, transaction
from crawler.candidate import Candidate

STATES = ("pending", "fetching", "stored", "unchanged", "duplicate", "rejected", "failed")
RECHECK_AFTER = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)
RECHECK_WITHIN = timedelta(days=14)  # of publication, or of discovery where the source gave no time
ATTEMPTS = 3
URL_LIMIT = 8_192  # characters; what is longer is no article's address and ends rejected

_GONE_STATUS = (404, 410)
_GONE_REASONS = ("soft_404", "home", "gone")


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


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """The ledger's sum. `pending` includes rows left in `fetching` where no crawl of theirs runs."""

    discovered: int
    stored: int
    unchanged: int
    duplicate: int
    rejected: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    pending: int = 0
    fetching: int = 0
    moved: dict[str, int] | None = field(default=None, compare=False)

    @property
    def holds(self) -> bool:
        """Whether every discovered address stands in exactly one state, as both books of the ledger say.

        `discovered` is counted on the rows; `moved` sums up what the crawls say they did (None where it
        cannot be told, for a single crawl): a row lost, doubled or moved past the ledger breaks the law.
        """
        under_way = self.pending + self.fetching
        states = {
            "stored": self.stored, "unchanged": self.unchanged, "duplicate": self.duplicate,
            "rejected": sum(self.rejected.values()), "failed": sum(self.failed.values()), "pending": under_way,
        }  # fmt: skip
        if self.moved is not None and any(
            self.moved.get(state, 0) != count for state, count in states.items()
        ):
            return False
        return self.discovered == sum(states.values())


@dataclass(frozen=True, slots=True)
class Validators:
    """What a source's last good answer said of itself, for a conditional request, and its place in the archive."""

    etag: str | None
    last_modified: str | None
    fetched_at: datetime | None
    archive: Mapping[str, Any] | None


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


def end(connection: Connection, crawl: Crawl, endings: Sequence[Ending]) -> int:
    """Ends candidates that gave no article; returns how many rows ended.

    A row that this crawl does not hold in `fetching` is left as it is. Articles whose address is gone
    (404, 410, soft 404, redirected home) are marked gone; an unchanged one is marked seen.
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
    rows, gone, linked = [], [], []
    seen: dict[int, datetime] = {}
    for id_, article_id, checks, fresh, attempts, known_reason, last_seen in cursor.fetchall():
        ending = by_id[id_]
        state, reason, next_check = ending.state, ending.reason, None
        fetched_at = min(ending.fetched_at or now, now)
        if state not in STATES or state == "fetching":
            raise ValueError(f"A candidate cannot end as {state!r}.")
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
                reason = "gone"
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
        ended = Counter(row[1] for row in rows)
        write_movements(cursor, crawl.outlet_id, crawl.id, ended, fetching=-len(rows))
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
    return len(rows)


def recheck_at(checks: int, fresh: datetime, now: datetime) -> datetime | None:
    """When an article is fetched again after `checks` checks without a change; None for never."""
    if checks >= len(RECHECK_AFTER) or now - fresh > RECHECK_WITHIN:
        return None
    return now + RECHECK_AFTER[checks]


def ledger_sum(connection: Connection, *, outlet: str | None = None, crawl: int | None = None) -> LedgerSum:
    """The sum of the whole ledger, of an outlet (slug), or of the rows that a crawl touched last.

    Raises StorageUnavailable.
    """
    with transaction(connection) as cursor:
        # one statement, so that both books are read at the same instant
        cursor.execute(
            """
            SELECT 'row', CASE WHEN c.state = 'fetching' AND r.state IS DISTINCT FROM 'running'
                               THEN 'pending' ELSE c.state END,
                   CASE WHEN c.state IN ('rejected', 'failed') THEN c.reason END, count(*)
            FROM akhbar.candidates c JOIN akhbar.outlets o ON o.id = c.outlet_id
            LEFT JOIN akhbar.crawls r ON r.id = c.crawl_id
            WHERE (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
              AND (%(crawl)s::bigint IS NULL OR c.crawl_id = %(crawl)s)
            GROUP BY 2, 3
            UNION ALL
            SELECT 'moved', CASE m.state WHEN 'fetching' THEN 'pending' ELSE m.state END, NULL, sum(m.change)
            FROM akhbar.movements m JOIN akhbar.outlets o ON o.id = m.outlet_id
            WHERE %(outlet)s::text IS NULL OR o.slug = %(outlet)s
            GROUP BY 2
            ORDER BY 1, 2, 4 DESC, 3
            """,
            {"outlet": outlet, "crawl": crawl},
        )
        counted = cursor.fetchall()
    return _add_up(counted, with_moved=crawl is None)


def ledger_sums(connection: Connection) -> dict[str, LedgerSum]:
    """The sum of each outlet (by slug), all in one reading of the ledger. Raises StorageUnavailable."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            WITH counted AS (
                SELECT outlet_id, state, reason, crawl_id, count(*) AS count FROM (
                    SELECT outlet_id, state, CASE WHEN state IN ('rejected', 'failed') THEN reason END AS reason,
                           CASE WHEN state = 'fetching' THEN crawl_id END AS crawl_id
                    FROM akhbar.candidates
                ) rows GROUP BY 1, 2, 3, 4
            ), books AS (
                SELECT c.outlet_id, 'row' AS book,
                       CASE WHEN c.state = 'fetching' AND r.state IS DISTINCT FROM 'running'
                            THEN 'pending' ELSE c.state END AS state, c.reason, c.count
                FROM counted c LEFT JOIN akhbar.crawls r ON r.id = c.crawl_id
                UNION ALL
                SELECT outlet_id, 'moved', CASE state WHEN 'fetching' THEN 'pending' ELSE state END, NULL, sum(change)
                FROM akhbar.movements GROUP BY 1, 3
            )
            SELECT o.slug, b.book, b.state, b.reason, b.count FROM akhbar.outlets o
            LEFT JOIN books b ON b.outlet_id = o.id ORDER BY o.slug, b.book, b.state, b.count DESC, b.reason
            """
        )
        rows = cursor.fetchall()
    by_outlet: dict[str, list[tuple[str, str, str | None, int]]] = {}
    for slug, *counted in rows:
        by_outlet.setdefault(slug, [])
        if counted[0] is not None:
            by_outlet[slug].append((counted[0], counted[1], counted[2], counted[3]))
    return {slug: _add_up(counted) for slug, counted in by_outlet.items()}


def _add_up(counted: Iterable[tuple[str, str, str | None, int]], *, with_moved: bool = True) -> LedgerSum:
    """The sum of both books' counts: book, state, reason, count."""
    plain = dict.fromkeys(STATES, 0)
    reasons: dict[str, dict[str, int]] = {"rejected": {}, "failed": {}}
    moved: dict[str, int] = {}
    discovered = 0
    for book, state, reason, count in counted:
        if book == "moved":
            moved[state] = int(count)
            continue
        discovered += int(count)
        if state in reasons:
            reasons[state][reason or "unknown"] = int(count)
        else:
            plain[state] += int(count)
    return LedgerSum(
        discovered=discovered,
        stored=plain["stored"], unchanged=plain["unchanged"], duplicate=plain["duplicate"],
        rejected=reasons["rejected"], failed=reasons["failed"], pending=plain["pending"],
        fetching=plain["fetching"], moved=moved if with_moved else None,
    )  # fmt: skip


def source_validators(connection: Connection, outlet: str) -> dict[str, Validators]:
    """The validators of every source of the outlet (slug) that answered before."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT s.url, s.etag, s.last_modified, s.fetched_at, s.archive FROM akhbar.sources s"
            " JOIN akhbar.outlets o ON o.id = s.outlet_id WHERE o.slug = %s",
            (outlet,),
        )
        return {url: Validators(*rest) for url, *rest in cursor.fetchall()}


def keep_source(
    connection: Connection,
    crawl: Crawl,
    url: str,
    *,
    kind: str | None = None,
    status: int | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    damaged: str | None = None,
    listed: int = 0,
    new: int = 0,
    listing: Collection[int] = (),
    archive: Mapping[str, Any] | None = None,
) -> None:
    """Keeps what a source answered. A 304 keeps the validators, counts and `listing` that a 200 left.

    `listing` are the ids of the candidates that it listed, `archive` is the place of its document where one came.

    What a crawl of archives reads is not kept: no source answered.
    Validators of a damaged document are not kept, so that it is read whole next time.
    """
    url = mend_url(url)[:URL_LIMIT]
    # a source without a document (a range of numbers) has no status, and still lists something
    fresh = listed > 0 if status is None else 200 <= status < 300
    good = fresh and not damaged
    with transaction(connection) as cursor:
        fence(cursor, crawl)
        cursor.execute("SELECT 1 FROM akhbar.crawls WHERE id = %s AND arguments ? 'archive'", (crawl.id,))
        if cursor.fetchone():
            return
        cursor.execute(
            """
            INSERT INTO akhbar.sources AS s (outlet_id, url, url_hash, kind, status, etag, last_modified,
                damaged, listed, new, fetches, fetched_at, changed_at, crawl_id, listing, archive)
            VALUES (%(outlet)s, %(url)s, %(hash)s, %(kind)s, %(status)s, %(etag)s, %(last_modified)s,
                %(damaged)s, %(listed)s, %(new)s, 1, now(), CASE WHEN %(fresh)s THEN now() END, %(crawl)s,
                %(listing)s::bigint[], %(archive)s)
            ON CONFLICT (outlet_id, url_hash) DO UPDATE SET
                kind = coalesce(EXCLUDED.kind, s.kind), status = EXCLUDED.status,
                etag = CASE WHEN %(fresh)s THEN EXCLUDED.etag ELSE s.etag END,
                last_modified = CASE WHEN %(fresh)s THEN EXCLUDED.last_modified ELSE s.last_modified END,
                damaged = CASE WHEN %(fresh)s THEN EXCLUDED.damaged ELSE s.damaged END,
                listed = CASE WHEN %(fresh)s THEN EXCLUDED.listed ELSE s.listed END,
                new = EXCLUDED.new, fetches = s.fetches + 1, fetched_at = now(),
                changed_at = CASE WHEN %(fresh)s THEN now() ELSE s.changed_at END,
                listing = CASE WHEN %(fresh)s THEN EXCLUDED.listing ELSE s.listing END,
                crawl_id = EXCLUDED.crawl_id, archive = coalesce(EXCLUDED.archive, s.archive)
            """,
            {
                "listing": sorted(listing), "archive": Json(mend(archive)) if archive else None,
                "outlet": crawl.outlet_id, "url": url, "hash": url_hash(url),
                "kind": kind, "status": status,
                "etag": mend(etag) if good else None, "last_modified": mend(last_modified) if good else None,
                "damaged": mend(damaged), "listed": listed, "new": new, "fresh": fresh, "crawl": crawl.id,
            },
        )  # fmt: skip


def discard(connection: Connection, crawl: Crawl, ids: Sequence[int]) -> int:
    """Hands claimed rows back untouched, to be claimed by a later crawl."""
    return end(connection, crawl, [Ending(id=id_, state="pending") for id_ in ids])
