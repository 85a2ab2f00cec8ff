"""The archive read again by the workers: one at a time, a WARC file a job, with what came of each file.

A re-reading goes through steps: `reading` (what would change), then `read`, or, where it was asked to be kept,
`applying` and `applied`, or `refused` because the new reading is worse. A file whose job was lost is simply
read again: its sums are written once, and an article that was kept already is not kept twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2.errors import UniqueViolation
from psycopg2.extras import Json, execute_values

from corpus import queue
from corpus.rereading import REREAD, SELECTED
from corpus.transaction import Connection, Cursor, transaction
from corpus.versions import OLDER
from corpus.workers import SILENT_FOR

RUNNING = ("reading", "applying")
_MOST_TRIES = 10  # of a file: beyond, whoever reads it dies of it
_QUEUED = 5_000  # files in the queue at a time; more follow as these are done
_SAMPLES = 50  # of a field; more are shown to nobody
_SAME_SINCE = timedelta(hours=1)  # `--since 2d` said again a little later means the same


_INSERT_SAMPLES = f"""
    INSERT INTO akhbar.reread_samples (reread_id, article_id, field, before, after)
    SELECT v.* FROM (VALUES %s) v (reread_id, article_id, field, before, after)
    WHERE EXISTS (SELECT FROM akhbar.articles a WHERE a.id = v.article_id)
      AND (SELECT count(*) FROM (SELECT FROM akhbar.reread_samples s WHERE s.reread_id = v.reread_id
                                 AND s.field = v.field LIMIT {_SAMPLES}) held) < {_SAMPLES}
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - constants


class AnotherRereading(Exception):  # noqa: N818 - a state of things, not a fault
    """Another re-reading is under way."""


@dataclass(frozen=True, slots=True)
class Rereading:
    """What was asked for, and how far it is. `seconds` until the file that was read last."""

    id: int
    outlet: str | None
    since: datetime | None
    reader: str
    state: str
    apply: bool
    force: bool
    not_archived: int
    asked_at: datetime
    ended_at: datetime | None
    files: int
    done: int
    articles: int
    kept: int
    seconds: float
    hosts: int

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING


@dataclass(frozen=True, slots=True)
class EndedStep:
    """A step that has no file left, of the re-reading under way."""

    id: int
    step: str
    apply: bool
    force: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file's part in a step: the articles to read, or, when applying, those that differed, with their revisions."""

    step: str
    reader: str
    articles: list[int]
    revisions: list[int]


def begin(
    connection: Connection,
    *,
    outlet: str | None,
    since: datetime | None,
    reader: str,
    apply: bool,
    force: bool,
) -> Rereading:
    """Begins a re-reading of this selection by the reader (its digest), or goes on with the last one.

    The last one is gone on with where selection and reader are the same: what it has read, it keeps only
    has to be applied. Raises AnotherRereading while one of something else is under way; StorageUnavailable.
    """
    queue.prepare(connection)
    last = read_last(connection)
    if last is not None and _is_same(last, outlet, since, reader) and (apply or last.is_running):
        with transaction(connection) as cursor:
            cursor.execute(
                "UPDATE akhbar.rereads SET apply = apply OR %(apply)s, force = force OR %(force)s,"
                " state = CASE WHEN %(apply)s AND state IN ('read', 'refused') THEN 'reading' ELSE state END,"
                " ended_at = CASE WHEN %(apply)s AND state IN ('read', 'refused') THEN NULL ELSE ended_at END"
                " WHERE id = %(id)s AND state IN ('reading', 'read', 'refused', 'applying')",
                {"apply": apply, "force": force, "id": last.id},
            )
            gone_on = cursor.rowcount == 1
        if gone_on:
            return _present(connection)
    if last is not None and last.is_running:
        raise AnotherRereading(
            f"a re-reading of {last.outlet or 'all outlets'} asked for at {last.asked_at:%Y-%m-%d %H:%M} is"
            " under way; `akhbar reextract --status` shows it, `--cancel` ends it"
        )
    values = {"outlet": outlet, "since": since, "reader": reader, "apply": apply, "force": force}
    try:
        with transaction(connection) as cursor:
            cursor.execute("DELETE FROM akhbar.rereads WHERE state NOT IN ('reading', 'applying')")
            cursor.execute(
                "INSERT INTO akhbar.rereads (outlet, since, reader, apply, force)"
                " VALUES (%(outlet)s, %(since)s, %(reader)s, %(apply)s, %(force)s) RETURNING id",
                values,
            )
            (values["id"],) = cursor.fetchone()  # type: ignore[misc]
            cursor.execute(
                f"""
                WITH selected AS (SELECT a.id, c.archive ->> 'file' AS file {SELECTED}),
                entered AS (
                    INSERT INTO akhbar.reread_files (reread_id, file, articles)
                    SELECT %(id)s, file, array_agg(id ORDER BY id) FROM selected WHERE file IS NOT NULL GROUP BY file
                )
                UPDATE akhbar.rereads SET not_archived = (SELECT count(*) FROM selected WHERE file IS NULL)
                WHERE id = %(id)s
                """,  # noqa: S608 - put together from a constant
                values,
            )
    except UniqueViolation:
        raise AnotherRereading(
            "another re-reading has just begun; `akhbar reextract --status` shows it"
        ) from None
    return _present(connection)


def read_last(connection: Connection) -> Rereading | None:
    """The last re-reading, under way or not; None where there never was one."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT r.id, r.outlet, r.since, r.reader, r.state, r.apply, r.force, r.not_archived, r.asked_at,
                   r.ended_at, count(f.file), count(f.file) FILTER (WHERE f.done),
                   coalesce(sum(cardinality(f.articles)), 0)::bigint, coalesce(sum(f.kept), 0)::bigint,
                   coalesce(extract(epoch FROM max(f.read_at) - r.asked_at), 0)::float8, count(DISTINCT f.host)
            FROM akhbar.rereads r LEFT JOIN akhbar.reread_files f ON f.reread_id = r.id
            WHERE r.id = (SELECT max(id) FROM akhbar.rereads) GROUP BY r.id
            """
        )
        row = cursor.fetchone()
    return Rereading(*row) if row else None


def cancel(connection: Connection) -> bool:
    """Ends the re-reading that is under way; what was kept stays. False where there is none."""
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.rereads SET state = 'cancelled', ended_at = now() WHERE state = ANY(%s)",
            (list(RUNNING),),
        )
        ended = cursor.rowcount == 1
        _drop_jobs(cursor)
    return ended


def enqueue(connection: Connection) -> int:
    """Puts a job into the queue for the files that are left and have none; how many."""
    with transaction(connection) as cursor:
        if not queue.exists(cursor):
            return 0
        cursor.execute(
            "SELECT r.id, f.file FROM akhbar.rereads r JOIN akhbar.reread_files f ON f.reread_id = r.id"
            " WHERE r.state = ANY(%s) AND NOT f.done ORDER BY f.file LIMIT %s",
            (list(RUNNING), _QUEUED),
        )
        return queue.enqueue_rereads(cursor, cursor.fetchall())


def take_file(connection: Connection, reread: int, file: str) -> File | None:
    """What there is to do with a file in the present step; None where nothing is (any more)."""
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.reread_files f SET tries = f.tries + 1 FROM akhbar.rereads r"
            " WHERE r.id = f.reread_id AND r.id = %s AND f.file = %s AND NOT f.done AND r.state = ANY(%s)"
            " RETURNING r.state, r.reader, f.articles, f.differing, f.revisions, f.tries",
            (reread, file, list(RUNNING)),
        )
        row = cursor.fetchone()
        if row is None:
            return None
        state, reader, articles, differing, revisions, tries = row
        if tries > _MOST_TRIES:
            _give_up(cursor, reread, file, "file_failed")
            return None
    return File(state, reader, differing if state == "applying" else articles, revisions)


def keep_reading(
    connection: Connection,
    reread: int,
    file: str,
    *,
    sums: Mapping[str, Any],
    differing: Sequence[tuple[int, int]],
    samples: Iterable[tuple[int, str, str, str]],
    host: str,
) -> None:
    """Writes down what reading a file came to.

    `differing` are (article, revision compared with); `samples` (article, field, before, after).
    """
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.reread_files f SET done = true, sums = %s, differing = %s, revisions = %s, host = %s,"
            " read_at = now(), tries = 0 FROM akhbar.rereads r"
            " WHERE f.reread_id = %s AND f.file = %s AND NOT f.done AND r.id = f.reread_id AND r.state = 'reading'",
            (Json(sums), [a for a, _ in differing], [r for _, r in differing], host, reread, file),
        )
        if cursor.rowcount:
            execute_values(
                cursor,
                _INSERT_SAMPLES,
                [(reread, *sample) for sample in samples],
            )


def finish_applying(connection: Connection, reread: int, file: str) -> None:
    """Writes down that what differed in a file is kept, and how many articles that were."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            UPDATE akhbar.reread_files f SET done = true, kept = (
                SELECT count(*) FROM unnest(f.differing, f.revisions) AS d (article, revision)
                JOIN LATERAL (
                    SELECT changes[1] AS why FROM akhbar.revisions
                    WHERE article_id = d.article AND number > d.revision AND changes[1] IS DISTINCT FROM %s
                    ORDER BY number LIMIT 1
                ) v ON v.why = %s)
            FROM akhbar.rereads r
            WHERE f.reread_id = %s AND f.file = %s AND r.id = f.reread_id AND r.state = 'applying'
            """,
            (OLDER, REREAD, reread, file),
        )


def miss_file(connection: Connection, reread: int, file: str, host: str) -> bool:
    """Notes that a machine does not have a file; whether no machine with a living worker has it.

    Then its pages count as `not_in_archive`, and the file as done.
    """
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.reread_files SET tries = tries - 1,"
            " absent = CASE WHEN %(host)s = ANY(absent) THEN absent ELSE array_append(absent, %(host)s) END"
            " WHERE reread_id = %(reread)s AND file = %(file)s AND NOT done"
            " RETURNING NOT EXISTS (SELECT FROM akhbar.workers w WHERE w.stopped_at IS NULL"
            " AND w.seen_at > now() - %(silent)s AND w.host <> ALL(absent) AND w.host <> %(host)s)",
            {"host": host, "reread": reread, "file": file, "silent": SILENT_FOR},
        )
        row = cursor.fetchone()
        lost = bool(row and row[0])
        if lost:
            _give_up(cursor, reread, file, "not_in_archive")
    return lost


def sum_up(connection: Connection, reread: int) -> dict[str, dict[str, int]]:
    """The sums of all files: for each part of them (`fields`, `lost`, …) its counts; plain counts under ''."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT part, name, sum(count)::bigint FROM (
                SELECT '' AS part, e.key AS name, e.value::bigint AS count
                FROM akhbar.reread_files f, jsonb_each(f.sums) e
                WHERE f.reread_id = %(reread)s AND jsonb_typeof(e.value) = 'number'
                UNION ALL
                SELECT p.key, e.key, e.value::bigint
                FROM akhbar.reread_files f, jsonb_each(f.sums) p, jsonb_each(p.value) e
                WHERE f.reread_id = %(reread)s AND jsonb_typeof(p.value) = 'object'
            ) counts GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
            """,
            {"reread": reread},
        )
        sums: dict[str, dict[str, int]] = {}
        for part, name, count in cursor.fetchall():
            sums.setdefault(part, {})[name] = count
    return sums


def read_samples(connection: Connection, reread: int, each: int) -> dict[str, list[tuple[int, str, str]]]:
    """Up to so many (article, before, after) for each field that differs."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT field, article_id, before, after FROM ("
            " SELECT *, row_number() OVER (PARTITION BY field ORDER BY article_id) AS place"
            " FROM akhbar.reread_samples WHERE reread_id = %s) s WHERE place <= %s ORDER BY field, article_id",
            (reread, each),
        )
        samples: dict[str, list[tuple[int, str, str]]] = {}
        for name, *sample in cursor.fetchall():
            samples.setdefault(name, []).append((sample[0], sample[1], sample[2]))
    return samples


def read_ended_step(connection: Connection) -> EndedStep | None:
    """The step under way, where none of its files is left; None while there are some, or nothing is under way."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT r.id, r.state, r.apply, r.force FROM akhbar.rereads r WHERE r.state = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM akhbar.reread_files f WHERE f.reread_id = r.id AND NOT f.done)",
            (list(RUNNING),),
        )
        row = cursor.fetchone()
    return EndedStep(*row) if row else None


def move(connection: Connection, reread: int, step: str, to: str) -> bool:
    """Goes from a step whose files are all done to another state; False where that is not so, or was done already."""
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.rereads r SET state = %s, ended_at = CASE WHEN %s = ANY(%s) THEN NULL ELSE now() END"
            " WHERE r.id = %s AND r.state = %s AND NOT EXISTS"
            " (SELECT FROM akhbar.reread_files f WHERE f.reread_id = r.id AND NOT f.done)",
            (to, to, list(RUNNING), reread, step),
        )
        moved = cursor.rowcount == 1
        if moved and to == "applying":
            cursor.execute(
                "UPDATE akhbar.reread_files SET done = false, tries = 0, absent = '{}'"
                " WHERE reread_id = %s AND differing <> '{}'",
                (reread,),
            )
    return moved


def _present(connection: Connection) -> Rereading:
    last = read_last(connection)
    assert last is not None
    return last


def _is_same(last: Rereading, outlet: str | None, since: datetime | None, reader: str) -> bool:
    if (last.since is None) != (since is None) or last.outlet != outlet or last.reader != reader:
        return False
    return last.since is None or since is None or abs(last.since - since) < _SAME_SINCE


def _give_up(cursor: Cursor, reread: int, file: str, reason: str) -> None:
    """A file that cannot be read: its articles stay as they are, and say nothing about the reader."""
    cursor.execute(
        """
        UPDATE akhbar.reread_files f SET done = true, sums = coalesce(f.sums, (
            SELECT jsonb_build_object(
                'read', count(*), 'same', 0, 'fields', '{}'::jsonb, 'had', filled, 'has', filled,
                'lost', jsonb_build_object(%(reason)s::text, count(*)))
            FROM (SELECT count(*) FILTER (WHERE a.body <> '') AS bodies,
                         count(a.published_at) AS dates,
                         count(*) FILTER (WHERE a.authors <> '{}') AS authors
                  FROM akhbar.articles a WHERE a.id = ANY(f.articles)) c,
                 jsonb_build_object('bodies', bodies, 'dates', dates, 'authors', authors) filled,
                 unnest(f.articles)
            GROUP BY filled))
        WHERE f.reread_id = %(reread)s AND f.file = %(file)s
        """,
        {"reason": reason, "reread": reread, "file": file},
    )


def _drop_jobs(cursor: Cursor) -> None:
    if queue.exists(cursor):
        queue.drop_rereads(cursor)
