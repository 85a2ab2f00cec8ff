"""What is known of a host over crawls and machines: robots, pacing, back-off, as the crawler says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg2.extras import Json, execute_values

from corpus.text import mend
from corpus.transaction import Connection, transaction


def load(connection: Connection, hosts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The kept state of each host that has one."""
    with transaction(connection) as cursor:
        cursor.execute("SELECT host, state FROM akhbar.hosts WHERE host = ANY(%s)", (sorted(set(hosts)),))
        return dict(cursor.fetchall())


def keep(connection: Connection, states: Mapping[str, Mapping[str, Any]]) -> None:
    """Keeps the state of each host; the last writer wins. Values must be JSON (instants as ISO text)."""
    if not states:
        return
    with transaction(connection) as cursor:
        execute_values(
            cursor,
            """
            INSERT INTO akhbar.hosts AS h (host, state) VALUES %s
            ON CONFLICT (host) DO UPDATE SET state = EXCLUDED.state, changed_at = now()
            WHERE h.state IS DISTINCT FROM EXCLUDED.state
            """,
            [(host, Json(mend(states[host]))) for host in sorted(states)],
        )
