"""Host state: what earlier crawls, on any machine, learned of a host's pace and robots.txt."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol, Self, cast
from urllib.parse import urlsplit

from scrapy.utils.misc import load_object

from corpus import hosts

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.spider import NewsSpider
    from pipelines.session import Session


class HostMemory(Protocol):
    """A downloader middleware that remembers hosts: its state by host, as JSON values, out and in."""

    def snapshot(self) -> dict[str, dict[str, Any]]: ...

    def restore(self, states: dict[str, dict[str, Any]]) -> None: ...


class HostState:
    """Hands each host's state to the crawl before its first request and keeps it after (a Scrapy extension).

    `Admission` calls `load`, `Session` calls `keep`: the one when there is a connection, the other while there is.

    The setting `HOST_MEMORIES` names the middlewares that remember, each under the name that its
    part of a host's state has.
    """

    def __init__(self, crawler: Crawler):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def load(self, session: Session) -> None:
        """Take over what is known of the outlet's hosts and of those that its sources are on."""
        spider = cast("NewsSpider", self.crawler.spider)
        asked = {urlsplit(source.url).netloc.lower() for source in spider.sources}
        asked |= {host for domain in spider.allowed_domains for host in (domain, f"www.{domain}")}
        known = await session.call(hosts.load, asked)
        for name, memory in self._memories().items():
            memory.restore({host: state[name] for host, state in known.items() if name in state})

    async def keep(self, session: Session) -> None:
        """Keep what this crawl learned."""
        states: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, memory in self._memories().items():
            for host, state in memory.snapshot().items():
                states[host][name] = state
        await session.call(hosts.keep, states)

    def _memories(self) -> dict[str, HostMemory]:
        named = {
            name: self.crawler.get_downloader_middleware(load_object(path))
            for name, path in self.crawler.settings.getdict("HOST_MEMORIES").items()
        }
        return {name: memory for name, memory in named.items() if memory is not None}
