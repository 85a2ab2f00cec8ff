"""Budget: what one crawl of an outlet may take; when it is spent the crawl ends cleanly."""

from __future__ import annotations

import asyncio
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.network.pacing import Pacing

# the reason of requests that were not sent any more; their rows wait for the next crawl
BUDGET = "budget"


class Budget:
    """Scrapy extension. Settings: CRAWL_BYTES (as received, packed), CRAWL_SECONDS; 0 is without end.

    What is under way is finished, what waits for its turn ends with the reason `budget`, and the crawl
    closes with `budget_bytes` or `budget_seconds`. Pages have a limit of their own (`--limit`), which
    counts what is taken out of the ledger.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.bytes_left: float = crawler.settings.getfloat("CRAWL_BYTES") or float("inf")
        self.seconds = crawler.settings.getfloat("CRAWL_SECONDS")
        self._timer: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        budget = cls(crawler)
        if not crawler.settings.getfloat("CRAWL_BYTES") and not budget.seconds:
            raise NotConfigured
        crawler.signals.connect(budget.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(budget.bytes_received, signal=signals.bytes_received)
        crawler.signals.connect(budget.spider_closed, signal=signals.spider_closed)
        return budget

    def spider_opened(self) -> None:
        if self.seconds:
            self._timer = asyncio.get_running_loop().call_later(self.seconds, self._end, "budget_seconds")

    def bytes_received(self, data: bytes) -> None:
        self.bytes_left -= len(data)
        if self.bytes_left <= 0:
            self._end("budget_bytes")

    def spider_closed(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, reason: str) -> None:
        engine: Any = self.crawler.engine
        if self._ending is not None or engine is None or engine.spider is None:
            return
        pacing = self.crawler.get_downloader_middleware(Pacing)
        if pacing is not None:
            pacing.release(BUDGET)
        self._ending = asyncio.get_running_loop().create_task(engine.close_spider_async(reason=reason))
