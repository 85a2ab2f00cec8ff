"""The archive of a real crawl: crawled again from, read again from, and mended after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from crawler import settings
from crawler.network.warc import Place, digest_of, read_record
from crawler.network.warc_folder import find_file

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

Command = Callable[..., Any]

ARCHIVED = {
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOADER_MIDDLEWARES": {**settings.DOWNLOADER_MIDDLEWARES, "crawler.network.archive.Archive": 540},
}
PAGES = 12


def page(url: str, number: int) -> str:
    """A page with a relative date and a byline that the general reader does not know."""
    from textwrap import dedent

    text = "".join(
        f"<p>أعلنت بلدية وادي السرو اليوم أن الحي رقم {number} سيحصل على {part} مدارس جديدة قبل نهاية العام، "
        f"وقالت إن المشروع {number * 7 + part} يشمل طرقا وحدائق ومكتبة عامة يستفيد منها سكان الحي كله.</p>"
        for part in (3, 5, 8)
    )
    return dedent(
        f"""\
        <!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
        <title>الحي رقم {number} يحصل على مدارس جديدة</title><link rel="canonical" href="{url}">
        <meta property="og:type" content="article"></head><body><main><article>
        <h1>الحي رقم {number} يحصل على مدارس جديدة</h1>
        <span class="when">منذ ساعتين</span>
        {text}</article><aside><div class="pen">سلمى الوادي</div></aside></main></body></html>"""
    )


@pytest.fixture
def crawled(akhbar: Command, outlet: Any) -> Any:
    """The outlet after a crawl with the archive on."""
    for number in range(PAGES):
        outlet.publish(number, html=page(f"{outlet.root}/news/{number}", number))
    outlet.write_file(**ARCHIVED)
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.status == 0, ended.notes
    assert ended.json()[0]["ledger"]["stored"] == PAGES
    return outlet


def set_layout(outlet: Any, layout: str) -> None:
    """Change how the outlet's pages are read from now on."""
    path = outlet.folder / "sarw.py"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "layout" not in line.lower()]
    place = next(number for number, line in enumerate(lines) if "article_url" in line)
    lines[place:place] = [f"    layout = {layout}"] if layout else []
    lines[1:1] = ["from crawler.outlet import Layout"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def archive_of(connection: Connection) -> dict[str, dict[str, Any]]:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT url, archive FROM akhbar.candidates")
        return dict(cursor.fetchall())


def test_every_row_knows_its_page(crawled: Any, connection: Connection, tmp_path: Path) -> None:
    root = tmp_path / "home" / "archive"
    rows = archive_of(connection)
    assert len(rows) == PAGES
    for url, archive in rows.items():
        place = Place.from_dict(archive)
        answer = read_record(find_file(root, place.file), place.offset, max_size=10**6)
        assert answer.url == url and digest_of(answer.body) == place.digest
        assert answer.body.decode() == crawled.pages[url]
    (file,) = (root / "sarw").iterdir()
    assert file.name.endswith(".warc.gz")


def test_a_crawl_from_the_archive_asks_nobody_and_stores_the_same(
    crawled: Any, akhbar: Command, other_url: str, tmp_path: Path
) -> None:
    shown = {url: akhbar("show", url, "--json").json() for url in list(crawled.pages)[:2]}
    asked = len(crawled.server.requests)
    # another corpus, the same archive; contact and allowed addresses are not needed
    changes = {"AKHBAR_DATABASE_URL": other_url, "AKHBAR_CONTACT": None}
    files = [str(path) for path in (tmp_path / "home" / "archive").rglob("*.warc.gz")]
    ended = akhbar("crawl", "sarw", "--json", "--archive", *files, **changes, AKHBAR_ALLOW_ADDRESSES=None)
    assert ended.status == 0, ended.notes
    ledger = ended.json()[0]["ledger"]
    assert (ledger["discovered"], ledger["stored"], ledger["holds"]) == (PAGES, PAGES, True)
    assert len(crawled.server.requests) == asked
    for url, before in shown.items():
        after = akhbar("show", url, "--json", **changes).json()
        for name in ("headline", "body", "published_at", "fetched_at", "canonical_url", "byline"):
            assert after.get(name) == before.get(name), name
        assert after["published_at"]  # two hours before the page was fetched, not before it was replayed
    again = akhbar("crawl", "sarw", "--json", "--archive", *files, **changes)
    assert again.json()[0]["this_crawl"].get("stored", 0) == 0


def test_an_older_archive_is_history_and_does_not_become_the_present(
    crawled: Any, akhbar: Command, connection: Connection, tmp_path: Path
) -> None:
    (older,) = (str(path) for path in (tmp_path / "home" / "archive").rglob("*.warc.gz"))
    (url, html), *_ = crawled.pages.items()
    due = "UPDATE akhbar.candidates SET next_check = now()"
    with connection, connection.cursor() as cursor:
        cursor.execute(due)
    time.sleep(1)  # the archive counts whole seconds
    crawled.publish(0, html=html.replace("مدارس جديدة</", "عشر مدارس جديدة</").replace("طرقا", "طرقا وجسورا"))
    assert akhbar("crawl", "sarw", "--json").json()[0]["this_crawl"]["revised"] == 1
    before, rows = akhbar("show", url, "--json").json(), archive_of(connection)
    assert before["headline"].endswith("عشر مدارس جديدة") and before["revision"] == 2

    # its pages are those of the first versions, and known
    with connection, connection.cursor() as cursor:
        cursor.execute(due)
    again = akhbar("crawl", "sarw", "--json", "--archive", older)
    assert again.status == 0 and again.json()[0]["ledger"]["holds"], again.notes
    assert again.json()[0]["this_crawl"] == {}
    # of a corpus that never saw it, it is a version of its own
    with connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM akhbar.revisions WHERE number = 1 AND NOT present")
    for expected in ({"unchanged": 1, "unchanged/older_page": 1}, {}):
        ended = akhbar("crawl", "sarw", "--json", "--archive", older)
        assert ended.status == 0 and ended.json()[0]["ledger"]["holds"], ended.notes
        assert ended.json()[0]["this_crawl"] == expected
        assert akhbar("show", url, "--json").json() == before
        assert archive_of(connection) == rows
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT revision, changes, present, replaced_at = recorded_at FROM corpus.revisions"
                " WHERE article = %s ORDER BY seen_at",
                (before["id"],),
            )
            assert cursor.fetchall() == [
                (3, ["older", "headline", "lead", "body"], False, True),
                (2, ["headline", "lead", "body"], True, None),
            ]
    # what was due is due still
    assert akhbar("crawl", "sarw", "--json").json()[0]["this_crawl"] == {
        "unchanged": PAGES,
        "unchanged/not_modified": PAGES,
    }


def test_pages_that_the_archive_lacks_stay_pending_for_a_live_crawl(
    crawled: Any, akhbar: Command, tmp_path: Path
) -> None:
    url = crawled.publish(99)
    (file,) = (tmp_path / "home" / "archive").rglob("*.warc.gz")
    kept = tmp_path / "kept.warc.gz"
    kept.write_bytes(file.read_bytes())
    akhbar("crawl", "sarw", "--limit", "1")  # fetches page 99
    ended = akhbar("crawl", "sarw", "--json", "--archive", str(kept))
    assert ended.status == 0 and ended.json()[0]["ledger"]["holds"], ended.notes
    assert akhbar("show", url, "--json").status == 0


def test_wrong_archives_are_wrong_use(crawled: Any, akhbar: Command, tmp_path: Path) -> None:
    (tmp_path / "page.warc.gz").write_bytes(b"<html>")
    for name in ("none.warc.gz", "page.warc.gz"):
        ended = akhbar("crawl", "sarw", "--archive", str(tmp_path / name))
        assert ended.status == 2 and name in ended.notes and "Traceback" not in ended.notes


def test_the_same_reader_finds_nothing_to_change(crawled: Any, akhbar: Command) -> None:
    asked = len(crawled.server.requests)
    ended = akhbar("reextract", "--json")
    found = ended.json()
    assert ended.status == 0, ended.notes
    assert (found["archived"], found["read"], found["same"], found["changed"]) == (PAGES, PAGES, PAGES, 0)
    assert found["fields"] == {} and found["lost"] == {}
    assert len(crawled.server.requests) == asked


def test_a_better_reader_is_shown_and_then_kept_once(
    crawled: Any, akhbar: Command, connection: Connection
) -> None:
    set_layout(crawled, 'Layout(byline=".pen")')
    seen = akhbar("reextract", "--json").json()
    assert seen["fields"]["authors"] == seen["changed"] == PAGES and seen["kept"] == 0
    assert seen["before"].get("authors", 0) == 0 and seen["after"]["authors"] == PAGES
    assert seen["samples"]["authors"][0]["after"] == '["سلمى الوادي"]'
    url = next(iter(crawled.pages))
    assert akhbar("show", url, "--json").json()["authors"] == []  # shown is not kept

    kept = akhbar("reextract", "--apply", "--json").json()
    assert kept["kept"] == PAGES and kept["refused"] == []
    shown = akhbar("show", url, "--history", "--json").json()
    assert shown["authors"] == ["سلمى الوادي"] and len(shown["revisions"]) == 2
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT changes[1], 'authors' = ANY(changes) FROM akhbar.revisions WHERE number = 2"
        )
        assert cursor.fetchall() == [("reread", True)]
        cursor.execute("SELECT count(*) FROM akhbar.credits WHERE name = 'سلمى الوادي'")
        assert cursor.fetchone() == (PAGES,)
    again = akhbar("reextract", "--apply", "--json").json()
    assert (again["changed"], again["kept"], again["same"]) == (0, 0, PAGES)


@pytest.mark.parametrize(("layout", "worse"), [('Layout(prune=["article"])', "bodies"), ("", "authors")])
def test_a_worse_reader_is_refused(crawled: Any, akhbar: Command, layout: str, worse: str) -> None:
    if worse == "authors":
        set_layout(crawled, 'Layout(byline=".pen")')
        assert akhbar("reextract", "--apply", "--json").json()["kept"] == PAGES
    set_layout(crawled, layout)
    url = next(iter(crawled.pages))
    before = akhbar("show", url, "--history", "--json").json()
    ended = akhbar("reextract", "--apply", "--json")
    assert ended.status != 0 and "--force" in ended.notes
    found = ended.json()
    assert found["kept"] == 0 and any(reason.startswith(worse) for reason in found["refused"])
    assert akhbar("show", url, "--history", "--json").json() == before

    forced = akhbar("reextract", "--apply", "--force", "--json")
    assert forced.status == 0
    after = akhbar("show", url, "--json").json()
    assert after["body"] == before["body"]  # a page that gives no article never takes one away
    if worse == "authors":
        assert after["authors"] == [] and forced.json()["kept"] == PAGES


@pytest.mark.slow
def test_ctrl_c_and_on(crawled: Any, akhbar: Command, environment: dict[str, str], tmp_path: Path) -> None:
    set_layout(crawled, 'Layout(byline=".pen")')
    process = subprocess.Popen(
        [sys.executable, "-m", "akhbar", "reextract", "--apply"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    journals = tmp_path / "home" / "reextract"
    end = time.monotonic() + 60
    while not any(journals.glob("*.jsonl")):
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    if process.returncode == 0:
        pytest.skip("it was done before the signal came")
    ended = akhbar("reextract", "--apply", "--json")
    assert ended.status == 0 and "Going on after" in ended.notes
    assert ended.json()["read"] == PAGES
    assert not any(journals.iterdir())
    again = akhbar("reextract", "--json").json()
    assert (again["changed"], again["same"]) == (0, PAGES)


def test_a_lost_archive_file_is_told_and_is_no_worse_reading(
    crawled: Any, akhbar: Command, tmp_path: Path
) -> None:
    (file,) = (tmp_path / "home" / "archive").rglob("*.warc.gz")
    file.unlink()
    found = akhbar("reextract", "--apply", "--json")
    assert found.status == 0 and found.json()["lost"] == {"not_in_archive": PAGES}


@pytest.mark.slow
def test_a_crawl_killed_in_the_middle_keeps_what_it_stored(
    akhbar: Command, outlet: Any, environment: dict[str, str], tmp_path: Path, connection: Connection
) -> None:
    for number in range(40):
        outlet.publish(number)
    outlet.write_file(**ARCHIVED)
    process = subprocess.Popen(
        [sys.executable, "-m", "akhbar", "crawl", "sarw"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while sum(1 for _, path, _ in outlet.server.requests if path.startswith("/news/")) < 17:
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert list((tmp_path / "home" / "archive" / "sarw").glob("*.open"))
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.status == 0 and ended.json()[0]["ledger"]["stored"] == 40
    assert not list((tmp_path / "home" / "archive" / "sarw").glob("*.open"))
    for url, archive in archive_of(connection).items():
        place = Place.from_dict(archive)
        answer = read_record(tmp_path / "home" / "archive" / place.file, place.offset, max_size=10**6)
        assert answer.url == url


def test_a_disk_at_its_mark_ends_the_crawl_and_loses_nothing(
    akhbar: Command, outlet: Any, connection: Connection
) -> None:
    for number in range(5):
        outlet.publish(number)
    outlet.write_file(**ARCHIVED)
    akhbar("crawl", "sarw", "--limit", "2")
    outlet.write_file(**ARCHIVED, ARCHIVE_MIN_FREE=10**18)
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.status == 75, ended.notes
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM akhbar.candidates GROUP BY 1 ORDER BY 1")
        assert dict(cursor.fetchall()) == {"pending": 3, "stored": 2}
        cursor.execute("SELECT state FROM akhbar.crawls ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == ("stopped",)
    outlet.write_file(**ARCHIVED)
    assert akhbar("crawl", "sarw", "--json").json()[0]["ledger"]["stored"] == 5


# the same by workers, a file a job


@pytest.fixture
def work(
    crawled: Any, akhbar: Command, environment: dict[str, str], connection: Connection, tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a worker; the outlet's articles are in three files, and no crawl is due."""
    for number in (PAGES, PAGES + 1):
        crawled.publish(number, html=page(f"{crawled.root}/news/{number}", number))
        assert akhbar("crawl", "sarw").status == 0
    assert akhbar("schedule").status == 0
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE akhbar.schedule SET paused_at = now()")
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / f"worker{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "akhbar", "worker", "--grace", "5"],
                    env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
                )
            )  # fmt: skip
        return started[-1]

    yield start
    for worker in started:
        if worker.poll() is None:
            worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0 or worker.returncode == -signal.SIGKILL


ALL = PAGES + 2


def jobs_left(connection: Connection) -> int:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE queue_name = 'rereads' AND status = 'todo'"
        )
        (left,) = cursor.fetchone()  # type: ignore[misc]
    return left


def test_workers_read_the_files_again_and_keep_what_differs_once(
    crawled: Any, akhbar: Command, work: Callable[[], Any], connection: Connection, tmp_path: Path
) -> None:
    set_layout(crawled, 'Layout(byline=".pen")')
    here = akhbar("reextract", "--json").json()
    assert here["fields"]["authors"] == ALL
    work()
    work()
    seen = akhbar("reextract", "--workers", "--json")
    assert seen.status == 0, seen.notes
    found = seen.json()
    assert (found["state"], found["files"], found["files_done"], found["kept"]) == ("read", 3, 3, 0)
    for name in ("archived", "not_archived", "read", "same", "changed", "fields", "lost", "before", "after"):
        assert found[name] == here[name], name
    samples = found["samples"]["authors"]
    assert len(samples) == 3 and {sample["after"] for sample in samples} == {'["سلمى الوادي"]'}
    kept = akhbar("reextract", "--workers", "--apply", "--json")
    assert (kept.status, kept.json()["state"], kept.json()["kept"]) == (0, "applied", ALL), kept.notes
    url = next(iter(crawled.pages))
    shown = akhbar("show", url, "--history", "--json").json()
    assert shown["authors"] == ["سلمى الوادي"] and len(shown["revisions"]) == 2
    again = akhbar("reextract", "--workers", "--apply", "--json").json()
    assert (again["changed"], again["same"], again["kept"]) == (0, ALL, 0)
    assert jobs_left(connection) == 0
    assert len(akhbar("show", url, "--history", "--json").json()["revisions"]) == 2


def test_what_is_worse_over_all_files_is_refused_before_anything_is_kept(
    crawled: Any, akhbar: Command, work: Callable[[], Any]
) -> None:
    set_layout(crawled, 'Layout(byline=".pen")')
    assert akhbar("reextract", "--apply", "--json").json()["kept"] == ALL
    set_layout(crawled, "")
    work()
    ended = akhbar("reextract", "--workers", "--apply", "--json")
    assert ended.status == 2 and "--force" in ended.notes
    found = ended.json()
    assert (found["state"], found["kept"], found["refused"]) == ("refused", 0, [f"authors {ALL} → 0"])
    shown = akhbar("reextract", "--status", "--json")
    assert (shown.status, shown.json()) == (2, found)
    url = next(iter(crawled.pages))
    assert akhbar("show", url, "--json").json()["authors"] == ["سلمى الوادي"]
    forced = akhbar("reextract", "--workers", "--apply", "--force", "--json")
    assert (forced.status, forced.json()["kept"]) == (0, ALL)
    assert akhbar("show", url, "--json").json()["authors"] == []


def test_ctrl_c_leaves_the_workers_at_it(
    crawled: Any, akhbar: Command, work: Callable[[], Any], environment: dict[str, str], tmp_path: Path
) -> None:
    assert akhbar("reextract", "--status").status == 2  # nothing was asked for yet
    process = subprocess.Popen(
        [sys.executable, "-m", "akhbar", "reextract", "--workers"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if "No worker is running" in line:
            break
    process.send_signal(signal.SIGINT)
    _, notes = process.communicate(timeout=60)
    assert process.returncode == 130 and "--status" in notes
    begun = akhbar("reextract", "--status", "--json").json()
    assert (begun["state"], begun["files"], begun["files_done"]) == ("reading", 3, 0)
    other = akhbar("reextract", "--workers", "--since", "1d")
    assert other.status == 2 and "under way" in other.notes
    work()
    found = akhbar("reextract", "--workers", "--json").json()  # waits for the one that is under way
    assert (found["state"], found["read"], found["same"]) == ("read", ALL, ALL)


def test_another_reader_than_was_asked_for_reads_nothing_and_cancel_ends_it(
    crawled: Any, akhbar: Command, work: Callable[[], Any], environment: dict[str, str],
    connection: Connection, tmp_path: Path,
) -> None:  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "akhbar", "reextract", "--workers"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if "No worker is running" in line:
            break
    set_layout(crawled, 'Layout(byline=".pen")')  # after it was asked
    work()
    end = time.monotonic() + 60
    while "another version" not in (tmp_path / "worker0.log").read_text():
        assert time.monotonic() < end
        time.sleep(0.2)
    ended = akhbar("reextract", "--cancel", "--json").json()
    assert (ended["state"], ended["files_done"], ended["read"]) == ("cancelled", 0, 0)
    process.communicate(timeout=30)
    assert process.returncode == 0 and jobs_left(connection) == 0
    assert akhbar("reextract", "--cancel").status == 2


def test_a_file_that_no_machine_has_is_told_and_is_no_worse_reading(
    crawled: Any, akhbar: Command, work: Callable[[], Any], tmp_path: Path
) -> None:
    first = min((tmp_path / "home" / "archive").rglob("*.warc.gz"), key=lambda path: path.stat().st_mtime)
    first.unlink()
    work()
    ended = akhbar("reextract", "--workers", "--apply", "--json")
    assert ended.status == 0, ended.notes
    found = ended.json()
    assert (found["lost"], found["same"], found["refused"]) == ({"not_in_archive": PAGES}, 2, [])
    assert found["before"] == found["after"]


def test_a_takedown_takes_the_samples_too(
    crawled: Any, akhbar: Command, work: Callable[[], Any], connection: Connection
) -> None:
    set_layout(crawled, 'Layout(byline=".pen")')
    work()
    assert "authors" in akhbar("reextract", "--workers", "--json").json()["samples"]
    assert akhbar("takedown", "--outlet", "sarw", "--why", "طلب من أصحابها").status == 0
    assert akhbar("reextract", "--status", "--json").json()["samples"] == {}


@pytest.mark.drill
def test_a_worker_killed_while_it_reads_is_replaced_and_counts_once(
    crawled: Any, akhbar: Command, work: Callable[[], subprocess.Popen[bytes]], environment: dict[str, str],
    connection: Connection, tmp_path: Path,
) -> None:  # fmt: skip
    path = crawled.folder / "sarw.py"
    slow = "\n    def clean(self, article, page):\n        import time\n\n        time.sleep(1)\n"
    path.write_text(
        path.read_text() + slow + '        article.byline = "بقلم سلمى الوادي"\n        return article\n'
    )
    first = work()
    process = subprocess.Popen(
        [sys.executable, "-m", "akhbar", "reextract", "--workers", "--apply", "--json"],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def tries() -> list[int]:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT tries FROM akhbar.reread_files WHERE NOT done")
            return [count for (count,) in cursor.fetchall()]

    end = time.monotonic() + 60
    while 1 not in tries():
        assert time.monotonic() < end
        time.sleep(0.1)
    time.sleep(2)  # it is in the midst of the pages
    first.kill()
    work()
    output, notes = process.communicate(timeout=240)
    assert process.returncode == 0, notes
    found = json.loads(output)
    assert (found["state"], found["read"], found["kept"], found["lost"]) == ("applied", ALL, ALL, {})
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT article_id) FROM akhbar.revisions WHERE changes[1] = 'reread'"
        )
        assert cursor.fetchone() == (ALL, ALL)
