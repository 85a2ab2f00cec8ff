"""The crawl's benchmark without what Akhbar adds: Scrapy as it comes fetches the pages, the same readers read them.

Run by `tests.benchmarks.crawl` as `python -m tests.benchmarks.crawl_bare ROOT PAGES READERS`. Nothing is archived,
judged or kept, no ledger is asked and no pace is held: what a crawl by Scrapy cannot be faster than.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

from crawler.outlet import Layout, Outlet
from crawler.reading import Facts, Job, Readers
from tests.benchmarks.crawl_pages import Pages

SETTINGS = {
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_LEVEL": "WARNING",
}


class BareSpider(scrapy.Spider):
    name = "bare"

    def __init__(self, urls: Sequence[str], readers: Readers) -> None:
        super().__init__()
        self.urls, self.readers = urls, readers
        self.facts = Facts(
            outlet=Outlet("القياس", country="IQ", timezone="Asia/Baghdad"), layout=Layout()
        ).pack()
        self.read = 0
        self.started = self.ended = 0.0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for url in self.urls:
            yield scrapy.Request(url, dont_filter=True)

    async def parse(self, response: Response) -> None:
        await self.readers.read(
            Job(
                body=response.body,
                url=response.url,
                content_type="text/html; charset=utf-8",
                candidate=None,
                fetched_at=datetime.now(UTC),
                facts=self.facts,
            )
        )
        self.ended = time.perf_counter()
        self.started = self.started or self.ended
        self.read += 1


def main() -> int:
    root, count, processes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    pages = Pages(root)
    readers = Readers(processes=processes, time_limit=20.0)
    runner = CrawlerProcess(SETTINGS)
    crawler = runner.create_crawler(BareSpider)
    runner.crawl(crawler, urls=[pages.url(number) for number in range(count)], readers=readers)
    runner.start()
    spider = crawler.spider
    assert isinstance(spider, BareSpider)
    print(json.dumps({"pages": spider.read, "seconds": spider.ended - spider.started}))
    readers.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
