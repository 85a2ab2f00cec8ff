"""An archive that holds pages which the corpus never saw: all their history comes in, and nothing else changes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from tests.akhbar.conftest import PAGE, paragraphs, start_crawl

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

Command = Callable[..., Any]
PAGES = 8


def ask(connection: Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def edit(outlet: Any, number: int, words: str) -> str:
    """Publish an article with a paragraph more than it has."""
    url = f"{outlet.root}/news/{number}"
    html = PAGE.format(
        headline=f"الحي رقم {number} يحصل على مدارس جديدة", url=url, day=number + 1,
        body=f"{paragraphs(number)}<p>{words}</p>",
    )  # fmt: skip
    outlet.publish(number, html=html)
    return url


@pytest.fixture
def elsewhere(other_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of another installation: a corpus and an archive of its own."""
    return {"AKHBAR_DATABASE_URL": other_url, "AKHBAR_HOME": str(tmp_path / "elsewhere")}


@pytest.fixture
def archive(akhbar: Command, outlet: Any, elsewhere: dict[str, str], connection: Connection) -> str:
    """What another installation archived: each page once, pages 0 and 1 a second time; then we crawled.

    Page 0 was edited before each of the two last crawls, page 1 before the second. Half of our articles are checked
    again in three hours, the others never.
    """
    for number in range(PAGES):
        outlet.publish(number)
    assert akhbar("crawl", "sarw", **elsewhere).status == 0
    time.sleep(1.1)  # the archive counts whole seconds
    edited = [edit(outlet, number, "وأضاف البيان أن العمل يبدأ غدا.") for number in (0, 1)]
    outlet.announce(edited, updated=datetime.now(UTC))
    again = akhbar("crawl", "sarw", "--json", **elsewhere)
    assert again.json()[0]["this_crawl"] == {"revised": 2}
    time.sleep(1.1)
    edit(outlet, 0, "وأضاف البيان أن العمل يبدأ بعد غد.")
    here = akhbar("crawl", "sarw", "--json")
    assert here.json()[0]["this_crawl"] == {"stored": PAGES}, here.notes
    schedule = (
        "UPDATE akhbar.candidates SET next_check = CASE WHEN id % 2 = 0 THEN now() + interval '3 h' END"
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(schedule)
    return str(Path(elsewhere["AKHBAR_HOME"]) / "archive")


# all that a live crawl left in the ledger's rows, and of the articles as they are
ROWS = (
    "SELECT c.url, c.next_check, c.checks, c.etag, c.last_modified, c.archive, c.fetched_at,"
    " c.attempts, c.status, c.reason, a.body, a.revision, a.changed_at, a.last_seen_at, a.gone_at"
    " FROM akhbar.candidates c LEFT JOIN akhbar.articles a ON a.id = c.article_id ORDER BY c.url"
)
HISTORY = (
    "SELECT r.revision, r.changes, r.present, split_part(r.body, E'\\n\\n', 4) FROM corpus.revisions r"
    " JOIN corpus.articles a ON a.id = r.article WHERE a.canonical_url LIKE %s ORDER BY r.seen_at"
)
AS_OF = "SELECT * FROM corpus.as_of(%s) ORDER BY id"
ALL_HISTORY = "SELECT * FROM akhbar.revisions ORDER BY article_id, number"


def test_all_pages_of_an_archive_are_history_whenever_their_address_is_due(
    akhbar: Command, outlet: Any, archive: str, connection: Connection
) -> None:
    rows = ask(connection, ROWS)
    assert len(rows) == PAGES and sum(row[1] is None for row in rows) == PAGES / 2
    ((then,),) = ask(connection, "SELECT clock_timestamp()")
    known, asked = ask(connection, AS_OF, then), len(outlet.server.requests)

    replayed = akhbar("crawl", "sarw", "--json", "--archive", archive)
    (said,) = replayed.json()
    assert (replayed.status, said["verdict"], said["ledger"]["holds"]) == (0, "healthy", True), replayed.notes
    # page 0 as it was twice, page 1 as it was once; all other pages say what is known
    assert said["this_crawl"] == {"unchanged": PAGES + 2, "unchanged/older_page": 3}
    assert ask(connection, ROWS) == rows
    # which of the older pages is read first is left to the crawl
    tomorrow, later = "وأضاف البيان أن العمل يبدأ غدا.", "وأضاف البيان أن العمل يبدأ بعد غد."
    first, second, third = ask(connection, HISTORY, "%/news/0")
    assert [first[1:], second[1:], third[1:]] == [
        (["older", "body"], False, ""), (["older", "body"], False, tomorrow), ([], True, later),
    ]  # fmt: skip
    assert ask(connection, HISTORY, "%/news/1") == [
        (2, ["older", "body"], False, ""),
        (1, [], True, tomorrow),
    ]
    assert ask(connection, HISTORY, "%/news/2") == [(1, [], True, "")]
    assert ask(connection, AS_OF, then) == known
    earliest = "SELECT bool_and(first_seen_at < last_seen_at - interval '2 s') FROM corpus.articles"
    assert ask(connection, earliest) == [(True,)]

    # once more: nothing is read, and nothing changes, whatever the outlet's last crawl lacked
    history = ask(connection, ALL_HISTORY)
    lost = """UPDATE akhbar.crawls SET verdict = 'relaid', counts = counts || '{"losses": {"authors": [0.1, 0.9]}}'
              WHERE NOT arguments ? 'archive' RETURNING id"""
    assert len(ask(connection, lost)) == 1
    again = akhbar("crawl", "sarw", "--json", "--archive", archive)
    (said,) = again.json()
    assert (again.status, said["verdict"], said["this_crawl"]) == (0, "healthy", {}), again.notes
    assert ask(connection, ROWS) == rows and ask(connection, ALL_HISTORY) == history
    assert len(outlet.server.requests) == asked

    # nothing is due in the next live crawl, as nothing was before
    assert akhbar("crawl", "sarw", "--json").json()[0]["this_crawl"] == {}
    assert ask(connection, ROWS) == rows
    assert [outlet.fetched(f"/news/{number}") for number in range(PAGES)] == [3, 3, *[2] * (PAGES - 2)]


def test_what_live_crawls_have_read_is_not_read_from_their_archive(
    akhbar: Command, outlet: Any, connection: Connection, tmp_path: Path
) -> None:
    for number in range(PAGES):
        outlet.publish(number)
    assert akhbar("crawl", "sarw").status == 0
    (first,) = (tmp_path / "home" / "archive").rglob("*.warc.gz")
    time.sleep(1.1)
    edited = [edit(outlet, number, "وأضاف البيان أن العمل يبدأ غدا.") for number in range(PAGES)]
    outlet.announce(edited, updated=datetime.now(UTC) + timedelta(minutes=1))
    assert akhbar("crawl", "sarw", "--json").json()[0]["this_crawl"] == {"revised": PAGES}
    rows, history = ask(connection, ROWS), ask(connection, ALL_HISTORY)
    for files in (first, first.parent):
        replayed = akhbar("crawl", "sarw", "--json", "--archive", str(files))
        assert (replayed.status, replayed.json()[0]["this_crawl"]) == (0, {}), replayed.notes
        assert ask(connection, ROWS) == rows and ask(connection, ALL_HISTORY) == history


def test_an_archive_gives_an_empty_corpus_all_its_versions(
    akhbar: Command, archive: str, connection: Connection, tmp_path: Path
) -> None:
    again = {"AKHBAR_HOME": str(tmp_path / "third")}
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE akhbar.articles, akhbar.candidates, akhbar.movements, akhbar.discoveries CASCADE"
        )
    replayed = akhbar("crawl", "sarw", "--json", "--archive", archive, **again)
    (said,) = replayed.json()
    assert replayed.status == 0 and said["ledger"]["holds"], replayed.notes
    assert said["this_crawl"] == {"stored": PAGES, "unchanged": 2, "unchanged/older_page": 2}
    tomorrow = "وأضاف البيان أن العمل يبدأ غدا."
    for page in ("%/news/0", "%/news/1"):
        assert ask(connection, HISTORY, page) == [
            (2, ["older", "body"], False, ""),
            (1, [], True, tomorrow),
        ]
    more = akhbar("crawl", "sarw", "--json", "--archive", archive, **again)
    assert more.json()[0]["this_crawl"] == {}


def test_a_replay_that_is_killed_leaves_the_schedule_in_its_place(
    akhbar: Command, outlet: Any, archive: str, environment: dict[str, str], connection: Connection, tmp_path: Path
) -> None:  # fmt: skip
    rows, spider = ask(connection, ROWS), outlet.folder / "sarw.py"
    quick = spider.read_text(encoding="utf-8")
    slow = "\n    def clean(self, article, page):\n        import time\n        time.sleep(1)\n        return article\n"
    spider.write_text(quick + slow, encoding="utf-8")
    process = start_crawl(environment, tmp_path, "sarw", "--archive", archive)
    end = time.monotonic() + 60
    while not ask(connection, "SELECT FROM akhbar.replayed_pages"):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    held = "SELECT count(*) FROM akhbar.candidates WHERE state = 'fetching'"
    assert ask(connection, held) > [(0,)]

    spider.write_text(quick, encoding="utf-8")
    asked = len([path for _, path, _ in outlet.server.requests if path.startswith("/news/")])
    live = akhbar("crawl", "sarw", "--json").json()[0]
    assert live["this_crawl"] == {} and live["ledger"]["holds"]
    assert ask(connection, ROWS) == rows and ask(connection, held) == [(0,)]
    assert len([path for _, path, _ in outlet.server.requests if path.startswith("/news/")]) == asked
    # what was read before is not read again, and the rest is
    (read,) = ask(connection, "SELECT count(*)::int FROM akhbar.replayed_pages")[0]
    more = akhbar("crawl", "sarw", "--json", "--archive", archive).json()[0]
    assert more["this_crawl"]["unchanged"] == PAGES + 2 - read
    assert ask(connection, ROWS) == rows
    assert [version[1:] for version in ask(connection, HISTORY, "%/news/1")] == [
        (["older", "body"], False, ""),
        ([], True, "وأضاف البيان أن العمل يبدأ غدا."),
    ]


def test_what_is_gone_stays_gone_and_what_was_taken_down_stays_away(
    akhbar: Command, outlet: Any, archive: str, connection: Connection
) -> None:
    gone, removed = f"{outlet.root}/news/0", f"{outlet.root}/news/1"
    outlet.site.documents.pop("/news/0")
    outlet.announce([gone], updated=datetime.now(UTC) + timedelta(minutes=1))
    assert akhbar("crawl", "sarw", "--json").json()[0]["this_crawl"] == {
        "rejected": 1,
        "rejected/http_404": 1,
    }
    assert akhbar("takedown", removed, "--why", "x").status == 0
    rows = ask(connection, ROWS)
    by_url = {row[0]: row for row in rows}
    assert by_url[gone][9] == "gone" and by_url[gone][1] is None and by_url[gone][14] is not None
    assert by_url[removed][9:11] == ("takedown", None)

    replayed = akhbar("crawl", "sarw", "--json", "--archive", archive).json()[0]
    assert replayed["ledger"]["holds"] and replayed["ledger"]["rejected"] == {"takedown": 1}
    assert replayed["this_crawl"]["unchanged/older_page"] == 2
    assert ask(connection, ROWS) == rows
    assert [changes for _, changes, _, _ in ask(connection, HISTORY, "%/news/0")] == [
        ["older", "body"], ["older", "body"], [],
    ]  # fmt: skip
    assert ask(connection, HISTORY, "%/news/1") == []
