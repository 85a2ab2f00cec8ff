"""Looking back: what a crawl that was told `--since` asks for once nothing fresh is left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from crawler.candidate import Candidate
from crawler.discovery.backfill import DateArchive, IdRange, Tried, why_ended
from crawler.items import SourceReport

if TYPE_CHECKING:
    from scrapy.http import Request

    from crawler.spider import NewsSpider

# whether an address gave an article (None: not known yet), and when that was published
Met = tuple[bool | None, datetime | None]


class Known(Protocol):
    """What remembers the addresses of the outlet and what became of them."""

    async def known_numbers(self, pattern: str, limit: int) -> Mapping[int, Met]:
        """The highest numbers among the addresses; `pattern` has the number as its group."""

    async def met_addresses(self, urls: Sequence[str]) -> Mapping[str, Met]: ...

    async def record(self, candidates: Sequence[Candidate]) -> int: ...

    async def end_source(self, report: SourceReport) -> None: ...


async def look_back(
    spider: NewsSpider, known: Known, since: datetime, until: datetime | None
) -> AsyncIterator[Request | None]:
    """The outlet's date archives and id ranges, a step at a time, newest first.

    A step is the request of an archive page, or None where addresses were recorded. The next one is to be
    taken when what came of it is done: an id range goes by what its numbers were.
    """
    for source in spider.sources:
        if isinstance(source, DateArchive):
            for page in source.pages(since, until or datetime.now(UTC), ZoneInfo(spider.outlet.timezone)):
                # the pages that follow one day's page are counted by themselves
                spider.asked_sources.clear()
                yield spider.request_source(page)
        elif isinstance(source, IdRange):
            async for _ in _count_down(source, known, since):
                yield None


async def _count_down(source: IdRange, known: Known, since: datetime) -> AsyncIterator[None]:
    met = dict(await known.known_numbers(source.pattern, source.at_most))
    tried: list[Tried] = []
    ended = None if met else "no address in the ledger has such a number"
    lowest = max(met, default=0) + 1
    while ended is None and lowest > 1:
        numbers = range(lowest - 1, max(0, lowest - 1 - source.batch), -1)
        lowest = numbers[-1]
        new = {source.address(number): number for number in numbers if number not in met}
        if new:
            await known.record([Candidate(url=url, source=source.url, backfill=True) for url in new])
            yield
            outcomes = await known.met_addresses(list(new))
            met |= {new[url]: outcome for url, outcome in outcomes.items()}
        tried += [Tried(number, *met.get(number, (None, None))) for number in numbers]
        ended = why_ended(source, tried, since)
    await known.end_source(
        SourceReport(
            url=source.url,
            kind=type(source).__name__,
            listed=len(tried),
            found=sum(one.is_article is True for one in tried),
            damaged=None if ended == "since" else ended,
        )
    )
