"""Reader processes: pages are read beside the event loop, within a time and a memory limit.

Reading a page costs tens of milliseconds, a hostile one seconds; in Scrapy's own process
either would stall every download. A reader that hangs is killed and replaced, and its page is
rejected as `too_slow`; one that dies (out of memory, a fault in a C library) takes only its
page with it: `reader_died`.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import multiprocessing
import os
import pickle
import re
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, Protocol

from pebble import ProcessExpired, ProcessPool

from crawler import collector
from crawler.candidate import Candidate
from crawler.discovery import Listing, Source
from crawler.items import Article, Rejection
from crawler.network.clock import time_readers
from crawler.outlet import Layout, Outlet

if TYPE_CHECKING:
    from crawler.extraction.page import Page
    from crawler.spider import NewsSpider

# a page of 5 MB with its tree and trafilatura's copies stays far under this; a bomb does not
_MEMORY_LIMIT = 2 * 1024**3
# a fresh process now and then gives back what lxml's allocator keeps
_PAGES_PER_PROCESS = 5_000
# below, reading a source takes some 20 ms, for which no process should have to be started
_SMALL_SOURCE = 64 * 1024
# candidates that the event loop takes over at once: some milliseconds
_AT_ONCE = 1_000
# outlets whose facts a reader process keeps
_OUTLETS = 16
# what runs in the event loop goes before what is read beside it
_NICENESS = 5
_PR_SET_PDEATHSIG = 1


class Judge(Protocol):
    """A pipeline that needs nothing but the article, and only adds to it."""

    def process_item(self, item: Article) -> Article: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What reading needs to know of an outlet, the same for all its pages.

    `furniture` are the hashes of the lines that recur on the outlet's pages.
    `spider` is the outlet's class where it reads or mends pages by code of its own; an instance
    of it is made in the reader process. `judges` are the dotted names of pipelines that each
    article passes there.
    """

    outlet: Outlet
    layout: Layout
    furniture: frozenset[int] = frozenset()
    spider: type[NewsSpider] | None = None
    judges: tuple[str, ...] = ()

    def pack(self) -> bytes:
        """The facts as a `Job` carries them. Pack once for many pages: furniture may be thousands of lines."""
        return pickle.dumps(self, pickle.HIGHEST_PROTOCOL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One fetched page to be read, with its outlet's packed `Facts`."""

    body: bytes
    url: str
    content_type: str | None
    candidate: Candidate | None
    fetched_at: datetime
    facts: bytes


class Readers:
    """A pool of reader processes, shared by all crawls of this process."""

    _shared: ClassVar[Readers | None] = None

    def __init__(self, *, processes: int, time_limit: float) -> None:
        """`processes` 0 means one for each core; `time_limit` is seconds a page."""
        self.time_limit = time_limit
        time_readers()
        self._pool = ProcessPool(
            max_workers=processes or os.cpu_count() or 1,
            max_tasks=_PAGES_PER_PROCESS,
            initializer=_prepare,
            initargs=(list(sys.path), os.getpid()),
            # a fork of a process with threads (the database lane, the resolver) may deadlock
            context=multiprocessing.get_context("spawn"),
        )
        atexit.register(self.close)

    @classmethod
    def shared(cls, *, processes: int, time_limit: float) -> Readers:
        """The pool of this process, started by the first crawl that asks for it."""
        if cls._shared is None:
            cls._shared = cls(processes=processes, time_limit=time_limit)
        return cls._shared

    async def read(self, job: Job) -> Article | Rejection:
        """Read one page in a reader process; never raises for what the page holds."""
        future = self._pool.schedule(_read, args=(job,), timeout=self.time_limit)
        try:
            result: Article | Rejection = await asyncio.wrap_future(future)
        except (TimeoutError, FutureTimeoutError):
            return Rejection(url=job.url, reason="too_slow", detail=f"over {self.time_limit:g} s")
        except ProcessExpired as death:
            return Rejection(url=job.url, reason="reader_died", detail=str(death)[:200])
        except MemoryError:
            return Rejection(url=job.url, reason="reader_died", detail="out of memory")
        return result

    async def read_source(
        self,
        source: Source,
        body: bytes,
        url: str,
        *,
        content_type: str | None,
        article_url: re.Pattern[str] | None,
    ) -> Listing:
        """Read what a source answered; a large one in a reader process, for a sitemap may take seconds.

        Raises TimeoutError after ten times the limit of a page.
        """
        read = partial(source.read, body, url, content_type=content_type, article_url=article_url)
        if len(body) < _SMALL_SOURCE:
            return await asyncio.to_thread(read)
        future = self._pool.schedule(_read_source, args=(read,), timeout=10 * self.time_limit)
        listing, parts = await asyncio.wrap_future(future)
        found: list[Candidate] = []
        for part in parts:
            found += pickle.loads(part)  # noqa: S301 - from our own process
            await asyncio.sleep(0)
        return replace(listing, candidates=found)

    def close(self) -> None:
        """Stop the processes; pages that are being read are given up."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join(timeout=5)


def _prepare(path: list[str], parent: int) -> None:
    """Set up a reader process: it dies with its crawl, leaves Ctrl-C to it, and is bounded in memory."""
    sys.path[:] = path
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        # a crawl that is killed with SIGKILL must not leave readers behind (prctl(2))
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))
    os.nice(_NICENESS)
    # the first page should not pay for the imports
    import crawler.extraction.reader  # noqa: F401

    collector.calm()


@lru_cache(_OUTLETS)
def _unpack(facts: bytes) -> tuple[Facts, list[Judge]]:
    unpacked: Facts = pickle.loads(facts)  # noqa: S301 - from our own process
    named = (name.rpartition(".") for name in unpacked.judges)
    return unpacked, [getattr(import_module(module), judge)() for module, _, judge in named]


def _read(job: Job) -> Article | Rejection:
    from crawler.extraction.reader import read

    facts, judges = _unpack(job.facts)
    result = read(
        job.body,
        job.url,
        content_type=job.content_type,
        outlet=facts.outlet,
        layout=facts.layout,
        candidate=job.candidate,
        fetched_at=job.fetched_at,
        furniture=facts.furniture,
        extract=partial(_read_by_outlet, facts, job.candidate) if facts.spider else None,
    )
    if isinstance(result, Article):
        for judge in judges:
            judge.process_item(result)
    return result


def _read_by_outlet(facts: Facts, candidate: Candidate | None, page: Page) -> Article | Rejection:
    """Read a page by the code of its outlet's own spider."""
    assert facts.spider is not None
    spider = facts.spider()
    spider.furniture = facts.furniture
    result = spider.extract(page, candidate)
    return spider.clean(result, page) if isinstance(result, Article) else result


def _read_source(read: Callable[[], Listing]) -> tuple[Listing, list[bytes]]:
    """A listing without its candidates, and these packed in parts: a whole sitemap would hold up the loop."""
    listing = read()
    found = listing.candidates
    parts = [pickle.dumps(found[at : at + _AT_ONCE]) for at in range(0, len(found), _AT_ONCE)]
    return replace(listing, candidates=[]), parts
