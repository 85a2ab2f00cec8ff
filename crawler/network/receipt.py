"""Receipt: what one crawl asked of each host, how far apart, and under which robots.txt and tdmrep.json."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.network import clock
from crawler.network.authority import authority_of, origin_of
from crawler.network.pacing import Pacing
from crawler.network.reservations import TDMREP_REQUEST, Reservations
from crawler.network.robots import ROBOTS_REQUEST, Robots


@dataclass(slots=True)
class HostReceipt:
    """What one host was asked. Spans are seconds between two requests as they were sent."""

    requests: int = 0
    robots_requests: int = 0
    tdmrep_requests: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    last_sent: float | None = None
    least_gap: float | None = None
    origins: set[str] = field(default_factory=set)

    def sent(self, at: float) -> None:
        """Note a request that was sent at a monotonic instant; the same instant again is the same request."""
        if self.last_sent is not None and at > self.last_sent:
            gap = at - self.last_sent
            self.least_gap = gap if self.least_gap is None else min(gap, self.least_gap)
        self.last_sent = at if self.last_sent is None else max(at, self.last_sent)


class Receipt:
    """Scrapy extension that keeps a `HostReceipt` of every host that was asked."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.hosts: dict[str, HostReceipt] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        receipt = cls(crawler)
        crawler.signals.connect(receipt.response_downloaded, signal=signals.response_downloaded)
        crawler.signals.connect(receipt.request_left_downloader, signal=signals.request_left_downloader)
        return receipt

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Runs before the host's next request is sent."""
        host = self._host(request)
        self._note_sent(request, host)
        host.answers[str(response.status)] += 1
        host.bytes += len(response.body)

    def request_left_downloader(self, request: Request) -> None:
        host = self._host(request)
        self._note_sent(request, host)
        host.requests += 1
        host.robots_requests += ROBOTS_REQUEST in request.meta
        host.tdmrep_requests += TDMREP_REQUEST in request.meta
        if urlsplit(request.url).scheme in ("http", "https"):
            host.origins.add(origin_of(request.url))

    def write(self) -> dict[str, dict[str, Any]]:
        """The receipt by host, as JSON values; instants as ISO text.

        `delay` is the one in force at the end; `unanswered` requests ended in a fault of the network.
        """
        return {name: self._write_host(name, host) for name, host in sorted(self.hosts.items())}

    def _write_host(self, name: str, host: HostReceipt) -> dict[str, Any]:
        pacing = self.crawler.get_downloader_middleware(Pacing)
        robots = self.crawler.get_downloader_middleware(Robots)
        written: dict[str, Any] = {
            "requests": host.requests,
            "robots_requests": host.robots_requests,
            "tdmrep_requests": host.tdmrep_requests,
            "answers": dict(host.answers),
            "unanswered": host.requests - host.answers.total(),
            "bytes": host.bytes,
            "least_gap": None if host.least_gap is None else round(host.least_gap, 3),
        }
        pace = pacing.hosts.get(name) if pacing is not None else None
        if pacing is not None and pace is not None:
            written["delay"] = round(pace.delay(pacing.floor), 3)
            written["blocked"] = pace.blocked
            if pace.held_until > clock.seconds():
                written["held_until"] = datetime.fromtimestamp(pace.held_until, UTC).isoformat()
        if robots is not None:
            written["robots"] = {origin: robots.describe(origin) for origin in sorted(host.origins)}
        reservations = self.crawler.get_downloader_middleware(Reservations)
        if reservations is not None:
            written["tdmrep"] = {origin: reservations.describe(origin) for origin in sorted(host.origins)}
        return written

    def _host(self, request: Request) -> HostReceipt:
        return self.hosts.setdefault(
            request.meta.get("download_slot") or authority_of(request.url), HostReceipt()
        )

    def _note_sent(self, request: Request, host: HostReceipt) -> None:
        engine = self.crawler.engine
        slot = engine.downloader.slots.get(request.meta.get("download_slot", "")) if engine else None
        # while a request waits, pacing sets the slot's clock ahead
        if slot is not None and 0 < slot.lastseen <= monotonic():
            host.sent(slot.lastseen)
