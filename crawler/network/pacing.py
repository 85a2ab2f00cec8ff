"""Pacing: each host is asked at its own pace, by setting the delay of Scrapy's downloader slots.

Crawl-delay (from robots.txt), Retry-After (RFC 9110, 10.2.3), 429 and 503 (RFC 6585, 4) and a
bot wall each change the pace of their host only. What waits for long is not slept through: the
requests end with a reason and a later crawl asks again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from time import monotonic
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.network import clock
from crawler.network.authority import authority_of
from crawler.network.challenge import is_challenge
from crawler.network.pace import Pace, read_retry_after
from crawler.network.refusal import Refused
from crawler.network.reservations import TDMREP_REQUEST
from crawler.network.robots import ROBOTS_REQUEST

logger = logging.getLogger(__name__)

_TOO_FAST = frozenset({429, 503})
# A first request opens a connection and arrives later than one on an open connection: the
# server, which counts arrivals, must not see less than the delay.
_ARRIVAL_MARGIN = 0.02
# Scrapy 2.19 counts a transfer once its task runs; a slot without any delay therefore sends all
# that waits at once, whatever CONCURRENT_REQUESTS_PER_DOMAIN says.
_LEAST_DELAY = 0.001


class Pacing:
    """Downloader middleware; stands after `Robots` and what waits for a file, so that nothing waits after it.

    Settings: DOWNLOAD_DELAY (the floor), CRAWL_DELAY_MAX (a Crawl-delay beyond it counts as it),
    PACING_MAX_DELAY (bound of the back-off), RETRY_AFTER_MAX_WAIT (a longer Retry-After holds the
    host), BLOCKED_AFTER (403 in a row that mark it blocked), all in seconds or counts.
    Reasons: `retry_after`, `blocked`.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler = crawler
        self.floor = settings.getfloat("DOWNLOAD_DELAY")
        self.crawl_delay_max = settings.getfloat("CRAWL_DELAY_MAX", 120.0)
        self.max_delay = settings.getfloat("PACING_MAX_DELAY", 60.0)
        self.max_wait = settings.getfloat("RETRY_AFTER_MAX_WAIT", 30.0)
        self.blocked_after = settings.getint("BLOCKED_AFTER", 3)
        self.hosts: dict[str, Pace] = {}
        # seconds from sending to the answer, of each host's last request: the server may have seen it
        # at any instant between the two, and the delay counts from what it saw
        self._latency: dict[str, float] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pacing = cls(crawler)
        connect = crawler.signals.connect
        connect(pacing.request_reached_downloader, signal=signals.request_reached_downloader)
        connect(pacing.response_downloaded, signal=signals.response_downloaded)
        connect(pacing.request_left_downloader, signal=signals.request_left_downloader)
        connect(pacing.robots_parsed, signal=signals.robots_parsed)
        return pacing

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """The state of every host by authority, as plain JSON-able values."""
        return {host: pace.to_state() for host, pace in self.hosts.items()}

    def restore(self, states: Mapping[str, dict[str, Any]]) -> None:
        """Take over what an earlier crawl's `snapshot` knew; call it before the first request."""
        now = clock.seconds()
        for host, state in states.items():
            pace = self.hosts[host] = Pace.from_state(state, now, self.blocked_after)
            # what is slept through is short; beyond that the clock of the crawl before was ahead
            pace.not_before = min(pace.not_before, now + max(self.max_wait, self.max_delay))

    def release(self, reason: str) -> int:
        """End every request that still waits for its turn (a crawl that must stop now); how many."""
        slots = self.crawler.engine.downloader.slots if self.crawler.engine else {}
        return sum(self._end_waiting(host, Refused(reason, host, failed=True)) for host in list(slots))

    # the downloader middleware

    def process_request(self, request: Request) -> None:
        host = authority_of(request.url)
        request.meta["download_slot"] = host  # a redirected or retried request carries its last host's
        if refusal := self._refusal(host):
            raise refusal

    def process_response(self, request: Request, response: Response) -> Response:
        if is_challenge(response.status, response.headers, response.body):
            self._block(authority_of(request.url), "challenge page")
            raise Refused("blocked", f"challenge page with status {response.status}", failed=True)
        return response

    # signals, in the order of a request's life

    def request_reached_downloader(self, request: Request) -> None:
        self._apply(request.meta["download_slot"])

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Runs before the slot sends its next request."""
        host = request.meta["download_slot"]
        pace = self._pace(host)
        now = clock.seconds()
        self._latency[host] = now - self._last_sent(host, now)
        if response.status in _TOO_FAST:
            pace.slow(now, self._last_sent(host, now), self.floor, self.max_delay)
            self._count("slowed")
            header = (response.headers.get("Retry-After") or b"").decode("latin-1")
            if (seconds := read_retry_after(header, now)) is not None:
                pace.wait(now, seconds, self.max_wait)
                self._count("retry_after")
        elif response.status == 403 and not request.meta.keys() & {ROBOTS_REQUEST, TDMREP_REQUEST}:
            pace.forbidden += 1
            if pace.forbidden >= self.blocked_after:
                self._block(host, f"{pace.forbidden} answers 403 in a row")
        elif response.status < 400:
            pace.recover(self.floor)
        self._apply(host)
        if refusal := self._refusal(host):
            self._end_waiting(host, refusal)

    def request_left_downloader(self, request: Request) -> None:
        host = request.meta["download_slot"]
        self._pace(host).last_request = self._last_sent(host, clock.seconds())

    def robots_parsed(self, robotparser: Any, request: Request) -> None:
        host = authority_of(request.url)
        asked = robotparser.crawl_delay() or 0.0
        self._pace(host).crawl_delay = min(asked, self.crawl_delay_max)
        self._apply(host)

    # one host

    def _pace(self, host: str) -> Pace:
        return self.hosts.setdefault(host, Pace())

    def _refusal(self, host: str) -> Refused | None:
        pace = self._pace(host)
        if pace.blocked:
            return Refused("blocked", host, failed=True)
        if (left := pace.held_until - clock.seconds()) > 0:
            return Refused("retry_after", f"{host} asks to wait {left:.0f} s more", failed=True)
        return None

    def _block(self, host: str, why: str) -> None:
        pace = self._pace(host)
        if not pace.blocked:
            pace.blocked = True
            self._count("blocked_hosts")
            logger.warning("%s blocks us (%s): it is asked no more in this crawl", host, why)
            self._end_waiting(host, Refused("blocked", f"{host}: {why}", failed=True))

    def _apply(self, host: str) -> None:
        """Give the host's downloader slot its delay and the time of its next request."""
        slot = self._slot(host)
        if slot is None:
            return
        pace, now = self._pace(host), clock.seconds()
        delay = pace.delay(self.floor)
        slot.delay = delay + _ARRIVAL_MARGIN + self._latency.get(host, 0.0) if delay else _LEAST_DELAY
        slot.jitter = 0.0  # Scrapy's would go below the delay that the host asked for
        wait = pace.due(self.floor) - now
        if wait > 0:
            slot.lastseen = max(slot.lastseen, monotonic() + wait - slot.delay)

    def _last_sent(self, host: str, now: float) -> float:
        """When the slot last sent a request: its own clock is monotonic and runs ahead while it waits."""
        slot = self._slot(host)
        return now if slot is None else min(now, now - monotonic() + slot.lastseen)

    def _slot(self, host: str) -> Any:
        engine = self.crawler.engine
        return engine.downloader.slots.get(host) if engine else None

    def _end_waiting(self, host: str, refusal: Refused) -> int:
        """End the requests that wait in the slot's queue: they reach their errbacks unsent."""
        slot = self._slot(host)
        ended = 0
        while slot and slot.queue:
            _, waiting = slot.queue.popleft()
            fault = Refused(refusal.reason, refusal.detail, failed=refusal.failed)
            waiting.errback(Failure(fault))  # type: ignore[no-untyped-call]
            ended += 1
        return ended

    def _count(self, event: str) -> None:
        self.crawler.stats.inc_value(f"pacing/{event}")
