"""The worker: runs what is due until it is told to stop, and comes back by itself when the database was away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from akhbar.jobs.app import TICK_AHEAD, make_chores_app, make_crawls_app, make_rereads_app, with_corpus
from akhbar.jobs.child import Ended
from akhbar.jobs.rereads import Rereads
from corpus import queue, rereads, schedule, workers
from corpus.unavailable import StorageUnavailable

if TYPE_CHECKING:
    import procrastinate

    from crawler.outlet import Outlet

logger = logging.getLogger(__name__)

_POLL = 2.0  # seconds between looks at crawls that wait for their time
_HEARTBEAT = 10.0
_FILES = (
    3  # archived files that are read again side by side: many hold a few pages, fewer than there are readers
)
_LONGEST_PAUSE = 30.0  # seconds between tries while the database is away
# beyond a crawl's time limit: what it may take to end, and to write down that it has
_SLACK = timedelta(minutes=5)


class Worker:
    """One worker process: crawls side by side up to `concurrency`, archived files, and its share of the chores."""

    def __init__(
        self,
        outlets: list[Outlet],
        *,
        concurrency: int,
        time_limit: float,
        grace: float,
        run: Callable[[str], Awaitable[Ended]] | None = None,
    ) -> None:
        """`time_limit` is seconds a crawl; `grace` seconds are given to crawls under way when it must stop."""
        self.outlets = outlets
        self.concurrency = concurrency
        self.time_limit = time_limit
        self.grace = grace
        self._run = run
        self._stop = asyncio.Event()
        self._stop_crawls = asyncio.Event()

    async def run(self) -> None:
        """Work until SIGTERM or SIGINT, or `stop`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        me = await with_corpus(self._enter)
        heartbeat = asyncio.create_task(self._live(me))
        pause = 1.0
        try:
            while not self._stop.is_set():
                try:
                    await self._work()
                    pause = 1.0
                except Exception as error:
                    # whatever ends the queue's loops ends in the same way: a new beginning a little later
                    logger.error("The queue cannot be worked on now: %s", _one_line(error))
                if not self._stop.is_set():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._stop.wait(), pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
        finally:
            heartbeat.cancel()
            with contextlib.suppress(StorageUnavailable):
                await with_corpus(workers.leave, me)
        logger.info("Stopped")

    def stop(self) -> None:
        """Begin no more crawls; those under way have `grace` seconds, then they are handed back."""
        if self._stop.is_set():
            self._stop_crawls.set()  # asked twice: now
            return
        logger.info("Stopping: crawls under way have %g s", self.grace)
        self._stop.set()
        asyncio.get_running_loop().call_later(self.grace, self._stop_crawls.set)

    async def _work(self) -> None:
        crawls = make_crawls_app(time_limit=self.time_limit, stop=self._stop_crawls, run=self._run)
        chores = make_chores_app(longest=timedelta(seconds=self.time_limit + self.grace) + _SLACK)
        reading = Rereads()
        files = make_rereads_app(reading)
        async with crawls.open_async(), chores.open_async(), files.open_async():
            await with_corpus(queue.take_over, longest=timedelta(seconds=self.time_limit) + _SLACK)
            await with_corpus(queue.enqueue_due, ahead=TICK_AHEAD)
            await with_corpus(rereads.enqueue)
            loops = [
                asyncio.create_task(_serve(crawls, queue.CRAWLS, self.concurrency)),
                asyncio.create_task(_serve(chores, queue.CHORES, 2)),
                asyncio.create_task(_serve(files, queue.REREADS, _FILES)),
            ]
            told = asyncio.create_task(self._stop.wait())
            cut = asyncio.create_task(self._cut_short(reading))
            try:
                await asyncio.wait((*loops, told), return_when=asyncio.FIRST_COMPLETED)
            finally:
                told.cancel()
                for task in loops:
                    task.cancel()
                # a cancelled worker of the queue begins nothing more and waits for what it runs
                ends = await asyncio.gather(*loops, return_exceptions=True)
                cut.cancel()
                await reading.close()
            for end in ends:
                if isinstance(end, Exception):
                    raise end

    async def _cut_short(self, reading: Rereads) -> None:
        """At the end of the grace a file that is read again is left to another worker, too."""
        await self._stop_crawls.wait()
        await reading.close()

    def _enter(self, connection: workers.Connection) -> int:
        queue.prepare(connection)
        new = schedule.enrol(connection, self.outlets)
        if new:
            logger.info("Outlets entered into the schedule: %d", new)
        return workers.enter(connection, socket.gethostname(), os.getpid(), self.concurrency)

    async def _live(self, me: int) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT)
            try:
                await with_corpus(workers.live, me)
            except StorageUnavailable as error:
                logger.warning("%s", error)


async def _serve(app: procrastinate.App, name: str, concurrency: int) -> None:
    await app.run_worker_async(
        queues=[name],
        name=name,
        concurrency=concurrency,
        fetch_job_polling_interval=_POLL,
        update_heartbeat_interval=_HEARTBEAT,
        stalled_worker_timeout=queue.SILENT_FOR.total_seconds(),
        delete_jobs="always",
        install_signal_handlers=False,
    )


def _one_line(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
