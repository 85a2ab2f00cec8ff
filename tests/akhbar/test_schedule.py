"""The schedule as data: due once, moved on by how a crawl ended, learned from the outlet's own rhythm."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from akhbar.demo.site import Document
from corpus import queue, schedule
from corpus.schedule import Outcome
from crawler.outlet import Outlet

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

Command = Callable[..., Any]


def make_outlet(slug: str, host: str | None = None) -> Outlet:
    return Outlet(
        f"صحيفة {slug}", country="IQ", timezone="Asia/Baghdad", slug=slug, hosts=(host or f"{slug}.example",)
    )


@pytest.fixture
def planned(connection: Connection) -> Connection:
    """A schedule of three outlets, two of them of one site."""
    queue.prepare(connection)
    outlets = [
        make_outlet("sarw"),
        make_outlet("nakhil", "www.wadi.example"),
        make_outlet("zaytun", "wadi.example"),
    ]
    assert schedule.enrol(connection, outlets) == 3
    assert schedule.enrol(connection, outlets) == 0
    return connection


def jobs(connection: Connection) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'outlet', lock, status::text, scheduled_at FROM procrastinate.procrastinate_jobs"
            " ORDER BY 1"
        )
        return cursor.fetchall()


def fetch(connection: Connection) -> str | None:
    """What a worker of the queue does to get its next job."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO procrastinate, pg_catalog")
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()  # type: ignore[misc]
        cursor.execute(
            "SELECT args ->> 'outlet' FROM procrastinate_fetch_job_v2(ARRAY['crawls'], %s)", (worker,)
        )
        row = cursor.fetchone()
    return row[0] if row else None


def test_what_is_due_is_queued_once_and_one_of_a_site_at_a_time(planned: Connection) -> None:
    assert queue.enqueue_due(planned) == 3
    assert queue.enqueue_due(planned) == 0
    assert [job[:3] for job in jobs(planned)] == [
        ("nakhil", "site:wadi.example", "todo"),
        ("sarw", "site:sarw.example", "todo"),
        ("zaytun", "site:wadi.example", "todo"),
    ]
    fetched = [fetch(planned), fetch(planned), fetch(planned)]
    assert fetched[2] is None and len({"nakhil", "zaytun"} & set(fetched)) == 1
    assert queue.enqueue_due(planned) == 0


def test_what_falls_due_before_the_next_tick_waits_in_the_queue(planned: Connection) -> None:
    for outlet in ("sarw", "nakhil", "zaytun"):
        assert schedule.start(planned, outlet)
        schedule.settle(planned, outlet, Outcome.DONE, status=0)
    schedule.change(planned, "sarw", every=timedelta(minutes=5))
    with planned, planned.cursor() as cursor:
        cursor.execute(
            "UPDATE akhbar.schedule SET due_at = now() + interval '40 s' WHERE outlet_id ="
            " (SELECT id FROM akhbar.outlets WHERE slug = 'sarw')"
        )
    assert queue.enqueue_due(planned) == 0
    assert queue.enqueue_due(planned, ahead=timedelta(seconds=75)) == 1
    assert fetch(planned) is None, "not yet"
    ((_, _, _, at),) = jobs(planned)
    assert timedelta(seconds=30) < at - datetime.now(UTC) <= timedelta(seconds=40)


@pytest.mark.parametrize(
    ("outcome", "least", "most"),
    [
        (Outcome.DONE, timedelta(minutes=13.4), timedelta(minutes=16.6)),
        (Outcome.RUNNING, timedelta(minutes=4.9), timedelta(minutes=5)),
        (Outcome.FAILED, timedelta(seconds=55), timedelta(seconds=60)),
        (Outcome.HANDED_BACK, timedelta(seconds=-5), timedelta(0)),
    ],
)
def test_each_end_moves_the_schedule_on(
    planned: Connection, outcome: Outcome, least: timedelta, most: timedelta
) -> None:
    schedule.change(planned, "sarw", every=timedelta(minutes=15))
    schedule.start(planned, "sarw")
    due = schedule.settle(planned, "sarw", outcome, status=1, note="لا شيء\nهنا")
    assert due is not None and least <= due - datetime.now(UTC) <= most


def test_failures_wait_longer_and_longer_but_no_longer_than_the_interval(planned: Connection) -> None:
    schedule.change(planned, "sarw", every=timedelta(minutes=30))
    waits = []
    for _ in range(9):
        schedule.start(planned, "sarw")
        due = schedule.settle(planned, "sarw", Outcome.FAILED, status=75, note="storage is not available")
        assert due is not None
        waits.append(round((due - datetime.now(UTC)) / timedelta(minutes=1)))
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert all(27 <= wait <= 33 for wait in waits[5:])
    (entry,) = schedule.read_schedule(planned, "sarw")
    assert (entry.tries, entry.status, entry.note) == (9, 75, "storage is not available")
    schedule.start(planned, "sarw")
    schedule.settle(planned, "sarw", Outcome.DONE, status=3)
    (entry,) = schedule.read_schedule(planned, "sarw")
    assert (entry.tries, entry.status, entry.note, entry.state) == (0, 3, None, "waiting")


def test_a_paused_outlet_is_not_queued_and_what_was_queued_does_not_start(planned: Connection) -> None:
    queue.enqueue_due(planned)
    assert schedule.change(planned, "sarw", paused=True)
    assert not schedule.start(planned, "sarw")
    assert schedule.read_schedule(planned, "sarw")[0].due_at is None
    with planned, planned.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO procrastinate, pg_catalog; DELETE FROM procrastinate_jobs")
    assert queue.enqueue_due(planned) == 2
    schedule.change(planned, "sarw", paused=False)
    assert queue.enqueue_due(planned) == 1


def test_intervals_have_bounds(planned: Connection) -> None:
    for wrong in (timedelta(minutes=4), timedelta(hours=25)):
        with pytest.raises(ValueError, match="5 minutes"):
            schedule.change(planned, "sarw", every=wrong)
    assert not schedule.change(planned, "nobody", every=timedelta(hours=1))


def test_jobs_of_a_dead_worker_are_handed_on_and_chores_are_dropped(planned: Connection) -> None:
    queue.enqueue_due(planned)
    first = fetch(planned)
    longest = timedelta(hours=1)
    assert queue.take_over(planned, longest=longest) == []
    with planned, planned.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate.procrastinate_workers SET last_heartbeat = now() - interval '31 s'"
        )
        cursor.execute(
            "INSERT INTO procrastinate.procrastinate_periodic_defers (task_name) VALUES ('none');"
            "SET LOCAL search_path TO procrastinate, pg_catalog;"
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('chores', 'tick', 'doing')"
        )
    assert queue.take_over(planned, longest=longest) == [first]
    assert {status for _, _, status, _ in jobs(planned)} == {"todo"}
    # a worker that lives but lost its job is found by the job's age
    assert fetch(planned) == first
    assert queue.take_over(planned, longest=timedelta(0)) == [first]


def test_the_interval_is_learned_from_what_the_outlet_publishes(planned: Connection) -> None:
    """An article each six minutes by day, none by night, for four weeks."""
    now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # a Friday noon in Baghdad
    with planned, planned.cursor() as cursor:
        cursor.execute("UPDATE akhbar.outlets SET added_at = %s", (now - timedelta(weeks=5),))
        cursor.execute(
            """
            INSERT INTO akhbar.articles (outlet_id, url, canonical_url, canonical_hash, headline, body,
                content_hash, word_count, first_seen_at, last_seen_at, changed_at, search)
            SELECT o.id, at::text, at::text, sha256(at::text::bytea), 'عنوان', 'نص', '', 1, at, at, at, ''
            FROM akhbar.outlets o, generate_series(%s::timestamptz, %s, interval '6 minutes') AS at
            WHERE o.slug = 'sarw' AND extract(hour FROM at AT TIME ZONE o.timezone) BETWEEN 7 AND 22
            """,
            (now - timedelta(weeks=4), now),
        )
    assert schedule.learn(planned, now=now) == 3
    assert schedule.learn(planned, now=now) == 0
    with planned, planned.cursor() as cursor:
        cursor.execute(
            "SELECT rhythm[1 + 24 + 3], rhythm[1 + 24 + 12], rhythm_weeks FROM akhbar.schedule s"
            " JOIN akhbar.outlets o ON o.id = s.outlet_id WHERE slug = 'sarw'"
        )
        night, noon, weeks = cursor.fetchone()  # type: ignore[misc]
    assert night == 0 and 7 < noon < 10 and weeks == pytest.approx(4)


def test_the_command_shows_and_sets(ask: Command, connection: Connection) -> None:
    shown = ask("schedule", "--json")
    assert shown.status == 0, shown.notes
    entries = {entry["outlet"]: entry for entry in shown.json()}
    assert entries["sarw"]["state"] == "due" and entries["sarw"]["every"] is None
    changed = ask("schedule", "sarw", "--every", "15m", "--priority", "5", "--json")
    assert changed.status == 0, changed.notes
    assert (changed.json()["every"], changed.json()["priority"]) == (900, 5)
    paused = ask("schedule", "sarw", "--pause")
    assert paused.status == 0 and "paused" in ask("schedule").output
    assert ask("schedule", "sarw", "--resume", "--json").json()["state"] == "due"
    assert ask("schedule", "sarw", "--learned", "--json").json()["every"] is None
    for wrong in (
        ("--every", "1m"),
        ("--every", "soon"),
        ("--pause", "--resume"),
        ("--every", "1h", "--learned"),
    ):
        refused = ask("schedule", "sarw", *wrong)
        assert refused.status == 2 and "Traceback" not in refused.notes, wrong
    assert ask("schedule", "nobody", "--pause").status == 2
    assert ask("schedule", "--pause").status == 2


def test_workers_that_begin_at_once_make_one_queue(database_url: str) -> None:
    """Both find no queue, one makes it, and the other must then see it."""
    first, second = psycopg2.connect(database_url), psycopg2.connect(database_url)
    try:
        with first.cursor() as cursor:  # as `prepare` begins
            assert not queue.exists(cursor)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (queue._PREPARING,))
            waiting = threading.Thread(target=queue.prepare, args=(second,))
            faults: list[Any] = []
            threading.excepthook, before = faults.append, threading.excepthook
            try:
                waiting.start()
                with psycopg2.connect(database_url) as looking, looking.cursor() as look:
                    while True:
                        look.execute(
                            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                        )
                        if look.fetchone() == (1,):
                            break
                        time.sleep(0.01)
                queue.prepare(first)  # commits, which lets the other one go on
                waiting.join(30)
            finally:
                threading.excepthook = before
        assert not waiting.is_alive() and not faults
    finally:
        first.close()
        second.close()


def test_a_site_without_a_file_is_scheduled_once_it_was_crawled(
    akhbar: Command, outlet: Any, environment: dict[str, str], connection: Connection, tmp_path: Path
) -> None:
    (outlet.folder / "sarw.py").unlink()
    slug = "127_0_0_1_" + outlet.server.address.rpartition(":")[2]
    unknown = akhbar("schedule", slug, "--every", "15m")
    assert unknown.status == 2 and "no outlet is called" in unknown.notes
    for number in range(100_401, 100_405):
        outlet.publish(number)
    outlet.site.add("/", Document(b"<html><body><h1>home</h1></body></html>", "text/html"))
    ended = akhbar("crawl", f"http://{outlet.server.address}/", "--json")
    assert ended.status == 0, ended.notes
    assert ended.json()[0]["ledger"]["stored"] == 4
    shown = akhbar("schedule", slug, "--every", "15m", "--json")
    assert shown.status == 0, shown.notes
    assert (shown.json()["outlet"], shown.json()["every"], shown.json()["state"]) == (slug, 900, "due")
    outlet.publish(100_405)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE akhbar.schedule SET paused_at = now() WHERE outlet_id NOT IN"
            " (SELECT id FROM akhbar.outlets WHERE slug = %s)",
            (slug,),
        )
    with (tmp_path / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "akhbar", "worker", "--concurrency", "1"],
            env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
    try:
        end = time.monotonic() + 60
        while (entry := schedule.read_schedule(connection, slug)[0]).ended_at is None:
            assert time.monotonic() < end, (tmp_path / "worker.log").read_text()
            time.sleep(0.2)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert (entry.status, entry.state) == (0, "waiting")
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM corpus.articles a WHERE a.outlet = %s AND a.canonical_url LIKE '%%/news/100405'",
            (slug,),
        )
        assert cursor.fetchone() == (1,)
