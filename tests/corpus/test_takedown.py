"""What is taken down is gone from everywhere and does not come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from corpus import announcements, articles, claims, crawls, database, ledger, search, stories, takedown
from corpus.articles import Submission
from crawler.arabic.letters import fold
from crawler.candidate import Candidate
from crawler.items import AppendedStory, Article, Credit
from crawler.outlet import Outlet
from pipelines.fingerprint import sign_text

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = "السرالمكنون"


def body(name: str) -> str:
    paragraph = " ".join(f"{name}{place} {SECRET}" for place in range(20))
    return f"{paragraph}\n\n{paragraph} خاتمة"


def begin(connection, slug):
    return crawls.begin(connection, Outlet(slug, country="IQ", timezone="UTC", slug=slug))


def crawl(connection, slug, *, numbers=(1, 2), text=None, hours=5, headline=None, archive=None):
    """Announces, claims and stores; returns the outcomes."""
    running = begin(connection, slug)
    urls = [f"https://{slug}.example/{n}" for n in numbers]
    announcements.record(
        connection, running, [Candidate(url=url, source="rss", headline=f"عنوان {SECRET}") for url in urls]
    )
    claimed = {c.url: c for c in claims.claim(connection, running, 100)}
    batch = []
    for url, number in zip(urls, numbers, strict=True):
        if url in claimed:
            printed = text or body(f"{slug}{number}")
            article = Article(
                url=url, canonical_url=url, headline=headline or f"عنوان {SECRET} {number}", body=printed,
                credits=[Credit(name=f"سالم {SECRET}", role="writer")],
                appended=[AppendedStory(headline=SECRET, body=printed)],
                published_at=NOW - timedelta(hours=hours), published_precision="minute",
                signature=sign_text(fold(printed)),
            )  # fmt: skip
            batch.append(Submission(candidate_id=claimed[url].id, article=article, archive=archive))
    outcomes = articles.store(connection, running, batch)
    crawls.finish(connection, running)
    return outcomes


def everything(connection):
    """All text of every table of both schemas but the takedowns themselves."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class WHERE relkind IN ('r', 'm', 'v')"
            " AND relnamespace IN ('akhbar'::regnamespace, 'corpus'::regnamespace)"
            " AND relname NOT IN ('takedowns', 'tombstones')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            found[table] = "\n".join(row for (row,) in cursor.fetchall())
    return found


def test_an_article_goes_from_everywhere_and_stays_away(connection):
    (stored,) = crawl(connection, "one", numbers=(1,), archive={"file": "a.warc.gz", "offset": 12})
    crawl(connection, "one", numbers=(1,), headline="عنوان آخر")
    url = "https://one.example/1"
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE akhbar.candidates SET next_check = now()")
    crawl(connection, "one", numbers=(1,), headline=f"عنوان معدل {SECRET}")  # a second version
    assert len(search.show(connection, url).revisions) == 2

    tried = takedown.take_down(connection, urls=[url], why="أمر محكمة", dry_run=True)
    assert (tried.id, len(tried.articles)) == (None, 1)
    assert search.show(connection, url) is not None
    removed = takedown.take_down(connection, urls=[url], why="أمر محكمة")
    assert [id_ for id_, _, _ in removed.articles] == [stored.article_id]
    assert [table for table, text in everything(connection).items() if SECRET in text] == []
    assert search.show(connection, url) is None and search.search(connection, SECRET) == []
    with connection, connection.cursor() as cursor:
        for table in ("articles", "revisions", "credits", "addresses", "signatures", "bands", "passages",
                      "occurrences", "appended_passages", "story_moves"):  # fmt: skip
            cursor.execute(f"SELECT count(*) FROM akhbar.{table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("SELECT kind, why, articles FROM corpus.takedowns")
        assert cursor.fetchall() == [("url", "أمر محكمة", 1)]
    total = ledger.ledger_sum(connection, outlet="one")
    assert total.rejected == {"takedown": 1} and total.holds

    # announced again, by the same name or by another: not fetched, and not stored when it comes all the same
    assert crawl(connection, "one", numbers=(1,)) == []
    moved = body("one1")
    (outcome,) = crawl(connection, "one", numbers=(7,), text=moved, archive={"file": "b", "offset": 15})
    assert (outcome.state, outcome.reason) == ("rejected", "takedown")
    assert [o.state for o in crawl(connection, "one", numbers=(8,))] == ["stored"]
    assert ledger.ledger_sum(connection).holds

    # the archive learns which page to erase, once
    places = takedown.places_to_erase(connection)
    assert {(place.url, (place.archive or {}).get("offset")) for place in places} == {
        (url, 12), (url[:-1] + "7", 15)
    }  # fmt: skip
    assert {place.outlet for place in places} == {"one"}
    takedown.mark_erased(connection, [place.tombstone for place in places])
    assert takedown.places_to_erase(connection) == []


def test_the_sweep_clears_the_statistics_of_the_planner_too(connection):
    crawl(connection, "one", numbers=(1, 2, 3), headline="زبرجدون")
    crawl(connection, "two", numbers=(1, 2, 3), text="عقد الزواج في المدينة مساء أمس")

    def known():
        takedown.sweep(connection)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE '%زبرجدون%'")
            return cursor.fetchone()[0]

    assert known() > 0
    takedown.take_down(connection, match="زبرجدون", why="x")
    assert known() == 0


def test_no_crawl_of_a_taken_down_outlet_begins_and_the_one_under_way_ends(connection, database_url):
    crawl(connection, "one")
    running = begin(connection, "one")
    announcements.record(connection, running, [Candidate(url="https://one.example/9", source="rss")])
    other = database.connect()
    try:
        takedown.take_down(other, outlet="one", why="x", dry_run=True)
        assert len(claims.claim(connection, running, 1)) == 1
        takedown.take_down(other, outlet="one", why="x")
    finally:
        other.close()
    for write in (
        lambda: announcements.record(
            connection, running, [Candidate(url="https://one.example/10", source="rss")]
        ),
        lambda: claims.claim(connection, running, 1),
        lambda: crawls.finish(connection, running),
    ):
        with pytest.raises(crawls.CrawlLost):
            write()
    connection.close()  # the crawl's process ends, its lease with it
    later = database.connect()
    try:
        with pytest.raises(crawls.TakenDown, match="The outlet one was taken down"):
            begin(later, "one")
        with pytest.raises(crawls.TakenDown):  # the lease was given back: no CrawlRunning
            begin(later, "one")
        total = ledger.ledger_sum(later, outlet="one")
        assert (total.rejected, total.pending, total.holds) == ({"takedown": 3}, 0, True)
    finally:
        later.close()


def test_an_address_that_nobody_knows_yet_is_closed(connection):
    takedown.take_down(connection, urls=["https://one.example/1"], why="x")
    assert len(crawl(connection, "one", numbers=(1, 2))) == 1
    total = ledger.ledger_sum(connection, outlet="one")
    assert (total.stored, total.rejected, total.holds) == (1, {"takedown": 1}, True)


def test_a_whole_outlet_goes_and_others_stay(connection):
    crawl(connection, "one")
    crawl(connection, "two")
    removed = takedown.take_down(connection, outlet="one", why="x")
    assert len(removed.articles) == 2
    with pytest.raises(crawls.TakenDown):
        crawl(connection, "one", numbers=(1, 2, 3))
    assert takedown.closed_hosts(connection) == {}
    assert takedown.outlets_to_erase(connection) == ["one"]
    assert {hit.outlet for hit in search.search(connection, "")} == {"two"}
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT outlet FROM corpus.outlets")
        assert cursor.fetchall() == [("two",)]


def test_a_search_names_what_goes(connection):
    crawl(connection, "one", numbers=(1,), text="عقد الزواج في المدينة مساء أمس")
    crawl(connection, "one", numbers=(2,), text="افتتاح الجسر في المدينة مساء أمس")
    assert len(takedown.take_down(connection, match='"عقد الزواج"', why="x").articles) == 1
    assert [hit.url for hit in search.search(connection, "")] == ["https://one.example/2"]
    for wrong in ({"match": "!!"}, {"outlet": "nobody"}, {}, {"match": "x", "outlet": "one"}):
        with pytest.raises(ValueError):
            takedown.take_down(connection, why="x", **wrong)
    with pytest.raises(ValueError, match="reason"):
        takedown.take_down(connection, outlet="one", why=" ")


def test_the_story_goes_on_without_its_original(connection):
    for slug, hours in (("first", 9), ("second", 6), ("third", 3)):
        crawl(connection, slug, numbers=(1,), text=body("نص"), hours=hours)
    removed = takedown.take_down(connection, urls=["https://first.example/1"], why="x")
    assert [slug for _, slug, _ in removed.copies] == ["second", "third"]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT outlet, original_outlet, similarity FROM corpus.copies")
        assert cursor.fetchall() == [("third", "second", 1.0)]
    takedown.take_down(connection, urls=["https://second.example/1"], why="x")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT story = id, copy_of FROM corpus.articles")
        assert cursor.fetchall() == [(True, None)]
    assert stories.link_new(connection) == []
