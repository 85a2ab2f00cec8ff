"""What Postgres can hold: text without NUL and lone surrogates, instants within news time, URL hashes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE = timedelta(hours=48)

# NUL raises ValueError in psycopg2 before any SQL; a lone surrogate raises UnicodeEncodeError.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")


def mend(value: Any) -> Any:
    """`value` with what Postgres cannot hold taken out of every string in it, keys included."""
    if isinstance(value, str):
        return _IMPOSSIBLE.sub("", value) if _IMPOSSIBLE.search(value) else value
    if isinstance(value, Mapping):
        return {mend(key): mend(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [mend(item) for item in value]
    return value


def within_news_time(at: datetime | None, *, now: datetime | None = None) -> datetime | None:
    """`at`, or None where it lies outside 1990 … now + 48 h or has no zone.

    Years 1 and 9999 with an offset can be written, after which no psycopg2 client can read the row.
    """
    if at is None or at.tzinfo is None:
        return None
    try:
        return at if EARLIEST <= at <= (now or datetime.now(UTC)) + FUTURE else None
    except OverflowError:
        return None


def mend_url(url: str) -> str:
    """The URL with NUL and lone surrogates percent-encoded, so that it names something and can be kept."""
    return _IMPOSSIBLE.sub(_percent, url)


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


def url_hash(url: str) -> bytes:
    """SHA-256 of the URL: the key of an address."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()
