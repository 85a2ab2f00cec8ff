"""The raw archive: every page and source document is on disk before anything reads it.

A thread of its own packs and writes; an answer is handed on when its record would outlast a loss
of power. What waits while the disk is busy is synced together, so the wait is one sync for all.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from crawler.network import clock
from crawler.network.optout import NOARCHIVE, OPT_OUT
from crawler.network.refusal import Refused
from crawler.network.warc import Answer, Place, digest_of, make_response, make_revisit, write_date
from crawler.network.warc_folder import ArchiveFolder, archive_root

logger = logging.getLogger(__name__)

# request.meta: the place (a dict) of the answer, when it was fetched (aware), how it was packed on the wire
PLACE = "archive"
ARCHIVED = "archived"  # of a source's request: the place of its last whole document, where it is known
FETCHED_AT = "fetched_at"
_ENCODING = "archive_encoding"
_AT_ONCE = 64  # records that share one sync


@dataclass(frozen=True, slots=True)
class _Errand:
    """An answer to be written, and the earlier one of its address, if it is known."""

    answer: Answer
    seen: Place | None
    done: asyncio.Future[Place | None]


class Archive:
    """Downloader middleware. Stands nearer to the spider than Redirects, Limits and Scrapy's retries, so
    that it sees each final answer once, unpacked and within its bound; redirects it hears of by signal.

    Settings: ARCHIVE_ENABLED, ARCHIVE_FOLDER (default: `archive` in AKHBAR_HOME), ARCHIVE_FILE_SIZE
    and ARCHIVE_MIN_FREE (bytes). Kept are the answers 2xx, 304 and redirects of requests that are for
    a source or a candidate; not a page that says `noarchive` (crawler.network.optout). Sets
    `archive` (a `Place` as a dict) and `fetched_at` in the request's meta. Reason:
    `archive_unavailable` (failed; the crawl must end, nothing of the page was read).
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        # `scrapy shell` reads pages for a person and keeps none
        if not settings.getbool("ARCHIVE_ENABLED", True) or settings.getbool("KEEP_ALIVE"):
            raise NotConfigured
        self.crawler = crawler
        self._errands: SimpleQueue[_Errand | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        archive = cls(crawler)
        crawler.signals.connect(archive.open, signal=signals.spider_opened)
        crawler.signals.connect(archive.response_downloaded, signal=signals.response_downloaded)
        crawler.signals.connect(archive.close, signal=signals.spider_closed)
        return archive

    def open(self) -> None:
        settings, spider = self.crawler.settings, self.crawler.spider
        assert spider is not None
        folder = ArchiveFolder(
            archive_root(settings.get("ARCHIVE_FOLDER")),
            spider.name,
            file_size=settings.getint("ARCHIVE_FILE_SIZE", 200 * 1024**2),
            min_free=settings.getint("ARCHIVE_MIN_FREE", 512 * 1024**2),
            facts={"isPartOf": spider.name, "http-header-user-agent": settings.get("USER_AGENT") or ""},
        )
        loop = asyncio.get_running_loop()
        self._thread = threading.Thread(
            target=self._write_all, args=(folder, loop), name="archive", daemon=True
        )
        self._thread.start()

    async def close(self) -> None:
        """Finish the file; all that was fetched is in it."""
        if self._thread is not None:
            self._errands.put(None)
            await asyncio.to_thread(self._thread.join)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Note how the body was packed, before Limits unpacks it; keep redirects, which go no further."""
        encodings = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        request.meta[_ENCODING] = encodings or None
        if 300 <= response.status < 400 and response.status != 304 and _is_ours(request):
            kept = self._submit(_answer(response, clock.now(), None), None)
            kept.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody waits for it

    async def process_response(self, request: Request, response: Response) -> Response:
        if not _is_ours(request) or not (200 <= response.status < 300 or response.status == 304):
            return response
        # an answer of an archive brings its date, and its place where it lies in this archive already
        at: datetime = request.meta.setdefault(FETCHED_AT, clock.now().replace(microsecond=0))
        if PLACE in request.meta:
            return response
        if NOARCHIVE in request.meta.get(OPT_OUT, ()):
            self.crawler.stats.inc_value("archive/opted_out")
            return response
        candidate = request.meta.get("candidate")
        known = getattr(candidate, "archive", None) if candidate else request.meta.get(ARCHIVED)
        seen = Place.from_dict(known) if known else None
        answer = _answer(response, at, request.meta.get(_ENCODING))
        try:
            place = await self._submit(answer, seen)
        except OSError as fault:
            self.crawler.stats.inc_value("archive/failed")
            raise Refused("archive_unavailable", str(fault), failed=True) from fault
        if place is not None:
            request.meta[PLACE] = place.as_dict()
        return response

    def _submit(self, answer: Answer, seen: Place | None) -> asyncio.Future[Place | None]:
        loop = asyncio.get_running_loop()
        errand = _Errand(answer, seen, loop.create_future())
        if self._thread is None or not self._thread.is_alive():
            errand.done.set_exception(OSError("the archive is closed"))
        else:
            self._errands.put(errand)
        return errand.done

    # in the archive's thread

    def _write_all(self, folder: ArchiveFolder, loop: asyncio.AbstractEventLoop) -> None:
        prepared = False
        while (errand := self._errands.get()) is not None:
            errands: list[_Errand] = [errand]
            ended = False
            while len(errands) < _AT_ONCE and not ended:
                try:
                    further = self._errands.get_nowait()
                except Empty:
                    break
                if further is None:
                    ended = True
                else:
                    errands.append(further)
            # a request may be given up (Ctrl-C) while its record waits
            errands = [errand for errand in errands if not errand.done.cancelled()]
            outcomes: Sequence[Place | OSError | None]
            try:
                if not prepared:
                    for path in folder.prepare():
                        logger.warning(
                            "An earlier crawl was cut off; its archive file is mended: %s", path.name
                        )
                    prepared = True
                folder.check_space()
                outcomes = [self._write(folder, errand) for errand in errands]
                folder.sync()
            except Exception as fault:
                error = (
                    fault if isinstance(fault, OSError) else OSError(f"the archive cannot write: {fault!r}")
                )
                outcomes = [error] * len(errands)
            # one word to the loop for all of them: to wake it costs as much as a page's headers
            with contextlib.suppress(RuntimeError):  # it is gone, and so is everybody who waited
                loop.call_soon_threadsafe(_hand_back, errands, outcomes)
            if ended:
                break
        try:
            folder.close()
        except OSError as fault:  # the next crawl finishes the file
            logger.error("The archive's file could not be finished: %s", fault)

    def _write(self, folder: ArchiveFolder, errand: _Errand) -> Place | None:
        """Write one record; where the page itself lies: for a revisit, where it was seen first."""
        answer, seen = errand.answer, errand.seen
        count = self.crawler.stats.inc_value
        if answer.status == 304:
            if seen is not None:
                count("archive/bytes", len(member := make_revisit(answer, seen.digest, seen)))
                folder.append(member)
            return seen
        digest = digest_of(answer.body)
        if seen is not None and seen.digest == digest:
            count("archive/revisits")
            count("archive/bytes", len(member := make_revisit(answer, digest, seen)))
            folder.append(member)
            return seen
        member = make_response(answer, digest)
        file, offset = folder.append(member)
        count("archive/responses")
        count("archive/bytes", len(member))
        return Place(file, offset, len(member), digest, write_date(answer.at))


def _hand_back(errands: Sequence[_Errand], outcomes: Sequence[Place | OSError | None]) -> None:
    for errand, outcome in zip(errands, outcomes, strict=True):
        if errand.done.done():
            continue
        if isinstance(outcome, OSError):
            errand.done.set_exception(outcome)
        else:
            errand.done.set_result(outcome)


def _is_ours(request: Request) -> bool:
    return "source" in request.meta or "candidate" in request.meta


def _answer(response: Response, at: datetime, encoding: str | None) -> Answer:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    ]
    return Answer(
        url=response.url,
        status=response.status,
        headers=headers,
        body=response.body,
        at=at,
        encoding=encoding if not response.headers.get("Content-Encoding") else None,
        address=str(response.ip_address) if response.ip_address else None,
        protocol=response.protocol or "HTTP/1.1",
    )
