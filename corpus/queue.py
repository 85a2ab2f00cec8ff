"""The job queue's tables: procrastinate's own, in a schema of their own, and what is done to them in SQL.

The library brings its schema and its migrations; `prepare` applies what is missing. Its workers fetch and
finish jobs (akhbar/jobs); here due crawls enter the queue in one statement, and jobs that a dead worker
left behind are handed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files

from corpus.transaction import Connection, Cursor, transaction

SCHEMA = "procrastinate"
CRAWLS, CHORES, REREADS = "crawls", "chores", "rereads"  # queues
CRAWL, REREAD = "crawl", "reread"  # tasks
_PREPARING, _ENQUEUEING = 1_634_428_003, 1_634_428_004  # advisory locks
# Its workers say every 10 s that they live; one that missed three is taken for dead.
SILENT_FOR = timedelta(seconds=30)


def prepare(connection: Connection) -> None:
    """Makes the queue's tables, or brings them to the installed version of the library.

    Raises StorageUnavailable.
    """
    migrations = {
        entry.name: entry
        for entry in files("procrastinate").joinpath("sql", "migrations").iterdir()
        if entry.name.endswith(".sql")
    }
    with transaction(connection) as cursor:
        if _applied(cursor) == set(migrations):
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_PREPARING,))
        applied = _applied(cursor)
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        _use_schema(cursor)
        if not applied:
            schema = files("procrastinate").joinpath("sql", "schema.sql").read_text(encoding="utf-8")
            cursor.execute(schema)
            cursor.execute("CREATE TABLE applied (name text PRIMARY KEY)")
            # the library looks at every waiting job of a lock for each job that it fetches
            cursor.execute(
                "CREATE INDEX jobs_by_lock ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing')"
            )
        else:
            for name in sorted(set(migrations) - applied):
                cursor.execute(migrations[name].read_text(encoding="utf-8"))
        cursor.execute(
            "INSERT INTO applied (name) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
            (sorted(migrations),),
        )


def enqueue_due(connection: Connection, *, ahead: timedelta = timedelta(0)) -> int:
    """Puts a crawl into the queue for each outlet that is due now or within `ahead`; how many.

    A crawl that is due later waits in the queue until then. An outlet has one job at most, whatever its
    state (the queueing lock); jobs of one site never run side by side (the lock). One caller works at a
    time, another one finds nothing to do.
    """
    with transaction(connection) as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", (_ENQUEUEING,))
        (mine,) = cursor.fetchone()  # type: ignore[misc]
        if not mine:
            return 0
        _use_schema(cursor)
        cursor.execute(
            """
            WITH due AS (
                SELECT s.outlet_id, s.due_at, s.priority, o.slug,
                       regexp_replace(lower(coalesce(o.hosts[1], o.slug)), '^www\\.', '') AS site
                FROM akhbar.schedule s JOIN akhbar.outlets o ON o.id = s.outlet_id
                WHERE s.paused_at IS NULL AND NOT o.taken_down AND s.due_at <= now() + %(ahead)s
                  AND NOT EXISTS (
                      SELECT FROM procrastinate_jobs j
                      WHERE j.lock = 'site:' || regexp_replace(lower(coalesce(o.hosts[1], o.slug)), '^www\\.', '')
                        AND j.queueing_lock = 'crawl:' || o.slug AND j.status IN ('todo', 'doing')
                  )
                ORDER BY s.due_at
            ), marked AS (
                UPDATE akhbar.schedule s SET queued_at = now(), was_due_at = due.due_at
                FROM due WHERE s.outlet_id = due.outlet_id
            ), entered AS (
                SELECT procrastinate_defer_jobs_v1(array_agg(ROW(
                    %(queue)s, %(task)s, due.priority, 'site:' || due.site, 'crawl:' || due.slug,
                    jsonb_build_object('outlet', due.slug), greatest(due.due_at, now())
                )::procrastinate_job_to_defer_v1 ORDER BY due.due_at)) AS ids
                FROM due HAVING count(*) > 0
            )
            SELECT coalesce(sum(cardinality(ids)), 0) FROM entered
            """,
            {"ahead": ahead, "queue": CRAWLS, "task": CRAWL},
        )
        (count,) = cursor.fetchone()  # type: ignore[misc]
    return int(count)


def enqueue_rereads(cursor: Cursor, files: Sequence[tuple[int, str]]) -> int:
    """Puts a job into the queue for each of these files, (re-reading, file), that has none; how many."""
    _use_schema(cursor)
    cursor.execute(
        """
        SELECT coalesce(cardinality(procrastinate_defer_jobs_v1(array_agg(ROW(
            %(queue)s, %(task)s, 0, f.key, f.key, jsonb_build_object('reread', f.reread, 'file', f.file), NULL
        )::procrastinate_job_to_defer_v1))), 0)
        FROM (SELECT reread, file, 'reread:' || reread || ':' || file AS key
              FROM unnest(%(rereads)s::bigint[], %(files)s::text[]) AS given (reread, file)) f
        WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.lock = f.key AND j.status IN ('todo', 'doing'))
        HAVING count(*) > 0
        """,
        {
            "queue": REREADS,
            "task": REREAD,
            "rereads": [reread for reread, _ in files],
            "files": [file for _, file in files],
        },
    )
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def drop_rereads(cursor: Cursor) -> None:
    """Takes the jobs of a re-reading that wait out of the queue."""
    _use_schema(cursor)
    cursor.execute("DELETE FROM procrastinate_jobs WHERE queue_name = %s AND status = 'todo'", (REREADS,))


def exists(cursor: Cursor, table: str = "procrastinate_jobs") -> bool:
    """Whether the queue's tables have been made."""
    # to_regclass would answer out of a cache that does not hear, within a transaction, of what another one made
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = %s AND tablename = %s)", (SCHEMA, table)
    )
    (found,) = cursor.fetchone()  # type: ignore[misc]
    return bool(found)


def take_over(connection: Connection, *, longest: timedelta) -> list[str]:
    """Hands on the jobs of workers that are dead; the outlets (slugs) whose crawl will run again.

    Dead is a worker that has not been heard of for `SILENT_FOR`; a job that runs longer than `longest`
    has lost its worker, too. A chore, or a file to be read again, is dropped: it comes again by itself.
    """
    with transaction(connection) as cursor:
        _use_schema(cursor)
        cursor.execute(
            """
            SELECT j.id, j.queue_name, j.args ->> 'outlet', j.queueing_lock, EXISTS (
                SELECT FROM procrastinate_jobs w
                WHERE w.queueing_lock = j.queueing_lock AND w.status = 'todo')
            FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
            WHERE j.status = 'doing'
              AND (w.id IS NULL OR w.last_heartbeat < now() - %(silent)s
                   OR j.queue_name <> %(rereads)s AND (
                       SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started'
                   ) < now() - %(longest)s)
            ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
            """,
            {"silent": SILENT_FOR, "longest": longest, "rereads": REREADS},
        )
        handed_on = []
        for id_, queue, outlet, _, is_queued_again in cursor.fetchall():
            if queue == CRAWLS and not is_queued_again:
                cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", (id_,))
                handed_on.append(outlet)
            else:
                cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", (id_,))
        # fetching again says nothing to workers that wait: an insert does
        if handed_on:
            cursor.execute(
                'SELECT pg_notify(\'procrastinate_queue_v1#\' || %s, \'{"type": "job_inserted", "job_id": 0}\')',
                (CRAWLS,),
            )
        # none is ever in a final state (jobs are deleted as they end) unless it was cancelled by hand
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing')",
        )
        cursor.execute(
            "DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - %s", (10 * SILENT_FOR,)
        )
    return handed_on


def count_jobs(connection: Connection) -> dict[str, int]:
    """How many crawls wait that are due, wait for their time, and run; all 0 where no worker ever ran."""
    with transaction(connection) as cursor:
        if not exists(cursor):
            return {"waiting": 0, "ahead": 0, "running": 0}
        _use_schema(cursor)
        cursor.execute(
            "SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at <= now(), true)),"
            " count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()),"
            " count(*) FILTER (WHERE status = 'doing') FROM procrastinate_jobs WHERE queue_name = %s",
            (CRAWLS,),
        )
        waiting, ahead, running = cursor.fetchone()  # type: ignore[misc]
    return {"waiting": waiting, "ahead": ahead, "running": running}


def _applied(cursor: Cursor) -> set[str]:
    if not exists(cursor, "applied"):
        return set()
    cursor.execute(f"SELECT name FROM {SCHEMA}.applied")  # noqa: S608 - a constant
    return {name for (name,) in cursor.fetchall()}


def _use_schema(cursor: Cursor) -> None:
    # the library's functions name its tables without their schema
    cursor.execute(f"SET LOCAL search_path TO {SCHEMA}, pg_catalog")
