"""Old articles in the ledger: behind all news, however late they were found, and known by their numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from corpus import announcements, articles, backfill, claims, crawls, endings
from corpus.articles import Submission
from crawler.candidate import Candidate
from crawler.items import Article
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
ROOT = "https://www.one.example"


@pytest.fixture
def crawl(connection):
    return crawls.begin(connection, Outlet("x", country="IQ", timezone="UTC", slug="one"))


def old(*numbers):
    return [Candidate(url=f"{ROOT}/{n}", source="archive", backfill=True) for n in numbers]


def news(*numbers, hours=3):
    return [
        Candidate(url=f"{ROOT}/{n}", source="rss", published_at=NOW - timedelta(hours=hours)) for n in numbers
    ]


def numbers(candidates):
    return [int(candidate.url.rpartition("/")[2]) for candidate in candidates]


def test_news_goes_before_old_articles_that_were_found_later(connection, crawl):
    announcements.record(connection, crawl, news(1, 2))
    announcements.record(connection, crawl, old(10, 11))
    assert sorted(numbers(claims.claim(connection, crawl, 1))) in ([1], [2])
    # the limit is smaller than what waits of either kind
    announcements.record(connection, crawl, news(3, hours=40))
    assert numbers(claims.claim(connection, crawl, 2))[1] == 3
    rest = claims.claim(connection, crawl, 10)
    assert sorted(numbers(rest)) == [10, 11] and all(candidate.backfill for candidate in rest)


def test_news_goes_before_old_articles_within_one_claim_and_after_failures_too(connection, crawl):
    announcements.record(connection, crawl, [*old(10), *news(1, 2)])
    claimed = claims.claim(connection, crawl, 10)
    assert numbers(claimed)[-1] == 10
    endings.end(
        connection, crawl, [endings.Ending(id=c.id, state="failed", reason="timeout") for c in claimed]
    )
    crawls.finish(connection, crawl)
    later = crawls.begin(connection, Outlet("x", country="IQ", timezone="UTC", slug="one"))
    assert numbers(claims.claim(connection, later, 10))[-1] == 10


def test_what_is_announced_as_news_is_news_from_then_on(connection, crawl):
    announcements.record(connection, crawl, old(10, 11))
    assert announcements.record(connection, crawl, news(11, hours=90)) == 0
    announcements.record(connection, crawl, old(11))
    first = claims.claim(connection, crawl, 1)[0]
    assert (numbers([first]), first.backfill, first.published_at) == ([11], False, NOW - timedelta(hours=90))


def test_what_the_ledger_knows_of_numbers(connection, crawl):
    pattern = r"^https?://(?:www\.)?one\.example/(\d{1,15})(?:[^0-9]|$)"
    assert backfill.known_numbers(connection, crawl, pattern, 10) == {}
    announcements.record(connection, crawl, news(1, 2, 3, 4))
    announcements.record(connection, crawl, [Candidate(url="http://one.example/99/خبر", source="rss")])
    announcements.record(connection, crawl, [Candidate(url="https://two.example/500", source="rss")])
    due = {number: c for c in claims.claim(connection, crawl, 10) if (number := c.url.split("/")[3])}
    article = Article(
        url=f"{ROOT}/1", canonical_url=f"{ROOT}/1", headline="خبر", body="نص", published_at=NOW,
        published_precision="minute",
    )  # fmt: skip
    articles.store(connection, crawl, [Submission(article=article, candidate_id=due["1"].id)])
    endings.end(
        connection, crawl,
        [
            endings.Ending(id=due["2"].id, state="rejected", reason="http_404", status=404),
            endings.Ending(id=due["3"].id, state="failed", reason="timeout"),
        ],
    )  # fmt: skip
    assert backfill.known_numbers(connection, crawl, pattern, 3) == {
        99: (None, None), 4: (None, None), 3: (None, None)
    }  # fmt: skip
    urls = [f"{ROOT}/{n}" for n in (1, 2, 3, 77)]
    assert backfill.met_addresses(connection, crawl, urls) == {
        urls[0]: (True, NOW), urls[1]: (False, None), urls[2]: (None, None)
    }  # fmt: skip
