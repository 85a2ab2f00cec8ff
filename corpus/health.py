"""The health of each outlet, as operators read it: from the ledger, the articles, the crawls and the schedule.

Every figure of `akhbar status`, `akhbar metrics` and of the warnings comes from here, so that they agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from corpus.rhythm import Rhythm
from corpus.silence import Silence, read_silences
from corpus.transaction import Connection, transaction

# the fields whose presence is watched, as columns of akhbar.articles
FIELDS = ("lead", "published_at", "byline", "authors", "section", "image_url")
# late is so long ago, before is from there to so long ago
RECENT = timedelta(days=1)
BEFORE = timedelta(days=14)
_LEAST_ARTICLES = 20  # a share of fewer says nothing
_FALL = 0.3  # of a field's share, from what it was: so much lower is a fall
_UNWELL = ("silent", "blocked", "relaid", "broken")


@dataclass(frozen=True, slots=True)
class Fill:
    """How many of an outlet's articles have a field: the share of late, and before (None: too few to say)."""

    recent: float | None
    before: float | None

    @classmethod
    def of(cls, late: int, all_late: int, before: int, all_before: int) -> Fill:
        """By the articles that have the field, and all articles, of late and before."""
        return cls(
            late / all_late if all_late >= _LEAST_ARTICLES else None,
            before / all_before if all_before >= _LEAST_ARTICLES else None,
        )

    @property
    def has_fallen(self) -> bool:
        """Whether it is markedly lower than it was."""
        return self.recent is not None and self.before is not None and self.before - self.recent > _FALL


@dataclass(slots=True, kw_only=True)
class Health:
    """One outlet. `expected_today` is what its rhythm lets expect since its midnight, None while unknown.

    `lag` is the median from publication to storing, over a day. `http` counts the answers of a day by
    class (`2xx`, `304`, `403` …, `none` where there was no answer).
    """

    outlet: str
    name: str
    country: str
    timezone: str
    articles: int
    last_stored_at: datetime | None
    last_good_at: datetime | None
    crawl: int | None
    crawl_state: str | None
    verdict: str | None
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, Any]
    new_today: int
    new_day: int
    duplicates_day: int
    expected_today: float | None
    lag: timedelta | None
    schedule_state: str | None
    due_at: datetime | None
    tries: int
    note: str | None
    http: dict[str, int] = field(default_factory=dict)
    fill: dict[str, Fill] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    silence: Silence | None = None

    @property
    def fallen(self) -> list[str]:
        """The fields that far fewer articles have than did before."""
        return [name for name, fill in self.fill.items() if fill.has_fallen]

    @property
    def state(self) -> str:
        """One word: silent by its rhythm, else the last crawl's verdict, `failing`, `new`."""
        if self.crawl is None:
            return "failing" if self.tries >= 3 else "new"
        if self.verdict in _UNWELL and self.verdict is not None and not self.is_accepted:
            return self.verdict
        if self.silence:
            return "silent"
        if self.tries >= 3:
            return "failing"
        return ("healthy" if self.is_accepted else self.verdict) or self.crawl_state or "new"

    @property
    def is_accepted(self) -> bool:
        """Whether a person has taken what the last crawl found for the usual (`corpus.history`)."""
        return "accepted" in self.counts

    @property
    def losses(self) -> dict[str, tuple[float, float | None]]:
        """What the pages of the last crawl lacked: by name, now and before (`pipelines.verdict`)."""
        return {} if self.is_accepted else dict(self.counts.get("losses", {}))

    @property
    def is_unwell(self) -> bool:
        """Whether somebody should look at it."""
        return self.state in (*_UNWELL, "failing")

    @property
    def why(self) -> str:
        """One line that says why the state is what it is; empty where all is well."""
        reasons = []
        if self.silence:
            reasons.append(
                f"nothing new since {self.silence.since:%a %H:%M}Z, {self.silence.expected:.0f} articles were usual"
            )
        if self.tries:
            reasons.append(f"failed {self.tries}×" + (f": {self.note}" if self.note else ""))
        if self.losses:
            reasons.append("lost: " + ", ".join(tell_loss(name, *pair) for name, pair in self.losses.items()))
        if self.state in ("blocked", "relaid", "broken", "silent") and self.refusals:
            worst = sorted(self.refusals.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
            reasons.append(", ".join(f"{reason} {count}" for reason, count in worst))
        if self.damaged:
            reasons.append("source " + "; ".join(sorted(set(self.damaged))[:2]))
        if fallen := [name for name in self.fallen if name not in self.losses]:
            reasons.append("fewer with " + ", ".join(fallen))
        return " · ".join(reasons)


_TOLD = {
    "share": "pages with an article",
    "original": "texts of their own",
    "headline": "headlines of their own",
}


def tell_loss(name: str, now: float, before: float | None) -> str:
    """One loss in words: `authors 0% (was 80%)`, `words 41 (was 310)`."""
    figures = [f"{value:.0f}" if name == "words" else f"{value:.0%}" for value in (now, before or 0.0)]
    return f"{_TOLD.get(name, name)} {figures[0]}" + (f" (was {figures[1]})" if before is not None else "")


def read_health(connection: Connection, outlet: str | None = None) -> list[Health]:
    """The health of every outlet that was not taken down, or of the one called `outlet`, by slug.

    Raises StorageUnavailable.
    """
    values = {"outlet": outlet, "recent": RECENT, "before": BEFORE}
    with transaction(connection) as cursor:
        cursor.execute(_OUTLETS, values)
        rows = cursor.fetchall()
        cursor.execute(_FILL, values)
        filled = {slug: shares for slug, *shares in cursor.fetchall()}
        cursor.execute(_ANSWERS, values)
        answers = cursor.fetchall()
        cursor.execute(_DAMAGED, values)
        damaged = cursor.fetchall()
    silences = read_silences(connection, outlet)
    now = datetime.now(UTC)
    found: dict[str, Health] = {}
    for row in rows:
        *plain, rates, weeks = row
        health = Health(**dict(zip(_COLUMNS, plain, strict=True)), expected_today=None)
        zone = ZoneInfo(health.timezone)
        rhythm = Rhythm(tuple(rates or [0.0] * 168), zone, weeks or 0.0)
        if rhythm.is_known:
            midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
            health.expected_today = rhythm.expected(midnight, now)
        health.fill = _fill_of(filled.get(health.outlet))
        health.silence = silences.get(health.outlet)
        found[health.outlet] = health
    for slug, status, reason, count in answers:
        health = found[slug]
        kind = str(status) if status in (304, 403, 404, 429) else f"{status // 100}xx" if status else "none"
        health.http[kind] = health.http.get(kind, 0) + count
        if reason:
            health.refusals[reason] = health.refusals.get(reason, 0) + count
    for slug, what in damaged:
        found[slug].damaged.append(what)
    return list(found.values())


def _fill_of(shares: Sequence[Any] | None) -> dict[str, Fill]:
    if shares is None:
        return {}
    recent, before, *counts = shares
    pairs = zip(counts[::2], counts[1::2], strict=True)
    return {
        name: Fill.of(late, recent, early, before) for name, (late, early) in zip(FIELDS, pairs, strict=True)
    }


def has_field(name: str) -> str:
    """The SQL condition that an article `a`, of the table or of the view, has one of FIELDS."""
    return "a.authors <> '{}'" if name == "authors" else f"a.{name} IS NOT NULL"


_COLUMNS = (
    "outlet", "name", "country", "timezone", "articles", "last_stored_at", "last_good_at", "crawl", "crawl_state",
    "verdict", "started_at", "finished_at", "counts", "new_today", "new_day", "duplicates_day", "lag",
    "schedule_state", "due_at", "tries", "note",
)  # fmt: skip

_LIVE = "c.state = 'finished' AND NOT c.arguments ? 'archive'"
_OUTLETS = f"""
    SELECT o.slug, o.name, o.country, o.timezone,
           (SELECT count(*) FROM akhbar.articles a WHERE a.outlet_id = o.id),
           (SELECT max(a.first_seen_at) FROM akhbar.articles a WHERE a.outlet_id = o.id),
           (SELECT c.finished_at FROM akhbar.crawls c WHERE c.outlet_id = o.id AND {_LIVE}
              AND (c.verdict IN ('healthy', 'thin') OR c.counts ? 'accepted')
            ORDER BY c.started_at DESC LIMIT 1),
           r.id, r.state, r.verdict, r.started_at, r.finished_at, coalesce(r.counts, '{{}}'),
           d.today, d.day, d.duplicates, d.lag,
           CASE WHEN s.outlet_id IS NULL THEN NULL
                WHEN s.started_at > coalesce(s.ended_at, '-infinity') THEN 'running'
                WHEN s.paused_at IS NOT NULL THEN 'paused'
                WHEN s.due_at <= now() THEN 'due' ELSE 'waiting' END,
           CASE WHEN s.paused_at IS NULL THEN s.due_at END, coalesce(s.tries, 0), s.note,
           s.rhythm, s.rhythm_weeks
    FROM akhbar.outlets o
    LEFT JOIN akhbar.schedule s ON s.outlet_id = o.id
    LEFT JOIN LATERAL (
        -- a crawl of archives speaks for an outlet only where nobody has ever asked itself
        SELECT * FROM (
            (SELECT * FROM akhbar.crawls WHERE outlet_id = o.id AND NOT arguments ? 'archive'
             ORDER BY started_at DESC, id DESC LIMIT 1)
            UNION ALL
            (SELECT * FROM akhbar.crawls WHERE outlet_id = o.id ORDER BY started_at DESC, id DESC LIMIT 1)
        ) live_or_any LIMIT 1
    ) r ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE a.first_seen_at AT TIME ZONE o.timezone
                                   >= date_trunc('day', now() AT TIME ZONE o.timezone)) AS today,
               count(*) AS day,
               count(*) FILTER (WHERE a.copy_of IS NOT NULL) AS duplicates,
               make_interval(secs => percentile_cont(0.5) WITHIN GROUP (
                   ORDER BY greatest(extract(epoch FROM a.first_seen_at - a.published_at)::float8, 0))
                   FILTER (WHERE a.published_precision = 'minute'
                           AND a.published_at > now() - interval '2 days')) AS lag
        FROM akhbar.articles a WHERE a.outlet_id = o.id AND a.first_seen_at > now() - %(recent)s
    ) d ON true
    WHERE NOT o.taken_down AND (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
    ORDER BY o.slug
"""  # noqa: S608 - put together from constants

_FILL = f"""
    SELECT o.slug, count(*) FILTER (WHERE late), count(*) FILTER (WHERE NOT late), {
    ", ".join(
        f"count(*) FILTER (WHERE late AND {has}), count(*) FILTER (WHERE NOT late AND {has})"
        for has in map(has_field, FIELDS)
    )
}
    FROM akhbar.outlets o JOIN akhbar.articles a ON a.outlet_id = o.id
    CROSS JOIN LATERAL (SELECT a.first_seen_at > now() - %(recent)s AS late) period
    WHERE a.first_seen_at > now() - %(before)s AND NOT o.taken_down
      AND (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
    GROUP BY o.slug
"""  # noqa: S608 - put together from constants

_ANSWERS = """
    -- a page that gave an article was answered with 200, where its row does not say otherwise
    SELECT o.slug, coalesce(c.status, CASE WHEN c.state IN ('stored', 'unchanged', 'duplicate') THEN 200 END),
           CASE WHEN c.state IN ('rejected', 'failed') THEN c.reason END, count(*)
    FROM akhbar.outlets o JOIN akhbar.candidates c ON c.outlet_id = o.id
    WHERE c.fetched_at > now() - %(recent)s AND NOT o.taken_down
      AND (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
    GROUP BY 1, 2, 3
"""

_DAMAGED = """
    SELECT o.slug, s.damaged FROM akhbar.outlets o JOIN akhbar.sources s ON s.outlet_id = o.id
    WHERE s.damaged IS NOT NULL AND s.fetched_at > now() - %(recent)s AND NOT o.taken_down
      AND (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
"""
