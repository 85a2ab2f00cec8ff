"""Session: one crawl's connection to the corpus, shared by everything that judges and keeps.

All database work of a crawl runs in one thread, one call after the other, so the event loop
never waits for Postgres and the crawl needs one connection. When the storage goes away, that
thread waits and tries again; the crawl holds still behind it and loses nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from scrapy import signals

from corpus import articles, crawls, ledger
from corpus.account import articles_since_yesterday
from corpus.database import connect
from corpus.unavailable import StorageUnavailable
from crawler.candidate import Candidate
from crawler.items import SourceReport
from pipelines.batch import Batch
from pipelines.host_state import HostState
from pipelines.verdict import judge

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812
    from scrapy.crawler import Crawler

    from crawler.spider import NewsSpider

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class ArchiveUnavailable(StorageUnavailable):
    """The database is there, the disk of the raw archive is not, or is nearly full."""


# faults after which this crawl may or can write no more
STORAGE_ENDS = (StorageUnavailable, crawls.CrawlLost)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0  # seconds between tries while the storage is away


class Session:
    """A crawl's row, its lease, its work in hand and its way to the database (a Scrapy extension)."""

    def __init__(self, crawler: Crawler):
        settings = crawler.settings
        self.crawler = crawler
        self.patience = settings.getfloat("STORAGE_PATIENCE")
        self.limit: int | None = settings.getint("CRAWL_LIMIT") or None
        self.since: datetime | None = settings.get("CRAWL_SINCE")
        self.until: datetime | None = settings.get("CRAWL_UNTIL")
        self.crawl: crawls.Crawl | None = None
        self.in_hand: dict[int, Candidate] = {}
        self.claimed = 0
        self.open_sources: set[str] = set()
        self.reports: list[SourceReport] = []
        self.verdict: str | None = None
        self.changed = asyncio.Event()
        self.sum: ledger.LedgerSum | None = None
        self.error: Exception | None = None
        self.counts: Counter[str] = Counter()
        self._errands: set[asyncio.Task[None]] = set()
        self._closing = False
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="storage")
        self._connection: Connection | None = None
        self._endings: Batch[ledger.Ending, None] = Batch(self._end)
        self._submissions: Batch[articles.Submission, articles.Outcome] = Batch(self._store)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        session = cls(crawler)
        crawler.signals.connect(session.close, signal=signals.spider_closed)
        return session

    async def open(self) -> None:
        """Connect, take the outlet's lease and open the crawl's row.

        Raises `StorageUnavailable` when there is no database, `CrawlRunning` when another crawl
        of the outlet is under way.
        """
        spider = cast("NewsSpider", self.crawler.spider)
        arguments = self.crawler.settings.getdict("CRAWL_ARGUMENTS")
        try:
            self.crawl = await self.call(
                lambda connection: crawls.begin(connection, spider.outlet, arguments=arguments)
            )
        except Exception as error:
            self.error = error
            raise

    @property
    def mine(self) -> crawls.Crawl:
        """The crawl's row; there is one from `open` on."""
        assert self.crawl is not None
        return self.crawl

    async def record(self, candidates: Sequence[Candidate]) -> int:
        """Enter announced addresses in the ledger; the number of those that it did not know."""
        new: int = await self.call(ledger.record, self.mine, candidates)
        self.changed.set()
        return new

    async def claim(self, limit: int) -> list[Candidate]:
        """Take up to `limit` due candidates in hand, freshest first, within the crawl's own limit."""
        if self.limit is not None:
            limit = min(limit, self.limit - self.claimed)
        if limit <= 0:
            return []
        taken: list[Candidate] = await self.call(
            lambda connection: ledger.claim(connection, self.mine, limit, since=self.since, until=self.until)
        )
        self.claimed += len(taken)
        self.in_hand.update((candidate.id, candidate) for candidate in taken if candidate.id is not None)
        return taken

    async def end(
        self,
        candidate: Candidate | None,
        state: str,
        reason: str | None,
        *,
        detail: str | None = None,
        status: int | None = None,
        article: int | None = None,
    ) -> None:
        """End a candidate's row without storing an article; `article` is the one that it duplicates."""
        if candidate is None or candidate.id is None:
            return
        ending = ledger.Ending(
            id=candidate.id,
            state=state,
            reason=reason,
            detail=detail,
            status=status,
            article_id=article,
            archive=candidate.archive,
        )
        await self._endings.submit(ending)
        self._let_go(candidate.id)

    async def store(self, submission: articles.Submission) -> articles.Outcome:
        """Store an article and end its row, in one transaction."""
        outcome = await self._submissions.submit(submission)
        if submission.candidate_id is not None:
            self._let_go(submission.candidate_id)
        return outcome

    async def end_source(self, report: SourceReport) -> None:
        """Keep what became of a source."""
        await self.call(
            lambda connection: ledger.keep_source(
                connection,
                self.mine,
                report.url,
                kind=report.kind,
                status=report.status,
                etag=report.etag,
                last_modified=report.last_modified,
                damaged=report.damaged or report.reason,
                listed=report.listed,
                new=report.found,
            )
        )
        self.reports.append(report)
        self.open_sources.discard(report.url)
        self.changed.set()

    def see_to(self, errand: Coroutine[Any, Any, None]) -> None:
        """Run an errand that nobody can await (Scrapy sends some signals to plain functions only)."""
        task = asyncio.get_running_loop().create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def call(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """Run `function(connection, *arguments)` in the storage thread, waiting out an outage."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._lane, self._run, function, arguments)

    async def close(self, reason: str) -> None:
        """End the crawl: rows in hand go back, the counts and the verdict are written, the lease is free."""
        await asyncio.gather(*self._errands, return_exceptions=True)
        self._closing = True
        can_write = isinstance(self.error, ArchiveUnavailable) or not isinstance(self.error, STORAGE_ENDS)
        if self.crawl is not None and can_write:
            try:
                host_state = self.crawler.get_extension(HostState)
                if host_state is not None:
                    await host_state.keep(self)
                self.sum = await self.call(self._finish, reason)
            except Exception as error:
                self.error = self.error or error
                logger.error("The crawl's end could not be written: %s", error)
        await asyncio.get_running_loop().run_in_executor(self._lane, self._disconnect)
        self._lane.shutdown(wait=False)

    def _finish(self, connection: Connection, reason: str) -> ledger.LedgerSum:
        if reason == "finished":
            spider = cast("NewsSpider", self.crawler.spider)
            self.verdict = judge(
                self.counts,
                self.reports,
                articles_today=articles_since_yesterday(connection, self.mine.outlet),
                daily_articles=spider.daily_articles,
            )
        crawls.finish(
            connection, self.mine, verdict=self.verdict, counts=self.counts, stopped=reason != "finished"
        )
        return ledger.ledger_sum(connection, outlet=self.mine.outlet)

    def _let_go(self, candidate_id: int) -> None:
        self.in_hand.pop(candidate_id, None)
        self.changed.set()

    async def _end(self, endings: Sequence[ledger.Ending]) -> Sequence[None]:
        await self.call(ledger.end, self.mine, endings)
        return [None] * len(endings)

    async def _store(self, submissions: Sequence[articles.Submission]) -> Sequence[articles.Outcome]:
        return await self.call(articles.store, self.mine, submissions)

    # in the storage thread

    def _run(self, function: Callable[..., Answer], arguments: Sequence[Any]) -> Answer:
        started, pause = time.monotonic(), _FIRST_PAUSE
        while True:
            try:
                if self._connection is None:
                    self._connection = connect(application="akhbar crawl")
                    if self.crawl is not None:
                        crawls.resume(self._connection, self.crawl)
                return function(self._connection, *arguments)
            except crawls.CrawlLost as error:
                self.error = error
                raise
            except (StorageUnavailable, crawls.CrawlRunning) as error:
                # CrawlRunning on the way back: the server still holds the lease for our cut connection
                self._disconnect()
                if self.crawl is None and isinstance(error, crawls.CrawlRunning):
                    raise
                if self._closing or self.crawl is None or time.monotonic() - started > self.patience:
                    self.error = StorageUnavailable(str(error).strip().split("\n")[0])
                    raise self.error from error
                if pause == _FIRST_PAUSE:
                    logger.warning("The database is away; the crawl waits up to %d s for it", self.patience)
                time.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
