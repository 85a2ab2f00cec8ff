"""The time of day as this process knows it: read once, and counted on by a clock that nobody sets.

The wall clock is set back and forth while a crawl runs (by a person, a time server, a machine that wakes): waits
would end at once or last an hour, and pages would have been fetched tomorrow. What sleeps of the machine is counted.

Twisted reckons its timeouts by the wall clock (one set forward ends every request under way, one set back none), and
is given this one.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, Self

from scrapy.crawler import Crawler

# Linux' monotonic clock stands still while the machine sleeps, macOS' does not and has no other
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_began, _since = time.time(), time.clock_gettime(_STEADY)


def seconds() -> float:
    """Seconds since the epoch."""
    return _began + time.clock_gettime(_STEADY) - _since


def now() -> datetime:
    """The instant, aware, in UTC."""
    return datetime.fromtimestamp(seconds(), UTC)


class SteadyReactor:
    """Scrapy extension: the reactor's timeouts by this clock."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        from twisted.internet import reactor

        running: Any = reactor
        running.seconds = seconds
        return cls()
