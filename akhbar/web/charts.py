"""Charts as geometry for inline SVG: bars over time, a small bar chart, places on a time line.

Time runs in the direction of reading, so a chart is mirrored for Arabic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

BARS = 62  # of a histogram at most; then days become weeks, months, years
HEIGHT = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the days it stands for (both included), its count, its place in a chart `HEIGHT` high."""

    since: date
    until: date
    count: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars of one width; `unit` is day, week, month or year."""

    unit: str
    bars: list[Bar]
    top: int

    @property
    def width(self) -> int:
        return len(self.bars) * 10


def histogram(days: Mapping[date, int], *, mirrored: bool) -> Histogram | None:
    """The counts of days as bars without a gap between the first and the last; None without any day."""
    if not days:
        return None
    first, last = min(days), max(days)
    for unit in ("day", "week", "month", "year"):
        starts = _starts(unit, first, last, BARS if unit != "year" else 300)
        if starts:
            break
    else:
        return None
    counts: Counter[date] = Counter()
    for day, count in days.items():
        counts[_start(unit, day)] += count
    top = max(counts.values())
    bars = []
    for place, start in enumerate(starts):
        count = counts[start]
        height = max(2.0, round(count / top * HEIGHT, 1)) if count else 0.0
        column = len(starts) - 1 - place if mirrored else place
        until = _next(unit, start) - timedelta(days=1)
        bars.append(Bar(start, until, count, column * 10.0 + 1, round(HEIGHT - height, 1), height))
    return Histogram(unit, bars, top)


def last_days(counts: Mapping[date, int], today: date, days: int, *, mirrored: bool) -> Histogram:
    """The last `days` days up to today as bars, the days without articles too."""
    window = [today - timedelta(days=days - 1 - place) for place in range(days)]
    top = max((counts.get(day, 0) for day in window), default=0)
    bars = []
    for place, day in enumerate(window):
        count = counts.get(day, 0)
        height = max(6.0, round(count / top * HEIGHT, 1)) if count else 0.0
        column = days - 1 - place if mirrored else place
        bars.append(Bar(day, day, count, column * 10.0 + 1, round(HEIGHT - height, 1), height))
    return Histogram("day", bars, top)


def places(instants: Sequence[datetime], *, mirrored: bool) -> list[float]:
    """Where each instant lies between the first (0) and the last (100), in percent of a time line."""
    if not instants:
        return []
    first, span = min(instants), max((max(instants) - min(instants)).total_seconds(), 1.0)
    shares = [(instant - first).total_seconds() / span * 100 for instant in instants]
    return [round(100 - share if mirrored else share, 1) for share in shares]


def _start(unit: str, day: date) -> date:
    if unit == "week":  # of Saturday, as calendars of the region have it
        return day - timedelta(days=(day.weekday() + 2) % 7)
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _next(unit: str, start: date) -> date:
    if unit == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    if unit == "year":
        return start.replace(year=start.year + 1)
    return start + timedelta(days=7 if unit == "week" else 1)


def _starts(unit: str, first: date, last: date, limit: int) -> list[date]:
    """The beginnings of all units from `first` to `last`; none where there are more than `limit`."""
    starts = [_start(unit, first)]
    while (following := _next(unit, starts[-1])) <= last:
        if len(starts) == limit:
            return []
        starts.append(following)
    return starts
