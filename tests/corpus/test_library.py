"""The corpus as the web page reads it: read-only, bounded, by the views alone, with the SQL of each answer."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import psycopg2
import pytest

from corpus import announcements, articles, crawls
from corpus.articles import Submission
from corpus.library import connections, search
from corpus.library.articles import (
    list_members,
    list_stories,
    list_versions,
    read_article,
    read_story,
    read_versions,
)
from corpus.library.connections import Library, TooSlow
from corpus.library.crawls import list_coverage, list_crawls, sum_coverage
from corpus.library.outlets import count_days, list_health, list_outlets
from corpus.library.search import Wanted, count_by_outlet_and_day, find
from corpus.unavailable import StorageUnavailable
from crawler.candidate import Candidate
from crawler.items import Article
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
OUTLETS = (
    Outlet("صحيفة السرو", country="IQ", timezone="Asia/Baghdad", slug="sarw"),
    Outlet("جريدة الأرز", country="LB", timezone="Asia/Beirut", slug="arz"),
)


def article(number: int, **changes: object) -> Article:
    values: dict[str, object] = {
        "url": f"https://sarw.example/{number}",
        "canonical_url": f"https://sarw.example/{number}",
        "headline": f"افتتاح المكتبة رقم {number}",
        "body": f"فتحت المكتبة العامة رقم {number} أبوابها في الحي صباح اليوم أمام القراء الصغار.",
        "published_at": NOW - timedelta(days=number),
        "published_precision": "minute",
    }
    return Article(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def stock(shared_connection) -> None:
    """Forty-five articles of one outlet and one of another; number 1 has two versions."""
    connection = shared_connection
    first = crawls.begin(connection, OUTLETS[0])
    articles.store(connection, first, [Submission(article=article(n)) for n in range(1, 46)])
    announcements.record(connection, first, [Candidate(url="https://sarw.example/later", source="feed")])
    articles.store(connection, first, [Submission(article=article(1, headline="إغلاق المكتبة رقم 1"))])
    crawls.finish(connection, first, verdict="healthy")
    second = crawls.begin(connection, OUTLETS[1])
    undated = article(
        90, url="https://arz.example/1", canonical_url="https://arz.example/1", published_at=None
    )
    articles.store(connection, second, [Submission(article=undated)])
    crawls.finish(connection, second)
    connection.commit()


@pytest.fixture
def library(stock, shared_url, monkeypatch) -> Iterator[Library]:
    """Two connections to the stock."""
    monkeypatch.setenv("AKHBAR_DATABASE_URL", shared_url)
    library = Library(size=2)
    library.open()
    yield library
    library.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM akhbar.articles",
        "SELECT * FROM akhbar.articles",
        "CREATE TABLE corpus.x (i int)",
        "CREATE TEMP TABLE x (i int)",
        "SELECT nextval(pg_get_serial_sequence('akhbar.crawls', 'id'))",
    ],
)
def test_a_reader_can_only_read_the_views(library, statement):
    refused = (psycopg2.errors.InsufficientPrivilege, StorageUnavailable)
    with pytest.raises(refused), library.reading() as cursor:
        cursor.execute(statement)
    with library.reading() as cursor:  # and the connection is of use again
        assert read_article(cursor, 1).first


def test_even_the_owner_can_write_nothing(library):
    with pytest.raises(StorageUnavailable), library.reading() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("DELETE FROM akhbar.credits")


def test_the_role_comes_back_after_a_search(library):
    with library.reading() as cursor:
        find(cursor, Wanted(query="مكتبة"))
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (connections.ROLE,)


def test_a_slow_question_is_cut_off(library):
    with pytest.raises(TooSlow), library.reading(0.1) as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    with library.reading() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        assert cursor.fetchone() == ("5s",)


def test_connections_are_lent_one_reader_each(library, monkeypatch):
    monkeypatch.setattr(connections, "WAIT_SECONDS", 0.05)
    with library.reading() as one, library.reading() as two:
        assert one.connection is not two.connection
        with pytest.raises(StorageUnavailable, match="readers"), library.reading():
            pass
    with library.reading():
        pass


def test_a_cut_connection_is_replaced(library, shared_connection):
    with library.reading() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with shared_connection, shared_connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", (pid,))
    with library.reading() as cursor:
        assert list_outlets(cursor).rows


def test_a_database_without_a_corpus_is_told_and_left_alone(server, monkeypatch):
    monkeypatch.setenv("AKHBAR_DATABASE_URL", server.url("postgres"))
    with pytest.raises(StorageUnavailable, match="db migrate"):
        Library().open()
    made = psycopg2.connect(server.url("postgres"))
    with made, made.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('akhbar') IS NULL AND to_regnamespace('corpus') IS NULL")
        assert cursor.fetchone() == (True,)
    made.close()


def test_the_sql_of_an_answer_gives_the_same_rows(library):
    with library.reading() as cursor:
        answers = [
            list_outlets(cursor),
            list_health(cursor),
            count_by_outlet_and_day(cursor, Wanted(query="مكتبة", outlet="sarw"), "Asia/Baghdad"),
            read_article(cursor, 1),
            list_versions(cursor, 1),
            list_crawls(cursor, outlet="sarw"),
            sum_coverage(cursor, date(2020, 1, 1), date(2100, 1, 1)),
            count_days(cursor, 7),
        ]
        for answer in answers:
            assert answer.rows, answer.sql
            cursor.execute(answer.sql)
            names = [column.name for column in cursor.description]
            assert [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] == answer.rows
            assert "akhbar." not in answer.sql


def test_search_by_page(library):
    seen = []
    with library.reading() as cursor:
        for page, (size, has_more) in enumerate([(20, True), (20, True), (6, False), (0, False)], 1):
            answer, more = find(cursor, Wanted(query="مكتبه", order="time"), page)
            assert (len(answer.rows), more) == (size, has_more)
            seen += [row["id"] for row in answer.rows]
    assert len(set(seen)) == 46


def test_matches_are_marked_in_the_text_as_printed(library):
    with library.reading() as cursor:
        answer, _ = find(cursor, Wanted(query="مكتبه", outlet="arz"))
    (row,) = answer.rows
    assert row["headline_parts"] == [("افتتاح ", False), ("المكتبة", True), (" رقم 90", False)]
    assert ("المكتبة", True) in row["snippet"]


def test_counts_by_outlet_and_day(library):
    with library.reading() as cursor:
        rows = count_by_outlet_and_day(cursor, Wanted(), "UTC").rows
    assert {row["outlet"]: row["articles"] for row in rows if row["kind"] == 1} == {"sarw": 45, "arz": 1}
    days = {row["day"]: row["articles"] for row in rows if row["kind"] == 2}
    assert days[(NOW - timedelta(days=3)).date()] == 1
    assert days[None] == 1
    assert [row["articles"] for row in rows if row["kind"] == 3] == [46]


def test_counting_stops_at_its_limit(library, monkeypatch):
    monkeypatch.setattr(search, "COUNT_LIMIT", 7)
    with library.reading() as cursor:
        rows = count_by_outlet_and_day(cursor, Wanted(query="مكتبة"), "UTC").rows
    assert [row["articles"] for row in rows if row["kind"] == 3] == [7]


@pytest.mark.parametrize("text", ["' OR true --", "\\", "%s %(x)s", "$$;DROP", "بغداد\x00", "a" * 300])
def test_hostile_values_are_only_values(library, text):
    with library.reading() as cursor:
        wanted = Wanted(query=text, outlet=text, author=text, section=text, country=text)
        answer, more = find(cursor, wanted)
        assert (answer.rows, more) == ([], False)
        assert list_health(cursor, text).rows == []
        assert list_coverage(cursor, text, date(2020, 1, 1), date(2100, 1, 1)).rows == []


def test_two_versions_are_read_the_earlier_first(library):
    with library.reading() as cursor:
        assert [row["revision"] for row in list_versions(cursor, 1).rows] == [2, 1]
        before, after = read_versions(cursor, 1, (2, 1)).rows
    assert (before["headline"], after["headline"]) == ("افتتاح المكتبة رقم 1", "إغلاق المكتبة رقم 1")


def test_a_story_and_its_members(connection):
    body = " ".join(f"كلمة{n} تروي حكاية الجسر القديم" for n in range(40))
    for outlet, hours in zip(OUTLETS, (5, 0), strict=True):
        crawl = crawls.begin(connection, outlet)
        copied = article(
            60,
            url=outlet.slug,
            canonical_url=outlet.slug,
            headline=f"الجسر {outlet.slug}",
            body=body,
            published_at=NOW - timedelta(hours=hours),
            signature=bytes(range(256)) * 2,
        )
        articles.store(connection, crawl, [Submission(article=copied)])
        crawls.finish(connection, crawl)
    connection.commit()
    with closing(Library(size=1)) as library, library.reading() as cursor:
        (row,) = list_stories(cursor).rows
        members = list_members(cursor, row["story"]).rows
        assert [member["headline"] for member in members] == ["الجسر sarw", "الجسر arz"]
        assert members[1]["copy_of"] == members[0]["id"]
        assert read_story(cursor, row["story"]).first == row


def test_health_and_coverage(library):
    with library.reading() as cursor:
        health = {row["outlet"]: row for row in list_health(cursor).rows}
        assert (health["sarw"]["verdict"], health["sarw"]["articles"]) == ("healthy", 45)
        days = count_days(cursor, 7, "sarw").rows
        assert sum(row["articles"] for row in days) in (6, 7)
        today = NOW.date()
        (row,) = [
            row
            for row in sum_coverage(cursor, today - timedelta(days=2), today + timedelta(days=2)).rows
            if row["outlet"] == "sarw"
        ]
        assert row["discovered"] == row["pending"] == 1


def test_a_login_that_may_only_read_is_enough(library, shared_connection, shared_url, monkeypatch):
    name = f"page_{uuid.uuid4().hex}"
    with shared_connection, shared_connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN IN ROLE {connections.ROLE}")
    try:
        monkeypatch.setenv("AKHBAR_DATABASE_URL", shared_url.replace("postgres@", f"{name}@"))
        mine = Library()
        mine.open()
        with mine.reading() as cursor:
            cursor.execute("SELECT session_user")
            assert cursor.fetchone() == (name,)
            answer, _ = find(cursor, Wanted(query="مكتبة", outlet="arz"))
            assert answer.rows[0]["headline_parts"] == [("افتتاح المكتبة رقم 90", False)]
            assert list_versions(cursor, 1).rows
        mine.close()
    finally:
        with shared_connection, shared_connection.cursor() as cursor:
            cursor.execute(f"DROP ROLE {name}")
