"""`akhbar db copy-to`: the whole corpus arrives, or nothing does; the old one stays as it was."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from corpus import database, moving
from corpus.crawls import begin, finish
from corpus.embedded import EmbeddedServer
from corpus.ledger import ledger_sum
from crawler.outlet import Outlet

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

Command = Callable[..., Any]

COUNT = "SELECT relname, n_live_tup FROM pg_stat_user_tables"


@pytest.fixture
def target(server: EmbeddedServer) -> Iterator[str]:
    """The URL of an empty database without any schema."""
    name = f"target_{uuid.uuid4().hex}"
    admin = psycopg2.connect(server.url("postgres"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield server.url(name)
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


def state_of(url: str) -> dict[str, tuple[Any, ...]]:
    """Count and checksum of each table, taken here in another way than the program takes them."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'akhbar'"
                " AND table_type = 'BASE TABLE' AND table_name <> 'migrations'"
            )
            found = {}
            for (table,) in cursor.fetchall():
                cursor.execute(
                    "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text COLLATE \"C\"))"
                    f" FROM akhbar.{table} t"
                )
                found[table] = cursor.fetchone()
            return found  # type: ignore[return-value]
    finally:
        connection.close()


def test_a_crawled_corpus_is_copied_whole_and_lives_on(
    akhbar: Command, outlet: Any, database_url: str, target: str
) -> None:
    for number in range(8):
        outlet.publish(number)
    assert akhbar("crawl", "sarw").status == 0
    before = state_of(database_url)
    copied = akhbar("db", "copy-to", "-", input=target + "\n")
    assert copied.status == 0, copied.notes
    assert "articles: 8 rows, md5 " in copied.notes and "untouched" in copied.notes
    assert state_of(target) == before == state_of(database_url)
    assert before["articles"][0] == 8

    # the copy is a corpus: found in it, and crawled on, with numbers that do not collide
    assert akhbar("search", "مدارس", "--json", AKHBAR_DATABASE_URL=target).status == 0
    outlet.publish(8)
    crawled = akhbar("crawl", "sarw", "--json", AKHBAR_DATABASE_URL=target)
    assert crawled.status == 0, crawled.notes
    assert crawled.json()[0]["ledger"]["stored"] == 9 and crawled.json()[0]["ledger"]["holds"]
    assert state_of(database_url) == before

    again = akhbar("db", "copy-to", target)
    assert again.status == 2 and "not empty" in again.notes


def test_a_corpus_that_is_being_crawled_is_not_copied(connection: Connection, target: str) -> None:
    outlet = Outlet("صحيفة", country="IQ", timezone="Asia/Baghdad", slug="sarw")
    writer = database.connect()
    crawl = begin(writer, outlet)
    with pytest.raises(moving.CopyRefused, match="1 crawls are running"):
        moving.copy_to(connection, target)
    finish(writer, crawl, verdict="healthy")
    writer.close()
    tables = {table.table: table.rows for table in moving.copy_to(connection, target)}
    assert tables["outlets"] == tables["crawls"] == 1
    assert ledger_sum(connection).holds


def test_what_arrives_changed_is_not_kept(
    connection: Connection, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl = begin(connection, Outlet("صحيفة السرو", country="IQ", timezone="Asia/Baghdad", slug="sarw"))
    finish(connection, crawl)
    pump = moving._pump

    def spoil(reading: Any, writing: Any, table: str, columns: list[str]) -> None:
        pump(reading, writing, table, columns)
        if table == "outlets":
            writing.execute("UPDATE akhbar.outlets SET name = name || ' '")

    monkeypatch.setattr(moving, "_pump", spoil)
    with pytest.raises(moving.CopyDiffers, match="outlets differs from row 1"):
        moving.copy_to(connection, target)
    assert all(count == 0 for count, _ in state_of(target).values())


def test_a_url_is_not_repeated_in_an_error(akhbar: Command) -> None:
    away = akhbar("db", "copy-to", "postgresql://someone:s3cret@127.0.0.1:9/none")
    assert away.status == 75 and "s3cret" not in away.notes and "Traceback" not in away.notes
