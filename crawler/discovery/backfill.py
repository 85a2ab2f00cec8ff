"""Where an outlet's old articles are announced: archive pages by date, and numbers in addresses.

These are asked only by a crawl that is told `--since`, and only once nothing fresh is left to fetch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from string import Formatter
from typing import ClassVar
from zoneinfo import ZoneInfo

from crawler.discovery.section import Section
from crawler.discovery.source import Listing, Source

MOST_PAGES = 4_000  # of one date archive in one crawl: eleven years of days
_WWW = re.compile(r"^https?://(?:www\.)?")


@dataclass(frozen=True, slots=True)
class DateArchive(Section):
    """Archive pages, one a day, month or year: `DateArchive("https://example.com/{year}/{month:02}/{day:02}")`.

    The address is a format with `year` and, for shorter spans, `month` and `day`. Each page is read as a
    `Section` is, with the pages that follow it, and is a source of its own in the ledger: with its own
    validators and its own damage. `day` is the first day that a page is of, None for the archive as declared.
    Raises ValueError for a format that has no year, or asks for more.
    """

    day: date | None = field(default=None, compare=False)
    backfill: ClassVar[bool] = True
    most_pages: ClassVar[int | None] = 50

    def __post_init__(self) -> None:
        asked = _fields(self.url)
        if self.day is None and not ({"year"} <= asked <= {"year", "month", "day"}):
            raise ValueError(f"{self.url!r} must name {{year}}, and may name {{month}} and {{day}}")

    def pages(self, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[DateArchive]:
        """The pages from `until` back to `since` (both aware), whose days are those of `zone`; the newest first."""
        first, day = since.astimezone(zone).date(), until.astimezone(zone).date()
        span = _fields(self.url)
        for _ in range(MOST_PAGES):
            if "day" not in span:
                day = day.replace(day=1)
            if "month" not in span:
                day = day.replace(month=1)
            yield replace(self, url=self.url.format(year=day.year, month=day.month, day=day.day), day=day)
            if day <= first:
                return
            day -= timedelta(days=1)

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        listing = Section.read(self, body, url, content_type=content_type, article_url=article_url)
        return replace(listing, candidates=[replace(found, backfill=True) for found in listing.candidates])


@dataclass(frozen=True, slots=True)
class IdRange(Source):
    """Articles whose addresses are counted: `IdRange("https://example.com/news/{id}")`.

    Tried downward from the highest number that the ledger knows under such an address (from a feed or a
    section), `batch` at a time, until `misses` numbers in a row give no article, until the articles of a
    batch are all older than the crawl's `since`, or until `at_most` numbers were tried. It has no document:
    its damage says why it ended early. Raises ValueError for an address without `{id}`.
    """

    misses: int = 50
    batch: int = 20
    at_most: int = 10_000
    backfill: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if _fields(self.url) != {"id"}:
            raise ValueError(f"{self.url!r} must name {{id}} and nothing else")

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        return Listing()

    def address(self, number: int) -> str:
        return self.url.format(id=number)

    @property
    def pattern(self) -> str:
        """A regular expression, for Python and Postgres, whose group is the number of such an address.

        Scheme and `www.` may differ, and a slug may follow the number.
        """
        before, _, after = _WWW.sub("", self.url).partition("{id}")
        return rf"^https?://(?:www\.)?{re.escape(before)}(\d{{1,15}}){re.escape(after) or '(?:[^0-9]|$)'}"


@dataclass(frozen=True, slots=True)
class Tried:
    """What a number of an `IdRange` came to: an article (or not, or not known yet) and when it was published."""

    number: int
    is_article: bool | None
    published_at: datetime | None = None


def why_ended(source: IdRange, tried: Sequence[Tried], since: datetime) -> str | None:
    """Why no further numbers are to be tried, None to go on. `tried` are all numbers so far, highest first."""
    batch = tried[-source.batch :]
    if not batch:
        return None
    if all(one.is_article is None for one in batch):
        return "the pages could not be fetched"
    dates = [one.published_at for one in batch if one.published_at is not None]
    if dates and max(dates) < since:
        return "since"
    missed = 0
    for one in reversed(tried):
        if one.is_article:
            break
        missed += one.is_article is False
    if missed >= source.misses:
        return f"{missed} numbers in a row gave no article"
    return f"{source.at_most} numbers were tried" if len(tried) >= source.at_most else None


def _fields(address: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(address) if name is not None}
