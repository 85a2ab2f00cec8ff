"""Articles and the ledger against the real server."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from corpus import announcements, articles, claims, crawls, database, endings, ledger
from corpus.articles import Submission
from crawler.candidate import Candidate
from crawler.items import AppendedStory, Article, Credit, Evidence, IndexTerms
from crawler.outlet import Outlet

OUTLET = Outlet("المثال", country="IQ", timezone="Asia/Baghdad", slug="example", hosts=("example.com",))
NOW = datetime.now(UTC).replace(microsecond=0)
WORDS = [
    "الوزير",
    "اعلن",
    "امس",
    "في",
    "المدينة",
    "ان",
    "العمل",
    "بدأ",
    "على",
    "مشروع",
    "جديد",
    "يخدم",
    "الناس",
    "ويوفر",
    "الماء",
]


def article(number: int, **changes: object) -> Article:
    fields: dict[str, object] = {
        "outlet": "example",
        "url": f"https://example.com/{number}?utm=1",
        "canonical_url": f"https://example.com/{number}",
        "headline": f"افتتاح المشروع رقم {number}",
        "body": " ".join(f"{word}{number}" for word in WORDS * 4) + "\n\nفقرة ثانية",
        "byline": "كتب: سالم الخطيب",
        "authors": ["سالم الخطيب"],
        "credits": [Credit(name="سالم الخطيب", role="writer")],
        "published_at": NOW - timedelta(hours=2),
        "published_precision": "minute",
        "fetched_at": NOW,
    }
    return Article(**(fields | changes))  # type: ignore[arg-type]


def announce(connection, crawl, numbers):
    found = [
        Candidate(
            url=f"https://example.com/{n}",
            source="https://example.com/rss",
            published_at=NOW - timedelta(minutes=n),
        )
        for n in numbers
    ]
    return announcements.record(connection, crawl, found)


def count(connection, table):
    with connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM akhbar.{table}")
        return cursor.fetchone()[0]


def test_a_crawl_from_announcement_to_articles(connection):
    crawl = crawls.begin(connection, OUTLET, arguments={"since": None})
    assert announce(connection, crawl, range(5)) == 5
    assert announce(connection, crawl, range(6)) == 1
    claimed = claims.claim(connection, crawl, 10)
    assert [c.url for c in claimed] == [f"https://example.com/{n}" for n in range(6)]
    assert claims.claim(connection, crawl, 10) == []
    outcomes = articles.store(
        connection,
        crawl,
        [Submission(candidate_id=c.id, article=article(n)) for n, c in enumerate(claimed[:4])],
    )
    assert [o.state for o in outcomes] == ["stored"] * 4
    endings.end(
        connection,
        crawl,
        [
            endings.Ending(id=claimed[4].id, state="rejected", reason="listing", status=200),
            endings.Ending(id=claimed[5].id, state="failed", reason="http_503", status=503),
        ],
    )
    total = ledger.ledger_sum(connection, crawl=crawl.id)
    assert total == ledger.LedgerSum(6, 4, 0, 0, {"listing": 1}, {"http_503": 1}, 0, 0)
    assert total.holds
    crawls.finish(connection, crawl, verdict="healthy", counts={"stored": 4})
    again = crawls.begin(connection, OUTLET)
    assert announce(connection, again, range(6)) == 0
    assert [c.url for c in claims.claim(connection, again, 10)] == ["https://example.com/5"]


def test_poisoned_rows_leave_their_neighbours_alone(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, range(100))
    claimed = claims.claim(connection, crawl, 100)
    batch = [article(n) for n in range(100)]
    batch[10].body += "\x00 \ud800"
    batch[10].headline = "عنوان\x00 فيه صفر"
    batch[20].published_at = datetime(1, 1, 1, tzinfo=UTC)
    batch[30].headline = " "
    batch[40].headline = "س" * 3000
    batch[50].body = "كلمة " * 2_000_000
    batch[60].authors = [5]  # type: ignore[list-item]
    batch[70].tags = None  # type: ignore[assignment]
    batch[80].content_hash = "not bytes"  # type: ignore[assignment]
    batch[90].published_precision = {"to": "minute"}  # type: ignore[assignment]
    outcomes = articles.store(
        connection,
        crawl,
        [Submission(candidate_id=c.id, article=a) for c, a in zip(claimed, batch, strict=True)],
    )
    rejected = {n: o.reason for n, o in enumerate(outcomes) if o.state == "rejected"}
    assert set(rejected) == {30, 40, 50, 60, 70, 80, 90}
    assert [rejected[n] for n in (30, 40, 50)] == ["no_headline", "headline_too_long", "body_too_long"]
    assert all(rejected[n].startswith("storage:") for n in (60, 70, 80, 90))
    assert count(connection, "articles") == 93
    total = ledger.ledger_sum(connection, outlet="example")
    assert (total.discovered, total.stored, sum(total.rejected.values()), total.pending) == (100, 93, 7, 0)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT published_at, published_text FROM akhbar.articles WHERE id = %s",
            (outcomes[20].article_id,),
        )
        assert cursor.fetchone() == (None, "0001-01-01T00:00:00+00:00")


def test_a_row_that_only_the_server_refuses_is_found_by_halving(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, range(40))
    claimed = claims.claim(connection, crawl, 40)
    batch = [article(n) for n in range(40)]
    batch[7].language = "ar"
    with connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE akhbar.articles ADD CHECK (language IS DISTINCT FROM 'ar')")
    outcomes = articles.store(
        connection,
        crawl,
        [Submission(candidate_id=c.id, article=a) for c, a in zip(claimed, batch, strict=True)],
    )
    assert [n for n, o in enumerate(outcomes) if o.state != "stored"] == [7]
    assert outcomes[7].reason == "storage:CheckViolation"
    assert ledger.ledger_sum(connection).rejected == {"storage:CheckViolation": 1}


def test_two_addresses_are_one_article(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, range(4))
    c = claims.claim(connection, crawl, 10)
    one, twin, copy, other = article(0), article(0), article(0), article(3)
    twin.url = "https://example.com/amp/0"
    copy.canonical_url = "https://example.com/other-slug/0"
    outcomes = articles.store(
        connection,
        crawl,
        [Submission(candidate_id=x.id, article=a) for x, a in zip(c, (one, twin, copy, other), strict=True)],
    )
    assert sorted(o.state for o in outcomes) == ["duplicate", "duplicate", "stored", "stored"]
    assert len({o.article_id for o in outcomes[:3]}) == 1
    assert count(connection, "articles") == 2
    total = ledger.ledger_sum(connection)
    assert (total.stored, total.duplicate) == (2, 2)


def test_an_edited_article_is_a_second_revision_and_a_worse_reading_is_not(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, [0])
    (candidate,) = claims.claim(connection, crawl, 1)
    articles.store(connection, crawl, [Submission(candidate_id=candidate.id, article=article(0), etag='"a"')])
    crawls.finish(connection, crawl)

    def visit(**changes: object) -> articles.Outcome:
        with connection, connection.cursor() as cursor:
            cursor.execute("UPDATE akhbar.candidates SET next_check = now()")
        crawl = crawls.begin(connection, OUTLET)
        (candidate,) = claims.claim(connection, crawl, 1)
        (outcome,) = articles.store(
            connection, crawl, [Submission(candidate_id=candidate.id, article=article(0, **changes))]
        )
        assert ledger.ledger_sum(connection).holds
        crawls.finish(connection, crawl)
        return outcome

    assert visit().state == "unchanged"
    assert visit(headline="عنوان معدل").changes == ("headline",)
    assert (
        visit(headline="عنوان معدل", byline=None, authors=[], credits=[], published_at=None).state
        == "unchanged"
    )
    assert visit(headline="عنوان معدل", body="نص قصير").reason == "worse_reading"
    edited = article(0).body + "\n\nاضافة"
    assert visit(headline="عنوان ثالث", body=edited).changes == ("headline", "body")
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT number, changes, present, headline FROM akhbar.revisions ORDER BY number")
        assert cursor.fetchall() == [
            (1, [], False, "افتتاح المشروع رقم 0"),
            (2, ["headline"], False, "عنوان معدل"),
            (3, ["headline", "body"], True, None),
        ]
        cursor.execute("SELECT revision, headline, published_at, authors FROM akhbar.articles")
        assert cursor.fetchone() == (3, "عنوان ثالث", NOW - timedelta(hours=2), ["سالم الخطيب"])


def test_an_announced_update_makes_an_article_due_once(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, [0])
    (candidate,) = claims.claim(connection, crawl, 1)
    articles.store(connection, crawl, [Submission(candidate_id=candidate.id, article=article(0))])
    crawls.finish(connection, crawl)
    for due in (True, False):
        crawl = crawls.begin(connection, OUTLET)
        announcements.record(
            connection,
            crawl,
            [Candidate(url="https://example.com/0", source="x", updated_at=NOW + timedelta(hours=1))],
        )
        claimed = claims.claim(connection, crawl, 5)
        assert bool(claimed) is due
        endings.end(
            connection, crawl, [endings.Ending(id=c.id, state="unchanged", status=304) for c in claimed]
        )
        crawls.finish(connection, crawl)


def test_updates_announced_in_the_past_are_due_when_they_grow(connection):
    """A demo or an archive announces times that lie long before the fetch."""
    long_ago = NOW - timedelta(days=400)

    def announced(crawl, hours):
        at = long_ago + timedelta(hours=hours) if hours is not None else None
        announcements.record(
            connection, crawl, [Candidate(url="https://example.com/0", source="x", updated_at=at)]
        )

    def visit(*hours):
        crawl = crawls.begin(connection, OUTLET)
        announced(crawl, hours[0])
        claimed = claims.claim(connection, crawl, 5)
        for later in hours[1:]:  # another source, read while the page is on its way
            announced(crawl, later)
        articles.store(
            connection, crawl, [Submission(candidate_id=c.id, article=article(0)) for c in claimed]
        )
        crawls.finish(connection, crawl)
        return bool(claimed)

    assert visit(None, 1)
    assert not visit(1)
    assert visit(6)
    assert not visit(6)
    assert not visit(None)


def test_a_claimed_recheck_that_was_never_asked_for_is_due_again(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, [0])
    (candidate,) = claims.claim(connection, crawl, 1)
    articles.store(connection, crawl, [Submission(candidate_id=candidate.id, article=article(0))])
    crawls.finish(connection, crawl)
    update = Candidate(url="https://example.com/0", source="x", updated_at=NOW + timedelta(hours=1))
    for _ in range(2):
        crawl = crawls.begin(connection, OUTLET)
        announcements.record(connection, crawl, [update])
        (claimed,) = claims.claim(connection, crawl, 5)
        endings.end(connection, crawl, [endings.Ending(id=claimed.id, state="pending")])
        crawls.finish(connection, crawl)


def test_a_vanished_article_is_marked_gone_and_kept(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, [0])
    (candidate,) = claims.claim(connection, crawl, 1)
    articles.store(connection, crawl, [Submission(candidate_id=candidate.id, article=article(0))])
    crawls.finish(connection, crawl)
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE akhbar.candidates SET next_check = now()")
    crawl = crawls.begin(connection, OUTLET)
    (candidate,) = claims.claim(connection, crawl, 1)
    endings.end(
        connection, crawl, [endings.Ending(id=candidate.id, state="failed", reason="http_404", status=404)]
    )
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT gone_at IS NOT NULL, body <> '' FROM akhbar.articles")
        assert cursor.fetchone() == (True, True)
        cursor.execute("SELECT state, reason, next_check FROM akhbar.candidates")
        assert cursor.fetchone() == ("unchanged", "gone", None)


def test_four_writers_in_different_orders_store_each_article_once(connection, database_url):
    crawl = crawls.begin(connection, OUTLET)
    crawls.finish(connection, crawl)
    faults: list[BaseException] = []

    def write(step: int) -> None:
        mine = database.connect()
        try:
            order = [(n * step) % 211 for n in range(211)]
            for start in range(0, 211, 50):
                batch = [Submission(article=article(n)) for n in order[start : start + 50]]
                articles.store(mine, None, batch + batch[:5])
        except BaseException as error:
            faults.append(error)
        finally:
            mine.close()

    writers = [threading.Thread(target=write, args=(step,)) for step in (1, 7, 101, 210)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    assert (count(connection, "articles"), count(connection, "revisions"), count(connection, "credits")) == (
        211,
    ) * 3


def test_evidence_and_appended_stories_are_kept(connection):
    crawl = crawls.begin(connection, OUTLET)
    kept = article(
        1,
        appended=[AppendedStory(headline="قصة اقدم", body="نص")],
        provenance={"published_at": Evidence(rule="json-ld", raw="2024")},
    )
    (outcome,) = articles.store(connection, crawl, [Submission(article=kept)])
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT appended, provenance FROM akhbar.articles WHERE id = %s", (outcome.article_id,)
        )
        assert cursor.fetchone() == (
            [{"headline": "قصة اقدم", "body": "نص"}],
            {"published_at": {"rule": "json-ld", "raw": "2024"}},
        )


def test_the_same_text_under_another_address_is_found_and_linked(connection):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, range(3))
    first, second, _ = claims.claim(connection, crawl, 3)
    (stored,) = articles.store(connection, crawl, [Submission(candidate_id=first.id, article=article(0))])
    moved = article(0, canonical_url="https://example.com/moved")
    assert articles.find_same(connection, crawl, [moved, article(0), article(1)]) == [
        stored.article_id,
        None,
        None,
    ]
    short = article(0, body="نص قصير")
    articles.store(connection, crawl, [Submission(article=article(9, body="نص قصير"))])
    short.canonical_url = "https://example.com/short"
    assert articles.find_same(connection, crawl, [short]) == [None]
    ending = endings.Ending(id=second.id, state="duplicate", reason="same_text", article_id=stored.article_id)
    assert endings.end(connection, crawl, [ending]) == 1
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT article_id FROM akhbar.candidates WHERE id = %s", (second.id,))
        assert cursor.fetchone() == (stored.article_id,)
        cursor.execute("SELECT article_id FROM akhbar.addresses WHERE url = %s", (second.url,))
        assert cursor.fetchone() == (stored.article_id,)


def test_a_zombie_cannot_write(connection, database_url):
    crawl = crawls.begin(connection, OUTLET)
    announce(connection, crawl, [0])
    (candidate,) = claims.claim(connection, crawl, 1)
    other = database.connect()
    with pytest.raises(crawls.CrawlRunning, match="example"):
        crawls.begin(other, OUTLET)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")  # as if its connection had been cut
    crawls.begin(other, OUTLET)
    with pytest.raises(crawls.CrawlLost):
        articles.store(connection, crawl, [Submission(candidate_id=candidate.id, article=article(0))])
    with pytest.raises(crawls.CrawlLost):
        endings.end(connection, crawl, [endings.Ending(id=candidate.id, state="failed", reason="x")])
    with pytest.raises(crawls.CrawlRunning):
        crawls.resume(connection, crawl)
    assert count(connection, "articles") == 0
    other.close()


def test_a_time_printed_as_a_distance_changes_nothing(connection):
    def told(hours, **changes):
        evidence = {"published_at": Evidence(rule="visible:relative", raw="منذ ساعات")}
        when = NOW - timedelta(hours=hours)
        return Submission(article=article(1, published_at=when, provenance=evidence, **changes))

    keep = [told(9), told(8), told(7, headline="عنوان آخر")]
    states = []
    for submission in keep:
        crawl = crawls.begin(connection, OUTLET)
        (outcome,) = articles.store(connection, crawl, [submission])
        states.append((outcome.state, outcome.changes))
        crawls.finish(connection, crawl)
    assert states == [("stored", ()), ("unchanged", ()), ("revised", ("headline",))]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT published_at FROM corpus.articles")
        assert cursor.fetchall() == [(NOW - timedelta(hours=9),)]


def test_index_terms_that_come_with_an_article_are_stored_unless_its_text_is_mended(connection):
    brought = IndexTerms(search="'جاهزه':1A", pairs="{7}", pair_bits=bytes(512))
    crawl = crawls.begin(connection, OUTLET)
    found = [article(1, index_terms=brought), article(2, headline="افتتاح\x00", index_terms=brought)]
    articles.store(connection, crawl, [Submission(article=a) for a in found])
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT search @@ 'جاهزه', search @@ 'افتتاح' FROM akhbar.articles ORDER BY id")
        assert cursor.fetchall() == [(True, False), (False, True)]
