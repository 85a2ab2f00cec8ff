"""10,000 outlets due over 15 minutes, without fetching: how long from due to start.

`python -m tests.benchmarks.schedule [SPEED [COUNT]]`

The queue, the schedule and the workers are the real ones; a crawl takes a moment and fetches nothing. SPEED
10 plays the 15 minutes in 90 seconds, at ten times the load.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time

from akhbar.jobs.child import Ended
from akhbar.jobs.worker import Worker
from corpus import queue, schedule
from corpus.database import Connection, connect, stop
from crawler.outlet import Outlet

COUNT = 10_000
SPAN = 900.0  # seconds


def size_of_tables(connection: Connection) -> float:
    """MB that the queue's tables and the schedule take, with indexes and what is not cleaned up yet."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(c.oid)) / 1048576.0 FROM pg_class c"
            " WHERE c.relkind = 'r' AND (c.relnamespace = 'procrastinate'::regnamespace"
            " OR c.oid = 'akhbar.schedule'::regclass)"
        )
        (size,) = cursor.fetchone()  # type: ignore[misc]
    return float(size)


async def measure(speed: float, count: int) -> None:
    connection = connect()
    outlets = [
        Outlet(f"o{n}", country="IQ", timezone="Asia/Baghdad", slug=f"o{n}", hosts=(f"o{n}.example",))
        for n in range(count)
    ]
    queue.prepare(connection)
    schedule.enrol(connection, outlets)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE akhbar.schedule SET due_at = now() + interval '20 s' + random() * make_interval(secs => %s)",
            (SPAN / speed * count / COUNT,),
        )
    done = 0

    async def crawl(slug: str) -> Ended:
        nonlocal done
        await asyncio.sleep(0.05)
        done += 1
        return Ended(0, False, False, None)

    worker = Worker([], concurrency=24, time_limit=60, grace=5, run=crawl)
    task = asyncio.create_task(worker.run())
    began = time.monotonic()
    sizes: list[tuple[int, float]] = []  # crawls done, MB of the queue's and the schedule's tables
    while done < count and time.monotonic() - began < 3 * SPAN / speed + 120:
        await asyncio.sleep(1)
        if done >= (len(sizes) + 1) * count / 4:
            sizes.append((done, await asyncio.to_thread(size_of_tables, connection)))
    worker.stop()
    await task
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM started_at - was_due_at)::float8 FROM akhbar.schedule"
            " WHERE started_at IS NOT NULL"
        )
        waits = sorted(wait for (wait,) in cursor.fetchall())
        cursor.execute("SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE queue_name = 'crawls'")
        (left,) = cursor.fetchone()  # type: ignore[misc]
        cursor.execute("SELECT count(*) FROM procrastinate.procrastinate_events")
        (events,) = cursor.fetchone()  # type: ignore[misc]
    connection.close()
    cuts = statistics.quantiles(waits, n=100)
    print(
        f"{done} of {count} started in {time.monotonic() - began:.0f} s; due to start: median {cuts[49]:.1f} s,"
        f" p95 {cuts[94]:.1f} s, longest {waits[-1]:.1f} s; left in the queue {left} jobs, {events} events; tables "
        + ", ".join(f"{size:.1f} MB after {at}" for at, size in sizes)
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="akhbar-") as home:
        os.environ["AKHBAR_HOME"] = home
        os.environ.pop("AKHBAR_DATABASE_URL", None)
        try:
            asyncio.run(
                measure(
                    float(sys.argv[1]) if len(sys.argv) > 1 else 1.0,
                    int(sys.argv[2]) if len(sys.argv) > 2 else COUNT,
                )
            )
        finally:
            stop()
