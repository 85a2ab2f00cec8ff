"""Crawls in this process: the one way in which every command and job runs an outlet's spider."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from akhbar.exits import Exit, describe
from akhbar.logs import configure, current
from crawler.network.pacing import Pacing
from crawler.pulse import Pulse
from pipelines.session import Session
from pipelines.store import INTERRUPTED
from pipelines.verdict import UNWELL

if TYPE_CHECKING:
    from corpus.ledger import LedgerSum
    from crawler.spider import NewsSpider

# crawls of different outlets side by side in one process; each is held back by its host's pace,
# so the readers, not the network, are what they share
TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """A crawl to be run: an outlet's spider, and what it is told besides."""

    spider: type[NewsSpider]
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class CrawlResult:
    """What a crawl of one outlet came to."""

    outlet: str
    sum: LedgerSum | None
    counts: dict[str, int]
    reason: str
    error: Exception | None
    verdict: str | None = None
    receipt: dict[str, Any] = field(default_factory=dict)
    pulse: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> Exit:
        """The exit status that this crawl by itself would give."""
        if self.error is not None:
            return describe(self.error)[1]
        if self.sum is not None and not self.sum.holds:
            return Exit.FAULT
        if self.verdict in UNWELL:
            return Exit.UNWELL
        return Exit.DONE


def project_settings(changes: Mapping[str, Any]) -> Settings:
    """Scrapy's settings as `crawler.settings` has them, wherever the command is run, with `changes` on top."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update(changes, priority="cmdline")
    return settings


def run_crawls(
    rounds: Iterable[Sequence[Plan]],
    settings: Settings,
    *,
    watch: Callable[[Sequence[Crawler]], None] = lambda crawlers: None,
) -> list[CrawlResult]:
    """Crawl, round after round, the outlets of a round side by side, until all have ended.

    SIGINT or SIGTERM ends the crawls under way cleanly and begins no more. `watch` is called about
    once a second with the crawls that have begun. May be called once in a process, because
    Twisted's reactor starts once.
    """
    # the log is ours: Scrapy's own handler names neither outlet nor crawl
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    process = _Process(settings)
    configure(settings.get("LOG_LEVEL"))
    begun: list[Crawler] = []
    faults: dict[Crawler, Exception] = {}
    reasons: dict[Crawler, str] = {}

    def interrupted() -> bool:
        return "shutdown" in reasons.values()

    async def crawl_one(plan: Plan, turn: asyncio.Semaphore) -> None:
        async with turn:
            if interrupted():
                return
            crawler = process.create_crawler(plan.spider)
            current.set(crawler)
            begun.append(crawler)
            note = partial(reasons.__setitem__, crawler)
            crawler.signals.connect(lambda reason: note(reason), signal=signals.spider_closed, weak=False)
            try:
                await process.crawl(crawler, **plan.arguments)
            except Exception as error:
                faults[crawler] = error

    async def crawl_all() -> None:
        turn = asyncio.Semaphore(TOGETHER)
        watcher = asyncio.ensure_future(_watch(begun, watch))
        try:
            for plans in rounds:
                await asyncio.gather(*(crawl_one(plan, turn) for plan in plans))
                if interrupted():
                    break
        finally:
            watcher.cancel()
            _stop_reactor()

    task = asyncio.get_event_loop().create_task(crawl_all())
    process.start(stop_after_crawl=False)
    if task.done() and not task.cancelled() and (error := task.exception()):
        raise error
    return [_result_of(crawler, reasons.get(crawler), faults.get(crawler)) for crawler in begun]


def _stop_reactor() -> None:
    from twisted.internet import reactor

    with contextlib.suppress(RuntimeError):  # a second Ctrl-C has stopped it already
        reactor.stop()  # type: ignore[misc]  # Twisted puts the running reactor in the module's place


class _Process(AsyncCrawlerProcess):
    """Scrapy's process, which on Ctrl-C would wait for every request that its host's pace still holds back."""

    async def stop(self) -> None:
        for crawler in list(self.crawlers):
            pacing = crawler.get_downloader_middleware(Pacing) if crawler.crawling else None
            if pacing is not None:
                pacing.release(INTERRUPTED)
        await super().stop()


async def _watch(begun: Sequence[Crawler], watch: Callable[[Sequence[Crawler]], None]) -> None:
    while True:
        await asyncio.sleep(1)
        watch(begun)


def name_of(crawler: Crawler) -> str:
    """The slug of the outlet that a crawl is of."""
    return (crawler.spider or crawler.spidercls).name


def _result_of(crawler: Crawler, reason: str | None, fault: Exception | None) -> CrawlResult:
    # a crawl that failed while it was set up has no extensions yet
    session = crawler.get_extension(Session) if crawler.extensions else None
    pulse = crawler.get_extension(Pulse) if crawler.extensions else None
    return CrawlResult(
        outlet=name_of(crawler),
        sum=session.sum if session else None,
        counts=dict(session.counts) if session else {},
        reason=reason or "not_started",
        verdict=session.verdict if session else None,
        receipt=session.receipt if session else {},
        pulse=pulse.write() if pulse else {},
        error=(session.error if session else None) or fault,
    )
