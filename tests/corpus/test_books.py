"""The ledger's two books agree, a change past them shows, and writing stops before the disk is full."""

from __future__ import annotations

import random
from collections import namedtuple
from datetime import UTC, datetime, timedelta

import pytest

from corpus import announcements, articles, claims, crawls, endings, ledger, room
from corpus.articles import Submission
from corpus.unavailable import StorageUnavailable
from crawler.candidate import Candidate
from crawler.items import Article
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)


def crawl_at_random(connection, slug, seed):
    """One crawl, live or of archives, that does all that a crawl may do to rows, and dies or finishes."""
    chance = random.Random(seed)
    arguments = {"archive": "x.warc.gz"} if seed % 3 == 2 else {}
    crawl = crawls.begin(
        connection, Outlet(slug, country="IQ", timezone="UTC", slug=slug), arguments=arguments
    )
    urls = [f"https://{slug}.example/{chance.randrange(60)}" for _ in range(30)]
    updated = NOW + timedelta(minutes=seed)
    announcements.record(
        connection, crawl, [Candidate(url=url, source="x", updated_at=updated) for url in urls]
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE akhbar.candidates SET next_check = now() WHERE next_check IS NOT NULL AND id %% 3 = %s",
            (seed % 3,),
        )
    pages = []
    if crawl.replay:
        at = NOW - timedelta(days=seed)
        held = [Candidate(url=url, source="x", fetched_at=at) for url in dict.fromkeys(urls)]
        pages = claims.list_pages(connection, crawl, held)
    ended = []
    for candidate in claims.claim(connection, crawl, 25, pages=pages):
        deed = chance.random()
        if deed < 0.5:
            article = Article(
                url=candidate.url, canonical_url=candidate.url, headline=f"خبر {chance.random() < 0.8}",
                body=" ".join(f"كلمة{candidate.id}و{n}" for n in range(30)), fetched_at=candidate.fetched_at,
            )  # fmt: skip
            articles.store(connection, crawl, [Submission(article=article, candidate_id=candidate.id)])
        elif deed < 0.9:
            state, reason, status = chance.choice(
                [("rejected", "listing", 200), ("failed", "http_503", 503), ("unchanged", None, 304),
                 ("pending", None, None), ("rejected", "soft_404", 200), ("failed", "http_404", 404)]
            )  # fmt: skip
            ended.append(endings.Ending(id=candidate.id, state=state, reason=reason, status=status))
    endings.end(connection, crawl, ended)
    if chance.random() < 0.7:
        crawls.finish(connection, crawl)
    else:  # its lease goes, its row stays: it died
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")


def test_both_books_say_the_same_after_every_crawl(connection):
    for seed in range(24):
        crawl_at_random(connection, ("one", "two")[seed % 2], seed)
        for outlet in (None, "one"):
            total = ledger.ledger_sum(connection, outlet=outlet)
            assert total.holds, total
        assert by_day(connection, "corpus.coverage") == by_day(connection, counted_by_day())
    assert total.discovered > 40 and total.stored and total.rejected and total.failed
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) > 0 FROM akhbar.replayed_pages")
        assert cursor.fetchone() == (True,)
        cursor.execute(
            "SELECT count(*) FROM akhbar.movements WHERE crawl_id <= (SELECT max(id) - 2 FROM akhbar.crawls)"
        )
        (kept,) = cursor.fetchone()
        assert kept <= 24 * 7  # summed up: at most one row a state of each crawl
        cursor.execute("SELECT count(*) FROM akhbar.discoveries")
        (kept,) = cursor.fetchone()
        assert kept <= 24 * 7 + 2 * 7  # … and of each day, but for the crawls that died last


def counted_by_day():
    """What `corpus.coverage` says, counted on the addresses themselves."""
    counts = ", ".join(
        f"count(*) FILTER (WHERE c.state = '{state}') AS {state}"
        for state in ("stored", "unchanged", "duplicate", "rejected", "failed")
    )
    return (
        "(SELECT o.slug AS outlet, (c.discovered_at AT TIME ZONE o.timezone)::date AS day, count(*) AS discovered,"
        f" {counts}, count(*) FILTER (WHERE c.state IN ('pending', 'fetching')) AS pending"
        " FROM akhbar.candidates c JOIN akhbar.outlets o ON o.id = c.outlet_id GROUP BY 1, 2) counted"
    )


def by_day(connection, relation):
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT outlet, day, discovered, stored, unchanged, duplicate, rejected, failed, pending"
            f" FROM {relation} ORDER BY 1, 2"
        )
        return cursor.fetchall()


def test_the_days_are_those_of_the_outlet_and_follow_its_zone(connection):
    crawl = crawls.begin(connection, Outlet("one", country="IQ", timezone="UTC", slug="one"))
    announcements.record(
        connection, crawl, [Candidate(url=f"https://one.example/{n}", source="x") for n in range(9)]
    )
    with connection, connection.cursor() as cursor:
        # three days of discovery, an hour before midnight in UTC, the next day in Baghdad
        cursor.execute(
            "UPDATE akhbar.candidates SET discovered_at = date '2026-03-01' + (id % 3)::int - interval '1 hour'"
        )
    utc = by_day(connection, "corpus.coverage")
    assert len(utc) == 3 and utc == by_day(connection, counted_by_day())
    crawls.finish(connection, crawl)
    moved = crawls.begin(connection, Outlet("one", country="IQ", timezone="Asia/Baghdad", slug="one"))
    claims.claim(connection, moved, 4)
    assert by_day(connection, "corpus.coverage") == by_day(connection, counted_by_day())
    assert {row[1] for row in by_day(connection, "corpus.coverage")} != {row[1] for row in utc}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "Asia/Baghdad\x00", "'; --"])
def test_a_zone_that_the_server_does_not_know_is_utc(connection, caplog, zone):
    outlet = Outlet("بعيد", country="IQ", timezone=zone, slug="far")
    crawl = crawls.begin(connection, outlet)
    announcements.record(connection, crawl, [Candidate(url="https://far.example/1", source="rss")])
    (row,) = claims.claim(connection, crawl, 1)
    endings.end(connection, crawl, [endings.Ending(id=row.id, state="rejected", reason="listing")])
    assert ledger.ledger_sum(connection, outlet="far").holds
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT timezone, rejected FROM corpus.outlets JOIN corpus.coverage USING (outlet)")
        expected = "Asia/Baghdad" if "Asia" in zone else "UTC"
        assert cursor.fetchall() == [(expected, 1)]
    assert ("does not know the zone" in caplog.text) is bool(zone and expected == "UTC")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM akhbar.candidates WHERE id = (SELECT min(id) FROM akhbar.candidates)",
        "UPDATE akhbar.candidates SET state = 'unchanged'"
        " WHERE id = (SELECT min(id) FROM akhbar.candidates WHERE state = 'stored')",
        "INSERT INTO akhbar.candidates (outlet_id, url, url_hash, source)"
        " SELECT outlet_id, 'x', 'x', 'x' FROM akhbar.candidates LIMIT 1",
    ],
)
def test_a_row_lost_or_moved_past_the_ledger_shows(connection, statement):
    crawl_at_random(connection, "one", 1)
    crawl_at_random(connection, "one", 2)
    assert ledger.ledger_sum(connection).holds
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1
    assert not ledger.ledger_sum(connection).holds
    assert not ledger.ledger_sum(connection, outlet="one").holds


def test_writing_stops_before_the_disk_is_full(connection, monkeypatch):
    crawl = crawls.begin(connection, Outlet("one", country="IQ", timezone="UTC", slug="one"))
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: usage(1, 1, room.FREE_MARK - 1))
    candidate = Candidate(url="https://one.example/1", source="x")
    assert announcements.record(connection, crawl, [candidate]) == 1  # a given server keeps its own house
    monkeypatch.setattr(room, "is_embedded", lambda: True)
    for write in (
        lambda: announcements.record(connection, crawl, [candidate]),
        lambda: articles.store(
            connection,
            crawl,
            [Submission(article=Article(url="u", canonical_url="u", headline="ع", body="ن"))],
        ),
    ):
        with pytest.raises(StorageUnavailable, match="512 MB are kept"):
            write()
