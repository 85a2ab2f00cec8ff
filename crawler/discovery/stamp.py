"""Instants as feeds and sitemaps print them. Nothing is guessed.

An instant needs a zone: a stamp without one, with an unknown zone name, or with the day alone
is None, because the outlet's own zone is the article reader's business, not the feed's.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from crawler.arabic.numerals import to_ascii_digits

_YEARS = range(1990, 2101)
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)[T ]+(\d\d?):(\d\d)(?::(\d\d))?(?:[.,]\d+)?\s*(Z|[+-]\d\d(?::?\d\d)?)",
    re.IGNORECASE,
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_NAMED_OFFSET = re.compile(r"\b(?:GMT|UTC)\s*([+-])(\d\d?)(?::?(\d\d))?$", re.IGNORECASE)
# RFC 822, 5.1; other names mean several zones: AST is Arabia's and the Atlantic's
_ZONES = frozenset({"UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"})
_ZONE_NAME = re.compile(r"([A-Z]+)\)?$", re.IGNORECASE)
_YEAR_BEFORE_1000 = re.compile(r"\s0\d{3}\s")
_SPACE = re.compile(r"\s+")


def read_stamp(printed: str | None) -> datetime | None:
    """The aware datetime of an RFC 822 (RSS) or W3C-DTF (Atom, sitemaps) stamp, else None."""
    if not printed or len(printed) > 200:
        return None
    text = _SPACE.sub(" ", to_ascii_digits(printed)).strip()
    try:
        at = _read_iso(text) if _DAY.match(text) else _read_rfc822(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return at if at and at.year in _YEARS else None


def read_day(printed: str | None) -> date | None:
    """The calendar day that a W3C-DTF stamp begins with."""
    found = _DAY.match(to_ascii_digits(printed[:40]).strip()) if printed else None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def _read_iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    offset = timedelta(0)
    if found[7] not in "Zz":
        digits = found[7][1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
        offset = -offset if found[7][0] == "-" else offset
    if abs(offset) > timedelta(hours=14):
        return None
    zone = timezone(offset) if offset else UTC
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)


def _read_rfc822(text: str) -> datetime | None:
    text = _NAMED_OFFSET.sub(lambda m: f"{m[1]}{int(m[2]):02}{m[3] or '00'}", text)
    zone = _ZONE_NAME.search(text)
    if (zone and zone[1].upper() not in _ZONES) or _YEAR_BEFORE_1000.search(text):
        return None
    at = parsedate_to_datetime(text)
    if at.tzinfo is None:  # "-0000" is a time in UTC (RFC 5322, 3.3); no zone at all is no instant
        return at.replace(tzinfo=UTC) if text.endswith("-0000") else None
    offset = at.utcoffset()
    return at if offset is not None and abs(offset) <= timedelta(hours=14) else None
