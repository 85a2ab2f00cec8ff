"""Session: one crawl's connection to the corpus, shared by everything that judges and keeps.

All database work of a crawl runs in one thread, one call after the other, so the event loop
never waits for Postgres and the crawl needs one connection; another links what was stored
(`corpus.upkeep`). When the storage goes away, that thread waits and tries again; the crawl holds
still behind it and loses nothing.

A call whose COMMIT was not acknowledged is made again on a new connection: every call of the corpus
may be repeated, because it only touches rows that the crawl still holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from scrapy import signals
from scrapy.utils.misc import load_object

from corpus import announcements, articles, claims, crawls, endings, history, ledger, sources
from corpus.account import articles_since_yesterday
from corpus.database import connect
from corpus.silence import read_silences
from corpus.transaction import cut
from corpus.unavailable import StorageUnavailable
from corpus.upkeep import Upkeep
from crawler.candidate import Candidate
from crawler.items import SourceReport
from pipelines.batch import Batch
from pipelines.fields import FieldCount
from pipelines.host_state import HostState
from pipelines.verdict import find_losses, judge

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from corpus.transaction import Connection
    from crawler.spider import NewsSpider

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class ArchiveUnavailable(StorageUnavailable):
    """The database is there, the disk of the raw archive is not, or is nearly full."""


# faults after which this crawl may or can write no more
STORAGE_ENDS = (StorageUnavailable, crawls.CrawlLost)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 15.0  # seconds between tries while the storage is away
_LOOK_UP = 0.2  # seconds: how often a wait looks whether the crawl was told to stop
_FIRST_PATIENCE = 10.0  # seconds for the first call, where the server was there and then cut us off
# An article of twelve that are stored together costs a third more than one of fifty. But what waits to be stored
# is part of the CLAIM_AHEAD that are in hand: with fifty the readers stood still a seventh of the time
_STORED_AT_ONCE, _STORED_AFTER = 32, 1.0
_LINKING = 30.0  # seconds that the last copies of a crawl may take to be linked
_GRACE = 5.0  # seconds that a call may go on for once the crawl was told to stop


class Session:
    """A crawl's row, its lease, its work in hand and its way to the database (a Scrapy extension)."""

    ends = STORAGE_ENDS

    def __init__(self, crawler: Crawler):
        settings = crawler.settings
        self.crawler = crawler
        self.patience = settings.getfloat("STORAGE_PATIENCE")
        self.limit: int | None = settings.getint("CRAWL_LIMIT") or None
        self.since: datetime | None = settings.get("CRAWL_SINCE")
        self.until: datetime | None = settings.get("CRAWL_UNTIL")
        self.crawl: crawls.Crawl | None = None
        self.in_hand: dict[int, Candidate] = {}
        # of a replay: pages that archives hold and nobody may have read, by their rows
        self.pages: deque[tuple[int, datetime]] = deque()
        self.claimed = 0
        self.went_back = False
        self.open_sources: set[str] = set()
        self.listings: dict[str, set[int]] = {}
        self.reports: list[SourceReport] = []
        self.verdict: str | None = None
        self.changed = asyncio.Event()
        self.sum: ledger.LedgerSum | None = None
        self.error: Exception | None = None
        self.counts: Counter[str] = Counter()
        self.receipt: dict[str, Any] = {}
        self.pulse: dict[str, Any] = {}
        self.fields = FieldCount()
        self._errands: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy_since: float | None = None
        self._watch: asyncio.Task[None] | None = None
        self._lane = ThreadPoolExecutor(1, thread_name_prefix="storage")
        self._connection: Connection | None = None
        self._upkeep = Upkeep()
        self._endings: Batch[endings.Ending, None] = Batch(self._end)
        self._submissions: Batch[articles.Submission, articles.Outcome] = Batch(
            self._store, size=_STORED_AT_ONCE, linger=_STORED_AFTER
        )

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
        self._loop = asyncio.get_running_loop()
        self._watch = asyncio.create_task(self._cut_hanging_calls())
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

    @property
    def goes_back(self) -> bool:
        """Whether the crawl is to look for old articles once the fresh ones are done."""
        return self.since is not None and (self.limit is None or self.claimed < self.limit)

    async def record(self, candidates: Sequence[Candidate], source: str | None = None) -> int:
        """Enter addresses that a source announced in the ledger; the number of those that it did not know."""
        seen = self.listings.setdefault(source, set()) if source is not None else None
        new: int = await self.call(announcements.record, self.mine, candidates, seen)
        if self.mine.replay:
            self.pages.extend(await self.call(claims.list_pages, self.mine, candidates))
        self.changed.set()
        return new

    async def claim(self, limit: int) -> list[Candidate]:
        """Take up to `limit` due candidates in hand, freshest first, within the crawl's own limit.

        A replay takes further pages of addresses that have their article after all that is due; a row whose page
        is in hand has to wait with its next one.
        """
        if self.limit is not None:
            limit = min(limit, self.limit - self.claimed)
        if limit <= 0:
            return []
        while True:
            pages = self._next_pages(limit)
            taken = await self.call(self._claim, limit, pages)
            due = {candidate.id for candidate in taken if candidate.fetched_at is None}
            # those for which there was no room beside what was due, and further ones of what was due
            waiting = [
                page for place, page in enumerate(pages) if place >= limit - len(due) or page[0] in due
            ]
            self.pages.extendleft(reversed(waiting))
            if taken or not pages:
                break
        self.claimed += len(taken)
        self.in_hand.update((candidate.id, candidate) for candidate in taken if candidate.id is not None)
        return taken

    def _next_pages(self, limit: int) -> list[tuple[int, datetime]]:
        """Up to `limit` pages of as many rows, none of which is in hand."""
        found: dict[int, datetime] = {}
        for _ in range(len(self.pages)):
            if len(found) == limit:
                break
            row, at = self.pages.popleft()
            if row in self.in_hand or row in found:
                self.pages.append((row, at))
            else:
                found[row] = at
        return list(found.items())

    def _claim(
        self, connection: Connection, limit: int, pages: Sequence[tuple[int, datetime]]
    ) -> list[Candidate]:
        return claims.claim(connection, self.mine, limit, pages=pages, since=self.since, until=self.until)

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
        ending = endings.Ending(
            id=candidate.id,
            state=state,
            reason=reason,
            detail=detail,
            status=status,
            article_id=article,
            archive=candidate.archive,
            fetched_at=candidate.fetched_at,
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
        listing = self.listings.pop(report.url, set())
        await self.call(
            lambda connection: sources.keep_source(
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
                archive=report.archive,
                listing=listing,
            )
        )
        self.reports.append(report)
        self.open_sources.discard(report.url)
        self.changed.set()

    def see_to(self, errand: Coroutine[Any, Any, None]) -> None:
        """Run an errand that nobody can await (Scrapy sends some signals to plain functions only)."""

        async def run() -> None:
            # an outage is noted where it happens, and ends the crawl
            with contextlib.suppress(*STORAGE_ENDS):
                await errand

        task = asyncio.get_running_loop().create_task(run())
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def call(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """Run `function(connection, *arguments)` in the storage thread, waiting out an outage."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._lane, self._run, function, arguments)

    def fail(self, error: Exception) -> None:
        """End the crawl because nothing more can be kept; its rows in hand are due again in the next one."""
        self.error = self.error or error
        engine = self.crawler.engine
        if self._ending is None and engine is not None and engine.spider is not None:
            closing = engine.close_spider_async(reason="storage_unavailable")
            self._ending = asyncio.get_running_loop().create_task(closing)
        # whoever waits for room in hand waits in vain
        self.changed.set()

    async def close(self, reason: str) -> None:
        """End the crawl: rows in hand go back, the counts and the verdict are written, the lease is free."""
        await asyncio.gather(*self._errands, return_exceptions=True)
        if self.crawl is not None and not self._is_adrift():
            try:
                host_state = self.crawler.get_extension(HostState)
                if host_state is not None:
                    await host_state.keep(self)
                self.receipt = self._write_by("CRAWL_RECEIPT")
                self.pulse = self._write_by("CRAWL_PULSE")
                patience = _LINKING if reason == "finished" else _GRACE
                if not await asyncio.to_thread(self._upkeep.finish, patience):
                    logger.info("The copies among the last articles are linked by the next crawl")
                self.sum = await self.call(self._finish, reason)
            except crawls.CrawlLost:
                # another crawl took over; or our own end was written, and the answer to its COMMIT lost
                self.error = StorageUnavailable("the end of the crawl was not acknowledged")
            except Exception as error:
                self.error = self.error or error
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.get_running_loop().run_in_executor(self._lane, self._disconnect)
        self._lane.shutdown(wait=False)
        await asyncio.to_thread(self._upkeep.close)

    def _finish(self, connection: Connection, reason: str) -> ledger.LedgerSum:
        counts: dict[str, Any] = {**self.counts, "receipt": self.receipt, "pulse": self.pulse}
        counts["fields"] = fields = self.fields.rates(self.counts)
        # old pages in old layouts, and numbers that are no article's, tell nothing of how the outlet is
        if reason == "finished" and not self.went_back:
            spider = cast("NewsSpider", self.crawler.spider)
            is_replay = self.mine.replay
            past = history.read_history(connection, self.mine.outlet)
            # archives say what pages were like: nothing of what the outlet announces today, or lacked in its last crawl
            losses = find_losses(fields, history.History(past.usual) if is_replay else past)
            self.verdict = judge(
                self.counts,
                () if is_replay else self.reports,
                articles_today=None if is_replay else articles_since_yesterday(connection, self.mine.outlet),
                daily_articles=spider.daily_articles,
                losses=losses,
            )
            if losses:
                counts["losses"] = losses
            if self.verdict in ("healthy", "thin") and not is_replay:
                silences = read_silences(connection, self.mine.outlet, crawl=self.mine.id)
                self.verdict = "silent" if silences else self.verdict
        crawls.finish(
            connection, self.mine, verdict=self.verdict, counts=counts, stopped=reason != "finished"
        )
        return ledger.ledger_sum(connection, outlet=self.mine.outlet)

    def _write_by(self, setting: str) -> dict[str, Any]:
        """What the extension that a setting names has to say of the crawl."""
        writer = self.crawler.get_extension(load_object(self.crawler.settings[setting]))
        return writer.write() if writer is not None else {}

    def _let_go(self, candidate_id: int) -> None:
        self.in_hand.pop(candidate_id, None)
        self.changed.set()

    async def _end(self, batch: Sequence[endings.Ending]) -> Sequence[None]:
        await self.call(endings.end, self.mine, batch)
        return [None] * len(batch)

    async def _store(self, submissions: Sequence[articles.Submission]) -> Sequence[articles.Outcome]:
        return await self.call(articles.store, self.mine, submissions, self._upkeep)

    def _is_adrift(self) -> bool:
        """Whether the database is given up (and not only the disk of the archive)."""
        ends = (*STORAGE_ENDS, crawls.CrawlRunning)
        return isinstance(self.error, ends) and not isinstance(self.error, ArchiveUnavailable)

    async def _cut_hanging_calls(self) -> None:
        """Cut the connection under a call that never returns, as a server does that is stopped or unplugged."""
        told_at: float | None = None
        while True:
            await asyncio.sleep(_LOOK_UP)
            busy, now = self._busy_since, time.monotonic()
            if told_at is None and not self.crawler.crawling:
                told_at = now
            hangs = busy is not None and now - busy > self.patience
            if busy is not None and told_at is not None:
                hangs = hangs or now - max(busy, told_at) > _GRACE
            if hangs and (connection := self._connection) is not None:
                cut(connection)

    # in the storage thread

    def _run(self, function: Callable[..., Answer], arguments: Sequence[Any]) -> Answer:
        started, pause, told, tries = time.monotonic(), _FIRST_PAUSE, False, 0
        while True:
            if self._is_adrift():
                raise StorageUnavailable(str(self.error)) from self.error
            try:
                answer = self._try(function, arguments)
            except crawls.CrawlLost as error:
                self._give_up(error)
                raise
            except (StorageUnavailable, crawls.CrawlRunning) as error:
                tries += self._connection is not None
                self._disconnect()
                if isinstance(error, crawls.CrawlRunning) and not self._is_own_lease(error, tries):
                    self._give_up(error)
                    if self.crawl is None:
                        raise
                    raise crawls.CrawlLost(str(error)) from error
                waited = time.monotonic() - started
                # a crawl that never had its database does not wait for one, but its first words may be cut off
                patience = self.patience if self.crawl else _FIRST_PATIENCE if tries else 0.0
                if waited > patience or not self.crawler.crawling:
                    given_up = StorageUnavailable(str(error).strip().split("\n")[0])
                    self._give_up(given_up)
                    raise given_up from error
                if not told and waited > 1.0:
                    told = True
                    logger.warning("The database is away; the crawl waits up to %d s for it", self.patience)
                self._wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                if told:
                    logger.warning(
                        "The database is back after %d s; the crawl goes on", time.monotonic() - started
                    )
                return answer

    def _try(self, function: Callable[..., Answer], arguments: Sequence[Any]) -> Answer:
        self._busy_since = time.monotonic()
        try:
            if self._connection is None:
                self._connection = connect(application="akhbar crawl")
                if self.crawl is not None:
                    crawls.resume(self._connection, self.crawl)
            return function(self._connection, *arguments)
        finally:
            self._busy_since = None

    def _is_own_lease(self, running: crawls.CrawlRunning, tries: int) -> bool:
        """Whether the lease is held by the server's end of our own cut connection, which it will notice."""
        if self.crawl is None:
            return tries > 1
        return running.crawl in (None, self.crawl.id)

    def _give_up(self, error: Exception) -> None:
        # here and now, so that the calls that wait behind this one do not wait for their own sake
        self.error = self.error or error
        if self.crawl is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self.fail, error)

    def _wait(self, seconds: float) -> None:
        """Wait, unless the crawl is told to stop meanwhile."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.crawler.crawling:
            time.sleep(min(left, _LOOK_UP))

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
