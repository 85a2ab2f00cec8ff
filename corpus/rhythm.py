"""An outlet's rhythm: how many articles it usually publishes at each hour of the week, in its own zone.

A Friday, a night and a summer's slack time are part of it, so that silence (`corpus.silence`) is judged by what
is usual at that hour of that weekday. From the rhythm comes how often the outlet is crawled, too. Its
**interval** is the time in which it usually publishes eight articles (`PER_CRAWL`): a quarter of an hour for a
great outlet by day, some days for one of two articles a day. A crawl is due after each, between five minutes
and a day.

Counts of a few weeks scatter: the neighbouring hours of the same weekday are weighed in, and the whole day is
taken at its lower bound (one standard deviation below). Single hours need no bound of their own, because
a pause is judged over as many hours as it takes to expect `ENOUGH` articles.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

HOURS = 168
WEEKS = 4  # what is looked back on
PER_CRAWL = 8.0  # articles: so many are expected from one crawl to the next
# expected articles that did not come: when an outlet was looked at again at the latest
TWO_INTERVALS = 2 * PER_CRAWL
# expected articles: that none of so many comes is chance once in a million
ENOUGH = -math.log(1e-6)
JITTER = 0.1  # of the time to the next crawl, either way: the schedule scatters it
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)
UNKNOWN = timedelta(minutes=30)  # the interval of an outlet whose rhythm is not known yet
_LEAST_WEEKS = 2.0  # a rhythm of fewer says nothing of weekdays
_HOUR = timedelta(hours=1)
_NEIGHBOURS = ((-1, 1.0), (0, 2.0), (1, 1.0))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Articles an hour for each of the 168 hours of the week (Monday 00:00 first), at their lower bound."""

    rates: tuple[float, ...]
    zone: ZoneInfo
    weeks: float
    _sums: tuple[float, ...] = field(
        init=False, repr=False, compare=False
    )  # up to the beginning of each hour

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sums", tuple(accumulate(self.rates, initial=0.0)))

    @property
    def is_known(self) -> bool:
        """Whether it rests on enough weeks to judge by."""
        return self.weeks >= _LEAST_WEEKS

    def expected(self, since: datetime, until: datetime) -> float:
        """How many articles are usual between two instants, 28 days at the most."""
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        until, total = min(until, since + timedelta(days=28)), 0.0
        while since < until:
            start, end = since.astimezone(self.zone), until.astimezone(self.zone)
            if start.utcoffset() == end.utcoffset():
                return total + self._up_to(end) - self._up_to(start)
            # summer time begins or ends in between: hour by hour until it has
            step = min(until, since.replace(minute=0, second=0, microsecond=0) + _HOUR)
            total += self.rates[hour_of_week(since, self.zone)] * ((step - since) / _HOUR)
            since = step
        return total

    def _up_to(self, local: datetime) -> float:
        """How many are usual from the Monday of year 1 on, which is a beginning like any other."""
        weeks, weekday = divmod(local.toordinal() - 1, 7)
        hour = weekday * 24 + local.hour
        minutes = local.minute * 60 + local.second + local.microsecond / 1e6
        return weeks * self._sums[HOURS] + self._sums[hour] + self.rates[hour] * minutes / 3600

    def reach(self, since: datetime, articles: float, *, within: timedelta = LONGEST) -> datetime:
        """When so many articles are expected since `since`; `since + within` where that is earlier."""
        total, at, end = 0.0, since.astimezone(UTC), since.astimezone(UTC) + within
        while at < end:
            step = min(end, at.replace(minute=0, second=0, microsecond=0) + _HOUR)
            rate = self.rates[hour_of_week(at, self.zone)]
            here = rate * ((step - at) / _HOUR)
            if total + here >= articles:
                return at + _HOUR * ((articles - total) / rate)
            total, at = total + here, step
        return end

    def interval(self, since: datetime) -> timedelta:
        """How long after `since` the next crawl is due: when `PER_CRAWL` articles are expected, within bounds."""
        if not self.is_known:
            return UNKNOWN
        return min(max(self.reach(since, PER_CRAWL) - since, SHORTEST), LONGEST)

    def next_look(self, now: datetime, last_article: datetime | None) -> datetime:
        """When an outlet crawled at `now` is crawled next: after the interval, and before two of them have passed
        since `last_article`, however the schedule scatters it; twice as often while a pause is in doubt.
        """
        regular = now + self.interval(now)
        if last_article is None or not self.is_known:
            return regular
        if self.expected(last_article, now) >= ENOUGH:
            return now + max(self.interval(now) / 2, SHORTEST)
        two = self.reach(last_article, TWO_INTERVALS, within=4 * LONGEST)
        return min(regular, max(now + (two - now) / (1 + JITTER), now + SHORTEST))


def hour_of_week(at: datetime, zone: ZoneInfo) -> int:
    """The hour of the week of an aware instant: 0 is Monday 00:00 to 01:00 in the zone."""
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def learn_rhythm(days: Mapping[date, Sequence[int]], since: date, until: date, zone: ZoneInfo) -> Rhythm:
    """The rhythm of the whole local days from `since` to before `until`; a day not in `days` was empty.

    A day with less than half of what the fullest one of its weekday brought is no measure of the usual (a
    holiday, an outage, ours or theirs) and is left out.
    """
    span = max(0, (until - since).days)
    rates: list[float] = []
    for weekday in range(7):
        dates = [since + timedelta(days=n) for n in range(span)]
        all_of_it = [list(days.get(day, [0] * 24)) for day in dates if day.weekday() == weekday]
        fullest = max((sum(hours) for hours in all_of_it), default=0)
        kept = [hours for hours in all_of_it if 2 * sum(hours) >= fullest]
        counts = [sum(hours) for hours in zip(*kept, strict=True)] if kept else [0] * 24
        bound = 1 - 1 / math.sqrt(sum(counts)) if sum(counts) > 1 else 0.0
        for hour in range(24):
            near = [(counts[hour + o], weight) for o, weight in _NEIGHBOURS if 0 <= hour + o < 24]
            mean = sum(count * weight for count, weight in near) / sum(weight for _, weight in near)
            rates.append(mean * bound / max(len(kept), 1))
    return Rhythm(tuple(rates), zone, span / 7)
