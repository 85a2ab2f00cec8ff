"""Backfill: what a crawl that was told `--since` asks for once nothing fresh is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from corpus import backfill
from crawler.candidate import Candidate
from crawler.discovery.backfill import DateArchive, IdRange, Tried, why_ended
from crawler.items import SourceReport

if TYPE_CHECKING:
    from scrapy.http import Request

    from crawler.spider import NewsSpider
    from pipelines.session import Session


class Backfill:
    """The date archives and id ranges of an outlet, a step at a time.

    A step is taken when nothing that the ledger holds is due and nothing is in hand; so fresh news is always
    first, and the pages of a step are done before the next one.
    """

    def __init__(self, session: Session, spider: NewsSpider):
        self.session = session
        self.spider = spider

    async def steps(self) -> AsyncIterator[Request | None]:
        """Each step: the request of an archive page, or None where addresses were entered in the ledger."""
        since = self.session.since
        if since is None:
            return
        until = self.session.until or datetime.now(UTC)
        for source in self.spider.sources:
            if isinstance(source, DateArchive):
                for page in source.pages(since, until, ZoneInfo(self.spider.outlet.timezone)):
                    # pages that follow one day's page are counted by themselves
                    self.spider.asked_sources.clear()
                    yield self.spider.request_source(page)
            elif isinstance(source, IdRange):
                async for _ in self._count_down(source, since):
                    yield None

    async def _count_down(self, source: IdRange, since: datetime) -> AsyncIterator[None]:
        """Enter the numbers of a range in the ledger, a batch at a time, until it ends."""
        session = self.session
        met = await session.call(backfill.known_numbers, session.mine, source.pattern, source.at_most)
        tried: list[Tried] = []
        ended = None if met else "no address in the ledger has such a number"
        lowest = max(met, default=0) + 1
        while ended is None and lowest > 1:
            numbers = range(lowest - 1, max(0, lowest - 1 - source.batch), -1)
            lowest = numbers[-1]
            new = {source.address(number): number for number in numbers if number not in met}
            if new:
                await session.record([Candidate(url=url, source=source.url, backfill=True) for url in new])
                yield
                for url, outcome in (
                    await session.call(backfill.met_addresses, session.mine, list(new))
                ).items():
                    met[new[url]] = outcome
            tried += [Tried(number, *met.get(number, (None, None))) for number in numbers]
            ended = why_ended(source, tried, since)
        await session.end_source(
            SourceReport(
                url=source.url,
                kind=type(source).__name__,
                listed=len(tried),
                found=sum(one.is_article is True for one in tried),
                damaged=None if ended == "since" else ended,
            )
        )
