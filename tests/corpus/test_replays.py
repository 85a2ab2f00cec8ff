"""A replay takes the pages that nobody has read, whenever their address is due, and leaves the schedule as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from corpus import announcements, articles, claims, crawls, endings, ledger, takedown
from corpus.articles import Outcome, Submission
from crawler.candidate import Candidate
from crawler.items import Article
from crawler.outlet import Outlet

NOW = datetime.now(UTC).replace(microsecond=0)
URL = "https://sarw.example/1"
TEXT = " ".join(f"كلمة{place} من النص" for place in range(40))
SARW = Outlet("السرو", country="IQ", timezone="UTC", slug="sarw")
# all of the row that a replay must leave as it is, and what stands for the article as it is
ROW = (
    "SELECT c.next_check, c.checks, c.attempts, c.etag, c.last_modified, c.archive, c.fetched_at, c.fetched_updated,"
    " c.status, c.reason, c.detail, c.article_id, a.body, a.revision, a.last_seen_at, a.changed_at, a.gone_at"
    " FROM akhbar.candidates c LEFT JOIN akhbar.articles a ON a.id = c.article_id WHERE c.url = %s"
)


def ask(connection: Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def reading(hours: float, words: str = "", **changes: Any) -> Article:
    """What the page says that was fetched so many hours ago."""
    fields = {
        "url": URL,
        "canonical_url": URL,
        "headline": "عنوان الخبر",
        "body": f"{TEXT}\n\n{words}".strip(),
    }
    return Article(**(fields | {"extractor_version": "1", "fetched_at": ago(hours)} | changes))


def place(article: Article, file: str = "sarw/x") -> dict[str, Any]:
    at = f"{article.fetched_at:%Y-%m-%dT%H:%M:%SZ}"
    return {"file": file, "offset": 0, "length": 1, "digest": article.body[-20:], "at": at}


def store(connection: Connection, crawl: crawls.Crawl, row: Candidate, article: Article) -> Outcome:
    (outcome,) = articles.store(
        connection,
        crawl,
        [
            Submission(
                article=article,
                candidate_id=row.id,
                etag=f"{article.fetched_at}",
                archive=place(article, "replayed" if crawl.replay else "sarw/x"),
            )
        ],
    )
    return outcome


def crawl_live(connection: Connection, article: Article | None, **ending: Any) -> None:
    """A live crawl that asks for the address and gets this article, or ends so."""
    crawl = crawls.begin(connection, SARW)
    announcements.record(connection, crawl, [Candidate(url=URL, source="feed")])
    ask(connection, "UPDATE akhbar.candidates SET next_check = now() WHERE state <> 'pending' RETURNING id")
    (row,) = claims.claim(connection, crawl, 5)
    if article is not None:
        store(connection, crawl, row, article)
    else:
        endings.end(connection, crawl, [endings.Ending(id=row.id or 0, **ending)])
    crawls.finish(connection, crawl)


def begin_replay(connection: Connection) -> crawls.Crawl:
    return crawls.begin(connection, SARW, arguments={"archive": "x.warc.gz"})


def list_pages(connection: Connection, crawl: crawls.Crawl, *hours: float) -> list[tuple[int, datetime]]:
    """The pages of these hours that the archive holds, as far as `claim` may take them."""
    held = [Candidate(url=URL, source="archive://pages/0", fetched_at=ago(at)) for at in hours]
    announcements.record(connection, crawl, held)
    return claims.list_pages(connection, crawl, held)


def replay(connection: Connection, *found: Article) -> list[Outcome]:
    """A replay of an archive that holds these pages; what became of those that it read."""
    crawl, outcomes = begin_replay(connection), []
    by_time = {article.fetched_at: article for article in found}
    held = [Candidate(url=URL, source="archive://pages/0", fetched_at=at) for at in by_time]
    announcements.record(connection, crawl, held)
    for page in claims.list_pages(connection, crawl, held):
        for row in claims.claim(connection, crawl, 5, pages=[page]):
            outcomes.append(store(connection, crawl, row, by_time[row.fetched_at or max(by_time)]))
    assert ledger.ledger_sum(connection, outlet="sarw").holds
    crawls.finish(connection, crawl)
    return outcomes


def plan(connection: Connection, due_in: timedelta | None) -> Sequence[tuple[Any, ...]]:
    """Set the row's next check; all that there is to be kept."""
    at = None if due_in is None else datetime.now(UTC) + due_in
    ask(connection, "UPDATE akhbar.candidates SET next_check = %s RETURNING id", at)
    return ask(connection, ROW, URL)


PLANS = [timedelta(hours=3), timedelta(hours=-1), None]  # not due, due, never again


def test_an_article_is_taken_for_the_pages_that_nobody_has_read(connection: Connection) -> None:
    crawl_live(connection, reading(9, "أولى"))
    crawl_live(connection, reading(3, "ثانية"))
    crawl_live(connection, reading(2, "ثانية"))  # unchanged
    crawl = begin_replay(connection)
    # a version's page at 9 and 3, the row's own at 2
    assert [at for _, at in list_pages(connection, crawl, 9, 3, 2)] == []
    pages = list_pages(connection, crawl, 12, 9, 5, 2)
    assert [at for _, at in pages] == [ago(12), ago(5)]
    # neither the next check nor an announced update makes a row due in a replay
    ask(connection, "UPDATE akhbar.candidates SET next_check = now(), updated_at = now() RETURNING id")
    assert claims.claim(connection, crawl, 5) == []
    (row,) = claims.claim(connection, crawl, 5, pages=pages[:1])
    assert (row.url, row.fetched_at) == (URL, ago(12))
    assert claims.claim(connection, crawl, 5, pages=pages[1:]) == []  # the row is in hand
    assert store(connection, crawl, row, reading(12, "مسودة")).reason == "older_page"
    assert claims.claim(connection, crawl, 5, pages=pages[:1]) == []  # read by now
    (row,) = claims.claim(connection, crawl, 5, pages=pages[1:])
    assert store(connection, crawl, row, reading(5, "أولى")).reason is None
    crawls.finish(connection, crawl)
    again = begin_replay(connection)
    assert list_pages(connection, again, 12, 9, 5, 3, 2) == []
    # what the sources announced meanwhile makes it due for a live crawl
    crawls.finish(connection, again)
    assert len(claims.claim(connection, crawls.begin(connection, SARW), 5)) == 1


def test_what_is_due_goes_first_and_the_window_holds_for_pages_too(connection: Connection) -> None:
    crawl_live(connection, reading(2))
    crawl = begin_replay(connection)
    pages = list_pages(connection, crawl, 8, 7)
    new = Candidate(url="https://sarw.example/2", source="feed")
    announcements.record(connection, crawl, [new])
    (first,) = claims.claim(connection, crawl, 1, pages=pages[:1])
    assert first.url == new.url
    ask(connection, "UPDATE akhbar.candidates SET published_at = %s WHERE url = %s RETURNING id", ago(9), URL)
    assert claims.claim(connection, crawl, 5, pages=pages[:1], since=ago(5)) == []
    assert claims.claim(connection, crawl, 5, pages=pages[:1], until=ago(10)) == []
    assert len(claims.claim(connection, crawl, 5, pages=pages[:1], since=ago(10), until=ago(5))) == 1


def test_pages_of_an_address_that_has_no_article_yet_wait_for_it(connection: Connection) -> None:
    states = [outcome.state for outcome in replay(connection, reading(2, "ثانية"), reading(5, "أولى"))]
    assert states == ["stored", "unchanged"]
    versions = ask(connection, "SELECT changes, present FROM corpus.revisions ORDER BY seen_at")
    assert versions == [(["older", "body"], False), ([], True)]
    assert replay(connection, reading(2, "ثانية"), reading(5, "أولى")) == []


@pytest.mark.parametrize("due_in", PLANS)
def test_whatever_the_page_says_the_schedule_stays(connection: Connection, due_in: timedelta | None) -> None:
    crawl_live(connection, reading(9, "أولى"))
    crawl_live(connection, reading(3, "ثانية"))
    row = plan(connection, due_in)
    assert [outcome.reason for outcome in replay(connection, reading(12, "مسودة"), reading(6, "أولى"))] == [
        "older_page", None,
    ]  # fmt: skip
    assert ask(connection, ROW, URL) == row
    # one that gives no article, or cannot be read, is no check either, and is read again by the next replay
    for ending in (
        {"state": "rejected", "reason": "soft_404", "status": 200},
        {"state": "rejected", "reason": "http_404", "status": 404},
        {"state": "failed", "reason": "archive_damaged"},
        {"state": "pending"},
    ):
        crawl = begin_replay(connection)
        (taken,) = claims.claim(connection, crawl, 5, pages=list_pages(connection, crawl, 1))
        endings.end(
            connection, crawl, [endings.Ending(id=taken.id or 0, fetched_at=taken.fetched_at, **ending)]
        )
        assert ask(connection, ROW, URL) == row
        crawls.finish(connection, crawl)
        assert ledger.ledger_sum(connection).holds
    # one that was fetched later is the present page, at which the row points; when to ask again was not for it to say
    (outcome,) = replay(connection, reading(1, "ثالثة"))
    assert outcome.state == "revised"
    ((next_check, checks, attempts, etag, _, archive, fetched_at, *_, body, _, _, _, _),) = ask(
        connection, ROW, URL
    )
    assert (next_check, checks, attempts) == row[0][:3]
    assert (etag, archive["file"], fetched_at) == (f"{ago(1)}", "replayed", ago(1))
    assert body.endswith("ثالثة")


@pytest.mark.parametrize("due_in", PLANS)
@pytest.mark.parametrize("is_killed", [True, False])
def test_a_replay_that_is_cut_short_leaves_the_schedule_in_its_place(
    connection: Connection, due_in: timedelta | None, is_killed: bool
) -> None:
    crawl_live(connection, reading(3))
    row = plan(connection, due_in)
    crawl = begin_replay(connection)
    assert len(claims.claim(connection, crawl, 5, pages=list_pages(connection, crawl, 6))) == 1
    if is_killed:
        ask(connection, "SELECT pg_advisory_unlock_all()")
        crawls.begin(connection, SARW)
    else:
        crawls.finish(connection, crawl)
    assert ask(connection, ROW, URL) == row
    total = ledger.ledger_sum(connection)
    assert total.holds and (total.fetching, total.unchanged) == (0, 1)


def test_what_is_gone_stays_gone_unless_the_archive_saw_it_later(connection: Connection) -> None:
    crawl_live(connection, reading(9, "أولى"))
    ask(connection, "UPDATE akhbar.candidates SET etag = 'of nine hours ago' RETURNING id")
    crawl_live(connection, None, state="rejected", reason="http_404", status=404, fetched_at=ago(3))
    ask(connection, "UPDATE akhbar.articles SET gone_at = %s RETURNING id", ago(3))
    row = plan(connection, None)
    (outcome,) = replay(connection, reading(12, "مسودة"))
    assert outcome.reason == "older_page" and ask(connection, ROW, URL) == row

    # after the last page that we know, and before it was gone: a version, the last there is
    (outcome,) = replay(connection, reading(5, "ثانية"))
    assert outcome.state == "revised"
    ((next_check, _, _, etag, _, archive, fetched_at, _, status, reason, *_, body, _, seen, _, gone_at),) = (
        ask(connection, ROW, URL)
    )
    assert (next_check, fetched_at, status, reason, gone_at) == (None, ago(3), 404, "gone", ago(3))
    assert (etag, archive["file"], seen) == (f"{ago(5)}", "replayed", ago(5)) and body.endswith("ثانية")

    # after it was gone: it is back, and checked again
    replay(connection, reading(1, "ثانية"))
    ((next_check, *_, reason, _, _, _, _, seen, _, gone_at),) = ask(connection, ROW, URL)
    assert next_check is not None and (reason, seen, gone_at) == (None, ago(1), None)


def test_a_worse_or_another_page_does_not_take_the_rows_place(connection: Connection) -> None:
    crawl_live(connection, reading(9))
    row = plan(connection, timedelta(hours=3))
    (worse,) = replay(connection, reading(5, body="نبأ عاجل من الوادي"))
    assert worse.reason == "worse_reading"
    other = reading(4, canonical_url="https://sarw.example/other", body=TEXT.replace("كلمة", "لفظة"))
    (stored,) = replay(connection, other)
    assert stored.state == "stored"  # what stood at the address for a while is an article of its own
    assert ask(connection, ROW, URL) == row
    assert replay(connection, reading(5), other) == []


def test_what_was_taken_down_is_not_taken(connection: Connection) -> None:
    crawl_live(connection, reading(3))
    takedown.take_down(connection, why="x", urls=[URL])
    row = ask(connection, ROW, URL)
    assert replay(connection, reading(6), reading(5)) == []
    assert ask(connection, ROW, URL) == row
    assert ledger.ledger_sum(connection).rejected == {"takedown": 1}
