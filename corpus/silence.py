"""Silence: that an outlet pauses for longer than chance, its rhythm and the day explain.

Articles come by chance (a Poisson process) at the rates of the rhythm, times the pace of the day. Nearly every day
is an ordinary one (pace 1); one in two hundred is slower (0.25 to 0.95) without notice: a holiday, a storm. What
the day's pace is, is learned by Bayes' rule from what the outlet itself gave that day before it paused, and
from what the others of its country give: a holiday slows them all, a feed that is cut only one. A pause is
silence when it would come by chance once in a million articles. On an ordinary day that is where 14 expected
articles (1.7 intervals of eight) have not come; on a slow one later.

A day is a calendar day of the outlet, since that is what a holiday is: yesterday says nothing of today.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from corpus.rhythm import ENOUGH, Rhythm
from corpus.transaction import Connection, Cursor, transaction

CHANCE = math.exp(-ENOUGH)
_SLOW_DAYS = 0.005
_PACES = tuple(0.25 + 0.05 * step for step in range(15))
LATEST = 25  # articles, by which the pace of an outlet's day is judged
_FAULT = 10.0  # expected articles: a pause of more may have been a fault, and is no measure of a day
_LONGEST_PAUSE = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Given:
    """What came in some time, and what was usual in it."""

    observed: int
    expected: float


@dataclass(frozen=True, slots=True)
class Silence:
    """That an outlet is silent: since when, how many articles would have been usual, how likely it is by chance."""

    since: datetime
    expected: float
    chance: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of an outlet: its rhythm, and the instants of its latest articles (some `LATEST`, newest first)."""

    rhythm: Rhythm
    latest: Sequence[datetime]


def find_silence(outlet: Seen, looked_at: datetime, peers: Iterable[Seen] = ()) -> Silence | None:
    """Whether the outlet has been silent for longer than chance explains; None while it has not.

    `looked_at` is when it was last crawled without fault: what comes after, nobody has looked for.
    `peers` are the other outlets of its country.
    """
    rhythm, last = outlet.rhythm, outlet.latest[0]
    looked_at = min(looked_at, last + _LONGEST_PAUSE)
    expected = rhythm.expected(last, looked_at)
    # no pace is above 1, so no pause of less is that unlikely
    if not rhythm.is_known or expected < ENOUGH:
        return None
    chance = math.exp(-_PACES[0] * expected)
    if chance < CHANCE:  # even of the slowest day
        return Silence(last, expected, chance)
    others = list(peers)
    chance = 1.0
    for day, since, until in split_days(last, looked_at, rhythm.zone):
        seen = [pace_of(outlet, day), pool(pace_of(peer, day) for peer in others if peer.rhythm.is_known)]
        chance *= chance_of(rhythm.expected(since, until), seen)
    return Silence(last, expected, chance) if chance < CHANCE else None


def chance_of(expected: float, seen: Sequence[Given]) -> float:
    """How likely so many expected articles do not come, on a day of which this was seen (independent parts)."""
    weights = [(pace, math.log(_SLOW_DAYS / len(_PACES)) + _log_likelihood(pace, seen)) for pace in _PACES]
    weights.append((1.0, math.log(1 - _SLOW_DAYS) + _log_likelihood(1.0, seen)))
    most = max(weight for _, weight in weights)
    total = sum(math.exp(weight - most) for _, weight in weights)
    return sum(math.exp(weight - most - pace * expected) for pace, weight in weights) / total


def _log_likelihood(pace: float, seen: Sequence[Given]) -> float:
    return sum(given.observed * math.log(pace) - pace * given.expected for given in seen)


def pool(peers: Iterable[Given]) -> Given:
    """What the others gave together, without those that gave markedly less than most: they have faults of their own."""
    usual = sorted(
        (peer for peer in peers if peer.expected > 0), key=lambda peer: peer.observed / peer.expected
    )
    half, middle = sum(peer.expected for peer in usual) / 2, 0.0
    for peer in usual:
        half -= peer.expected
        if half <= 0:
            middle = peer.observed / peer.expected
            break
    kept = [
        peer for peer in usual if peer.observed + 2 * math.sqrt(peer.observed + 1) >= middle * peer.expected
    ]
    return Given(sum(peer.observed for peer in kept), sum(peer.expected for peer in kept))


def pace_of(outlet: Seen, day: date) -> Given:
    """What an outlet gave on a calendar day of its own, by its latest articles, up to the last of them: not from
    before a pause that was a fault itself, as far as one can tell."""
    start, end = bounds_of(day, outlet.rhythm.zone)
    since = until = min(outlet.latest[0], end)
    count = 0
    for later, earlier in pairwise(outlet.latest):
        if earlier < start or outlet.rhythm.expected(earlier, later) > _FAULT:
            break
        if later <= end:
            since, count = earlier, count + 1
    return Given(count, outlet.rhythm.expected(since, until))


def split_days(since: datetime, until: datetime, zone: ZoneInfo) -> Iterable[tuple[date, datetime, datetime]]:
    """The calendar days between two instants: each with the instants where its part begins and ends."""
    day = since.astimezone(zone).date()
    while since < until:
        end = min(bounds_of(day, zone)[1], until)
        yield day, since, end
        since, day = end, day + timedelta(days=1)


def bounds_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a day begins and ends in a zone."""
    return (
        datetime.combine(day, time(), zone).astimezone(UTC),
        datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC),
    )


def read_silences(
    connection: Connection, outlet: str | None = None, *, crawl: int | None = None
) -> dict[str, Silence]:
    """The outlets (slugs) that are silent, or the one that is asked for.

    `crawl` is a crawl still under way that has looked, too: the one that asks. Raises StorageUnavailable.
    """
    values = {"outlet": outlet, "crawl": crawl, "latest": LATEST}
    with transaction(connection) as cursor:
        known = _read(cursor, "true" if outlet is None else "o.slug = %(outlet)s", values)
        suspects = [
            slug for slug, (_, seen, looked_at) in known.items()
            if seen.rhythm.expected(seen.latest[0], looked_at) >= ENOUGH
        ]  # fmt: skip
        if outlet is not None and suspects:
            country = "o.country = (SELECT country FROM akhbar.outlets WHERE slug = %(outlet)s)"
            known = _read(cursor, country, values)
    found = {}
    for slug in suspects:
        country, seen, looked_at = known[slug]
        peers = [peer for other, (where, peer, _) in known.items() if where == country and other != slug]
        silence = find_silence(seen, looked_at, peers)
        if silence is not None:
            found[slug] = silence
    return found


def _read(cursor: Cursor, which: str, values: Mapping[str, Any]) -> dict[str, tuple[str, Seen, datetime]]:
    """Country, what is known and when it was last looked at, of each outlet that has a rhythm and articles."""
    cursor.execute(_SEEN + f" AND {which}", values)
    return {
        slug: (country, Seen(Rhythm(tuple(rates), ZoneInfo(zone), weeks), latest), looked_at)
        for slug, country, zone, rates, weeks, looked_at, latest in cursor.fetchall()
    }


# An article counts when it was published, where the page says so to the minute: a crawl late by an hour does
# not make its outlet an hour's silence.
PUBLISHED = "least(a.first_seen_at, CASE WHEN a.published_precision = 'minute' THEN a.published_at END)"
_SEEN = f"""
    SELECT o.slug, o.country, o.timezone, s.rhythm, s.rhythm_weeks, looked.at, l.latest
    FROM akhbar.outlets o JOIN akhbar.schedule s ON s.outlet_id = o.id
    JOIN LATERAL (
        SELECT started_at AS at FROM akhbar.crawls c WHERE c.outlet_id = o.id AND NOT c.arguments ? 'archive'
          AND (c.id = %(crawl)s OR (c.state = 'finished' AND c.verdict IS DISTINCT FROM 'broken'))
        ORDER BY started_at DESC LIMIT 1
    ) looked ON true
    JOIN LATERAL (
        SELECT (array_agg(at ORDER BY at DESC))[:%(latest)s] AS latest FROM (
            SELECT {PUBLISHED} AS at FROM akhbar.articles a WHERE a.outlet_id = o.id
            ORDER BY a.first_seen_at DESC LIMIT 200
        ) a
    ) l ON l.latest IS NOT NULL
    WHERE NOT o.taken_down AND s.rhythm IS NOT NULL
"""  # noqa: S608 - put together from constants
