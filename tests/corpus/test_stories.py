"""Copies are found over outlets and linked to the earliest; what only looks alike is not."""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest

from corpus import articles, crawls, database, stories
from corpus.articles import Submission
from crawler.arabic.letters import fold
from crawler.items import Article
from crawler.outlet import Outlet
from pipelines.fingerprint import sign_text

NOW = datetime.now(UTC).replace(microsecond=0)
LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


def words_of(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(LETTERS, k=chance.randint(3, 7))) for _ in range(count)]


def article(name: str, body: str, hours: float | None, seen: float = 0) -> Article:
    return Article(
        url=f"https://{name}.example/1",
        canonical_url=f"https://{name}.example/1",
        headline=f"عنوان {name}",
        body=body,
        published_at=NOW - timedelta(hours=hours) if hours is not None else None,
        published_precision="minute" if hours is not None else None,
        fetched_at=NOW - timedelta(hours=seen),
        signature=sign_text(fold(body)),
    )


def keep(connection, slug, *found, upkeep=None):
    crawl = crawls.begin(connection, Outlet(slug, country="IQ", timezone="UTC", slug=slug))
    outcomes = articles.store(connection, crawl, [Submission(article=a) for a in found], upkeep)
    crawls.finish(connection, crawl)
    return [outcome.article_id for outcome in outcomes]


def copies(connection):
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT outlet, original_outlet FROM corpus.copies ORDER BY 1")
        return cursor.fetchall()


BODY = words_of(1, 120)
EDITED = [word if place % 8 else "كلمةجديدة" for place, word in enumerate(BODY)]
SPELLED = " ".join(word.replace("ا", "أ", 1).replace("ي", "ى", 1) + "ُ" for word in BODY)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_copies_find_the_earliest_in_any_order_of_arrival(connection, order):
    three = [
        article("first", " ".join(BODY), 5),
        article("second", " ".join(EDITED), 3),
        article("third", SPELLED, 1),
    ]
    for place in order:
        keep(connection, three[place].headline.split()[1], three[place])
    assert copies(connection) == [("second", "first"), ("third", "first")]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT size, outlets FROM corpus.stories")
        assert cursor.fetchall() == [(3, ["first", "second", "third"])]
        cursor.execute("SELECT similarity, hours_behind FROM corpus.copies WHERE outlet = 'third'")
        assert cursor.fetchone() == (1.0, 4)
        cursor.execute("SELECT count(*) FROM corpus.originals")
        assert cursor.fetchone() == (1,)


def test_first_sight_counts_where_no_date_is_printed(connection):
    keep(connection, "undated", article("undated", " ".join(BODY), None, seen=2))
    keep(connection, "dated", article("dated", " ".join(BODY), 1))
    assert copies(connection) == [("dated", "undated")]


def test_what_is_no_copy(connection):
    opening = words_of(9, 30)
    keep(connection, "a", article("a", " ".join(opening + words_of(10, 90)), 4))
    keep(connection, "b", article("b", " ".join(opening + words_of(11, 90)), 3))
    keep(connection, "flash1", article("flash1", "عاجل انفجار في وسط المدينة", 2))
    keep(connection, "flash2", article("flash2", "عاجل انفجار في وسط المدينة", 1))
    table = (
        "سعر الصرف في السوق صباح اليوم للدولار {} وللبيع {} ولليورو {} وللذهب {} وللفضة {} كما اعلن البنك "
    )
    prices = (table * 3).format
    keep(connection, "day1", article("day1", prices(*range(100, 115)), 30))
    keep(connection, "day2", article("day2", prices(*range(200, 215)), 6))
    assert copies(connection) == []


def test_two_writers_of_two_copies_end_in_one_story(connection, database_url):
    faults = []

    def write(slug: str) -> None:
        mine = database.connect()
        try:
            many = [article(f"{slug}{n}", " ".join(words_of(100 + n, 60)), 1) for n in range(20)]
            keep(mine, slug, *many)
        except BaseException as error:
            faults.append(error)
        finally:
            mine.close()

    writers = [threading.Thread(target=write, args=(slug,)) for slug in ("one", "two", "three")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(size), max(size), min(outlet_count) FROM corpus.stories")
        assert cursor.fetchone() == (20, 3, 3, 3)


def test_an_article_stored_before_a_crash_is_linked_later(connection, monkeypatch):
    keep(connection, "one", article("one", " ".join(BODY), 2))
    with monkeypatch.context() as patch:
        patch.setattr(stories, "link_new", lambda *_: [])
        (late,) = keep(connection, "two", article("two", " ".join(BODY), 1))
    assert copies(connection) == []
    assert [link.article_id for link in stories.link_new(connection)] == [late]
    assert copies(connection) == [("two", "one")]


def test_a_crash_of_the_server_takes_no_copy_from_being_found(home):
    connection = database.connect()
    originals = [article(f"o{n}", " ".join(words_of(300 + n, 60)), 5) for n in range(30)]
    keep(connection, "one", *originals)
    connection.close()
    os.kill(int((home / "postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    connection = database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM akhbar.bands), (SELECT count(*) FROM akhbar.bands_state)"
        )
        assert cursor.fetchone() == (0, 0), "a crash empties what is not logged; else this test shows nothing"
    keep(connection, "two", *[article(f"c{n}", " ".join(words_of(300 + n, 60)), 1) for n in range(30)])
    assert copies(connection) == [("two", "one")] * 30
    connection.close()


def test_bands_are_made_again_in_parts_and_new_articles_wait_for_that(connection, monkeypatch):
    many = [article(f"o{n}", " ".join(words_of(300 + n, 60)), 5) for n in range(30)]
    keep(connection, "one", *many)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT hash, article_id FROM akhbar.bands ORDER BY 1, 2")
        bands = cursor.fetchall()
        cursor.execute("TRUNCATE akhbar.bands, akhbar.bands_state")
    with monkeypatch.context() as patch:
        patch.setattr(stories, "REBUILD_SECONDS", -1)
        (late,) = keep(connection, "two", article("c7", " ".join(words_of(307, 60)), 1))
    assert copies(connection) == []
    monkeypatch.setattr(stories, "REBUILD_BATCH", 7)
    assert [link.article_id for link in stories.link_new(connection)] == [late]
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT hash, article_id FROM akhbar.bands WHERE article_id <> %s ORDER BY 1, 2", (late,)
        )
        assert cursor.fetchall() == bands


def test_fifteen_in_a_hundred_words_edited_is_found(connection):
    chance = random.Random(7)
    originals, edited = [], []
    for n in range(100):
        body = words_of(1000 + n, chance.choice([60, 150, 300]))
        originals.append(article(f"o{n}", " ".join(body), 5))
        changed = [chance.choice(words_of(5000 + n, 50)) if chance.random() < 0.15 else word for word in body]
        edited.append(article(f"c{n}", " ".join(changed), 1))
    keep(connection, "origin", *originals)
    keep(connection, "copier", *edited)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE substr(o.headline, 8) = substr(c.headline, 8))"
            " FROM corpus.copies x JOIN corpus.articles o ON o.id = x.original"
            " JOIN corpus.articles c ON c.id = x.article"
        )
        found, right = cursor.fetchone()
    assert found == right >= 98
