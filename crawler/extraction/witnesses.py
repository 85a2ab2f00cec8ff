"""Witnesses to an article's date: what the page, its address and its source tell, each with its weight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from crawler.candidate import Candidate
from crawler.extraction.dates import ReadDate, read_date
from crawler.extraction.days import FIRST_YEAR, LAST_YEAR
from crawler.extraction.machine_dates import find_machine_dates, url_days
from crawler.extraction.page import Page
from crawler.extraction.visible_dates import VisibleDate, find_visible_dates
from crawler.extraction.zones import at_offset
from crawler.outlet import Layout

WEIGHTS: Final[dict[str, int]] = {
    "layout": 7, "json-ld": 5, "meta": 4, "microdata": 4, "time": 4, "label": 5, "visible": 4, "url": 3,
    "lead": 3, "source": 3, "json-ld-page": 3, "json-ld-created": 2, "updated": 1, "header": 1,
}  # fmt: skip
"""What each rule's word is worth. The order breaks ties and says which time of day is taken."""

MACHINE: Final = ("json-ld", "meta", "microdata", "time", "json-ld-page", "json-ld-created")
_TODAY_IN_LEAD = re.compile(r"اليوم[^.()]{0,25}\(([^()]{6,40})\)")


@dataclass(frozen=True, slots=True)
class Witness:
    """One date of the page and how far its rule is trusted; `days` are the days that it may mean."""

    rule: str
    raw: str
    said: ReadDate
    days: frozenset[date]
    weight: int
    visible: bool = False

    @property
    def kind(self) -> str:
        return self.rule.partition(":")[0]


def _witness(
    rule: str, raw: str, said: ReadDate, zone: ZoneInfo | None = None, *, visible: bool = False
) -> Witness:
    days = {said.at.date()}
    if zone and said.precision == "minute":
        days.add(said.at.astimezone(zone).date())
    return Witness(rule, raw, said, frozenset(days), WEIGHTS[rule.partition(":")[0]], visible)


def machine_witnesses(
    page: Page, zone_name: str | None, fetched_at: datetime | None
) -> tuple[list[Witness], list[Witness]]:
    published: list[Witness] = []
    updated: list[Witness] = []
    zone = ZoneInfo(zone_name) if zone_name else None
    for found in find_machine_dates(page):
        said = read_date(found.raw, zone=zone_name)
        if said is None or said.precision not in ("minute", "day"):
            continue
        witness = _witness(found.rule, found.raw, said, zone)
        if found.published and fetched_at and abs(said.at - fetched_at) < timedelta(minutes=2):
            witness = replace(witness, weight=1)  # the time of the request, not of the article
        (published if found.published else updated).append(witness)
    return published, updated


def offset_of(witnesses: list[Witness]) -> timezone | None:
    """The offset that the page's machine dates state, if it is not UTC's: many write UTC and mean home."""
    for one in witnesses:
        offset = one.said.at.utcoffset()
        if not one.said.timezone_assumed and offset:
            return timezone(offset)
    return None


def offset_between(machine: list[Witness], visible: list[Witness]) -> timezone | None:
    """How far the printed time runs ahead of the machine's UTC time, if that is an Arab zone's offset."""
    for one in machine:
        for seen in visible:
            if one.said.timezone_assumed or not seen.said.timezone_assumed:
                continue
            if one.said.precision == seen.said.precision == "minute":
                utc, wall = one.said.at.astimezone(UTC), seen.said.at
                ahead = wall.replace(second=0, tzinfo=UTC) - utc.replace(second=0)
                if ahead in (timedelta(hours=1), timedelta(hours=2), timedelta(hours=3), timedelta(hours=4)):
                    return timezone(ahead)
    return None


def seen_from(one: Witness, zone: tzinfo) -> Witness:
    """The same witness, telling also the day that its instant falls on in `zone`."""
    if one.said.precision != "minute" or one.said.timezone_assumed:
        return one
    return replace(one, days=one.days | {one.said.at.astimezone(zone).date()})


def visible_witnesses(
    page: Page,
    layout: Layout | None,
    zone_name: str | None,
    home: tzinfo | None,
    fetched_at: datetime | None,
) -> tuple[list[Witness], list[Witness]]:
    published: list[Witness] = []
    updated: list[Witness] = []

    def read(text: str) -> ReadDate | None:
        said = read_date(text, zone=zone_name, base=fetched_at)
        if said is None or said.precision not in ("minute", "day"):
            return None
        if said.timezone_assumed and zone_name is None and home is not None:
            said = replace(said, at=at_offset(said.at.replace(tzinfo=None), home))
        return said

    for element in page.tree.cssselect(layout.date) if layout and layout.date else ():
        text = element.get("datetime") or page.text_of(element)
        if said := read(text):
            published.append(_witness("layout", text, said, visible=True))
            break
    for line in find_visible_dates(page):
        said = read(line.text)
        if said is None or _is_header_clock(line, said, fetched_at):
            continue
        if line.updated_label:
            updated.append(_witness("updated", line.text, said, visible=True))
            continue
        if line.update and (later := read(line.update)):
            updated.append(_witness("updated", line.update, later, visible=True))
        rule = "label" if line.published_label else "header" if line.before_headline else "visible"
        published.append(_witness(rule, line.text, said, visible=True))
    return _first_of_each_rule(published), updated


def _first_of_each_rule(witnesses: list[Witness]) -> list[Witness]:
    """A page prints its date first; what follows in the same manner belongs to other stories."""
    firsts: dict[str, Witness] = {}
    for one in witnesses:
        if one.rule == "header" or one.rule not in firsts:
            firsts[one.rule] = one  # above the headline the last one is the nearest
    return list(firsts.values())


def _is_header_clock(line: VisibleDate, said: ReadDate, fetched_at: datetime | None) -> bool:
    if not line.before_headline or fetched_at is None or line.published_label:
        return False
    return said.at.date() == fetched_at.astimezone(said.at.tzinfo).date()


def mend_false_utc(
    one: Witness,
    visible: list[Witness],
    candidate: Candidate | None,
    zone: ZoneInfo | None,
    fetched_at: datetime | None,
) -> Witness:
    """A local time that was written with a Z (Yoast #12765), in its true zone; only on evidence.

    Evidence is the page itself printing the same digits without a zone, the source being earlier by
    exactly the zone's offset, or an instant in the future by no more than that offset.
    """
    at = one.said.at
    if zone is None or one.said.timezone_assumed or one.said.precision != "minute" or at.utcoffset():
        return one
    local = at_offset(at.replace(tzinfo=None), zone)
    if local == at:
        return one
    digits = at.replace(second=0, tzinfo=None)
    printed = any(
        seen.said.precision == "minute"
        and seen.said.timezone_assumed
        and seen.said.at.replace(second=0, tzinfo=None) == digits
        for seen in visible
    )
    announced = candidate is not None and candidate.published_at == local
    future = fetched_at is not None and local <= fetched_at < at
    if not (printed or announced or future):
        return one
    said = ReadDate(local, "minute", timezone_assumed=True)
    return replace(one, said=said, days=frozenset({local.date()}))


def told_elsewhere(candidate: Candidate | None, lead: str | None, zone_name: str | None) -> Iterator[Witness]:
    """The source's word, and the day in brackets of a lead that says اليوم الأربعاء (9 تشرين الأول 2024)."""
    if lead and (match := _TODAY_IN_LEAD.search(lead[:400])):
        said = read_date(match[1], zone=zone_name)
        if said and said.precision == "day":
            yield _witness("lead", match[1], said)
    if candidate and candidate.published_at and FIRST_YEAR <= candidate.published_at.year <= LAST_YEAR:
        said = ReadDate(candidate.published_at, "minute", False)
        zone = ZoneInfo(zone_name) if zone_name else None
        yield _witness("source", candidate.published_at.isoformat(), said, zone)


def of_the_address(page: Page, others: list[Witness], home: tzinfo | None) -> Iterator[Witness]:
    """The day in the page's address; of two possible ones the one that another witness tells."""
    url = page.url or next(iter(page.head_meta.get("og:url", ())), "")
    days = url_days(url)
    if len(set(days)) > 1:
        days = [day for day in days if any(day in one.days for one in others)]
    if days:
        at = at_offset(datetime.combine(days[0], time()), home or UTC)
        yield _witness("url", url, ReadDate(at, "day", True))
