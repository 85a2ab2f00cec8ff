"""Admission: every announced address into the ledger; out of it, as requests, those that are due."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy import signals
from scrapy.exceptions import CloseSpider, NotConfigured
from scrapy.http import Request, Response

from corpus import passages, sources
from corpus.crawls import CrawlRunning, TakenDown
from crawler.candidate import Candidate
from crawler.items import SourceReport
from pipelines.backfill import Backfill
from pipelines.host_state import HostState
from pipelines.session import STORAGE_ENDS, Session

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.spider import NewsSpider

logger = logging.getLogger(__name__)

_RECORD_AT_ONCE = 500


class Admission:
    """The way of candidates in and out of the ledger (a Scrapy spider middleware).

    The ledger is the crawl's queue: pages are requested a few at a time, freshest first, as
    earlier ones end, so that neither a sitemap of a million addresses nor a backfill fills the
    memory or holds up today's news.

    Nothing is taken out before the sources have been read (for SOURCES_FIRST seconds at most): what they
    announce may be fresher than all that waits, and the crawl's budget is for the freshest.
    """

    def __init__(self, crawler: Crawler, session: Session):
        self.crawler = crawler
        self.session = session
        self.ahead = crawler.settings.getint("CLAIM_AHEAD")
        # claimed at once, so that not every page costs a transaction
        self.least = max(1, self.ahead // 4)
        self.patience = crawler.settings.getfloat("SOURCES_FIRST")
        self.validators: dict[str, sources.Validators] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        session = crawler.get_extension(Session)
        if session is None:
            raise NotConfigured
        admission = cls(crawler, session)
        crawler.signals.connect(admission.end_broken, signal=signals.spider_error)
        crawler.signals.connect(admission.end_refused, signal=signals.request_dropped)
        return admission

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """The sources' requests, then the ledger's, until nothing is due and no source is open.

        The crawl's row is opened here and not sooner: `scrapy shell`, which reads a page for a
        person, never asks for what a spider starts with.
        """
        try:
            await self._prepare()
            async for request in start:
                yield self._follow(request)
            async for request in self._take_due():
                yield request
        except (*STORAGE_ENDS, CrawlRunning, TakenDown) as error:
            logger.info("%s", error)
            reasons = {CrawlRunning: "running", TakenDown: "taken_down"}
            raise CloseSpider(reasons.get(type(error), "storage_unavailable")) from error

    async def _prepare(self) -> None:
        spider = cast("NewsSpider", self.crawler.spider)
        await self.session.open()
        host_state = self.crawler.get_extension(HostState)
        if host_state is not None:
            await host_state.load(self.session)
        self.validators = await self.session.call(sources.source_validators, spider.name)
        spider.furniture = await self.session.call(passages.furniture, spider.name)

    async def _take_due(self) -> AsyncIterator[Request]:
        session, spider = self.session, cast("NewsSpider", self.crawler.spider)
        since = session.since
        steps = spider.look_back(Backfill(session), since, session.until) if since is not None else None
        await self._wait_for_sources()
        while True:
            session.changed.clear()
            room = self.ahead - len(session.in_hand)
            due = await session.claim(room) if room >= self.least else []
            for candidate in due:
                try:
                    request = spider.request_page(candidate)
                except ValueError as error:  # Scrapy's, for what is no address
                    await self._end(candidate, "rejected", "malformed_url", detail=str(error)[:200])
                else:
                    yield request
            if due:
                continue
            if session.open_sources or (
                session.in_hand and (room < self.least or session.goes_back or session.pages)
            ):
                await session.changed.wait()
            elif steps is None or not session.goes_back:
                return
            else:
                # nothing that is due is left, and nothing is in hand: the news is done
                try:
                    step = await anext(steps)
                except StopAsyncIteration:
                    return
                session.went_back = True
                if step is not None:
                    yield self._follow(step)

    async def _wait_for_sources(self) -> None:
        """Until no source is open, but not longer than SOURCES_FIRST seconds for a slow one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                while self.session.open_sources:
                    self.session.changed.clear()
                    await self.session.changed.wait()

    async def process_spider_output(
        self, response: Response, result: AsyncIterator[Any]
    ) -> AsyncIterator[Any]:
        """Candidates go into the ledger, before the report that ends their source; all else goes on."""
        found: list[Candidate] = []
        source = getattr(getattr(response.request, "meta", {}).get("source"), "url", None)
        try:
            async for item in result:
                if isinstance(item, Candidate):
                    found.append(item)
                    if len(found) == _RECORD_AT_ONCE:
                        await self.session.record(found, source)
                        found = []
                    continue
                if isinstance(item, SourceReport) and found:
                    await self.session.record(found, source)
                    found = []
                yield self._follow(item)
            if found:
                await self.session.record(found, source)
        except STORAGE_ENDS as error:
            # the session ends the crawl; the source is read again in the next one
            logger.debug("A source's addresses were not entered: %s", error)

    def end_broken(self, failure: Failure, response: Response) -> None:
        """A callback that raised: its page, or its source, ends with the exception's name."""
        request = getattr(response, "request", None)
        if request is None:
            return
        self._end_request(request, f"spider_{type(failure.value).__name__}")

    def end_refused(self, request: Request) -> None:
        """A request that Scrapy's scheduler did not take (a duplicate filter, an extension of an outlet's)."""
        self._end_request(request, "dropped")

    def _end_request(self, request: Request, reason: str) -> None:
        source, candidate = request.meta.get("source"), request.meta.get("candidate")
        if source is not None:
            report = SourceReport(url=source.url, kind=type(source).__name__, reason=reason)
            self.session.see_to(self.session.end_source(report))
        if candidate is not None:
            self.session.see_to(self._end(candidate, "failed", reason))

    async def _end(self, candidate: Candidate, state: str, reason: str, *, detail: str | None = None) -> None:
        await self.session.end(candidate, state, reason, detail=detail)
        self.session.counts[state] += 1
        self.session.counts[f"{state}/{reason}"] += 1

    def _follow(self, item: Any) -> Any:
        """Count a source's request as open, and make it conditional on what the source said last time.

        Its document of then is named, too, so that the archive does not keep the same again.
        """
        source = item.meta.get("source") if isinstance(item, Request) else None
        if source is None:
            return item
        self.session.open_sources.add(source.url)
        known = self.validators.get(source.url)
        if known and known.archive:
            item.meta["archived"] = known.archive
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified} if known else {}
        for name, value in headers.items():
            if value:
                item.headers[name] = value
        return item
