"""The workers: which run, on which machine, and when each was last heard of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from corpus.transaction import Connection, transaction

__all__ = ["SILENT_FOR", "Connection", "Worker", "enter", "leave", "live", "read_workers"]

SILENT_FOR = timedelta(seconds=60)  # they say every 10 s that they live
_REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker. `state` is alive, stopped (by itself) or gone (it was last heard of at `seen_at`)."""

    host: str
    pid: int
    concurrency: int
    started_at: datetime
    seen_at: datetime
    state: str


def enter(connection: Connection, host: str, pid: int, concurrency: int) -> int:
    """Enters a worker that begins; its number. What is long over is forgotten."""
    with transaction(connection) as cursor:
        cursor.execute("DELETE FROM akhbar.workers WHERE seen_at < now() - %s", (_REMEMBERED,))
        cursor.execute(
            "INSERT INTO akhbar.workers (host, pid, concurrency) VALUES (%s, %s, %s) RETURNING id",
            (host, pid, concurrency),
        )
        (id_,) = cursor.fetchone()  # type: ignore[misc]
    return int(id_)


def live(connection: Connection, worker: int) -> None:
    """Says that the worker lives."""
    with transaction(connection) as cursor:
        cursor.execute("UPDATE akhbar.workers SET seen_at = now() WHERE id = %s", (worker,))


def leave(connection: Connection, worker: int) -> None:
    """Says that the worker has stopped by itself."""
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.workers SET seen_at = now(), stopped_at = now() WHERE id = %s", (worker,)
        )


def read_workers(connection: Connection) -> list[Worker]:
    """The workers of the last day, by machine, the latest first. One replaced by a later one on its machine
    is not gone but stopped."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT w.host, w.pid, w.concurrency, w.started_at, w.seen_at,
                   CASE WHEN w.stopped_at IS NOT NULL THEN 'stopped'
                        WHEN w.seen_at > now() - %(silent)s THEN 'alive'
                        WHEN EXISTS (SELECT FROM akhbar.workers n WHERE n.host = w.host
                                     AND n.id > w.id) THEN 'stopped'
                        ELSE 'gone' END
            FROM akhbar.workers w WHERE w.seen_at > now() - %(remembered)s
            ORDER BY w.host, w.started_at DESC
            """,
            {"silent": SILENT_FOR, "remembered": _REMEMBERED},
        )
        return [Worker(*row) for row in cursor.fetchall()]
