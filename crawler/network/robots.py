"""robots.txt by RFC 9309, where Scrapy's own middleware takes every fault as "allow".

Section by section: 2.2.1 product token, matched whole; 2.3 one file per origin; 2.3.1.2
redirects followed, five at most, to other hosts too; 2.3.1.3 a 4xx allows all; 2.3.1.4 5xx,
429, a timeout or a network fault is "unreachable" and forbids all, unless the last good copy
is younger than 24 hours (2.4); 2.5 the first 500 KiB are read. A page of HTML in its place
holds no rules and so forbids nothing.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from protego import Protego
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured, StopDownload
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.network import clock
from crawler.network.authority import authority_of, origin_of
from crawler.network.refusal import Refused

logger = logging.getLogger(__name__)

ROBOTS_REQUEST = "robots_request"  # meta key of our own requests: the bytes received so far

_MAX_BYTES = 500 * 1024
_MAX_DECODED = 50 * 1024 * 1024  # bound of a compressed file; of what comes out, _MAX_BYTES are read
_MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FRESH = timedelta(hours=1)  # a copy of this age is used without asking
_STALE = timedelta(hours=24)  # and one of this age no longer at all
_ASK_AGAIN = 600.0  # seconds until an unreachable host is asked again by the same crawl
_USER_AGENT_LINE = re.compile(r"(?im)^[ \t]*user-?agent[ \t]*:[ \t]*(([a-z_-]+)[^\s#]*)")


@dataclass(frozen=True, slots=True)
class RobotsCopy:
    """A robots.txt as fetched. `text` is empty where a 4xx allowed all; `fetched_at` is aware."""

    text: str
    status: int
    fetched_at: datetime


class MemoryStore:
    """The copies that a crawl has in hand, by origin (`https://example.com`)."""

    def __init__(self) -> None:
        self.copies: dict[str, RobotsCopy] = {}

    def load(self, origin: str) -> RobotsCopy | None:
        return self.copies.get(origin)

    def remember(self, origin: str, copy: RobotsCopy) -> None:
        self.copies[origin] = copy

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """The copies by host, as JSON values."""
        states: dict[str, dict[str, Any]] = {}
        for origin, copy in self.copies.items():
            kept = {"text": copy.text, "status": copy.status, "fetched_at": copy.fetched_at.isoformat()}
            states.setdefault(authority_of(origin), {})[origin] = kept
        return states

    def restore(self, states: Mapping[str, dict[str, Any]]) -> None:
        """Take over the copies of an earlier `snapshot`."""
        for copies in states.values():
            for origin, kept in copies.items():
                fetched_at = datetime.fromisoformat(kept["fetched_at"])
                self.remember(origin, RobotsCopy(kept["text"], kept["status"], fetched_at))


class Rules:
    """What one robots.txt says to our product token."""

    def __init__(self, text: str, token: str) -> None:
        self._parsed = Protego.parse(text)
        named = (group[1] for group in _USER_AGENT_LINE.finditer(text) if group[2].lower() == token.lower())
        # Protego would let a group for "A" govern "Akhbar"; RFC 9309, 2.2.1 wants the whole token.
        self._agent = next(named, "*")

    def allowed(self, url: str) -> bool:
        return bool(self._parsed.can_fetch(url, self._agent))

    def crawl_delay(self, user_agent: str | bytes | None = None) -> float | None:
        """Seconds. The argument is Scrapy's (`robots_parsed` receivers pass it) and not needed."""
        delay: float | None = self._parsed.crawl_delay(self._agent)
        return delay

    def sitemaps(self) -> list[str]:
        return list(self._parsed.sitemaps)


class Robots:
    """Downloader middleware in the place of Scrapy's RobotsTxtMiddleware.

    Settings: ROBOTSTXT_OBEY, ROBOTSTXT_USER_AGENT (the product token), ROBOTSTXT_TIMEOUT
    (seconds a fetch may take). Reasons: `robots` (forbidden), `robots_unreachable` (failed: a
    later crawl asks again), `malformed_url`. Sends Scrapy's `robots_parsed` signal with a
    `Rules`. `store` may be replaced before the first request.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured("ROBOTSTXT_OBEY is off")
        self.crawler = crawler
        self.token: str = crawler.settings.get("ROBOTSTXT_USER_AGENT") or "Akhbar"
        self.timeout = crawler.settings.getfloat("ROBOTSTXT_TIMEOUT", 30.0)
        self.store = MemoryStore()
        self._known: dict[str, tuple[Rules | None, float]] = {}  # until when, monotonic
        self._fetches: dict[str, asyncio.Task[Rules | None]] = {}
        self._downloads = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """The copies in hand by host, as JSON values, for a later crawl's `restore`."""
        return self.store.snapshot()

    def restore(self, states: Mapping[str, dict[str, Any]]) -> None:
        """Take over what an earlier crawl's `snapshot` knew; call it before the first request."""
        self.store.restore(states)

    def describe(self, origin: str) -> dict[str, Any]:
        """The robots.txt in force for an origin, as JSON values, for a crawl's receipt."""
        copy = self.store.load(origin)
        rules, _ = self._known.get(origin, (None, 0.0))
        if copy is None or rules is None:
            return {"state": "unreachable" if origin in self._known else "not asked"}
        return {
            "state": "in force",
            "status": copy.status,
            "fetched_at": copy.fetched_at.isoformat(timespec="seconds"),
            "bytes": len(copy.text.encode()),
            "crawl_delay": rules.crawl_delay(),
        }

    async def process_request(self, request: Request) -> None:
        if ROBOTS_REQUEST in request.meta or urlsplit(request.url).scheme not in ("http", "https"):
            return
        try:
            origin = origin_of(request.url)
        except ValueError as fault:
            raise Refused("malformed_url", str(fault)) from fault
        rules = await self._rules(origin, request)
        if rules is None:
            self._count("unreachable")
            raise Refused("robots_unreachable", origin, failed=True)
        if not rules.allowed(request.url):
            self._count("forbidden")
            raise Refused("robots", request.url)

    def bytes_received(self, data: bytes, request: Request) -> None:
        if ROBOTS_REQUEST in request.meta:
            request.meta[ROBOTS_REQUEST] += len(data)
            if request.meta[ROBOTS_REQUEST] > _MAX_BYTES:
                raise StopDownload(fail=False)

    async def _rules(self, origin: str, request: Request) -> Rules | None:
        """The rules of the origin, None while unreachable; one fetch for all who wait."""
        rules, until = self._known.get(origin, (None, 0.0))
        if monotonic() < until:
            return rules
        fetch = self._fetches.get(origin)
        if fetch is None:
            fetch = self._fetches[origin] = asyncio.ensure_future(self._learn(origin, request))
            fetch.add_done_callback(lambda _: self._fetches.pop(origin, None))
        return await asyncio.shield(fetch)

    async def _learn(self, origin: str, request: Request) -> Rules | None:
        copy = self.store.load(origin)
        if copy is None or not timedelta(0) <= clock.now() - copy.fetched_at < _FRESH:
            fetched = await self._fetch(origin)
            if fetched:
                self.store.remember(origin, fetched)
            copy = fetched or copy
        left = _STALE - (clock.now() - copy.fetched_at) if copy else timedelta(0)
        if copy is None or left <= timedelta(0):
            self._known[origin] = None, monotonic() + _ASK_AGAIN
            return None
        rules = Rules(copy.text, self.token)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=rules, request=request
        )  # the pace first: from the next line on requests go out
        self._known[origin] = rules, monotonic() + min(left, _STALE).total_seconds()
        return rules

    async def _fetch(self, origin: str) -> RobotsCopy | None:
        """Fetch and follow; None is unreachable. Raises `Refused` where the host itself is held."""
        url = f"{origin}/robots.txt"
        for hop in range(_MAX_REDIRECTS + 1):
            try:
                response = await self._download(url)
            except Refused as refused:
                if hop == 0:
                    raise
                logger.warning("robots.txt of %s leads to %s: %s", origin, url, refused)
                return None
            except Exception as fault:  # whatever it is, the file was not reached (2.3.1.4)
                logger.warning("robots.txt of %s is unreachable: %r", origin, fault)
                return None
            self._count(f"status/{response.status}")
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or not location:
                return _judge(response)
            if (target := target_of(url, location)) is None:
                return None
            url = target
        return RobotsCopy("", 404, clock.now())  # 2.3.1.2: past five redirects, unavailable

    async def _download(self, url: str) -> Response:
        assert self.crawler.engine
        meta: dict[str, Any] = {
            ROBOTS_REQUEST: 0,
            "allow_offsite": True,
            "dont_redirect": True,
            "dont_retry": True,
            "download_timeout": self.timeout,
            "download_maxsize": _MAX_DECODED,
        }
        # only while there is one: every chunk of every page would be sent here
        if not self._downloads:
            self.crawler.signals.connect(self.bytes_received, signal=signals.bytes_received)
        self._downloads += 1
        try:
            return await self.crawler.engine.download_async(Request(url, meta=meta, callback=NO_CALLBACK))
        finally:
            self._downloads -= 1
            if not self._downloads:
                self.crawler.signals.disconnect(self.bytes_received, signal=signals.bytes_received)

    def _count(self, event: str) -> None:
        self.crawler.stats.inc_value(f"robots/{event}")


def target_of(url: str, location: bytes) -> str | None:
    """Where a redirect leads; None where that is no http(s) URL."""
    try:
        target = urljoin(url, location.decode("latin-1"))
        return target if urlsplit(target).scheme in ("http", "https") else None
    except ValueError:
        return None


def _judge(response: Response) -> RobotsCopy | None:
    if 200 <= response.status < 300:
        body = response.body[:_MAX_BYTES]
        if len(response.body) > _MAX_BYTES:
            body = body[: body.rfind(b"\n") + 1]  # half a line is another rule
        text = body.decode("utf-8-sig", "replace")
    elif 300 <= response.status < 500 and response.status != 429:
        text = ""
    else:
        return None
    return RobotsCopy(text, response.status, clock.now())
