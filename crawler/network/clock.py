"""The time of day as this process knows it: read once, and counted on by a clock that nobody sets.

The wall clock is set back and forth while a crawl runs (by a person, a time server, a machine that wakes): waits
would end at once or last an hour, and pages would have been fetched tomorrow. What sleeps of the machine is counted.

Two libraries go by the wall clock besides, and are given this one: Twisted reckons its timeouts by it (a clock set
forward ends every request under way, one set back none), pebble the time that a page may be read (`too_slow`).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Self

from pebble.pool import base_pool, process
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


def time_readers() -> None:
    """Let pebble, which has no option for it, time its tasks by this clock."""
    steady = SimpleNamespace(time=seconds, sleep=time.sleep)
    for module in (process, base_pool):
        vars(module)["time"] = steady
