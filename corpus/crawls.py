"""One run of one outlet: its lease, its fence, its end.

The **lease** is a session advisory lock on the crawl's own connection: it goes with the process,
however that ends, so a killed crawl blocks nobody. The **fence** is the crawl's row: every write of
a crawl checks, in the same transaction, that the row still runs. A new crawl ends the rows that died
before it, so a crawl that lost its connection and lives on (a zombie) can write nothing more.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from corpus.movements import sum_up, write_ended
from corpus.text import mend
from corpus.transaction import Connection, Cursor, transaction
from crawler.outlet import Outlet

logger = logging.getLogger(__name__)

_LEASE = 1_634_428_002  # first key of the advisory locks that are leases; the second is the outlet's id
_LEASE_WAITS = (0, 0.05, 0.1, 0.25, 0.6)  # seconds before each try


class CrawlRunning(Exception):  # noqa: N818 - a state of things, not a fault
    """Another crawl of this outlet holds the lease."""

    def __init__(self, outlet: str, crawl: int | None, since: datetime | None) -> None:
        self.outlet, self.crawl, self.since = outlet, crawl, since
        running = f"crawl {crawl} since {since:%Y-%m-%d %H:%M} UTC" if crawl and since else "a crawl"
        super().__init__(f"Another crawl of {outlet} is running ({running}).")


class TakenDown(Exception):  # noqa: N818
    """The whole outlet was taken down: it is not crawled, its sources included."""

    def __init__(self, outlet: str) -> None:
        super().__init__(f"The outlet {outlet} was taken down; it is not crawled any more.")


class CrawlLost(Exception):  # noqa: N818
    """This crawl was ended by another (its lease had gone with its connection); its writes are refused."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """A running crawl: its row, its outlet's slug and row; `replay`: it reads archives and asks nobody."""

    id: int
    outlet: str
    outlet_id: int
    replay: bool = False


def keep_outlet(cursor: Cursor, outlet: Outlet) -> int:
    """Writes the outlet's facts as its file says them now; returns its id. ValueError without a slug.

    Days of an outlet whose zone nobody has told, or the server does not know (it says so in the log), are those of UTC.
    """
    if not outlet.slug:
        raise ValueError(f"The outlet {outlet.name} has no slug.")
    told = mend(outlet.timezone) or "UTC"
    cursor.execute("SELECT akhbar.known_zone(%s)", (told,))
    (zone,) = cursor.fetchone()  # type: ignore[misc]
    if zone != told:
        logger.warning("Postgres does not know the zone %s of %s; its days are in UTC", told, outlet.slug)
    cursor.execute(
        """
        INSERT INTO akhbar.outlets AS o (slug, name, country, timezone, aliases, hosts)
        VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (slug) DO UPDATE SET name = EXCLUDED.name, country = EXCLUDED.country,
            timezone = EXCLUDED.timezone, aliases = EXCLUDED.aliases, hosts = EXCLUDED.hosts
        WHERE (o.name, o.country, o.timezone, o.aliases, o.hosts) IS DISTINCT FROM
              (EXCLUDED.name, EXCLUDED.country, EXCLUDED.timezone, EXCLUDED.aliases, EXCLUDED.hosts)
        RETURNING id
        """,
        (outlet.slug, outlet.name, outlet.country, zone, list(outlet.aliases), list(outlet.hosts)),
    )
    row = cursor.fetchone()
    if row is None:
        cursor.execute("SELECT id FROM akhbar.outlets WHERE slug = %s", (outlet.slug,))
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def list_outlets(connection: Connection) -> list[str]:
    """The slugs of the outlets that the corpus knows. Raises StorageUnavailable."""
    with transaction(connection) as cursor:
        cursor.execute("SELECT slug FROM akhbar.outlets ORDER BY slug")
        return [slug for (slug,) in cursor.fetchall()]


def begin(connection: Connection, outlet: Outlet, *, arguments: Mapping[str, Any] | None = None) -> Crawl:
    """Takes the lease of the outlet and opens a crawl row; `archive` among its arguments makes it a replay.

    `connection` must stay open for the whole crawl: the lease lives in it. Crawls of this outlet that
    died are ended as `died`, and the rows they left in `fetching` are handed back to `pending` (or to
    the state they had, where they were rechecks) without counting an attempt.
    Raises CrawlRunning, TakenDown; ValueError where the outlet has no slug.
    """
    with transaction(connection) as cursor:
        outlet_id = keep_outlet(cursor, outlet)
    try:
        with transaction(connection) as cursor:
            _take_lease(cursor, outlet.slug or "", outlet_id)
            # locked: a takedown at this moment either is seen here, or sees and ends this crawl
            cursor.execute("SELECT taken_down FROM akhbar.outlets WHERE id = %s FOR SHARE", (outlet_id,))
            if cursor.fetchone() == (True,):
                raise TakenDown(outlet.slug or "")
            cursor.execute(
                "UPDATE akhbar.crawls SET state = 'died', finished_at = now()"
                " WHERE outlet_id = %s AND state = 'running'",
                (outlet_id,),
            )
            hand_back(cursor, outlet_id)
            sum_up(cursor, outlet_id)
            cursor.execute(
                "INSERT INTO akhbar.crawls (outlet_id, arguments) VALUES (%s, %s) RETURNING id",
                (outlet_id, Json(mend(dict(arguments or {})))),
            )
            (crawl_id,) = cursor.fetchone()  # type: ignore[misc]
    except Exception as error:
        if not isinstance(error, CrawlRunning) and not connection.closed:
            _give_lease_back(connection, outlet_id)
        raise
    return Crawl(int(crawl_id), outlet.slug or "", outlet_id, replay="archive" in (arguments or {}))


def resume(connection: Connection, crawl: Crawl) -> None:
    """Takes the lease again on a new connection, after the crawl's first one was cut.

    Raises CrawlRunning or CrawlLost when another crawl took over meanwhile.
    """
    with transaction(connection) as cursor:
        _take_lease(cursor, crawl.outlet, crawl.outlet_id)
    try:
        with transaction(connection) as cursor:
            fence(cursor, crawl)
    except CrawlLost:
        _give_lease_back(connection, crawl.outlet_id)
        raise


def finish(
    connection: Connection,
    crawl: Crawl,
    *,
    verdict: str | None = None,
    counts: Mapping[str, Any] | None = None,
    stopped: bool = False,
) -> None:
    """Ends the crawl (`stopped`: before its work was done, by a person or a budget) and frees the lease.

    Rows still in `fetching` go back to `pending`. Raises CrawlLost.
    """
    with transaction(connection) as cursor:
        fence(cursor, crawl)
        hand_back(cursor, crawl.outlet_id, crawl.id)
        cursor.execute(
            "UPDATE akhbar.crawls SET state = %s, finished_at = now(), verdict = %s, counts = %s"
            " WHERE id = %s",
            ("stopped" if stopped else "finished", verdict, Json(mend(dict(counts or {}))), crawl.id),
        )
        sum_up(cursor, crawl.outlet_id)
        cursor.execute("SELECT akhbar.note_common_words()")
    _give_lease_back(connection, crawl.outlet_id)


def fence(cursor: Cursor, crawl: Crawl) -> None:
    """Raises CrawlLost unless the crawl still runs; holds its row so until the transaction ends."""
    cursor.execute("SELECT 1 FROM akhbar.crawls WHERE id = %s AND state = 'running' FOR SHARE", (crawl.id,))
    if cursor.fetchone() is None:
        raise CrawlLost(f"Crawl {crawl.id} of {crawl.outlet} was ended by another.")


def hand_back(cursor: Cursor, outlet_id: int, crawl_id: int | None = None) -> int:
    """Gives rows left in `fetching` back: to `pending`, or to `unchanged` where they have their article.

    That is then due at once, unless a replay had taken it, which leaves `next_check` in its place.
    """
    cursor.execute(
        """
        UPDATE akhbar.candidates c
        SET state = CASE WHEN c.article_id IS NULL THEN 'pending' ELSE 'unchanged' END,
            next_check = CASE
                WHEN c.article_id IS NULL THEN NULL
                WHEN EXISTS (SELECT FROM akhbar.crawls r WHERE r.id = c.crawl_id AND r.arguments ? 'archive')
                THEN c.next_check ELSE now() END,
            attempts = greatest(c.attempts - 1, 0)
        WHERE c.outlet_id = %s AND c.state = 'fetching'
        RETURNING c.state
        """,
        (outlet_id,),
    )
    back = [state for (state,) in cursor.fetchall()]
    write_ended(cursor, outlet_id, crawl_id, back)
    return len(back)


def _take_lease(cursor: Cursor, outlet: str, outlet_id: int) -> None:
    # Session locks may be taken twice by one session; a crawl must not begin within another's session.
    cursor.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        " AND classid = %s AND objid = %s",
        (_LEASE, outlet_id),
    )
    (held,) = cursor.fetchone()  # type: ignore[misc]
    # The lock of a crawl killed this moment goes as soon as its server process sees the closed socket.
    for wait in () if held else _LEASE_WAITS:
        time.sleep(wait)
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (_LEASE, outlet_id))
        (taken,) = cursor.fetchone()  # type: ignore[misc]
        if taken:
            return
    cursor.execute(
        "SELECT id, started_at FROM akhbar.crawls WHERE outlet_id = %s AND state = 'running'", (outlet_id,)
    )
    row = cursor.fetchone()
    raise CrawlRunning(outlet, *(row or (None, None)))


def _give_lease_back(connection: Connection, outlet_id: int) -> None:
    with transaction(connection) as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", (_LEASE, outlet_id))
