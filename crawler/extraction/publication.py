"""When an article was published: every date of the page is a witness, and witnesses are weighed.

No witness is trusted alone (ARABIC.md 2.3): themes write the time of the request into JSON-LD, WordPress
writes local time with a Z, a page's header shows today's date in the very format of the article's, and
Hijri days are written as ISO. A day that several witnesses tell wins; of those that tell it, the most
trusted one that knows the time of day gives it. Nothing is ever taken from the clock of the crawl.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from crawler.candidate import Candidate
from crawler.extraction.dates import read_date
from crawler.extraction.home_zone import guess_zone
from crawler.extraction.page import Page
from crawler.extraction.printed_date import printed_date
from crawler.extraction.witnesses import (
    MACHINE,
    WEIGHTS,
    Witness,
    machine_witnesses,
    mend_false_utc,
    of_the_address,
    offset_between,
    offset_of,
    seen_from,
    told_elsewhere,
    visible_witnesses,
)
from crawler.extraction.zones import at_offset
from crawler.items import Evidence
from crawler.outlet import Layout, Outlet

EARLIEST: Final = 1990
LATEST: Final = timedelta(hours=48)
"""What is stored lies between 1990 and two days after the fetch; the rest is a fault of the page."""


_EPOCH: Final = re.compile(r"\d{10}(?:\d{3})?")
"""Seconds or milliseconds since 1970: nobody prints them."""


@dataclass(frozen=True, slots=True)
class Publication:
    """When an article was published, as printed and as read, and where both came from."""

    published_text: str | None = None
    published_at: datetime | None = None
    published_precision: str | None = None
    timezone_assumed: bool = False
    updated_at: datetime | None = None
    provenance: dict[str, Evidence] = field(default_factory=dict)


def find_publication(
    page: Page,
    *,
    outlet: Outlet | None,
    layout: Layout | None,
    candidate: Candidate | None,
    fetched_at: datetime | None,
    lead: str | None,
) -> Publication:
    """The publication of `page`'s article; every field empty where the page tells no day.

    `fetched_at` (aware) is only ever used against a witness: a header clock, a day in the future, the
    request's own time; and as the base of relative forms. Never raises on any page.
    """
    zone_name = (outlet.timezone if outlet else "") or guess_zone(page)
    zone = ZoneInfo(zone_name) if zone_name else None
    machine, updates = machine_witnesses(page, zone_name, fetched_at)
    home = zone or offset_of(machine + updates)
    visible, seen_updates = visible_witnesses(page, layout, zone_name, home, fetched_at)
    if home is None and (home := offset_between(machine, visible)):
        visible, seen_updates = visible_witnesses(page, layout, zone_name, home, fetched_at)
    if home is not None:
        machine = [seen_from(one, home) for one in machine]
    machine = [mend_false_utc(one, visible, candidate, zone, fetched_at) for one in machine]
    published = [*machine, *visible, *told_elsewhere(candidate, lead, zone_name)]
    published += of_the_address(page, published, home)
    published = [one for one in published if _is_possible(one.said.at, fetched_at)]
    updates = [one for one in [*updates, *seen_updates] if _is_possible(one.said.at, fetched_at)]
    if not published:
        published = [one for one in updates if one.visible]
    if not published:
        return Publication()
    chosen, agreeing = _choose(published)
    at, precision = _at_home(chosen, agreeing, zone or home)
    printed = next((one for one in agreeing if one.visible), chosen)
    rule = chosen.rule
    if chosen.visible and read_date(chosen.raw, zone=zone_name) is None:
        rule = f"{rule}:relative"  # it says another time at every fetch, and the corpus must know
    provenance = {"published_at": Evidence(rule=rule, raw=chosen.raw)}
    if printed is not chosen:
        provenance["published_text"] = Evidence(rule=printed.rule, raw=printed.raw)
    later = next((one for one in updates if one.said.at > at and one.said.precision == "minute"), None)
    if later:
        provenance["updated_at"] = Evidence(rule=later.rule, raw=later.raw)
    text = printed.raw.strip()
    if printed.visible:
        text = printed_date(text, printed.said, zone=zone_name, base=fetched_at)
    return Publication(
        published_text=None if printed.kind in ("url", "source") or _EPOCH.fullmatch(text) else text,
        published_at=at,
        published_precision=precision,
        timezone_assumed=chosen.said.timezone_assumed,
        updated_at=later.said.at if later else None,
        provenance=provenance,
    )


def _is_possible(at: datetime, fetched_at: datetime | None) -> bool:
    return at.year >= EARLIEST and (fetched_at is None or at <= fetched_at + LATEST)


def _choose(witnesses: list[Witness]) -> tuple[Witness, list[Witness]]:
    """The best witness of the day that weighs most, and all that agree with it, the most trusted first.

    Machine dates come out of one template and count as one, the heaviest, plus one for their company.
    """
    ranks = list(WEIGHTS)
    ordered = sorted(witnesses, key=lambda one: ranks.index(one.kind))

    def support(day: date) -> int:
        agreeing = [one for one in ordered if day in one.days]
        machine = [one.weight for one in agreeing if one.kind in MACHINE]
        others = sum(one.weight for one in agreeing if one.kind not in MACHINE)
        return others + (max(machine) + (len(machine) > 1) if machine else 0)

    best = max(ordered, key=lambda one: (max(map(support, one.days)), -ordered.index(one)))
    day = max(sorted(best.days), key=support)
    agreeing = [one for one in ordered if day in one.days]
    finest = next((one for one in agreeing if one.said.precision == "minute" and one.weight > 1), best)
    return finest, agreeing


def _at_home(chosen: Witness, agreeing: list[Witness], zone: tzinfo | None) -> tuple[datetime, str]:
    """The instant with the offset under which it falls on the day that the page prints, and its precision."""
    at, precision = chosen.said.at, chosen.said.precision
    if precision == "minute" and zone is not None and not chosen.said.timezone_assumed:
        local = at.astimezone(zone)
        seen = {one.said.at.date() for one in agreeing if one is not chosen and one.kind not in MACHINE}
        if local.time() == time() and all(one.said.precision == "day" for one in agreeing if one.visible):
            return at_offset(local.replace(tzinfo=None), zone), "day"
        if seen and at.date() not in seen and local.date() in seen:
            at = at_offset(local.replace(tzinfo=None), zone)
    return at, precision
