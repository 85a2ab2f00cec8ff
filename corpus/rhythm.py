"""An outlet's rhythm: how many articles it usually publishes at each hour of the week, in its own zone.

A Friday, a night and a summer's slack time are part of it, so that silence is judged by what is usual at
that hour of that weekday. From the rhythm comes how often the outlet is crawled, too: as often as it
publishes `PER_CRAWL` articles. Two such intervals without any article are silence: by chance, a Poisson
process of that rate pauses for `SILENCE` once in a million articles (e^-14), and rates are low estimates.

Counts of a few weeks scatter: the neighbouring hours of the same weekday are weighed in, and the whole day is
taken at its lower bound (one standard deviation below). Single hours need no bound of their own, because
a pause is judged over as many hours as it takes to expect `SILENCE` articles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HOURS = 168
WEEKS = 4  # what is looked back on
PER_CRAWL = 8.0  # articles: so many are expected from one crawl to the next
TWO_INTERVALS = 2 * PER_CRAWL  # expected articles: after so many that did not come, an outlet is looked at
SILENCE = (
    14.0  # expected articles, on a day of this pace, none of which came: somewhat less than two intervals'
)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)
UNKNOWN = timedelta(minutes=30)  # the interval of an outlet whose rhythm is not known yet
_LEAST_WEEKS = 2.0  # a rhythm of fewer says nothing of weekdays
_HOUR = timedelta(hours=1)
_NEIGHBOURS = ((-1, 1.0), (0, 2.0), (1, 1.0))
# a holiday may be as quiet as this; where all are far quieter, it is no holiday but an outage of ours
_QUIETEST = 0.25


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Articles an hour for each of the 168 hours of the week (Monday 00:00 first), at their lower bound."""

    rates: tuple[float, ...]
    zone: ZoneInfo
    weeks: float

    @property
    def is_known(self) -> bool:
        """Whether it rests on enough weeks to judge by."""
        return self.weeks >= _LEAST_WEEKS

    def expected(self, since: datetime, until: datetime) -> float:
        """How many articles are usual between two instants."""
        total, at = 0.0, since.astimezone(UTC)
        end = min(until.astimezone(UTC), at + timedelta(days=28))
        while at < end:
            step = min(end, at.replace(minute=0, second=0, microsecond=0) + _HOUR)
            total += self.rates[hour_of_week(at, self.zone)] * ((step - at) / _HOUR)
            at = step
        return total

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
        """When an outlet crawled at `now` is crawled next: after the interval, or as soon as its silence
        since `last_article` would be certain, so that it is noticed no later than two intervals after."""
        regular = now + self.interval(now)
        if last_article is None or not self.is_known:
            return regular
        certain = self.reach(last_article, TWO_INTERVALS, within=2 * LONGEST)
        return certain if now + SHORTEST < certain < regular else regular


def hour_of_week(at: datetime, zone: ZoneInfo) -> int:
    """The hour of the week of an aware instant: 0 is Monday 00:00 to 01:00 in the zone."""
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def count_hours(times: Iterable[datetime], zone: ZoneInfo) -> dict[date, list[int]]:
    """How many of the instants fall into each hour of each local day that has any."""
    days: dict[date, list[int]] = {}
    for at in times:
        local = at.astimezone(zone)
        days.setdefault(local.date(), [0] * 24)[local.hour] += 1
    return days


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


@dataclass(frozen=True, slots=True)
class Silence:
    """That an outlet is silent: since when, how many articles would have been usual, at what pace of the day."""

    since: datetime
    expected: float
    pace: float


def find_silence(
    rhythm: Rhythm,
    *,
    last_article: datetime,
    looked_at: datetime,
    own_pace: float = 1.0,
    peers_pace: float = 1.0,
) -> Silence | None:
    """Whether the outlet has been silent for longer than is usual at these hours; None while it is not.

    `last_article` is when it last published, `looked_at` when it was last crawled without fault: what comes
    after, nobody has looked for. The paces are the share of the usual that came lately from the outlet
    itself before it paused (`pace_of`), and from the other outlets of its country that do not pause, too
    (`peers_pace_of`): a holiday slows all of them, an outage one.
    """
    if not rhythm.is_known:
        return None
    if peers_pace < _QUIETEST / 2:
        peers_pace = 1.0
    pace = max(_QUIETEST, min(1.0, own_pace, peers_pace))
    expected = rhythm.expected(last_article, looked_at) * pace
    return Silence(last_article, expected, pace) if expected >= SILENCE else None


def pace_of(observed: float, expected: float) -> float:
    """The share of the usual that came, at its upper bound where little was expected; 1 where nothing was.

    Expectations are lower bounds, so an ordinary day has a pace above 1.
    """
    return (observed + math.sqrt(observed + 1)) / expected if expected > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Lately:
    """What an outlet gave in the last hours, what was usual in them, and whether it pauses just now itself."""

    observed: int
    expected: float
    pauses: bool


def peers_pace_of(peers: Iterable[Lately]) -> float:
    """The pace of the outlets that do not pause just now, taken together; 1 where there is none."""
    moving = [peer for peer in peers if not peer.pauses]
    return pace_of(sum(peer.observed for peer in moving), sum(peer.expected for peer in moving))
