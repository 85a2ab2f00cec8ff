"""An outlet's history: which crawls the next one is compared with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from psycopg2.extensions import connection as Connection

from corpus.crawls import begin, finish
from corpus.health import read_health
from corpus.history import accept, read_history
from crawler.outlet import Outlet

SIDR = Outlet("صحيفة السدر", country="IQ", timezone="Asia/Baghdad", slug="sidr", hosts=("sidr.example",))


def crawl(connection: Connection, verdict: str, pages: int = 8, *, archive: bool = False, **kept: Any) -> int:
    begun = begin(connection, SIDR, arguments={"archive": "x.warc.gz"} if archive else None)
    finish(connection, begun, verdict=verdict, counts={"fields": {"pages": pages}, **kept})
    return begun.id


def age(connection: Connection, by: timedelta) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE akhbar.crawls SET started_at = started_at - %s", (by,))


def usual(connection: Connection) -> list[float]:
    return [past.fields["pages"] for past in read_history(connection, "sidr").usual]


def test_healthy_crawls_of_four_weeks_are_the_usual(connection: Connection) -> None:
    assert read_history(connection, "sidr").usual == []
    crawl(connection, "healthy", 1)
    age(connection, timedelta(weeks=5))
    crawl(connection, "healthy", 2)
    age(connection, timedelta(weeks=2))
    crawl(connection, "thin", 3)
    crawl(connection, "relaid", 4, losses={"words": [40, 300]})
    crawl(connection, "healthy", 5, archive=True)
    crawl(connection, "healthy", 0)
    history = read_history(connection, "sidr")
    assert usual(connection) == [3, 2]
    assert [past.fields["pages"] for past in history.before[:2]] == [0, 4]
    assert history.before[1].losses == {"words": (40, 300)}
    age(connection, timedelta(weeks=9))
    assert usual(connection) == [3, 2], "an outlet that was not crawled for long keeps its history"
    for _ in range(3):
        crawl(connection, "relaid", 9)
        age(connection, timedelta(weeks=2))
    assert usual(connection) == [], "four weeks of a change, and it is the usual"


def test_of_very_many_crawls_some_of_all_the_time_are_taken(connection: Connection) -> None:
    crawl(connection, "healthy", 1)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO akhbar.crawls (outlet_id, state, verdict, started_at, finished_at, counts)
            SELECT outlet_id, state, verdict, started_at - n * interval '5 minutes', finished_at,
                   jsonb_build_object('fields', jsonb_build_object('pages', n))
            FROM akhbar.crawls, generate_series(1, 5000) n
            """
        )
    taken = usual(connection)
    assert 600 <= len(taken) <= 700 and taken[0] < 10 and taken[-1] > 4990


def test_what_a_person_accepts_is_where_the_history_begins(connection: Connection) -> None:
    assert accept(connection, "sidr") is None
    crawl(connection, "healthy", 1)
    unwell = crawl(connection, "relaid", 2, losses={"authors": [0.0, 0.9]})
    (health,) = read_health(connection)
    assert (health.state, health.why) == ("relaid", "lost: authors 0% (was 90%)")
    assert accept(connection, "sidr") == unwell
    history = read_history(connection, "sidr")
    assert usual(connection) == [2]
    assert [past.losses for past in history.before] == [{}], "what was accepted does not cling to the next"
    (health,) = read_health(connection)
    assert (health.state, health.why, health.is_unwell, health.verdict) == ("healthy", "", False, "relaid")
    assert health.last_good_at == health.finished_at
    crawl(connection, "healthy", 3)
    crawl(connection, "relaid", 4)
    assert usual(connection) == [3, 2]


def test_a_crawl_of_archives_does_not_speak_for_the_outlet(connection: Connection) -> None:
    crawl(connection, "relaid", archive=True)
    assert read_health(connection)[0].state == "relaid", "unless nobody has ever asked it"
    crawl(connection, "healthy")
    crawl(connection, "relaid", archive=True)
    assert read_health(connection)[0].state == "healthy"
