"""Migrations: once, in order, never changed afterwards, by an owner without any privilege too."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace

import psycopg2
import pytest

from corpus import claims, crawls, database, hosts, ledger, stories
from corpus.search import search
from corpus.vector import search_vector
from crawler.outlet import Outlet

OUTLET = Outlet("المثال", country="IQ", timezone="Asia/Baghdad", slug="example")


def test_the_reader_sees_every_migration_applied(connection):
    assert database.migrate(connection) == []
    assert database.pending_migrations(connection) == []


def test_a_changed_past_migration_is_refused(connection, monkeypatch):
    carried = database.migrations()
    changed = [replace(carried[0], text=carried[0].text + "-- later thought"), *carried[1:]]
    monkeypatch.setattr(database, "migrations", lambda: changed)
    with pytest.raises(database.SchemaMismatch, match="0001_ledger"):
        database.migrate(connection)


def test_a_newer_database_is_refused(connection, monkeypatch):
    carried = database.migrations()
    monkeypatch.setattr(database, "migrations", lambda: carried[:-1])
    with pytest.raises(database.SchemaMismatch, match="newer"):
        database.migrate(connection)


def test_a_failing_migration_leaves_nothing_behind(connection, monkeypatch):
    carried = database.migrations()
    bad = database.Migration(len(carried) + 1, "bad", "CREATE TABLE akhbar.half (i int); SELECT 1/0;")
    monkeypatch.setattr(database, "migrations", lambda: [*carried, bad])
    with pytest.raises(psycopg2.errors.DivisionByZero):
        database.migrate(connection)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('akhbar.half')")
        assert cursor.fetchone() == (None,)
        cursor.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
        )
        assert cursor.fetchone() == (0,)


@pytest.fixture
def empty(server):
    """The URL of an empty database owned by a role without privileges."""
    name = f"owner_{uuid.uuid4().hex[:12]}"
    admin = psycopg2.connect(server.url("postgres"))
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE")
        cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
    yield server.url(name).replace("postgres@", f"{name}@")
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        cursor.execute(f"DROP ROLE {name}")
    admin.close()


def test_an_owner_without_privileges_may_migrate(empty):
    connection = psycopg2.connect(empty)
    assert len(database.migrate(connection)) == len(database.migrations())
    connection.close()


def test_a_corpus_of_before_is_found_by_phrase_linked_and_counted(empty, monkeypatch):
    carried = database.migrations()
    connection = psycopg2.connect(empty)
    with monkeypatch.context() as patch:
        patch.setattr(database, "migrations", lambda: carried[:15])
        database.migrate(connection)
    body = "افتتح الوزير صباح اليوم والمكتبه الكبيره في وسط المدينه القديمه بعد سنوات طويله من العمل فيها"
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO akhbar.outlets (slug, name, country, timezone) VALUES ('x', 'المثال', 'IQ', 'UTC')"
        )
        cursor.execute(
            "INSERT INTO akhbar.articles (outlet_id, url, canonical_url, canonical_hash, headline, body, content_hash,"
            " word_count, first_seen_at, last_seen_at, changed_at, search) SELECT o.id, u, u, sha256(u::bytea), 'خبر',"
            " %s, sha256(u::bytea), 17, now(), now(), now(), %s::tsvector"
            " FROM akhbar.outlets o, unnest('{a,b}'::text[]) AS u RETURNING id",
            (body, search_vector("خبر", body)),
        )
        ids = [id_ for (id_,) in cursor.fetchall()]
        for id_, hash_ in ((ids[0], 1), (ids[0], 2), (ids[1], 2)):
            cursor.execute("INSERT INTO akhbar.occurrences VALUES (%s, %s, 1)", (hash_, id_))
        cursor.execute(
            "INSERT INTO akhbar.passages SELECT id, h, h FROM akhbar.outlets, unnest('{1,2}'::int[]) h"
        )
        for id_, linked in zip(ids, (True, False), strict=True):
            cursor.execute(
                "INSERT INTO akhbar.signatures VALUES (%s, %s, %s)", (id_, bytes(range(256)) * 2, linked)
            )
    database.migrate(connection)
    assert len(search(connection, '"المكتبه الكبيره" "وسط المدينه"')) == 2
    assert search(connection, '"الكبيره المكتبه"') == []
    assert [link.article_id for link in stories.link_new(connection)] == [ids[1]]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT hash, seen FROM akhbar.passages")
        assert cursor.fetchall() == [(2, 2)]
        cursor.execute("SELECT DISTINCT outlet_id FROM akhbar.occurrences")
        assert cursor.fetchall() == [(1,)]
    connection.close()


def test_several_at_once_migrate_once(empty):
    applied: list[list[str]] = []

    def work() -> None:
        connection = psycopg2.connect(empty)
        applied.append(database.migrate(connection))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(len(names) for names in applied) == [0, 0, 0, len(database.migrations())]


def test_a_cut_connection_is_an_outage_and_the_lease_can_be_resumed(connection, database_url):
    crawl = crawls.begin(connection, OUTLET)
    other = database.connect()
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (connection.info.backend_pid,))
    with pytest.raises(database.StorageUnavailable) as caught:
        ledger.ledger_sum(connection)
    assert "\n" not in str(caught.value)
    crawls.resume(other, crawl)
    third = database.connect()
    with pytest.raises(crawls.CrawlRunning):
        crawls.begin(third, OUTLET)
    crawls.finish(other, crawl)
    crawls.begin(third, OUTLET)
    other.close()
    third.close()


def test_a_read_only_server_is_an_outage(connection):
    crawl = crawls.begin(connection, OUTLET)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    with pytest.raises(database.StorageUnavailable):
        claims.claim(connection, crawl, 1)


def test_host_state_is_kept(connection):
    hosts.keep(connection, {"b.example": {"delay": 2}, "a.example": {"robots": "x\x00y"}})
    hosts.keep(connection, {"b.example": {"delay": 3}})
    assert hosts.load(connection, ["a.example", "b.example", "c.example"]) == {
        "a.example": {"robots": "xy"},
        "b.example": {"delay": 3},
    }


def test_psql_is_given_the_database_by_its_environment(monkeypatch):
    monkeypatch.setenv("AKHBAR_DATABASE_URL", "postgresql://me:s3cret@db.example:5433/news?sslmode=require")
    program, environment = database.shell_command()
    assert "psql" in program
    assert environment == {
        "PGUSER": "me", "PGPASSWORD": "s3cret", "PGHOST": "db.example", "PGPORT": "5433",
        "PGDATABASE": "news", "PGSSLMODE": "require",
    }  # fmt: skip
