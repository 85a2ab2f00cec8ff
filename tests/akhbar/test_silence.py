"""Silence by an outlet's own rhythm, on a simulated clock: a replayed month with Fridays and a holiday."""

from __future__ import annotations

import heapq
import math
import random
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest

from corpus.rhythm import (
    ENOUGH,
    JITTER,
    LONGEST,
    PER_CRAWL,
    SHORTEST,
    UNKNOWN,
    Rhythm,
    hour_of_week,
    learn_rhythm,
)
from corpus.silence import LATEST, Given, Seen, bounds_of, chance_of, find_silence, pace_of, pool, split_days

BAGHDAD = ZoneInfo("Asia/Baghdad")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CRAWL = timedelta(seconds=30)  # how long a crawl takes
ROUND = timedelta(minutes=30)  # all are judged, crawled or not
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


def count_hours(times: Iterable[datetime], zone: ZoneInfo) -> dict[date, list[int]]:
    """How many of the instants fall into each hour of each local day that has any, as the corpus counts them."""
    days: dict[date, list[int]] = {}
    for at in times:
        local = at.astimezone(zone)
        days.setdefault(local.date(), [0] * 24)[local.hour] += 1
    return days


@dataclass
class Simulated:
    """An outlet of the simulation: what it published, and when its feed was cut."""

    a_day: float
    times: list[datetime]
    cuts: list[tuple[datetime, datetime]] = field(default_factory=list)
    hours: dict[date, list[int]] = field(default_factory=dict)
    rhythm: Rhythm | None = None
    looked_at: datetime = MONTH_BEGINS
    alarm: bool = False
    noticed: dict[int, Notice] = field(default_factory=dict)
    false_alarms: list[datetime] = field(default_factory=list)

    def cut(self, since: datetime, until: datetime) -> None:
        self.cuts.append((since, until))
        self.times = [at for at in self.times if not since <= at < until]

    @property
    def latest(self) -> list[datetime]:
        """The latest articles that a crawl has seen, newest first."""
        seen = bisect_right(self.times, self.looked_at)
        return self.times[max(0, seen - LATEST) : seen][::-1]

    def usual(self, since: datetime, until: datetime) -> float:
        assert self.rhythm is not None
        return self.rhythm.expected(since, until)

    @property
    def seen(self) -> Seen:
        assert self.rhythm is not None
        return Seen(self.rhythm, self.latest)


@dataclass(frozen=True)
class Notice:
    """That a cut was noticed: how many articles would have been usual since the cut, by the rhythm of that hour."""

    at: datetime
    usual: float


def simulate(outlets: list[Simulated], rng: random.Random) -> None:
    """The month: each is crawled when it is due, scattered as the schedule does, and judged at the crawl's end;
    all are judged every half an hour besides; rhythms are learned once a day."""
    due = [(MONTH_BEGINS, number) for number in range(-1, len(outlets))]
    learned: date | None = None
    for outlet in outlets:
        outlet.hours = count_hours(outlet.times, BAGHDAD)
    while (now := due[0][0]) < END:
        _, number = heapq.heappop(due)
        today = now.astimezone(BAGHDAD).date()
        if learned != today:
            learned = today
            for outlet in outlets:
                outlet.rhythm = learn_rhythm(outlet.hours, today - timedelta(weeks=4), today, BAGHDAD)
        if number < 0:
            for outlet in outlets:
                judge(outlet, outlets, now)
            heapq.heappush(due, (now + ROUND, number))
        else:
            outlet = outlets[number]
            assert outlet.rhythm is not None
            outlet.looked_at = now
            judge(outlet, outlets, now + CRAWL)
            wait = outlet.rhythm.next_look(now, outlet.latest[0]) - now
            heapq.heappush(due, (now + wait * rng.uniform(1 - JITTER, 1 + JITTER), number))


def judge(outlet: Simulated, outlets: list[Simulated], at: datetime) -> None:
    assert outlet.rhythm is not None
    last = outlet.latest[0]
    silence = None
    if outlet.usual(last, outlet.looked_at) >= ENOUGH:  # the rest is never silent: test_nothing_is_judged_…
        peers = [other.seen for other in outlets if other is not outlet]
        silence = find_silence(outlet.seen, outlet.looked_at, peers)
    was, outlet.alarm = outlet.alarm, silence is not None
    if silence and not was:
        # an alarm may come when the feed is back, but no crawl has seen it yet
        number = next(
            (n for n, (since, until) in enumerate(outlet.cuts) if since < outlet.looked_at and last < until),
            None,
        )
        if number is None:
            outlet.false_alarms.append(at)
        else:
            since = outlet.cuts[number][0]
            outlet.noticed.setdefault(number, Notice(at, outlet.usual(since, at)))


def replay_month(seed: int) -> tuple[list[float], list[float], list[str], list[str]]:
    """A month of ten outlets with feeds cut at random: the delays of ordinary days and of the holiday, both in
    the outlet's own intervals; the cuts that nobody noticed; the false alarms."""
    rng = random.Random(seed)
    outlets = [
        Simulated(a_day, publish(a_day, rng)) for a_day in (3, 12, 40, 60, 90, 120, 160, 200, 280, 400)
    ]
    for outlet in outlets:
        # a rare one's two intervals are days: one cut of the month, long enough to be noticed
        weeks = 4 if outlet.a_day >= 40 else 1
        for week in range(weeks):
            since = MONTH_BEGINS + week * timedelta(weeks=1) + rng.uniform(0, 4.5) * DAY
            outlet.cut(since, since + rng.uniform(1.5, 2.5) * DAY * max(1, 40 / outlet.a_day))
    simulate(outlets, rng)
    usual, slow, missed, false = [], [], [], []
    for outlet in outlets:
        false += [
            f"{seed}: {outlet.a_day} {at.astimezone(BAGHDAD):%a %d %H:%M}" for at in outlet.false_alarms
        ]
        for number, (since, _) in enumerate(outlet.cuts):
            notice = outlet.noticed.get(number)
            if notice is None:
                missed.append(f"{seed}: {outlet.a_day} {since.astimezone(BAGHDAD):%a %d %H:%M}")
                continue
            in_holiday = since < HOLIDAY[1] and notice.at > HOLIDAY[0]
            (slow if in_holiday else usual).append(notice.usual / PER_CRAWL)
    return usual, slow, missed, false


def tell_months(seeds: Iterable[int]) -> tuple[list[float], list[float], list[str], list[str]]:
    """So many months together, and a line that says what they came to."""
    months = [replay_month(seed) for seed in seeds]
    usual, slow, missed, false = (
        [one for part in parts for one in part] for parts in zip(*months, strict=True)
    )
    print(
        f"{len(months)} months, {len(usual) + len(slow) + len(missed)} cuts, {len(missed)} not noticed:"
        f" {sum(delay <= 2 for delay in usual)} of {len(usual)} within two intervals (median {median(usual):.2f},"
        f" longest {max(usual):.2f}); {len(slow)} over the holiday (median {median(slow):.2f},"
        f" longest {max(slow):.2f}); {len(false)} false alarms {false}"
    )
    return usual, slow, missed, false


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(range(1), marks=pytest.mark.slow, id="a month"),
        pytest.param(range(100, 112), marks=pytest.mark.drill, id="a year of months"),
    ],
)
def test_a_month_with_fridays_and_a_holiday_and_feeds_cut_at_random(seeds: range) -> None:
    usual, slow, missed, false = tell_months(seeds)
    assert missed == [] and false == []
    assert len(usual) >= 25 * len(seeds) and slow
    # some cuts fall where the day has not yet shown whether it is a slow one
    assert sum(delay <= 2 for delay in usual) >= 0.95 * len(usual) and max(usual) <= 3


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
    """An even rhythm of ten an hour; the outlet's last article came at 15:00 of a day on which all was as usual."""
    rhythm = Rhythm((10.0,) * 168, BAGHDAD, 4)
    last = datetime(2026, 11, 23, 12, tzinfo=UTC)
    usual = Seen(rhythm, [last - n * HOUR / 10 for n in range(LATEST)])
    assert find_silence(usual, last + 1.3 * HOUR) is None
    silence = find_silence(usual, last + 1.5 * HOUR)
    assert silence is not None and silence.expected == pytest.approx(15) and silence.since == last
    assert find_silence(Seen(Rhythm(rhythm.rates, BAGHDAD, 1.5), usual.latest), last + DAY) is None

    # where all are slow, or nothing is known of the day, it takes longer; a slow day of a single one is its own affair
    slow = Seen(rhythm, [last - n * HOUR / 4 for n in range(LATEST)])
    assert find_silence(slow, last + 1.5 * HOUR) is None
    assert find_silence(slow, last + 6 * HOUR) is not None
    assert find_silence(usual, last + 1.5 * HOUR, [slow] * 5) is None
    assert find_silence(slow, last + 1.5 * HOUR, [usual] * 5) is not None
    assert find_silence(usual, last + 1.5 * HOUR, [usual] * 4 + [slow]) is not None, (
        "one has a fault of its own"
    )
    early = Seen(rhythm, [datetime(2026, 11, 22, 21, 1, tzinfo=UTC)])
    assert find_silence(early, early.latest[0] + 1.5 * HOUR) is None, "a minute after midnight"
    yesterday = Seen(rhythm, [at - DAY for at in usual.latest])
    assert find_silence(early, early.latest[0] + 1.5 * HOUR, [yesterday] * 5) is None
    today = Seen(rhythm, [early.latest[0] + HOUR - n * HOUR / 10 for n in range(10)])
    assert find_silence(early, early.latest[0] + 1.5 * HOUR, [today] * 5) is not None, (
        "others show what today is"
    )


def test_a_pause_before_is_no_slow_day() -> None:
    rhythm = Rhythm((10.0,) * 168, BAGHDAD, 4)
    last = datetime(2026, 11, 23, 12, tzinfo=UTC)
    back = [last - n * HOUR / 10 for n in range(6)]
    resumed = Seen(rhythm, [*back, *(at - 5 * HOUR for at in back)])
    assert pace_of(resumed, date(2026, 11, 23)) == Given(5, pytest.approx(5))
    assert pace_of(resumed, date(2026, 11, 22)) == Given(0, 0)
    assert pool([Given(10, 10), Given(9, 10), Given(0, 10)]) == Given(19, 20)
    assert pool([]) == Given(0, 0)


def test_chance_is_that_of_the_days_paces() -> None:
    assert chance_of(14, [Given(10_000, 10_000)]) == pytest.approx(math.exp(-14), rel=1e-6)
    assert chance_of(14, [Given(2_500, 10_000)]) == pytest.approx(math.exp(-14 / 4), rel=1e-6)
    unknown = chance_of(14, [])
    assert math.exp(-14) < unknown < math.exp(-14 / 4)


def test_a_pause_over_midnight_is_parted() -> None:
    since, until = (datetime(2026, 11, 23, hour, tzinfo=BAGHDAD) for hour in (22, 23))
    parts = list(split_days(since, until + 2 * HOUR, BAGHDAD))
    midnight = datetime(2026, 11, 24, tzinfo=BAGHDAD)
    assert [part[0].day for part in parts] == [23, 24]
    assert [part[1:] for part in parts] == [(since, midnight), (midnight, until + 2 * HOUR)]


def test_the_next_look_comes_before_two_intervals_have_passed() -> None:
    rhythm = Rhythm((10.0,) * 168, BAGHDAD, 4)
    last = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert rhythm.next_look(last, last) == last + 0.8 * HOUR, "an interval: eight articles"
    look = rhythm.next_look(last + 0.8 * HOUR, last)
    assert last + 1.4 * HOUR < look < last + 1.6 * HOUR
    assert last + 0.8 * HOUR + (look - last - 0.8 * HOUR) * (1 + JITTER) <= last + 1.6 * HOUR, (
        "scattered, too"
    )
    doubtful = last + 1.5 * HOUR
    assert rhythm.next_look(doubtful, last) == doubtful + 0.4 * HOUR
    assert rhythm.next_look(last, None) == last + 0.8 * HOUR


@pytest.mark.parametrize("day", [date(2026, 4, 23), date(2026, 10, 29), date(2026, 11, 23)])
def test_the_expected_are_those_of_the_hours(day: date) -> None:
    """In Cairo summer time begins at the end of the first of these days and ends at the end of the second."""
    cairo = ZoneInfo("Africa/Cairo")
    rhythm = Rhythm(tuple(float(hour) for hour in range(168)), cairo, 4)
    start, _ = bounds_of(day, cairo)
    hours = [start + n * HOUR for n in range(72)]
    assert rhythm.expected(start, hours[-1] + HOUR) == pytest.approx(
        sum(rhythm.rates[hour_of_week(at, cairo)] for at in hours)
    )
    quarter = rhythm.rates[hour_of_week(start, cairo)] / 4
    assert rhythm.expected(start, start + HOUR / 4) == pytest.approx(quarter)
    assert rhythm.expected(start, start) == rhythm.expected(start + HOUR, start) == 0
