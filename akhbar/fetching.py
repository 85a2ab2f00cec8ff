"""Live pages for commands that read a few of them: fetched as a crawl fetches, kept nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import click

from akhbar.crawling import Plan, project_settings, run_crawls
from akhbar.outlets import facts_of, find_outlet, outlet_of
from crawler.candidate import Candidate
from crawler.items import Article, Rejection
from crawler.outlet import Outlet
from crawler.spider import NewsSpider

# what enters pages into the corpus has no part in reading one for a person
WITHOUT_CORPUS: dict[str, Any] = {
    "EXTENSIONS": {"crawler.network.guard.AddressGuard": 0},
    "SPIDER_MIDDLEWARES": {},
    "ITEM_PIPELINES": {"akhbar.fetching.Gather": 0},
    "READER_PROCESSES": 1,
    "ARCHIVE_ENABLED": False,
    "HOST_MEMORIES": {},
    "TDMREP_ASK": False,
}


class PageSpider(NewsSpider):
    """Fetches the addresses it is given, by the rules of every crawl, and reads them."""

    name = "page"
    outlet = Outlet("", country="", timezone="")

    def __init__(self, urls: Sequence[str], results: dict[str, Article | Rejection], **kwargs: Any) -> None:
        """`results` receives what each address gave."""
        super().__init__(**kwargs)
        self.urls, self.results = urls, results

    async def start(self) -> AsyncIterator[Any]:
        for url in self.urls:
            yield self.request_page(Candidate(url=url, source=url))


class Gather:
    """Puts what was read where the caller of `fetch_pages` finds it (a Scrapy item pipeline)."""

    def __init__(self, crawler: Any):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> Gather:
        return cls(crawler)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article | Rejection) and item.candidate is not None:
            self.crawler.spider.results[item.candidate.url] = item
        return item


def require_contact() -> None:
    """Raise wrong use where AKHBAR_CONTACT is not set: outlets must be able to reach who visits them."""
    from crawler import settings as defaults

    if not defaults.CONTACT:
        raise click.UsageError(
            "set AKHBAR_CONTACT to a URL or mailbox first: live visits tell outlets whom to write to, "
            "e.g. export AKHBAR_CONTACT=https://example.org/crawler"
        )


def fetch_pages(urls: Sequence[str], outlet: str | None = None) -> dict[str, Article | Rejection]:
    """Fetch and read addresses, politely and guarded; one result an address, a Rejection where it failed.

    `outlet` is the slug of the outlet whose facts are used; by default the one that the address
    tells. Raises wrong use where AKHBAR_CONTACT is not set.
    """
    require_contact()
    results: dict[str, Article | Rejection] = {}
    plans = []
    for url in dict.fromkeys(urls):
        spider = find_outlet(outlet) if outlet else outlet_of(url)
        facts, layout = facts_of(spider) if spider else (PageSpider.outlet, PageSpider.layout)
        plans.append(Plan(PageSpider, {"urls": [url], "results": results, "outlet": facts, "layout": layout}))
    run_crawls([plans], project_settings({"LOG_LEVEL": "ERROR", **WITHOUT_CORPUS}))
    missing = Rejection(url="", reason="not_fetched")
    return {url: results.get(url, missing) for url in urls}
