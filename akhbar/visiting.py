"""Visits: a few addresses asked for one after the other, as a crawl asks, and kept nowhere.

For commands that look before they act (probe, new, capture, check): the address guard, robots.txt,
the pace and the User-Agent are those of every crawl; only what enters pages into the corpus is absent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click
from scrapy import Request, signals
from scrapy.http.request import NO_CALLBACK

from akhbar.crawling import Plan, project_settings, run_crawls
from akhbar.fetching import WITHOUT_CORPUS
from crawler.network.authority import origin_of
from crawler.network.faults import name_fault
from crawler.network.pacing import Pacing
from crawler.outlet import Layout, Outlet
from crawler.reading import Facts, Job
from crawler.spider import NewsSpider

if TYPE_CHECKING:
    from crawler.candidate import Candidate
    from crawler.items import Article, Rejection

Answer = TypeVar("Answer")
# the name under which a visit stands among the crawls of a process
VISIT = "visit"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered: a document, or the reason (as in the ledger) why there is none."""

    asked: str
    url: str
    body: bytes = b""
    content_type: str | None = None
    status: int | None = None
    reason: str | None = None


class Visitor(NewsSpider):
    """Runs an errand: a coroutine function that is given this visitor and fetches through it."""

    name = VISIT
    outlet = Outlet("", country="", timezone="")

    def __init__(self, errand: Callable[[Visitor], Awaitable[None]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.errand = errand
        self._sitemaps: dict[str, list[str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Visitor:
        visitor = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(visitor.robots_parsed, signal=signals.robots_parsed)
        return visitor

    async def start(self) -> AsyncIterator[Any]:
        await self.errand(self)
        return
        yield  # an async generator, as Scrapy wants it, that requests nothing by itself

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        self._sitemaps[origin_of(request.url)] = robotparser.sitemaps()

    def sitemaps_of(self, url: str) -> list[str]:
        """The sitemaps that robots.txt of the address's origin names, once something was fetched from it."""
        return self._sitemaps.get(origin_of(url), [])

    async def fetch(self, url: str, *, source: bool = False, once: bool = False) -> Fetched:
        """Ask for an address, politely. `source` allows a sitemap's size, `once` makes no second try."""
        meta: dict[str, Any] = {"dont_retry": True} if once else {}
        if source:
            meta["download_maxsize"] = self.settings.getint("SOURCE_MAXSIZE")
        assert self.crawler.engine is not None
        try:
            request = Request(url, callback=NO_CALLBACK, meta=meta, dont_filter=True)
            response = await self.crawler.engine.download_async(request)
        except Exception as fault:  # whatever it was, the address gave no document: named as in a crawl
            reason, status, _ = name_fault(fault)
            return Fetched(url, url, status=status, reason=reason)
        header = response.headers.get("Content-Type")
        return Fetched(
            asked=url,
            url=response.url,
            body=response.body,
            content_type=header.decode("latin-1") if header else None,
            status=response.status,
            reason=f"http_{response.status}" if response.status >= 400 else None,
        )

    async def rest(self) -> None:
        """Wait for as long as the slowest host visited wants between two requests, before others go on."""
        pacing = self.crawler.get_downloader_middleware(Pacing)
        if pacing is not None:
            await asyncio.sleep(max((pace.delay(pacing.floor) for pace in pacing.hosts.values()), default=0))

    async def read(
        self,
        fetched: Fetched,
        *,
        outlet: Outlet,
        layout: Layout | None = None,
        candidate: Candidate | None = None,
        spider: type[NewsSpider] | None = None,
    ) -> Article | Rejection:
        """Read a fetched page in a reader process, as a crawl does."""
        assert self.readers is not None
        return await self.readers.read(
            Job(
                body=fetched.body,
                url=fetched.url,
                content_type=fetched.content_type,
                candidate=candidate,
                fetched_at=datetime.now(UTC),
                facts=Facts(
                    outlet=outlet,
                    layout=layout or Layout(),
                    spider=spider if spider and spider._reads_itself() else None,
                ).pack(),
            )
        )


def plan_visit(
    errand: Callable[[Visitor], Awaitable[Answer]],
    answers: list[Answer | Exception],
    of: type[NewsSpider] | None = None,
) -> Plan:
    """A round of `run_crawls` that runs an errand and appends its answer, or its exception, to `answers`.

    `of` is the outlet whose hosts and settings (its pace) are kept to; by default any host is asked.
    """

    async def run(visitor: Visitor) -> None:
        try:
            answers.append(await errand(visitor))
        except Exception as fault:  # Scrapy would only log it; `answer_of` raises it
            answers.append(fault)

    own = (of.custom_settings or {}) if of else {}
    settings = {
        **own,
        "EXTENSIONS": WITHOUT_CORPUS["EXTENSIONS"],
        "SPIDER_MIDDLEWARES": {},
        "ITEM_PIPELINES": {},
    }
    facts = {"custom_settings": settings, "allowed_domains": list(of.allowed_domains) if of else []}
    return Plan(type("Visitor", (Visitor,), facts), {"errand": run})


def visit(errand: Callable[[Visitor], Awaitable[Answer]], of: type[NewsSpider] | None = None) -> Answer:
    """Run one errand and return its answer; what it raises is raised. Once in a process."""
    answers: list[Answer | Exception] = []
    settings = project_settings({"LOG_LEVEL": "ERROR", "READER_PROCESSES": 1, "ARCHIVE_ENABLED": False})
    results = run_crawls([[plan_visit(errand, answers, of)]], settings)
    if not answers and (fault := next((result.error for result in results if result.error), None)):
        raise fault
    return answer_of(answers)


def answer_of(answers: list[Answer | Exception]) -> Answer:
    """The answer of a visit that has ended; raises what it raised, `click.Abort` if it was interrupted."""
    if not answers:
        raise click.Abort
    answer = answers[0]
    if isinstance(answer, Exception):
        raise answer
    return answer
