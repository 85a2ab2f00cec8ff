"""`akhbar worker`: due crawls run once, never two of a site; what a dead worker left is taken over."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg2.extensions import connection as Connection

from akhbar.exits import Exit
from akhbar.jobs.app import judge
from akhbar.jobs.child import Ended, run_crawl
from akhbar.jobs.worker import Worker
from corpus import queue, schedule
from corpus.ledger import ledger_sum
from corpus.schedule import Outcome
from crawler.outlet import Outlet
from tests.town import CRAWLS, Town, environment_of, plan, rows, start_worker, wait_for

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path / "outlets"
    folder.mkdir()
    made = Town(folder, articles=5)
    yield made
    made.close()


@pytest.fixture
def surroundings(town: Town, database_url: str, tmp_path: Path) -> dict[str, str]:
    return environment_of(town, database_url, tmp_path / "home")


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        (Ended(0, False, False, None), Outcome.DONE),
        (Ended(3, False, False, "blocked"), Outcome.DONE),
        (Ended(4, False, False, "running"), Outcome.RUNNING),
        (Ended(75, False, False, "away"), Outcome.FAILED),
        (Ended(1, False, False, "fault"), Outcome.FAILED),
        (Ended(-9, False, False, None), Outcome.FAILED),
        (Ended(0, True, False, "not done"), Outcome.DONE),
        (Ended(-9, True, False, "not done"), Outcome.FAILED),
        (Ended(0, False, True, None), Outcome.HANDED_BACK),
        (Ended(-9, False, True, None), Outcome.HANDED_BACK),
    ],
)
def test_exit_statuses_are_understood(ended: Ended, outcome: Outcome) -> None:
    assert judge(ended) is outcome


def test_a_crawl_has_a_time_limit_and_ends_cleanly(
    town: Town, surroundings: dict[str, str], connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.articles = 400
    town.add("buti", "127.0.0.31")
    for name, value in {**surroundings, "AKHBAR_ALLOW_ADDRESSES": town.allowances}.items():
        monkeypatch.setenv(name, value)
    began = time.monotonic()
    ended = asyncio.run(run_crawl("buti", time_limit=12.0, stop=asyncio.Event()))
    assert ended.timed_out and ended.note == "not done within 12 s"
    assert time.monotonic() - began < 30
    ((_, _, state, *_),) = rows(connection, CRAWLS)
    total = ledger_sum(connection, outlet="buti")
    assert (state, total.holds, total.discovered, total.fetching) == ("stopped", True, 400, 0)


def test_what_failed_says_why(surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in surroundings.items():
        monkeypatch.setenv(name, value)
    ended = asyncio.run(run_crawl("nobody", time_limit=60, stop=asyncio.Event()))
    assert ended.status == Exit.WRONG_USE and "nobody" in (ended.note or "")


def test_a_worker_crawls_what_is_due_and_stops_when_told(
    town: Town,
    surroundings: dict[str, str],
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town.add("rih", "127.0.0.32")
    monkeypatch.setenv("AKHBAR_OUTLETS", str(town.folder))
    plan(connection, town)
    environment = {**surroundings, "AKHBAR_ALLOW_ADDRESSES": town.allowances}
    worker = start_worker(environment, tmp_path, "--concurrency", "1")
    try:
        wait_for(lambda: [row for row in rows(connection, CRAWLS) if row[2] == "finished"], 60, "a crawl")
        wait_for(lambda: schedule.read_schedule(connection, "rih")[0].ended_at, 10, "the end written down")
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    (entry,) = schedule.read_schedule(connection, "rih")
    assert entry.status == 0 and entry.state == "waiting" and entry.due_at
    assert entry.due_at > datetime.now(UTC) + timedelta(minutes=20)
    assert queue.count_jobs(connection) == {"waiting": 0, "ahead": 0, "running": 0}
    ((left,),) = rows(
        connection,
        "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status NOT IN ('todo', 'doing')",
    )
    assert left == 0


@pytest.mark.parametrize(("grace", "end"), [("60", "finished"), ("0", "stopped")])
def test_a_stopped_worker_finishes_or_hands_back(
    town: Town,
    surroundings: dict[str, str],
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    grace: str,
    end: str,
) -> None:
    """Within the grace its crawl goes on to its end; beyond, another worker goes on where it was left."""
    town.articles = 12
    town.add("sayl", "127.0.0.33")
    monkeypatch.setenv("AKHBAR_OUTLETS", str(town.folder))
    plan(connection, town)
    environment = {**surroundings, "AKHBAR_ALLOW_ADDRESSES": town.allowances}

    def stored() -> int:
        return ledger_sum(connection, outlet="sayl").stored

    worker = start_worker(environment, tmp_path, "--concurrency", "1", "--grace", grace)
    try:
        wait_for(lambda: stored() >= 2, 60, "the crawl is under way")
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(90) == 0
    ((_, _, state, *_),) = rows(connection, CRAWLS)
    (entry,) = schedule.read_schedule(connection, "sayl")
    assert state == end and ledger_sum(connection, outlet="sayl").holds
    assert queue.count_jobs(connection)["running"] == 0
    if end == "finished":
        assert stored() == town.articles and entry.state == "waiting" and entry.status == 0
        return
    assert stored() < town.articles and entry.state == "due"
    worker = start_worker(environment, tmp_path, "--concurrency", "1", "--grace", grace)
    try:
        wait_for(lambda: stored() == town.articles, 60, "another worker has gone on")
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(90) == 0
    assert next(state for _, _, state, *_ in rows(connection, CRAWLS)) == "stopped"
    pages = [path for _, _, path in town.log if path.startswith("/sayl/")]
    assert len(pages) - len(set(pages)) <= 1, "only what was in hand is asked for again"


def test_a_worker_outlives_an_outage_of_the_queue(
    town: Town, database_url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connections are cut by the server; it goes on by itself, and no job is stuck."""
    outlets = [
        Outlet("صحيفة", country="IQ", timezone="Asia/Baghdad", slug=f"s{n}", hosts=(f"s{n}.example",))
        for n in range(6)
    ]
    ran: list[str] = []

    async def crawl(slug: str) -> Ended:
        ran.append(slug)
        if len(ran) == 2:
            await asyncio.to_thread(
                rows,
                connection,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database()",
            )
        await asyncio.sleep(0.2)
        return Ended(0, False, False, None)

    async def work() -> None:
        worker = Worker(outlets, concurrency=1, time_limit=60, grace=1, run=crawl)
        task = asyncio.create_task(worker.run())
        end = time.monotonic() + 60
        while len(set(ran)) < 6 and time.monotonic() < end:
            await asyncio.sleep(0.2)
        await asyncio.sleep(1)
        worker.stop()
        await asyncio.wait_for(task, 30)

    asyncio.run(work())
    assert sorted(set(ran)) == [outlet.slug for outlet in outlets]
    assert all(entry.status == 0 for entry in schedule.read_schedule(connection))
