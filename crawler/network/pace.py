"""How fast one host may be asked: a plain object without clock or network.

Times are seconds since the epoch (they outlive the process), spans are seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Self

FIRST_BACKOFF = 1.0
RECOVERY = 0.8  # of the back-off that is left after each good answer
LONGEST_HOLD = 7 * 86400.0  # a Retry-After beyond a week is an error of the server's clock


def read_retry_after(value: str, now: float) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3: seconds or an HTTP date).

    None for what is neither. Never negative, at most `LONGEST_HOLD`.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), LONGEST_HOLD)
    try:
        at = parsedate_to_datetime(value)
        seconds = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_HOLD)


@dataclass(slots=True)
class Pace:
    """What is known of one host. `delay` of a host is the largest of its three."""

    crawl_delay: float = 0.0  # as robots.txt asks
    backoff: float = 0.0  # learnt from 429 and 503
    slowed_at: float = 0.0
    not_before: float = 0.0  # a short Retry-After: the next request waits for it
    held_until: float = 0.0  # a long one: nothing is asked before
    last_request: float = 0.0
    forbidden: int = 0  # answers 403 in a row
    blocked: bool = False

    def delay(self, floor: float) -> float:
        """Seconds between two requests, where `floor` is the crawl's own delay."""
        return max(floor, self.crawl_delay, self.backoff)

    def due(self, floor: float) -> float:
        """When the next request may be sent."""
        return max(self.not_before, self.last_request + self.delay(floor))

    def slow(self, now: float, sent: float, floor: float, longest: float) -> None:
        """Double the delay; once for all the requests that were on their way together."""
        if sent >= self.slowed_at:
            self.backoff = min(max(2 * self.delay(floor), FIRST_BACKOFF), longest)
            self.slowed_at = now
        self.not_before = max(self.not_before, now + self.backoff)

    def recover(self, floor: float) -> None:
        """A good answer: the host bears more again."""
        self.forbidden = 0
        self.backoff *= RECOVERY
        if self.backoff <= max(floor, self.crawl_delay, FIRST_BACKOFF / 10):
            self.backoff = 0.0

    def wait(self, now: float, seconds: float, longest: float) -> None:
        """Keep a Retry-After: wait for a short one, hold the host for one beyond `longest`."""
        if seconds > longest:
            self.held_until = max(self.held_until, now + seconds)
        else:
            self.not_before = max(self.not_before, now + seconds)

    def to_state(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_state(cls, state: dict[str, Any], now: float, blocked_after: int) -> Self:
        """A pace kept by an earlier crawl.

        A clock that jumped cannot hold a host for longer than it asked for. A blocked host
        gets one request to show that it is open again.
        """
        names = {field.name for field in fields(cls)}
        pace = cls(**{name: value for name, value in state.items() if name in names})
        pace.last_request = min(pace.last_request, now)
        pace.slowed_at = min(pace.slowed_at, now)
        pace.not_before = min(pace.not_before, now + LONGEST_HOLD)
        pace.held_until = min(pace.held_until, now + LONGEST_HOLD)
        if pace.blocked:
            pace.blocked, pace.forbidden = False, blocked_after - 1
        return pace
