"""`akhbar worker`: due crawls run once, never two of a site; what a dead worker left is taken over."""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

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

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DELAY = 0.4  # seconds between requests to one host

PAGE = """<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{headline}</title>
<link rel="canonical" href="{url}"><meta property="og:type" content="article"></head><body><main><article>
<h1>{headline}</h1><time datetime="2026-11-{day:02}T09:30:00+03:00"></time>{body}</article></main></body></html>"""

SPIDER = '''"""An invented outlet on loopback."""
from crawler.discovery import Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class {slug}Spider(NewsSpider):
    name = "{slug}"
    outlet = Outlet("صحيفة {slug}", country="IQ", timezone="Asia/Baghdad")
    allowed_domains = ["{host}"]
    sources = [Sitemap("http://{host}:{port}/{slug}.xml")]
    article_url = r"/{slug}/"
    custom_settings = {{"DOWNLOAD_DELAY": {delay}, "READER_PROCESSES": 1}}
'''


@dataclass
class Town:
    """Outlets on loopback addresses of their own, and a log of who asked for what, when."""

    folder: Path
    articles: int
    log: list[tuple[float, str, str]] = field(default_factory=list)
    servers: dict[str, ThreadingHTTPServer] = field(default_factory=dict)
    slugs: list[str] = field(default_factory=list)

    def add(self, slug: str, host: str) -> None:
        """Open an outlet on a host (several may share one)."""
        if host not in self.servers:
            self.servers[host] = server = ThreadingHTTPServer((host, 0), self._handler(host))
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        port = self.servers[host].server_port
        text = SPIDER.format(slug=slug, host=host, port=port, delay=DELAY)
        (self.folder / f"{slug}.py").write_text(text, encoding="utf-8")
        self.slugs.append(slug)

    @property
    def allowances(self) -> str:
        return ",".join(f"{host}:{server.server_port}" for host, server in self.servers.items())

    def close(self) -> None:
        for server in self.servers.values():
            server.shutdown()
            server.server_close()

    def _handler(self, host: str) -> type[BaseHTTPRequestHandler]:
        town = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                town.log.append((time.time(), host, self.path))
                kind, body, status = town._answer(f"http://{self.headers['Host']}", self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                """The log is the town's."""

        return Handler

    def _answer(self, root: str, path: str) -> tuple[str, bytes, int]:
        if path == "/robots.txt":
            return "text/plain", b"User-agent: *\nAllow: /\n", 200
        slug, _, rest = path.strip("/").partition("/")
        if slug.endswith(".xml"):
            slug = slug.removesuffix(".xml")
            locs = "".join(f"<url><loc>{root}/{slug}/{n}</loc></url>" for n in range(self.articles))
            text = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{locs}</urlset>'
            return "application/xml", text.encode(), 200
        if not rest.isdigit():
            return "text/html", b"<html><body><h1>404</h1></body></html>", 404
        number = int(rest)
        body = "".join(
            f"<p>أعلنت بلدية {slug} اليوم أن الحي رقم {number} سيحصل على {part} مدارس جديدة قبل نهاية العام، وقالت إن"
            f" المشروع {number * 7 + part} يشمل طرقا وحدائق ومكتبة عامة يستفيد منها سكان الحي كله.</p>"
            for part in (3, 5, 8)
        )
        headline = f"الحي رقم {number} في {slug} يحصل على مدارس جديدة"
        page = PAGE.format(headline=headline, url=f"{root}{path}", day=number % 28 + 1, body=body)
        return "text/html; charset=utf-8", page.encode(), 200


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    folder = tmp_path / "outlets"
    folder.mkdir()
    made = Town(folder, articles=5)
    yield made
    made.close()


@pytest.fixture
def surroundings(town: Town, database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of a worker, apart from the allowances of hosts."""
    # an outlet of the product is on the network, and must not be crawled by a test
    return {
        **os.environ,
        "AKHBAR_DATABASE_URL": database_url,
        "AKHBAR_HOME": str(tmp_path / "home"),
        "AKHBAR_OUTLETS": str(town.folder),
        "AKHBAR_CONTACT": "https://akhbar.example/contact",
        "PYTHONPATH": str(ROOT),
    }


def start_worker(environment: dict[str, str], cwd: Path, *options: str) -> subprocess.Popen[str]:
    with (cwd / f"worker-{time.time_ns()}.log").open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "akhbar", "worker", *options],
            env=environment,
            cwd=cwd,
            stdout=subprocess.DEVNULL,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def plan(connection: Connection, town: Town) -> None:
    """Pause the outlets of the product, which are on the network; ours are due at once."""
    from akhbar.outlets import load_outlets

    known = [
        spider.describe(spider.outlet, slug, spider.allowed_domains)
        for slug, spider in load_outlets().items()
    ]
    schedule.enrol(connection, known)
    for outlet in known:
        if outlet.slug not in town.slugs:
            schedule.change(connection, outlet.slug or "", paused=True)


def rows(connection: Connection, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def wait_for(condition: Callable[[], Any], limit: float, what: str) -> Any:
    end = time.monotonic() + limit
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {limit} s: {what}"
        time.sleep(0.25)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid:
            found.append(int(entry.parent.name))
    return found


RUNNING = (
    "SELECT o.slug FROM akhbar.crawls c JOIN akhbar.outlets o ON o.id = c.outlet_id WHERE c.state = 'running'"
)
CRAWLS = """
    SELECT o.slug, o.hosts[1], c.state, c.started_at, c.finished_at FROM akhbar.crawls c
    JOIN akhbar.outlets o ON o.id = c.outlet_id ORDER BY c.started_at
"""


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


@pytest.mark.drill
def test_three_workers_one_killed_one_stopped(
    town: Town,
    surroundings: dict[str, str],
    connection: Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """AKHBAR_DRILL_OUTLETS sets how many outlets there are: 12 by default, 60 once by hand."""
    count = int(os.environ.get("AKHBAR_DRILL_OUTLETS", "12"))
    for number in range(count - 1):
        town.add(f"nahr{number}", f"127.0.1.{number + 1}")
    town.add("jar", "127.0.1.1")  # a neighbour: two outlets of one site
    monkeypatch.setenv("AKHBAR_OUTLETS", str(town.folder))
    plan(connection, town)
    environment = {**surroundings, "AKHBAR_ALLOW_ADDRESSES": town.allowances}
    workers = [start_worker(environment, tmp_path, "--concurrency", "1", "--grace", "3") for _ in range(3)]
    try:
        # one is killed while it crawls, with SIGKILL: its crawl must die with it
        def crawling() -> int | None:
            return next(iter(children_of(workers[0].pid)), None) if rows(connection, RUNNING) else None

        child = wait_for(crawling, 60, "the first worker crawls")
        victim = Path(f"/proc/{child}/cmdline").read_text().split("\0")[-3]
        wait_for(lambda: (victim,) in rows(connection, RUNNING), 30, "its crawl is under way")
        workers[0].kill()
        killed_at = datetime.now(UTC)
        wait_for(lambda: not is_alive(child), 5, "the crawl died with its worker")
        # another is stopped
        time.sleep(2)
        workers[1].send_signal(signal.SIGTERM)
        stopped_in = time.monotonic()
        assert workers[1].wait(40) == 0
        stopped_in = time.monotonic() - stopped_in

        def all_ran() -> bool:
            finished = {slug for slug, _, state, *_ in rows(connection, CRAWLS) if state == "finished"}
            return finished == set(town.slugs)

        wait_for(all_ran, 60 + 12 * count, "every due crawl has run")
        wait_for(lambda: queue.count_jobs(connection)["running"] == 0, 20, "the queue is at rest")
    finally:
        for worker in workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
        for worker in workers:
            worker.wait(60)

    crawls = rows(connection, CRAWLS)
    finished = [slug for slug, _, state, *_ in crawls if state == "finished"]
    assert sorted(finished) == sorted(town.slugs), "each due crawl ran to its end once"
    cut = [(slug, state) for slug, _, state, *_ in crawls if state != "finished"]
    assert (victim, "died") in cut and len(cut) <= 2, "only what was cut short ran again"
    again = next(started for slug, _, _, started, _ in crawls if slug == victim and started > killed_at)
    taken_over = (again - killed_at).total_seconds()
    assert taken_over < 60

    by_site = defaultdict(list)
    for slug, host, state, started, ended in crawls:
        by_site[host].append((started, killed_at if (slug, state) == (victim, "died") else ended))
    for spans in by_site.values():
        for (_, before), (after, _) in pairwise(spans):
            assert before <= after, "two crawls of one site at a time"
    assert all(ledger_sum(connection, outlet=slug).holds for slug in town.slugs)
    assert ledger_sum(connection).stored == count * town.articles

    gaps = []
    for host in by_site:
        asked = sorted(at for at, whom, _ in town.log if whom == host)
        gaps += [after - before for before, after in pairwise(asked)]
    print(
        f"{count} outlets: {len(crawls)} crawls, cut {cut}, taken over in {taken_over:.1f} s, stopped in"
        f" {stopped_in:.1f} s; {len(gaps)} gaps of a host: {min(gaps):.2f} s or more,"
        f" median {statistics.median(gaps):.2f}"
    )
    assert min(gaps) >= DELAY * 0.45, "gaps per host"


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
