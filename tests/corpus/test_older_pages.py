"""A page fetched before the one that shows the article as it is: a version in its place in history, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection
from rensa import RMinHash

from corpus import announcements, articles, claims, crawls, endings, ledger, rereading, search
from corpus.articles import Outcome, Submission
from crawler.arabic.letters import fold
from crawler.candidate import Candidate
from crawler.items import Article, Credit
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
TEXT = " ".join(f"كلمة{place} من النص" for place in range(40))
FIRST, SECOND = TEXT + "\n\nصيغة أولى للخبر", TEXT + "\n\nصيغة ثانية للخبر بعد أن عدلته الصحيفة"


def outlet(slug: str) -> Outlet:
    return Outlet(slug, country="IQ", timezone="UTC", slug=slug)


def sign(body: str) -> bytes:
    words = fold(body).split()
    minhash = RMinHash(num_perm=128, seed=1)
    minhash.update([" ".join(words[at : at + 2]) for at in range(len(words) - 1)])
    return b"".join(value.to_bytes(4, "little") for value in minhash.digest())


def reading(slug: str, hours_ago: float, body: str = SECOND, number: int = 1, **changes: Any) -> Article:
    """What a page says that was fetched so many hours ago."""
    url = f"https://{slug}.example/{number}"
    fields: dict[str, Any] = {
        "url": url, "canonical_url": url, "headline": "عنوان الخبر", "body": body, "byline": "سالم الخطيب",
        "authors": ["سالم الخطيب"], "credits": [Credit(name="سالم الخطيب", role="writer")],
        "signature": sign(body), "extractor_version": "1", "fetched_at": NOW - timedelta(hours=hours_ago),
    }  # fmt: skip
    return Article(**(fields | changes))


def place(slug: str, article: Article) -> dict[str, Any]:
    at = str(article.fetched_at)
    return {"file": f"{slug}/{at}", "offset": 0, "length": 1, "digest": article.body[-20:], "at": at}


def crawl(connection: Connection, slug: str, *found: Article) -> list[Outcome]:
    """One crawl of an outlet that gives these articles, each for the row of its address."""
    running = crawls.begin(connection, outlet(slug))
    announced = [Candidate(url=article.url, source=f"https://{slug}.example/feed") for article in found]
    announcements.record(connection, running, announced)
    ask(
        connection,
        "UPDATE akhbar.candidates SET next_check = now() WHERE state <> 'pending' AND url = ANY(%s) RETURNING id",
        [article.url for article in found],
    )
    rows = {candidate.url: candidate for candidate in claims.claim(connection, running, 100)}
    outcomes = articles.store(
        connection,
        running,
        [
            Submission(
                article=article, candidate_id=rows[article.url].id, status=200, etag=str(article.fetched_at),
                archive=place(slug, article),
            )
            for article in found
        ],
    )  # fmt: skip
    total = ledger.ledger_sum(connection, outlet=slug)
    assert total.holds and total.fetching == 0
    crawls.finish(connection, running)
    return outcomes


def ask(connection: Connection, query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def present(connection: Connection) -> Sequence[tuple[Any, ...]]:
    """All that stands for the article as it is."""
    return ask(
        connection,
        "SELECT a.headline, a.body, a.revision, a.last_seen_at, a.changed_at, a.gone_at, a.opt_out, a.search,"
        " a.content_hash, s.signature, (SELECT array_agg(name) FROM akhbar.credits WHERE article_id = a.id),"
        " (SELECT array_agg(hash ORDER BY hash) FROM akhbar.occurrences WHERE article_id = a.id)"
        " FROM akhbar.articles a LEFT JOIN akhbar.signatures s ON s.article_id = a.id ORDER BY a.id",
    )


VERSIONS = "SELECT revision, seen_at, changes, present, body FROM corpus.revisions ORDER BY seen_at, revision"
ROWS = (
    "SELECT state, reason, etag, archive, fetched_at, checks, article_id FROM akhbar.candidates ORDER BY id"
)


def test_an_older_page_is_history_and_nothing_else(connection: Connection) -> None:
    crawl(connection, "sarw", reading("sarw", 2, opt_out=["noai"]))
    as_it_is, rows = present(connection), ask(connection, ROWS)
    names = reading("sarw", 9, FIRST, byline="هدى منصور", authors=["هدى منصور"], credits=[], opt_out=[])

    (outcome,) = crawl(connection, "sarw", names)
    assert (outcome.state, outcome.reason) == ("unchanged", "older_page")
    assert present(connection) == as_it_is
    assert ask(connection, VERSIONS) == [
        (2, NOW - timedelta(hours=9), ["older", "body", "byline"], False, FIRST),
        (1, NOW - timedelta(hours=2), [], True, SECOND),
    ]
    assert [row[1:] for row in ask(connection, ROWS)] == [row[1:] for row in rows]
    assert ask(connection, "SELECT state, next_check <= now() FROM akhbar.candidates") == [
        ("unchanged", True)
    ]
    (found,) = search.search(connection, "ثانية")
    assert search.search(connection, "أولى") == []
    shown = search.show(connection, found.article_id)
    assert shown is not None and [version.number for version in shown.revisions] == [2, 1]
    assert [change.kind for change in shown.revisions[1].body] != ["same"]

    (again,) = crawl(connection, "sarw", names)
    assert (again.state, again.reason, len(ask(connection, VERSIONS))) == ("unchanged", None, 2)


def test_between_two_versions_it_stands_between_them_and_the_next_one_is_numbered_on(
    connection: Connection,
) -> None:
    crawl(connection, "sarw", reading("sarw", 9, FIRST))
    crawl(connection, "sarw", reading("sarw", 3, SECOND))
    crawl(connection, "sarw", reading("sarw", 2, SECOND))  # the same until here
    third, fourth = TEXT + "\n\nصيغة ثالثة", TEXT + "\n\nصيغة رابعة"
    crawl(connection, "sarw", reading("sarw", 5, third))
    # between two sights of the present version, too: what was seen last is the present
    crawl(connection, "sarw", reading("sarw", 2.5, fourth, headline="عنوان آخر"))
    assert [(number, changes, is_present) for number, _, changes, is_present, _ in ask(connection, VERSIONS)] == [
        (1, [], False), (3, ["older", "body"], False), (2, ["body"], True), (4, ["older", "headline", "body"], False),
    ]  # fmt: skip
    (outcome,) = crawl(connection, "sarw", reading("sarw", 1, FIRST))
    assert outcome.state == "revised"
    assert ask(connection, "SELECT revision, body FROM corpus.articles") == [(5, FIRST)]
    assert ask(connection, "SELECT revision FROM corpus.revisions WHERE present") == [(5,)]


def test_a_short_first_flash_is_history_too(connection: Connection) -> None:
    crawl(connection, "sarw", reading("sarw", 2))
    (outcome,) = crawl(connection, "sarw", reading("sarw", 3, "نبأ عاجل من الوادي"))
    assert outcome.reason == "older_page" and len(ask(connection, VERSIONS)) == 2


def test_of_the_very_page_that_is_known_a_new_reading_is_the_present_one(connection: Connection) -> None:
    crawl(connection, "sarw", reading("sarw", 9))
    ask(
        connection, "UPDATE akhbar.articles SET last_seen_at = %s RETURNING id", NOW - timedelta(hours=2)
    )  # a 304
    (outcome,) = crawl(
        connection, "sarw", reading("sarw", 9, headline="عنوان قرئ بعناية", extractor_version="2")
    )
    assert (outcome.state, outcome.changes) == ("revised", ("reread", "headline"))


def test_the_past_of_the_corpus_stays_as_it_was(connection: Connection) -> None:
    crawl(connection, "sarw", reading("sarw", 5))
    query = "SELECT * FROM corpus.as_of(%s) ORDER BY id"
    ((then,),) = ask(connection, "SELECT clock_timestamp()")
    answer = ask(connection, query, then)
    crawl(connection, "sarw", reading("sarw", 9, FIRST))
    ((after,),) = ask(connection, "SELECT clock_timestamp()")
    known_after = ask(connection, query, after)
    crawl(connection, "sarw", reading("sarw", 7, FIRST + " مرة أخرى"))
    crawl(connection, "sarw", reading("sarw", 12, headline="أول عنوان"))
    assert ask(connection, query, then) == answer
    assert ask(connection, query, after) == known_after
    # the text of both is the present one; what is known better is when the article was there
    text = "SELECT body, revision, first_seen_at FROM corpus.as_of(%s)"
    assert ask(connection, text, then) == [(SECOND, 1, NOW - timedelta(hours=5))]
    assert ask(connection, text, after) == [(SECOND, 1, NOW - timedelta(hours=9))]
    assert ask(connection, "SELECT first_seen_at FROM corpus.articles") == [(NOW - timedelta(hours=12),)]


def test_who_was_seen_earlier_is_the_original(connection: Connection) -> None:
    crawl(connection, "first", reading("first", 5))
    crawl(connection, "later", reading("later", 3))
    original = "SELECT outlet FROM corpus.originals"
    assert ask(connection, original) == [("first",)]
    crawl(connection, "later", reading("later", 8))  # the same text
    assert ask(connection, original) == [("later",)]


@pytest.mark.parametrize("reason", ["soft_404", "listing"])
def test_what_an_older_page_was_not_says_nothing_of_today(connection: Connection, reason: str) -> None:
    crawl(connection, "sarw", reading("sarw", 2))
    as_it_is, rows = present(connection), ask(connection, ROWS)
    running = crawls.begin(connection, outlet("sarw"))
    ask(connection, "UPDATE akhbar.candidates SET next_check = now() RETURNING id")
    (row,) = claims.claim(connection, running, 1)
    ending = endings.Ending(
        id=row.id or 0, state="rejected", reason=reason, status=200, fetched_at=NOW - timedelta(hours=3)
    )
    endings.end(connection, running, [ending])
    assert ledger.ledger_sum(connection, outlet="sarw").holds
    assert present(connection) == as_it_is
    assert [row[1:] for row in ask(connection, ROWS)] == [row[1:] for row in rows]


def test_another_address_of_the_article_leads_to_it(connection: Connection) -> None:
    crawl(connection, "sarw", reading("sarw", 2))
    (outcome,) = crawl(connection, "sarw", reading("sarw", 4, FIRST, url="https://sarw.example/old/1"))
    assert (outcome.state, outcome.reason) == ("duplicate", "older_page")
    assert ask(
        connection, "SELECT state, reason, next_check FROM akhbar.candidates WHERE url LIKE '%%/old/%%'"
    ) == [("duplicate", "older_page", None)]


def test_reading_again_goes_on_after_an_older_page(connection: Connection) -> None:
    crawl(connection, "sarw", reading("sarw", 2))
    crawl(connection, "sarw", reading("sarw", 4, FIRST))
    (stored,) = rereading.read_archived(connection)
    assert stored.archive["file"] == f"sarw/{NOW - timedelta(hours=2)}"
    better = reading("sarw", 2, headline="عنوان قرئ بعناية", extractor_version="2")
    assert rereading.keep(connection, stored, better, ["headline"])
    assert ask(connection, "SELECT revision, headline FROM corpus.articles") == [(3, "عنوان قرئ بعناية")]
