"""Host state: what earlier crawls, on any machine, learned of a host's pace and robots.txt."""

from __future__ import annotations

import asyncio
import contextlib
import time
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


# seconds between two writings of the state while the crawl runs: what a killed crawl forgets at most
_KEEP_EVERY = 10.0


class HostState:
    """Hands each host's state to the crawl before its first request and keeps it after (a Scrapy extension).

    `Admission` calls `load`, `Session` calls `keep`: the one when there is a connection, the other while
    there is. In between the state is kept every few seconds, because a Retry-After binds a crawl that was
    killed as well; a state kept so counts as "asked just now", since the crawl went on after it.

    The setting `HOST_MEMORIES` names the middlewares that remember, each under the name that its
    part of a host's state has.
    """

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self._keeping: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def load(self, session: Session) -> None:
        """Take over what is known of the outlet's hosts and of those that its sources are on."""
        spider = cast("NewsSpider", self.crawler.spider)
        asked = {urlsplit(source.url).netloc.lower() for source in spider.sources}
        asked |= {host for domain in spider.allowed_domains for host in (domain, f"www.{domain}")}
        known = await session.call(hosts.load, asked)
        for state in known.values():
            if state.get("under_way") and "pace" in state:
                state["pace"]["last_request"] = time.time()
        for name, memory in self._memories().items():
            memory.restore({host: state[name] for host, state in known.items() if name in state})

        self._keeping = asyncio.create_task(self._keep_on(session))

    async def keep(self, session: Session) -> None:
        """Keep what this crawl learned, at its end."""
        if self._keeping is not None:
            self._keeping.cancel()
        await session.call(hosts.keep, self._states())

    async def _keep_on(self, session: Session) -> None:
        # the session notes an outage itself, and ends the crawl
        with contextlib.suppress(*session.ends):
            while True:
                await asyncio.sleep(_KEEP_EVERY)
                states = {host: {**state, "under_way": True} for host, state in self._states().items()}
                await session.call(hosts.keep, states)

    def _states(self) -> dict[str, dict[str, Any]]:
        states: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, memory in self._memories().items():
            for host, state in memory.snapshot().items():
                states[host][name] = state
        return states

    def _memories(self) -> dict[str, HostMemory]:
        named = {
            name: self.crawler.get_downloader_middleware(load_object(path))
            for name, path in self.crawler.settings.getdict("HOST_MEMORIES").items()
        }
        return {name: memory for name, memory in named.items() if memory is not None}
