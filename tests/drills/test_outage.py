"""The database away in every way, in mid-crawl: nothing lost, nothing twice; the crawl goes on, or ends with 75."""

from __future__ import annotations

import os
import re
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psycopg2
import psycopg2.extensions
import pytest

from corpus.database import connect
from corpus.embedded import EmbeddedServer
from crawler.settings import CLAIM_AHEAD
from tests.drills.server import DrillServer, say
from tests.drills.slow_line import SlowLine

IN_HAND = (
    CLAIM_AHEAD + 8
)  # what a crawl that gives up has asked for and not kept: its claim, and late answers
PAGES = 120


@dataclass
class OwnDatabase:
    """An embedded server that nobody else uses, so that a drill may stop and kill it."""

    server: EmbeddedServer

    @property
    def url(self) -> str:
        return self.server.url()

    def kill(self) -> None:
        """SIGKILL to the postmaster, and to the processes that would linger."""
        pid = int((self.server.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(pid, signal.SIGKILL)

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        admin = psycopg2.connect(self.server.url())
        admin.set_session(readonly=False, autocommit=True)
        try:
            with admin.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            admin.close()


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnDatabase]:
    # not in pytest's folders: it closes them to others, the account that Postgres runs as among them
    home = Path(tempfile.mkdtemp(prefix="akhbar-drill-"))
    own = EmbeddedServer(home)
    own.ensure_running()
    monkeypatch.setenv("AKHBAR_DATABASE_URL", own.url())
    connect().close()  # which migrates
    yield OwnDatabase(own)
    own.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def drill(database: OwnDatabase, make_drill: Callable[[DrillServer], Any]) -> Iterator[Any]:
    with DrillServer() as server:
        made = make_drill(server)
        made.database_url = made.environment["AKHBAR_DATABASE_URL"] = database.url
        server.publish(PAGES)
        # some ten seconds of crawl, so that what happens in its midst does
        made.write_outlet(DOWNLOAD_DELAY=0.05)
        yield made


def assert_whole(drill: Any, ended: Any, *, again: int) -> None:
    """The crawl went on to its end: all stored, none twice, at most `again` pages asked for twice."""
    assert ended.status == 0, ended.notes
    assert ended.ledger["holds"] and ended.ledger["discovered"] == PAGES
    if ended.ledger["pending"]:
        ended = drill.crawl()
    assert ended.ledger["stored"] == PAGES
    drill.assert_all_stored(PAGES)
    asked_for = Counter(drill.server.pages())
    assert len(asked_for) == PAGES and asked_for.total() - PAGES <= again


@pytest.mark.parametrize("seconds", [8, pytest.param(60, marks=pytest.mark.slow)])
def test_stopped_for_a_while(drill: Any, database: OwnDatabase, seconds: int) -> None:
    crawl = drill.start()
    drill.server.wait_for(20)
    database.server.stop()
    time.sleep(seconds)
    database.server.ensure_running()
    ended = crawl.end()
    assert_whole(drill, ended, again=0)
    assert ended.notes.count("is away") == ended.notes.count("is back") == 1
    assert "Traceback" not in ended.notes


@pytest.mark.slow
def test_killed_and_started_again(drill: Any, database: OwnDatabase) -> None:
    crawl = drill.start()
    drill.server.wait_for(30)
    database.kill()
    time.sleep(2)
    database.server.ensure_running()
    ended = crawl.end()
    assert_whole(drill, ended, again=0)
    assert "Traceback" not in ended.notes


@pytest.mark.slow
def test_read_only_for_a_while(drill: Any, database: OwnDatabase) -> None:
    name = database.execute("SELECT current_database()")[0][0]
    crawl = drill.start()
    drill.server.wait_for(20)
    database.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    cut_others(database)
    time.sleep(4)
    database.execute(f"ALTER DATABASE {name} RESET ALL")
    ended = crawl.end()
    assert_whole(drill, ended, again=0)
    assert "Traceback" not in ended.notes


def cut_others(database: OwnDatabase) -> int:
    """Cut every connection of a crawl; how many there were."""
    return len(
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'akhbar crawl'"
        )
    )


@pytest.mark.slow
def test_connections_cut_again_and_again(drill: Any, database: OwnDatabase) -> None:
    drill.write_outlet(DOWNLOAD_DELAY=0.12)
    crawl = drill.start()
    drill.server.wait_for(5)
    cuts = 0
    while crawl.process.poll() is None and cuts < 60:
        cuts += cut_others(database)
        time.sleep(1.0)
    ended = crawl.end()
    say(f"\n{cuts} connections cut")
    assert cuts >= 5
    assert_whole(drill, ended, again=0)
    assert "Traceback" not in ended.notes


@pytest.mark.parametrize("lose", [False, True], ids=["late", "lost"])
def test_commits_acknowledged_late_or_never(drill: Any, database: OwnDatabase, lose: bool) -> None:
    """The server commits, and its answer comes seconds later, or the line is cut before it comes."""
    with SlowLine(socket_of(database), seconds=0.0 if lose else 1.0, every=7, cut=lose) as line:
        drill.environment["AKHBAR_DATABASE_URL"] = line.url(database.url)
        crawl = drill.start()
        drill.server.wait_for(5)
        line.active.set()
        ended = crawl.end()
        if ended.status == 75:  # the answer to the very last COMMIT was lost
            assert "Nothing was lost" in ended.output
            line.active.clear()
            ended = drill.crawl()
        say(f"\n{line.held} answers to COMMIT held back")
        assert line.held >= 2
        line.active.clear()
        assert_whole(drill, ended, again=0)
        assert "Traceback" not in ended.notes


@pytest.mark.slow
def test_patience_ends_with_75_and_the_next_crawl_goes_on(drill: Any, database: OwnDatabase) -> None:
    drill.write_outlet(DOWNLOAD_DELAY=0.05, STORAGE_PATIENCE=3)
    crawl = drill.start()
    drill.server.wait_for(20)
    database.server.stop()
    ended = crawl.end(limit=40)
    assert ended.status == 75, ended.notes
    assert "Nothing was lost" in ended.result["error"]
    assert "Traceback" not in ended.notes
    asked = len(drill.server.pages())
    database.server.ensure_running()
    after = drill.crawl()
    assert_whole(drill, after, again=IN_HAND)
    assert asked < PAGES


@pytest.mark.slow
def test_ctrl_c_while_the_database_is_away_ends_in_seconds(drill: Any, database: OwnDatabase) -> None:
    crawl = drill.start()
    drill.server.wait_for(20)
    database.server.stop()
    time.sleep(2)
    told = time.monotonic()
    crawl.interrupt()
    ended = crawl.end(limit=30)
    say(f"\nended {time.monotonic() - told:.1f} s after Ctrl-C")
    assert time.monotonic() - told < 15
    assert ended.status == 75
    database.server.ensure_running()
    assert_whole(drill, drill.crawl(), again=IN_HAND)


@pytest.mark.slow
def test_ctrl_c_while_the_database_hangs_ends_in_seconds(drill: Any, database: OwnDatabase) -> None:
    with SlowLine(socket_of(database), seconds=600, every=1) as line:
        drill.environment["AKHBAR_DATABASE_URL"] = line.url(database.url)
        crawl = drill.start()
        drill.server.wait_for(8)
        line.active.set()
        end = time.monotonic() + 30
        while not line.held and time.monotonic() < end:
            time.sleep(0.1)
        told = time.monotonic()
        crawl.interrupt()
        ended = crawl.end(limit=60)
        say(f"\nended {time.monotonic() - told:.1f} s after Ctrl-C")
        assert time.monotonic() - told < 25
    drill.environment["AKHBAR_DATABASE_URL"] = database.url
    assert ended.status == 75, ended.notes
    assert_whole(drill, drill.crawl(), again=IN_HAND)


def socket_of(database: OwnDatabase) -> Path:
    """The server's unix socket."""
    host = psycopg2.extensions.parse_dsn(database.url)["host"]
    return next(
        path for path in Path(unquote(host)).glob(".s.PGSQL.*") if re.fullmatch(r"\.s\.PGSQL\.\d+", path.name)
    )


@pytest.mark.slow
def test_a_crawl_that_lost_its_lease_to_another_writes_nothing_more(
    drill: Any, database: OwnDatabase
) -> None:
    """The zombie of a machine that was asleep: another crawl took over, and its writes are refused."""
    zombie = drill.start()
    drill.server.wait_for(10)
    os.killpg(zombie.process.pid, signal.SIGSTOP)
    cut_others(database)
    successor = drill.start()
    drill.server.wait_for(30)
    os.killpg(zombie.process.pid, signal.SIGCONT)
    refused = zombie.end(limit=60)
    ended = successor.end()
    assert refused.status in (1, 4, 75), refused.notes
    assert_whole(drill, ended, again=IN_HAND)
    assert "Traceback" not in refused.notes


def test_two_crawls_begun_in_the_same_instant(drill: Any) -> None:
    drill.write_outlet(DOWNLOAD_DELAY=0.02)
    crawls = [drill.start() for _ in range(3)]
    ended: list[Any] = [None] * 3
    threads = [
        threading.Thread(target=lambda place: ended.__setitem__(place, crawls[place].end()), args=(place,))
        for place in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status for one in ended) == [0, 4, 4]
    assert_whole(drill, next(one for one in ended if one.status == 0), again=0)
