"""An outlet's history: what its crawls saw of its pages, which the next one is compared with.

It is made of the outlet's healthy (and thin) crawls over the network, four weeks back from its latest one. An
unwell crawl does not enter it, so an outlet whose layout changed stays unwell, however often it is crawled,
until one of three things: the reader is mended; a person says that the outlet is meant to be so
(`accept`, `akhbar status OUTLET --accept`), and that crawl is where the history begins anew; or four
weeks have passed and nothing is known any more, when whatever comes is the usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from psycopg2.extras import Json

from corpus.transaction import Connection, transaction

# as long as a rhythm is learned, so that nights, Fridays and the odd bad day are in it
WEEKS = 4
_MOST = 700  # crawls, spread over the weeks
# the latest ones, of whatever verdict, among which small ones are taken together
_LATEST = 20


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier crawl: what `pipelines.fields` kept of it, and what it lacked (`pipelines.verdict`)."""

    fields: Mapping[str, float]
    losses: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """`usual`: the healthy crawls that one is compared with; `before`: the latest ones of any verdict.

    Both begin with the newest.
    """

    usual: Sequence[Past] = ()
    before: Sequence[Past] = ()


def read_history(connection: Connection, outlet: str) -> History:
    """The history of an outlet (slug), empty where it has none. Raises StorageUnavailable."""
    with transaction(connection) as cursor:
        cursor.execute(_HISTORY, {"outlet": outlet, "weeks": WEEKS, "most": _MOST, "latest": _LATEST})
        rows = cursor.fetchall()
    found: dict[str, list[Past]] = {"usual": [], "before": []}
    for kind, fields, losses in rows:
        found[kind].append(Past(fields, {name: tuple(pair) for name, pair in (losses or {}).items()}))
    return History(**found)


def accept(connection: Connection, outlet: str) -> int | None:
    """Takes what the outlet's (slug's) last judged crawl saw for the usual from now on.

    Returns the crawl, None where there is none. Its verdict stays written as it was given.
    Raises StorageUnavailable.
    """
    with transaction(connection) as cursor:
        cursor.execute(
            """
            UPDATE akhbar.crawls SET counts = counts || %s WHERE id = (
                SELECT c.id FROM akhbar.crawls c JOIN akhbar.outlets o ON o.id = c.outlet_id
                WHERE o.slug = %s AND c.state = 'finished' AND NOT c.arguments ? 'archive'
                ORDER BY c.started_at DESC, c.id DESC LIMIT 1
            ) RETURNING id
            """,
            (Json({"accepted": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}), outlet),
        )
        row: tuple[Any, ...] | None = cursor.fetchone()
    return int(row[0]) if row else None


_HISTORY = """
    WITH crawls AS (
        SELECT c.id, c.started_at, c.verdict, c.counts FROM akhbar.crawls c
        JOIN akhbar.outlets o ON o.id = c.outlet_id
        CROSS JOIN LATERAL (
            SELECT max(started_at) AS at FROM akhbar.crawls WHERE outlet_id = o.id AND state = 'finished'
        ) latest
        WHERE o.slug = %(outlet)s AND c.state = 'finished' AND NOT c.arguments ? 'archive'
          AND c.started_at > latest.at - make_interval(weeks => %(weeks)s)
    ), accepted AS (
        SELECT coalesce(max(id), 0) AS id FROM crawls WHERE counts ? 'accepted'
    )
    (SELECT 'usual', fields, NULL::jsonb FROM (
        SELECT counts->'fields' AS fields, started_at, crawls.id, count(*) OVER () AS total,
               row_number() OVER (ORDER BY started_at DESC, crawls.id DESC) AS place
        FROM crawls, accepted
        WHERE (counts->'fields'->>'pages')::int > 0
          AND (crawls.id = accepted.id OR (crawls.id > accepted.id AND verdict IN ('healthy', 'thin')))
     ) good
     -- of very many every second, third …, so that a week's crawls speak for the week
     WHERE place %% ceil(total / %(most)s::numeric) = 0
     ORDER BY started_at DESC, id DESC)
    UNION ALL
    (SELECT 'before', coalesce(counts->'fields', '{}'),
            CASE WHEN crawls.id > accepted.id THEN counts->'losses' END
     FROM crawls, accepted WHERE crawls.id >= accepted.id
     ORDER BY started_at DESC, crawls.id DESC LIMIT %(latest)s)
"""
