"""Silence by an outlet's own rhythm, on a simulated clock: a replayed month with Fridays and a holiday."""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from corpus.rhythm import (
    LONGEST,
    PER_CRAWL,
    SHORTEST,
    SILENCE,
    UNKNOWN,
    Lately,
    Rhythm,
    count_hours,
    find_silence,
    hour_of_week,
    learn_rhythm,
    pace_of,
    peers_pace_of,
)

BAGHDAD = ZoneInfo("Asia/Baghdad")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATELY = timedelta(hours=8)
START = datetime(2026, 5, 4, tzinfo=BAGHDAD).astimezone(UTC)
MONTH_BEGINS = START + 4 * timedelta(weeks=1)
END = MONTH_BEGINS + 30 * DAY
HOLIDAY = (MONTH_BEGINS + 16 * DAY, MONTH_BEGINS + 19 * DAY)  # three days, none of them a Friday
FRIDAY = 4
# how much of a day's articles an hour brings; nights are quiet
HOURLY = [1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 6, 8, 9, 9, 9, 9, 8, 7, 6, 6, 6, 5, 4, 3, 2, 1.5]


def publish(a_day: float, rng: random.Random) -> list[datetime]:
    """What an outlet publishes: chance arrivals at its hours' rates, fewer on Fridays and in the holiday."""
    times = []
    at = START
    while at < END:
        local = at.astimezone(BAGHDAD)
        rate = a_day * HOURLY[local.hour] / sum(HOURLY)
        if HOLIDAY[0] <= at < HOLIDAY[1]:
            rate *= 0.4
        elif local.weekday() == FRIDAY:
            rate *= 0.35
        offset = 0.0
        while (offset := offset + rng.expovariate(rate)) < 1:
            times.append(at + offset * HOUR)
        at += HOUR
    return times


@dataclass
class Simulated:
    """An outlet of the simulation: what it published, and when its feed was cut."""

    a_day: float
    times: list[datetime]
    cuts: list[tuple[datetime, datetime]] = field(default_factory=list)
    rhythm: Rhythm | None = None
    next_crawl: datetime = START
    looked_at: datetime = START
    alarm: bool = False
    noticed: dict[int, datetime] = field(default_factory=dict)
    false_alarms: list[datetime] = field(default_factory=list)

    def cut(self, since: datetime, until: datetime) -> None:
        self.cuts.append((since, until))
        self.times = [at for at in self.times if not since <= at < until]

    @property
    def last(self) -> datetime:
        """The latest article that a crawl has seen."""
        return self.times[bisect_right(self.times, self.looked_at) - 1]

    def usual(self, since: datetime, until: datetime) -> float:
        assert self.rhythm is not None
        return self.rhythm.expected(since, until)

    def count(self, since: datetime, until: datetime) -> int:
        return max(0, bisect_right(self.times, until) - bisect_right(self.times, since))


def simulate(outlets: list[Simulated]) -> None:
    """The worker's round: crawl what is due, learn each day, judge every five minutes."""
    now = MONTH_BEGINS
    learned = None
    while now < END:
        if learned != now.date():
            learned = now.date()
            for outlet in outlets:
                today = now.astimezone(BAGHDAD).date()
                since = today - timedelta(weeks=4)
                known = [at for at in outlet.times if at <= now]
                outlet.rhythm = learn_rhythm(count_hours(known, BAGHDAD), since, today, BAGHDAD)
        for outlet in outlets:
            assert outlet.rhythm is not None
            if outlet.next_crawl <= now:
                outlet.looked_at = now
                outlet.next_crawl = outlet.rhythm.next_look(now, outlet.last)
        if now.minute % 10 == 0:
            # what came lately, and what was usual
            paces = {
                outlet.a_day: Lately(
                    outlet.count(now - LATELY, outlet.looked_at),
                    outlet.usual(now - LATELY, outlet.looked_at),
                    outlet.usual(outlet.last, outlet.looked_at) > PER_CRAWL,
                )
                for outlet in outlets
            }
            for outlet in outlets:
                judge(outlet, [pace for a_day, pace in paces.items() if a_day != outlet.a_day], now)
        now += timedelta(minutes=5)


def judge(outlet: Simulated, peers: list[Lately], now: datetime) -> None:
    assert outlet.rhythm is not None
    last = outlet.last
    silence = find_silence(
        outlet.rhythm,
        last_article=last,
        looked_at=outlet.looked_at,
        own_pace=pace_of(outlet.count(last - DAY, last), outlet.usual(last - DAY, last)),
        peers_pace=peers_pace_of(peers),
    )
    was, outlet.alarm = outlet.alarm, silence is not None
    if silence and not was:
        # an alarm may come when the feed is back, but no crawl has seen it yet
        number = next(
            (n for n, (since, until) in enumerate(outlet.cuts) if since < outlet.looked_at and last < until),
            None,
        )
        if number is None:
            outlet.false_alarms.append(now)
        else:
            outlet.noticed.setdefault(number, now)


@pytest.mark.parametrize("seed", [20261120])
def test_a_month_with_fridays_and_a_holiday_and_feeds_cut_at_random(seed: int) -> None:
    rng = random.Random(seed)
    outlets = [Simulated(a_day, publish(a_day, rng)) for a_day in (40, 60, 90, 120, 160, 200, 280, 400)]
    for outlet in outlets:
        for week in range(4):
            since = MONTH_BEGINS + week * timedelta(weeks=1) + rng.uniform(0, 4.5) * DAY
            outlet.cut(since, since + rng.uniform(1.5, 2.5) * DAY)
    simulate(outlets)

    cuts = sum(len(outlet.cuts) for outlet in outlets)
    assert cuts >= 30
    false_alarms = [(outlet.a_day, f"{at:%a %d %H:%M}") for outlet in outlets for at in outlet.false_alarms]
    delays = []
    for outlet in outlets:
        assert outlet.rhythm is not None
        for number, (since, _) in enumerate(outlet.cuts):
            assert number in outlet.noticed, (outlet.a_day, f"{since:%a %d %H:%M}")
            noticed = outlet.noticed[number]
            # in and about a holiday less is expected, so it takes longer
            if HOLIDAY[0] - DAY <= since < HOLIDAY[1] + DAY:
                continue
            delays.append(intervals_between(outlet, since, noticed))
    soon = sum(delay <= 2 for delay in delays) / len(delays)
    print(
        f"{cuts} cuts; {soon:.0%} within two intervals, longest {max(delays):.2f}; {len(false_alarms)} false"
    )
    assert false_alarms == []
    # two intervals since the last article; one crawl more where the day's pace left it in doubt
    assert median(delays) <= 2 and max(delays) <= 3


def intervals_between(outlet: Simulated, since: datetime, until: datetime) -> float:
    """How many of the outlet's own intervals lie between two instants."""
    assert outlet.rhythm is not None
    intervals, at = 0.0, since
    while at < until:
        step = outlet.rhythm.interval(at)
        intervals += min(1.0, (until - at) / step)
        at += step
    return intervals


def weeks_of(hours: list[int]) -> dict[date, list[int]]:
    """Four weeks of equal days from a Monday on."""
    return {date(2026, 10, 26) + timedelta(days=n): hours for n in range(28)}


def learn_from(days: dict[date, list[int]], zone: ZoneInfo = BAGHDAD, weeks: int = 4) -> Rhythm:
    return learn_rhythm(days, date(2026, 11, 23) - timedelta(weeks=weeks), date(2026, 11, 23), zone)


def test_the_interval_follows_the_hour_and_keeps_its_bounds() -> None:
    hours = [100 if 8 <= hour < 20 else 0 for hour in range(24)]
    rhythm = learn_from(weeks_of(hours))
    noon = datetime(2026, 11, 23, 12, tzinfo=BAGHDAD)
    assert rhythm.interval(noon) == SHORTEST
    evening = datetime(2026, 11, 23, 21, tzinfo=BAGHDAD)
    assert timedelta(hours=10) < rhythm.interval(evening) < timedelta(hours=11.5)
    assert learn_from({date(2026, 11, 2): [1] + [0] * 23}).interval(noon) == LONGEST
    assert learn_from(weeks_of(hours), weeks=1).interval(noon) == UNKNOWN
    assert learn_from({}, weeks=0).interval(noon) == UNKNOWN


def test_a_day_of_outage_or_holiday_does_not_lower_the_usual() -> None:
    days = weeks_of([4] * 24)
    usual = learn_from(days).rates
    days[date(2026, 11, 3)] = [0] * 24
    days[date(2026, 11, 12)] = [1] * 24
    assert learn_from(days).rates == pytest.approx(usual, rel=0.02)


def test_a_day_of_summer_time_has_its_own_hours() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    assert hour_of_week(datetime(2026, 4, 23, 21, 30, tzinfo=UTC), cairo) == 3 * 24 + 23
    assert hour_of_week(datetime(2026, 4, 23, 22, 30, tzinfo=UTC), cairo) == 4 * 24 + 1, (
        "midnight does not exist"
    )
    rhythm = learn_from(weeks_of([1] * 24), cairo)
    noon = datetime(2026, 4, 23, 12, tzinfo=UTC)
    assert rhythm.expected(noon, noon + DAY) == pytest.approx(24 * (1 - 1 / math.sqrt(96)))


def test_nothing_is_judged_by_what_nobody_looked_for() -> None:
    rhythm = Rhythm((10.0,) * 168, BAGHDAD, 4)
    last = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert find_silence(rhythm, last_article=last, looked_at=last + HOUR) is None
    silence = find_silence(rhythm, last_article=last, looked_at=last + 1.5 * HOUR)
    assert silence is not None and silence.expected == pytest.approx(15) and silence.expected >= SILENCE
    assert rhythm.next_look(last + HOUR, last) == last + 1.6 * HOUR, "when two intervals have passed"
    assert rhythm.next_look(last + HOUR, last + HOUR) == last + 1.8 * HOUR
    # all are slow today: no outage; all are gone: an outage all the same, a little later
    assert find_silence(rhythm, last_article=last, looked_at=last + 2 * HOUR, peers_pace=0.4) is None
    assert find_silence(rhythm, last_article=last, looked_at=last + 6 * HOUR, peers_pace=0.0) is not None
    assert find_silence(Rhythm((10.0,) * 168, BAGHDAD, 1.5), last_article=last, looked_at=last + DAY) is None
