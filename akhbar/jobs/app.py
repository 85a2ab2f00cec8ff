"""The queue's apps: one for crawls, one for the chores that keep the schedule going (procrastinate)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import procrastinate

from akhbar.exits import Exit
from akhbar.jobs.child import Ended, run_crawl
from corpus import queue, rereads, schedule
from corpus.database import connect, database_url
from corpus.unavailable import StorageUnavailable

if TYPE_CHECKING:
    from psycopg import AsyncConnection

    from akhbar.jobs.rereads import Rereads

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# a tick looks so far ahead that the one after the next finds nothing overdue
TICK_AHEAD = timedelta(seconds=75)
_STORAGE_TRIES = 5
_STORAGE_WAIT = 2.0  # seconds; doubled at each try


async def with_corpus(function: Callable[..., Answer], *arguments: Any, **options: Any) -> Answer:
    """Run `function(connection, …)` in a thread, on a connection of its own; an outage is tried out.

    Raises StorageUnavailable when the database stays away.
    """

    def work() -> Answer:
        connection = connect(application="akhbar worker")
        try:
            return function(connection, *arguments, **options)
        finally:
            connection.close()

    for attempt in range(_STORAGE_TRIES):
        try:
            return await asyncio.to_thread(work)
        except StorageUnavailable:
            if attempt == _STORAGE_TRIES - 1:
                raise
            await asyncio.sleep(_STORAGE_WAIT * 2**attempt)
    raise AssertionError("unreachable")


def make_connector(*, connections: int) -> procrastinate.PsycopgConnector:
    """A connector to the corpus's database, whose sessions find the queue's tables."""

    async def configure(connection: AsyncConnection[Any]) -> None:
        await connection.execute(f"SET search_path TO {queue.SCHEMA}, pg_catalog".encode())
        await connection.execute(b"SET TIME ZONE 'UTC'")
        await connection.commit()

    return procrastinate.PsycopgConnector(
        conninfo=database_url(),
        kwargs={"application_name": "akhbar queue", "connect_timeout": 10},
        configure=configure,
        min_size=1,
        max_size=connections,
        timeout=30,
    )


def make_crawls_app(
    *, time_limit: float, stop: asyncio.Event, run: Callable[[str], Awaitable[Ended]] | None = None
) -> procrastinate.App:
    """The app whose one task is a crawl. `run` stands in for the crawl's process where given (a drill)."""
    app = procrastinate.App(connector=make_connector(connections=4))
    run_one = run or partial(run_crawl, time_limit=time_limit, stop=stop)

    @app.task(name=queue.CRAWL, queue=queue.CRAWLS)
    async def crawl(outlet: str) -> None:
        target = await with_corpus(schedule.start, outlet)
        if target is None:
            return
        ended = await run_one(target)
        outcome = judge(ended)
        due = await with_corpus(schedule.settle, outlet, outcome, status=ended.status, note=ended.note)
        logger.info(
            "crawl of %s: %s%s; due again at %s",
            outlet,
            outcome.value,
            f" ({ended.note})" if ended.note else "",
            due and due.isoformat(timespec="seconds"),
            extra={"outlet": outlet},
        )

    return app


def make_rereads_app(reading: Rereads) -> procrastinate.App:
    """The app whose one task is an archived file to be read again."""
    app = procrastinate.App(connector=make_connector(connections=4))

    @app.task(name=queue.REREAD, queue=queue.REREADS)
    async def reread(reread: int, file: str) -> None:
        # what was not done has a job again at a later tick
        await reading.do(reread, file)

    return app


def judge(ended: Ended) -> schedule.Outcome:
    """What the end of a crawl's process means for the schedule.

    3 (unwell) is a finding and is kept in the crawl's row; 4 says that another crawl was running; all
    else, 75 (no storage) and a time limit among it, is tried again.
    """
    if ended.stopped:
        return schedule.Outcome.HANDED_BACK
    outcomes: dict[int, schedule.Outcome] = {
        Exit.DONE: schedule.Outcome.DONE,
        Exit.UNWELL: schedule.Outcome.DONE,
        Exit.RUNNING: schedule.Outcome.RUNNING,
    }
    if ended.timed_out:  # it ends cleanly with 0, but there is more to do
        return schedule.Outcome.DONE if ended.status in outcomes else schedule.Outcome.FAILED
    return outcomes.get(ended.status, schedule.Outcome.FAILED)


def make_chores_app(*, longest: timedelta) -> procrastinate.App:
    """The app whose tasks recur: each runs once at its time, however many workers there are."""
    app = procrastinate.App(connector=make_connector(connections=4))

    @app.periodic(cron="* * * * *")
    @app.task(name="tick", queue=queue.CHORES, queueing_lock="tick", priority=100)
    async def tick(timestamp: int) -> None:
        count = await with_corpus(queue.enqueue_due, ahead=TICK_AHEAD)
        if count:
            logger.info("Crawls queued: %d", count)
        await with_corpus(rereads.enqueue)

    @app.periodic(cron="* * * * * */15")
    @app.task(name="take_over", queue=queue.CHORES, queueing_lock="take_over", priority=50)
    async def take_over(timestamp: int) -> None:
        for outlet in await with_corpus(queue.take_over, longest=longest):
            logger.warning("The crawl of %s lost its worker; it runs again", outlet, extra={"outlet": outlet})

    @app.periodic(cron="*/10 * * * *")
    @app.task(name="learn", queue=queue.CHORES, queueing_lock="learn")
    async def learn(timestamp: int) -> None:
        await with_corpus(schedule.learn)

    @app.periodic(cron="*/3 * * * *")
    @app.task(name="warn", queue=queue.CHORES, queueing_lock="warn")
    async def warn(timestamp: int) -> None:
        from akhbar.jobs.telling import check_and_tell

        await with_corpus(check_and_tell)

    return app
