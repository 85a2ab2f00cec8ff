"""The wall clock of a crawl's machine is set while it runs: waits, times and the ledger go on as if it were not."""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise
from typing import Any

import psycopg2

from tests.drills.server import Answer, say

DELAY, WAIT = 0.1, 3

# Python imports this at its start: the wall clock is off by as many seconds as a file says at that moment. The
# clocks that nobody sets, and the database's own, stay as they are.
JUMPY = """
import copyreg, datetime, os, pathlib, time

def off():
    try:
        return float(pathlib.Path(os.environ["WALL_CLOCK_OFF"]).read_text() or 0)
    except (KeyError, OSError):
        return 0.0

real_time, real = time.time, datetime.datetime
time.time = lambda: real_time() + off()

class Kind(type):
    def __instancecheck__(cls, value):
        return isinstance(value, real)

class Jumpy(real, metaclass=Kind):
    def __new__(cls, *args, **kwargs):
        return real(*args, **kwargs)
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + datetime.timedelta(seconds=off())

def rebuild(*parts):
    return real(*parts)

# pickle would look for the class under its name, where another one stands now
copyreg.pickle(real, lambda at: (rebuild, (*at.timetuple()[:6], at.microsecond, at.tzinfo)))
datetime.datetime = Jumpy
"""


def test_the_wall_clock_jumps_back_an_hour_and_forward_a_day(drill: Any) -> None:
    pages = 60
    drill.server.publish(pages)
    drill.server.answers["/news/59"] = Answer(status=503, headers={"Retry-After": str(WAIT)})
    drill.write_outlet(DOWNLOAD_DELAY=DELAY, CONCURRENT_REQUESTS_PER_DOMAIN=1, RETRY_TIMES=0)
    folder = drill.folder / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(JUMPY, encoding="utf-8")
    off = folder / "off"

    def set_clock(seconds: int) -> None:
        new = folder / "new"
        new.write_text(str(seconds))
        new.replace(off)

    began = server_time(drill.database_url)
    path = os.pathsep.join((str(folder), drill.environment["PYTHONPATH"]))
    crawl = drill.start(PYTHONPATH=path, WALL_CLOCK_OFF=str(off))
    drill.server.wait_for(15)
    set_clock(-3600)
    drill.server.wait_for(35)
    set_clock(86_400)
    ended = crawl.end(120)
    done = server_time(drill.database_url)
    assert ended.ledger["holds"] and ended.ledger["stored"] == pages - 1, ended.notes
    assert ended.ledger["failed"] == {"http_503": 1}
    assert Counter(drill.server.pages()).most_common(1)[0][1] == 1  # none twice

    hits = drill.server.hits
    gaps = [(later.at - earlier.at, earlier.status) for earlier, later in pairwise(hits)]
    say(f"\n{len(hits)} requests, {min(gaps)[0]:.3f} s apart at least")
    assert min(gaps)[0] >= DELAY
    assert all(gap >= WAIT for gap, status in gaps if status == 503)
    assert max(gap for gap, status in gaps) < 60  # nobody waits for an hour that never was

    for what, at in times(drill.database_url):
        assert began.timestamp() - 1 <= at <= done.timestamp() + 1, (what, at - done.timestamp())
    assert count_due_amiss(drill.database_url) == 0
    again = drill.crawl()
    assert again.ledger["holds"] and len(drill.server.pages()) == pages + 1, (
        again.notes
    )  # only what had failed
    assert list((drill.folder / "home" / "archive" / "sidr").glob("*.open")) == []


def server_time(url: str) -> Any:
    return query(url, "SELECT now()")[0][0]


def times(url: str) -> list[tuple[str, float]]:
    """Every instant that says when something was done, and where it stands."""
    return query(
        url,
        """
        SELECT 'candidates.fetched_at', extract(epoch FROM fetched_at)::float FROM akhbar.candidates
        UNION ALL SELECT 'archive', extract(epoch FROM (archive ->> 'at')::timestamptz)::float
            FROM akhbar.candidates WHERE archive IS NOT NULL
        UNION ALL SELECT 'first_seen_at', extract(epoch FROM first_seen_at)::float FROM akhbar.articles
        UNION ALL SELECT 'last_seen_at', extract(epoch FROM last_seen_at)::float FROM akhbar.articles
        UNION ALL SELECT 'sources', extract(epoch FROM fetched_at)::float FROM akhbar.sources
        UNION ALL SELECT 'started_at', extract(epoch FROM started_at)::float FROM akhbar.crawls
        UNION ALL SELECT 'finished_at', extract(epoch FROM finished_at)::float FROM akhbar.crawls
        UNION ALL SELECT 'robots', extract(epoch FROM (copy.value ->> 'fetched_at')::timestamptz)::float
            FROM akhbar.hosts, jsonb_each(state -> 'robots') AS copy
        UNION ALL SELECT 'last_request', (state -> 'pace' ->> 'last_request')::float FROM akhbar.hosts
        """,
    )


def count_due_amiss(url: str) -> int:
    """How many checks are not due an hour after the fetch, by the server's clock (a crawl takes seconds)."""
    return query(
        url,
        "SELECT count(*) FROM akhbar.candidates"
        " WHERE next_check NOT BETWEEN now() + interval '50 min' AND now() + interval '1 hour'",
    )[0][0]


def query(url: str, sql: str) -> Any:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()
    finally:
        connection.close()
