"""Replay: a crawl answered from WARC files, without one connection.

Spiders, readers, pipelines and the ledger are those of a live crawl. Relative dates read right,
because each page comes with the time when it was fetched.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.candidate import Candidate
from crawler.discovery import Listing, Source
from crawler.network.archive import FETCHED_AT, PLACE
from crawler.network.guard import AddressDenied
from crawler.network.refusal import Refused
from crawler.network.warc import (
    OPEN,
    Place,
    TooLargeRecordError,
    UnreadableRecordError,
    digest_of,
    read_date,
    read_record,
    write_date,
)
from crawler.network.warc_folder import archive_root
from crawler.network.warc_index import Index, index_files

SCHEME = "archive"
_PAGES_AT_ONCE = 2_000  # addresses; each may have many pages, and all of them are one answer


class ArchivedPages(Source):
    """The pages that the archives hold, as a source: `archive://pages/0` is the first lot of their addresses.

    A line is a page: its WARC-Date, a tab, its address. `fetched_at` of its candidate says which page is meant.
    """

    __slots__ = ()

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        lines = body.decode("utf-8", "replace").split("\n") if body else []
        pages = [line.split("\t", 1) for line in lines]
        return Listing(
            candidates=[
                Candidate(url=address, source=self.url, fetched_at=_read_date(at))
                for at, address in pages
                if article_url is None or article_url.search(address)
            ],
            listed=len(lines),
        )


def _read_date(text: str) -> datetime | None:
    try:
        return read_date(text)
    except ValueError:  # nor can the page be read then; it is asked for as if it were the only one
        return None


def sources_of(index: Index, sources: Sequence[Source]) -> Iterator[Source]:
    """The outlet's own sources that the archives hold, then every page in them."""
    yield from (source for source in sources if index.find(source.url))
    for lot in range(-(-len(index.pages) // _PAGES_AT_ONCE)):
        yield ArchivedPages(f"{SCHEME}://pages/{lot}")


class ReplayHandler(BaseDownloadHandler):
    """Download handler. Settings: REPLAY_FILES (paths), REPLAY_HOSTS (whose pages are wanted; empty: all).

    Reasons: `not_archived` (failed: the files do not hold the address), `archive_damaged`,
    `too_large`. A candidate with `fetched_at` is answered by its page of that time, all else by the last answer. Sets
    the answer's time in the request's meta, and its place where the file is of our own archive.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self.files = [Path(name) for name in settings.getlist("REPLAY_FILES")]
        self.hosts = settings.getlist("REPLAY_HOSTS")
        self.root = archive_root(settings.get("ARCHIVE_FOLDER"))
        self.max_size = settings.getint("DOWNLOAD_MAXSIZE")

    async def download_request(self, request: Request) -> Response:
        return await asyncio.to_thread(self._answer, request)

    def _answer(self, request: Request) -> Response:
        index = index_files(self.files, self.hosts)
        for name in (PLACE, FETCHED_AT):  # a redirect brings along those of the page that led here
            request.meta.pop(name, None)
        if request.url.startswith(f"{SCHEME}:"):
            first = int(request.url.rpartition("/")[2]) * _PAGES_AT_ONCE
            body = "\n".join(
                f"{spot.at}\t{url}"
                for url in index.pages[first : first + _PAGES_AT_ONCE]
                for spot in index.find_pages(url)
            ).encode("utf-8", "replace")
            return Response(request.url, body=body, headers={"Content-Type": "text/plain; charset=utf-8"})
        at = getattr(request.meta.get("candidate"), "fetched_at", None)
        pages = index.find_pages(request.url) if at is not None else []
        spot = next((page for page in pages if _read_date(page.at) == at), index.find(request.url))
        if spot is None:
            raise Refused("not_archived", request.url, failed=True)
        max_size = request.meta.get("download_maxsize", self.max_size)
        try:
            answer = read_record(spot.path, spot.offset, max_size=max_size)
        except TooLargeRecordError as fault:
            raise Refused("too_large", str(fault)) from fault
        except UnreadableRecordError as fault:
            raise Refused("archive_damaged", str(fault), failed=True) from fault
        request.meta[FETCHED_AT] = answer.at
        path = spot.path.absolute()
        if path.is_relative_to(self.root):
            place = Place(
                str(path.relative_to(self.root)).removesuffix(OPEN),
                spot.offset,
                spot.length,
                digest_of(answer.body),
                write_date(answer.at),
            )
            request.meta[PLACE] = place.as_dict()
        headers = Headers()
        for name, value in answer.headers:
            headers.appendlist(name, value)
        kind = responsetypes.from_args(headers=headers, url=request.url, body=answer.body)
        return kind(request.url, status=answer.status, headers=headers, body=answer.body)


class NoNetwork:
    """Scrapy extension in the place of the address guard: no connection at all, wherever it leads."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        from twisted.internet import reactor

        running: Any = reactor
        running.connectTCP = refuse
        running.installNameResolver(NoNames())
        return cls()


class NoNames:
    """Stands where the reactor looks up names."""

    def resolveHostName(self, receiver: Any, host: str, port: int = 0, *args: Any, **kwargs: Any) -> Any:  # noqa: N802
        refuse(host, port)


def refuse(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
    """Stands where the reactor opens connections."""
    raise AddressDenied(host, port, "archives are replayed without a network")
