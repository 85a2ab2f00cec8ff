"""The schedule: when each outlet is crawled next, as data that people set and crawls move on.

The interval is set by a person or follows the outlet's rhythm (corpus/rhythm.py), 5 minutes to 24 hours
either way, and is scattered by a tenth so that outlets do not march in step. A crawl that failed is tried
again after 1, 2, 4 … minutes, an hour at most and never later than the next regular one would be.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from corpus.crawls import keep_outlet
from corpus.rhythm import LONGEST, SHORTEST, WEEKS, Rhythm, learn_rhythm
from corpus.text import mend
from corpus.transaction import Connection, Cursor, server_clock, transaction
from crawler.outlet import Outlet

JITTER = 0.1  # of the interval, either way
LEARN_EVERY = timedelta(hours=6)
_FIRST_RETRY, _LAST_RETRY = timedelta(minutes=1), timedelta(hours=1)
_SOON = timedelta(minutes=5)  # after another crawl of the outlet was met
_REST = timedelta(seconds=30)  # between the end of a crawl that outlasted its interval and the next


class Outcome(Enum):
    """What a scheduled crawl came to, as far as the next one is concerned."""

    DONE = "done"  # it ran, whatever it found
    RUNNING = "running"  # another crawl of the outlet was under way
    FAILED = "failed"  # try again, later and later
    HANDED_BACK = "handed back"  # its worker stopped: due at once


@dataclass(frozen=True, slots=True)
class Entry:
    """One outlet's schedule. `interval` is the one in force; `every` is None where it is learned."""

    outlet: str
    name: str
    state: str
    every: timedelta | None
    interval: timedelta
    priority: int
    due_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    status: int | None
    note: str | None
    tries: int


def enrol(connection: Connection, outlets: Iterable[Outlet]) -> int:
    """Enters outlets that the schedule does not know yet: due at once; returns how many are new.

    Each must have a slug (ValueError). Raises StorageUnavailable.
    """
    with transaction(connection) as cursor:
        known = _slugs(cursor)
        new = 0
        for outlet in sorted(outlets, key=lambda outlet: outlet.slug or ""):
            if outlet.slug in known:
                continue
            cursor.execute(
                "INSERT INTO akhbar.schedule (outlet_id) VALUES (%s) ON CONFLICT DO NOTHING",
                (keep_outlet(cursor, outlet),),
            )
            new += cursor.rowcount
    return new


def read_schedule(connection: Connection, outlet: str | None = None) -> list[Entry]:
    """The schedule (of one outlet's slug), what is due first on top. Taken-down outlets are not in it."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT o.slug, o.name, o.timezone,
                   CASE WHEN s.started_at > coalesce(s.ended_at, '-infinity') THEN 'running'
                        WHEN s.paused_at IS NOT NULL THEN 'paused'
                        WHEN s.due_at <= now() THEN 'due'
                        ELSE 'waiting' END,
                   s.every, s.rhythm, s.rhythm_weeks, s.priority,
                   CASE WHEN s.paused_at IS NULL THEN s.due_at END, s.started_at, s.ended_at, s.status,
                   s.note, s.tries
            FROM akhbar.schedule s JOIN akhbar.outlets o ON o.id = s.outlet_id
            WHERE NOT o.taken_down AND (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
            ORDER BY s.paused_at IS NOT NULL, s.due_at, o.slug
            """,
            {"outlet": outlet},
        )
        rows = cursor.fetchall()
    now = datetime.now(UTC)
    return [
        Entry(slug, name, state, every, every or _rhythm(rhythm, weeks, zone).interval(now), *rest)
        for slug, name, zone, state, every, rhythm, weeks, *rest in rows
    ]


def change(
    connection: Connection,
    outlet: str,
    *,
    every: timedelta | None = None,
    learned: bool = False,
    priority: int | None = None,
    paused: bool | None = None,
) -> bool:
    """Changes the schedule of an outlet (slug); False where it has none.

    `every` sets the interval (ValueError outside 5 minutes … 24 hours), `learned` gives it back to the
    rhythm. A shorter interval, or the end of a pause, may make the outlet due at once.
    """
    if every is not None and not SHORTEST <= every <= LONGEST:
        raise ValueError("An interval is 5 minutes to 24 hours.")
    with transaction(connection) as cursor:
        cursor.execute(
            """
            UPDATE akhbar.schedule s
            SET every = CASE WHEN %(learned)s THEN NULL ELSE coalesce(%(every)s::interval, s.every) END,
                priority = coalesce(%(priority)s::smallint, s.priority),
                paused_at = CASE %(paused)s::boolean WHEN true THEN coalesce(s.paused_at, now())
                                            WHEN false THEN NULL ELSE s.paused_at END,
                due_at = CASE WHEN %(every)s::interval IS NULL THEN s.due_at
                              ELSE least(s.due_at, coalesce(s.started_at, now()) + %(every)s::interval) END
            FROM akhbar.outlets o WHERE o.id = s.outlet_id AND o.slug = %(outlet)s
            """,
            {"outlet": outlet, "every": every, "learned": learned, "priority": priority, "paused": paused},
        )
        return cursor.rowcount == 1


def start(connection: Connection, outlet: str) -> bool:
    """Notes that a job of the outlet (slug) starts; False where it was paused or taken down meanwhile."""
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.schedule s SET started_at = now(), ended_at = NULL FROM akhbar.outlets o"
            " WHERE o.id = s.outlet_id AND o.slug = %s AND s.paused_at IS NULL AND NOT o.taken_down",
            (outlet,),
        )
        return cursor.rowcount == 1


def settle(
    connection: Connection,
    outlet: str,
    outcome: Outcome,
    *,
    status: int | None = None,
    note: str | None = None,
) -> datetime | None:
    """Notes how a scheduled crawl ended, and when the outlet (slug) is due next: returned.

    `status` is the exit status of the crawl, `note` one line that says why. None where it has no schedule.
    """
    now = server_clock(connection)  # by which the outlet will be due
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT s.outlet_id, s.every, s.rhythm, s.rhythm_weeks, o.timezone, s.started_at, s.tries,"
            " (SELECT max(first_seen_at) FROM akhbar.articles a WHERE a.outlet_id = o.id)"
            " FROM akhbar.schedule s JOIN akhbar.outlets o ON o.id = s.outlet_id WHERE o.slug = %s"
            " FOR UPDATE OF s",
            (outlet,),
        )
        row = cursor.fetchone()
        if row is None:
            return None
        outlet_id, every, rhythm, weeks, zone, started_at, tries, last_article = row
        started_at = started_at or now
        wait = every or _rhythm(rhythm, weeks, zone).next_look(started_at, last_article) - started_at
        regular = max(started_at + wait * random.uniform(1 - JITTER, 1 + JITTER), now + _REST)  # noqa: S311
        if outcome is Outcome.HANDED_BACK:
            due = now
        elif outcome is Outcome.RUNNING:
            due = min(regular, now + _SOON)
        elif outcome is Outcome.FAILED:
            due = min(regular, now + min(_LAST_RETRY, _FIRST_RETRY * 2 ** min(tries, 10)))
        else:
            due = regular
        tries = {Outcome.DONE: 0, Outcome.FAILED: min(tries + 1, 1000)}.get(outcome, tries)
        cursor.execute(
            "UPDATE akhbar.schedule SET ended_at = now(), queued_at = NULL, due_at = %s, tries = %s,"
            " status = coalesce(%s, status), note = %s WHERE outlet_id = %s",
            (due, tries, status, mend(note[:500]) if note else None, outlet_id),
        )
    return due


def learn(connection: Connection, *, at_most: int = 500, now: datetime | None = None) -> int:
    """Learns anew the rhythms that are older than `LEARN_EVERY`; how many outlets were looked at.

    An article counts when it was published, where the page says so to the minute, otherwise when it was
    first seen. Whole days count, from the day after the outlet was met: its first crawl finds old ones, too.
    """
    now = now or datetime.now(UTC)
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT s.outlet_id, o.timezone, o.added_at FROM akhbar.schedule s"
            " JOIN akhbar.outlets o ON o.id = s.outlet_id"
            " WHERE s.learned_at IS NULL OR s.learned_at < %s ORDER BY s.learned_at NULLS FIRST LIMIT %s"
            " FOR UPDATE OF s SKIP LOCKED",
            (now - LEARN_EVERY, at_most),
        )
        outlets = cursor.fetchall()
        for outlet_id, zone_name, added_at in outlets:
            zone = ZoneInfo(zone_name)
            today = now.astimezone(zone).date()
            since = max(added_at.astimezone(zone).date() + timedelta(days=1), today - timedelta(weeks=WEEKS))
            cursor.execute(
                """
                SELECT local::date, extract(hour FROM local)::int, count(*)
                FROM (
                    SELECT least(a.first_seen_at, CASE WHEN a.published_precision = 'minute'
                                                       THEN a.published_at END) AT TIME ZONE %(zone)s AS local
                    FROM akhbar.articles a
                    WHERE a.outlet_id = %(outlet)s AND a.first_seen_at > %(now)s - interval '30 days'
                ) arrivals WHERE local >= %(since)s::date AND local < %(today)s::date GROUP BY 1, 2
                """,
                {"outlet": outlet_id, "zone": zone_name, "since": since, "today": today, "now": now},
            )
            days: dict[date, list[int]] = {}
            for day, hour, count in cursor.fetchall():
                days.setdefault(day, [0] * 24)[hour] = count
            rhythm = learn_rhythm(days, since, today, zone)
            cursor.execute(
                "UPDATE akhbar.schedule SET rhythm = %s, rhythm_weeks = %s, learned_at = %s"
                " WHERE outlet_id = %s",
                (list(rhythm.rates), rhythm.weeks, now, outlet_id),
            )
    return len(outlets)


def _rhythm(rates: Any, weeks: float, zone: str) -> Rhythm:
    return Rhythm(tuple(rates or [0.0] * 168), ZoneInfo(zone), weeks)


def _slugs(cursor: Cursor) -> set[str]:
    cursor.execute("SELECT o.slug FROM akhbar.schedule s JOIN akhbar.outlets o ON o.id = s.outlet_id")
    return {slug for (slug,) in cursor.fetchall()}
