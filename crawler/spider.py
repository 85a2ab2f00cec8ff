"""NewsSpider: sources → candidates → pages → Articles; the one base class of all outlets."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import scrapy
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response

from crawler.candidate import Candidate
from crawler.discovery import DateArchive, Feed, IdRange, NewsSitemap, Section, Sitemap, Source
from crawler.items import Article, Rejection, SourceReport
from crawler.lookback import Known, look_back
from crawler.network.faults import name_fault
from crawler.outlet import Layout, Outlet
from crawler.reading import Facts, Job, Readers

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from crawler.extraction.page import Page


# announced addresses that are looked at before the event loop has its turn
_AT_ONCE = 500
# what an outlet file needs, from one place
__all__ = [
    "Candidate", "DateArchive", "Feed", "IdRange", "Layout", "NewsSitemap", "NewsSpider", "Outlet", "Section",
    "Sitemap",
]  # fmt: skip


class NewsSpider(scrapy.Spider):
    """An outlet, as facts: subclass it, name it as its file is named, and say where articles are announced.

    - `outlet`: its name, country and time zone; `allowed_domains`: its hosts;
    - `sources`: the feeds, sitemaps and section pages that announce articles, and for `--since` the date
      archives and id ranges in which old ones are found;
    - `article_url`: a regular expression (searched in the whole URL) that article addresses match;
    - `layout`: CSS for what the general reader gets wrong on this outlet, usually nothing;
    - `daily_articles`: how many a day are healthy.

    More power in rising order, one method each: `wants(candidate)` refuses announced addresses,
    `clean(article, page)` mends what was read, `extract(page, candidate)` reads the page itself.
    The last two run in a reader process on a fresh instance. Beyond that stands all of Scrapy.
    """

    outlet: Outlet
    sources: Sequence[Source] = ()
    article_url: str | None = None
    layout: Layout = Layout()
    daily_articles: range | None = None
    allowed_domains: list[str] = []  # noqa: RUF012 (Scrapy's own name and type)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outlet = self.describe(self.outlet, self.name, self.allowed_domains)
        self.article_pattern = re.compile(self.article_url) if self.article_url else None
        self.asked_sources: set[str] = set()
        # what the corpus has learned of this outlet's pages, where there is a corpus
        self.furniture: frozenset[int] = frozenset()
        self.readers: Readers | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.readers = Readers.shared(
            processes=crawler.settings.getint("READER_PROCESSES"),
            time_limit=crawler.settings.getfloat("READER_TIME_LIMIT"),
        )
        return spider

    @staticmethod
    def describe(outlet: Outlet, slug: str, hosts: Sequence[str]) -> Outlet:
        """The outlet's facts with its slug and hosts, which its file states only once."""
        return replace(outlet, slug=outlet.slug or slug, hosts=tuple(hosts))

    # what an outlet may override

    def wants(self, candidate: Candidate) -> bool:
        """True if the announced address is an article's; by default, if it matches `article_url`."""
        return self.article_pattern is None or self.article_pattern.search(candidate.url) is not None

    def extract(self, page: Page, candidate: Candidate | None) -> Article | Rejection:
        """Read one page. By default the general reader with this outlet's facts."""
        # only reader processes need the reader; it is slow to import
        from crawler.extraction.reader import read_page

        return read_page(
            page, outlet=self.outlet, layout=self.layout, candidate=candidate, furniture=self.furniture
        )

    def clean(self, article: Article, page: Page) -> Article:
        """Mend an article that was read. By default nothing."""
        return article

    @cached_property
    def facts(self) -> bytes:
        """What the reader processes are told with each page; `furniture` as it is at the first one."""
        return Facts(
            outlet=self.outlet,
            layout=self.layout,
            furniture=self.furniture,
            spider=type(self) if self._reads_itself() else None,
            judges=tuple(self.settings.getlist("READER_JUDGES")),
        ).pack()

    # the way of the data

    async def start(self) -> AsyncIterator[Any]:
        if not self.settings.get("CONTACT") and self.settings.getbool("CONTACT_REQUIRED", True):
            self.logger.error("AKHBAR_CONTACT is not set: a live crawl tells outlets whom to write to")
            raise CloseSpider("no_contact")
        for source in self.sources:
            if not source.backfill:
                yield self.request_source(source)

    def look_back(
        self, known: Known, since: datetime, until: datetime | None
    ) -> AsyncIterator[Request | None]:
        """The steps by which old articles are found (`crawler.lookback`), for a crawl that is told `--since`."""
        return look_back(self, known, since, until)

    def request_source(self, source: Source, *, page: int = 1) -> Request:
        """The request for a source; sources go before pages, so that fresh news is known first.

        `page` counts how many sources led here: an index's sitemaps and a section's next pages.
        """
        self.asked_sources.add(source.url)
        return Request(
            source.url,
            callback=self.read_source,
            errback=self.miss_source,
            cb_kwargs={"source": source},
            meta={"source": source, "page": page, "download_maxsize": self.settings.getint("SOURCE_MAXSIZE")},
            priority=10,
            dont_filter=True,
        )

    def request_page(self, candidate: Candidate) -> Request:
        """The request for a candidate's page, conditional where it was fetched before."""
        headers = {"If-None-Match": candidate.etag, "If-Modified-Since": candidate.last_modified}
        return Request(
            candidate.url,
            callback=self.read_page,
            errback=self.miss_page,
            headers={name: value for name, value in headers.items() if value},
            cb_kwargs={"candidate": candidate},
            meta={"candidate": candidate, "handle_httpstatus_list": [304]},
            dont_filter=True,
        )

    async def read_source(self, response: Response, source: Source) -> AsyncIterator[Any]:
        """Yield what a source announces, then one `SourceReport`."""
        assert self.readers is not None
        listing = await self.readers.read_source(
            source,
            response.body,
            response.url,
            content_type=_header(response, "Content-Type"),
            article_url=self.article_pattern,
        )
        found = 0
        for number, candidate in enumerate(listing.candidates):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            if self.wants(candidate):
                found += 1
                yield candidate
        for further in listing.sources:
            if self._follows(further, response):
                yield self.request_source(further, page=response.meta["page"] + 1)
        yield SourceReport(
            url=source.url,
            kind=type(source).__name__,
            status=response.status,
            listed=listing.listed,
            found=found,
            damaged=listing.damaged,
            # an index that has not changed says nothing of the sitemaps that it names
            etag=None if listing.sources else _header(response, "ETag"),
            last_modified=None if listing.sources else _header(response, "Last-Modified"),
            archive=response.meta.get("archive"),
        )

    def miss_source(self, failure: Failure) -> Iterator[SourceReport]:
        """Report a source that could not be fetched; one not modified since has nothing new to say."""
        source = failure.request.cb_kwargs["source"]  # type: ignore[attr-defined]
        reason, status, _ = name_fault(failure.value)
        unchanged = status == 304
        yield SourceReport(
            url=source.url,
            kind=type(source).__name__,
            status=status,
            reason=None if unchanged else reason,
        )

    async def read_page(
        self, response: Response, candidate: Candidate | None = None
    ) -> AsyncIterator[Article | Rejection]:
        """Yield the article of a page, or why it gives none. Also the callback for `scrapy shell` and `parse`."""
        fetched = _validated(candidate, response)
        if response.status == 304:
            yield Rejection(url=response.url, reason="not_modified", status=304, candidate=fetched)
            return
        assert self.readers is not None
        result = await self.readers.read(
            Job(
                body=response.body,
                url=response.url,
                content_type=_header(response, "Content-Type"),
                candidate=candidate,
                fetched_at=response.meta.get("fetched_at") or datetime.now(UTC),
                facts=self.facts,
            )
        )
        result.candidate = fetched
        if isinstance(result, Rejection):
            result.status = response.status
        else:
            result.opt_out = response.meta.get("opt_out", [])
        yield result

    def _follows(self, further: Source, response: Response) -> bool:
        """Whether to read a source that another one names: once, and neither deep nor without end.

        An index may name itself, and a section's `rel=next` may go on for ever.
        """
        return (
            further.url not in self.asked_sources
            and len(self.asked_sources) < self.settings.getint("SOURCES_PER_CRAWL")
            and response.meta["page"] < (further.most_pages or self.settings.getint("SOURCE_DEPTH"))
        )

    @classmethod
    def _reads_itself(cls) -> bool:
        return cls.extract is not NewsSpider.extract or cls.clean is not NewsSpider.clean

    def miss_page(self, failure: Failure) -> Iterator[Rejection]:
        """Say why a candidate's page could not be fetched."""
        request = failure.request  # type: ignore[attr-defined]
        reason, status, passing = name_fault(failure.value)
        yield Rejection(
            url=request.url,
            reason=reason,
            detail=str(failure.value)[:200],
            failed=passing,
            status=status,
            candidate=request.cb_kwargs.get("candidate"),
        )


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _validated(candidate: Candidate | None, response: Response) -> Candidate | None:
    """The candidate with the time and the validators of this response, for the next conditional request."""
    if candidate is None:
        return None
    fetched_at = response.meta.get("fetched_at")
    if response.status == 304:
        return replace(candidate, fetched_at=fetched_at)
    return replace(
        candidate,
        fetched_at=fetched_at,
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
        archive=response.meta.get("archive") or candidate.archive,
    )
