"""Copies are linked beside the storing; whatever stops that, the next linker does it."""

from __future__ import annotations

import random
import threading

import psycopg2
import pytest

from corpus import articles, crawls, stories, upkeep
from corpus.articles import Submission
from corpus.transaction import in_transaction
from corpus.upkeep import Upkeep, merge_pending
from crawler.outlet import Outlet
from tests.corpus.test_stories import BODY, article, copies, keep, words_of


@pytest.fixture
def held(connection, database_url):
    """Nobody can link while this connection is open."""
    other = psycopg2.connect(database_url)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (stories._STORIES_LOCK,))
    yield other
    other.close()


def test_copies_are_linked_by_the_end(connection):
    with Upkeep() as helper:
        keep(connection, "first", article("first", " ".join(BODY), 5), upkeep=helper)
        keep(connection, "second", article("second", " ".join(BODY), 3), upkeep=helper)
    assert copies(connection) == [("second", "first")]


def test_storing_does_not_wait_for_linking(connection, held):
    helper = Upkeep()
    for slug in ("first", "second"):
        keep(connection, slug, article(slug, " ".join(BODY), 5), upkeep=helper)
    assert not helper.finish(0.3)
    assert copies(connection) == []
    held.close()
    assert helper.finish(30)
    helper.close()
    assert len(copies(connection)) == 1


def test_what_is_cut_is_linked_by_the_next(connection, held):
    helper = Upkeep()
    for slug in ("first", "second"):
        keep(connection, slug, article(slug, " ".join(BODY), 5), upkeep=helper)
    assert not helper.finish(0.3)
    helper.close()  # returns although the lock is held: the waiting call was cut
    held.close()
    assert copies(connection) == []
    with Upkeep() as another:
        keep(connection, "third", article("third", " ".join(words_of(9, 80)), 1), upkeep=another)
    assert len(copies(connection)) == 1


def test_a_lost_connection_is_made_anew(connection):
    with Upkeep() as helper:
        keep(connection, "first", article("first", " ".join(BODY), 5), upkeep=helper)
        assert helper.finish(30)
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE application_name = 'akhbar upkeep' AND datname = current_database()"
            )
            assert cursor.fetchall() == [(True,)]
        keep(connection, "second", article("second", " ".join(BODY), 3), upkeep=helper)
        helper.finish(30)
    assert copies(connection) == [("second", "first")]


def test_the_search_index_takes_in_what_waits(connection, monkeypatch):
    monkeypatch.setattr(upkeep, "MERGE_AFTER", 3)

    found = [article(f"a{n}", " ".join(words_of(n, 60)), n) for n in range(8)]
    keep(connection, "first", *found[:3])
    assert merge_pending(connection) > 0
    with Upkeep() as helper:
        keep(connection, "second", *found[3:5], upkeep=helper)
    assert merge_pending(connection) > 0, "two are too few"
    with Upkeep() as helper:
        keep(connection, "third", *found[5:], upkeep=helper)
    assert merge_pending(connection) == 0


def test_a_transaction_that_lost_to_another_is_run_again(connection, database_url):
    other = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pair (id int PRIMARY KEY, sum int)")
        cursor.execute("INSERT INTO pair VALUES (1, 0), (2, 0)")
    both_hold_one = threading.Barrier(2, timeout=10)
    runs = []

    def add(mine, order):
        def work(cursor):
            runs.append(order)
            cursor.execute("SET LOCAL deadlock_timeout = '50ms'")
            cursor.execute("UPDATE pair SET sum = sum + 1 WHERE id = %s", (order[0],))
            if len(runs) <= 2:
                both_hold_one.wait()
            cursor.execute("UPDATE pair SET sum = sum + 1 WHERE id = %s", (order[1],))

        in_transaction(mine, work)

    beside = threading.Thread(target=add, args=(other, (2, 1)))
    beside.start()
    add(connection, (1, 2))
    beside.join()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT sum FROM pair")
        assert cursor.fetchall() == [(2,), (2,)]
    assert len(runs) > 2, "the two never stood in each other's way"
    other.close()


def test_a_writer_and_a_linker_of_the_same_articles_do_not_lock_each_other_out(connection):
    found = [article(f"a{n}", " ".join(words_of(n // 2, 60) + words_of(50 + n, 3)), n) for n in range(20)]
    crawl = crawls.begin(connection, Outlet("one", country="IQ", timezone="UTC", slug="one"))
    chance = random.Random(4)
    with Upkeep() as helper:
        for _ in range(30):
            with connection, connection.cursor() as cursor:
                stories.look_again(cursor, list(range(1, 21)))
            again = [Submission(article=a) for a in chance.sample(found, len(found))]
            outcomes = articles.store(connection, crawl, again, helper)
            assert {outcome.state for outcome in outcomes} <= {"stored", "unchanged"}
        assert helper.finish(30)
    assert len(copies(connection)) == 10
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        assert cursor.fetchone() == (0,)
