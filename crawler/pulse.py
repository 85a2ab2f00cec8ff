"""Pulse: whether the event loop kept its time, and how quickly the crawl went."""

from __future__ import annotations

import asyncio
from time import monotonic, thread_time
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler

from crawler import collector
from crawler.items import Article

_BEAT = 0.02  # seconds between two looks
_LONG = 0.05  # seconds; a loop held up for longer delays every host that the process crawls


class Pulse:
    """Scrapy extension that beats fifty times a second and notes each beat that came late.

    A beat is late by as long as something held the loop up. Where the loop's own thread has computed
    for as long (`longest_work_ms`), it is code that should run in a thread or another process;
    otherwise the cores were busy with something else.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.longest = 0.0
        self.work = 0.0
        self.late = 0
        self.articles = 0
        self.first: float | None = None
        self.last: float | None = None
        self._beating: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pulse = cls(crawler)
        crawler.signals.connect(pulse.open, signal=signals.spider_opened)
        crawler.signals.connect(pulse.item_scraped, signal=signals.item_scraped)
        crawler.signals.connect(pulse.close, signal=signals.spider_closed)
        return pulse

    def open(self) -> None:
        collector.calm()
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    def close(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
        for name, value in self.write().items():
            self.crawler.stats.set_value(f"pulse/{name}", value)

    def item_scraped(self, item: Any) -> None:
        """Scrapy sends this when the item has passed every pipeline: an article is then stored."""
        if isinstance(item, Article):
            self.articles += 1
            self.last = monotonic()
            self.first = self.first or self.last

    def write(self) -> dict[str, Any]:
        """The longest block and how many were over 50 ms; the articles, and the seconds from first to last."""
        spent = self.last - self.first if self.first and self.last else 0.0
        return {
            "longest_block_ms": round(self.longest * 1000, 1),
            "blocks_over_50_ms": self.late,
            "longest_work_ms": round(self.work * 1000, 1),
            "articles": self.articles,
            "seconds": round(spent, 3),
        }

    async def _beat(self) -> None:
        while True:
            due, worked = monotonic() + _BEAT, thread_time()
            await asyncio.sleep(_BEAT)
            late, worked = monotonic() - due, thread_time() - worked
            self.longest = max(self.longest, late)
            self.late += late > _LONG
            # what was done while the beat was not yet due held up nobody
            self.work = max(self.work, min(worked, late))
