"""Drills: a loopback outlet called `sidr`, and crawls of it as processes that a test may harm."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest

from corpus.account import Entry, read_account
from tests.drills.server import DrillServer

ROOT = Path(__file__).parents[2]

OUTLET = '''"""Sidr: an invented outlet on loopback."""
from crawler.discovery import Feed, Section, Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class SidrSpider(NewsSpider):
    name = "{slug}"
    outlet = Outlet("صحيفة السدر", country="IQ", timezone="Asia/Baghdad")
    allowed_domains = {domains!r}
    sources = [{sources}]
    article_url = r"{pattern}"
    custom_settings = {settings!r}
'''


@dataclass
class Crawl:
    """A crawl under way, as a process of its own. `peak` is the main process's greatest resident memory, bytes."""

    process: subprocess.Popen[str]
    folder: Path
    peak: int = 0

    def kill(self) -> None:
        """SIGKILL to the crawl and to all its readers."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def end(self, limit: float = 120.0) -> Ended:
        """Wait for the end, at most `limit` seconds."""
        deadline = time.monotonic() + limit
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the crawl did not end within {limit:g} s:\n{self.notes}")
            self.peak = max(self.peak, _resident(self.process.pid))
            time.sleep(0.05)
        output = (self.folder / "out").read_text(encoding="utf-8")
        return Ended(self.process.returncode, output, self.notes, self.peak)

    @property
    def notes(self) -> str:
        return (self.folder / "err").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Ended:
    """A crawl that has ended."""

    status: int
    output: str
    notes: str
    peak: int

    @property
    def result(self) -> dict[str, Any]:
        """What `--json` says of the first outlet."""
        first: dict[str, Any] = json.loads(self.output)[0]
        return first

    @property
    def ledger(self) -> dict[str, Any]:
        ledger: dict[str, Any] = self.result["ledger"]
        return ledger


@dataclass
class Drill:
    """The outlet's server, its file, and how to crawl it."""

    server: DrillServer
    folder: Path
    environment: dict[str, str]
    database_url: str
    crawls: list[Crawl] = field(default_factory=list)

    def write_outlet(
        self,
        slug: str = "sidr",
        *,
        sources: str | None = None,
        pattern: str = "/news/",
        domains: tuple[str, ...] = ("127.0.0.1",),
        **settings: Any,
    ) -> None:
        """Write an outlet's file. Without a delay unless the settings say so."""
        merged = {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, **settings}
        text = OUTLET.format(
            slug=slug,
            domains=list(domains),
            sources=sources or f'Sitemap("{self.server.root}/sitemap.xml")',
            pattern=pattern,
            settings=merged,
        )
        (self.folder / "outlets" / f"{slug}.py").write_text(text, encoding="utf-8")

    def start(self, *arguments: str, **environment: str) -> Crawl:
        """Begin `akhbar crawl sidr --json`, or with these arguments."""
        folder = self.folder / f"crawl{len(self.crawls)}"
        folder.mkdir()
        with (folder / "out").open("w") as out, (folder / "err").open("w") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "akhbar", "crawl", *(arguments or ("sidr",)), "--json"],
                env={**self.environment, **environment},
                cwd=folder,
                stdout=out,
                stderr=err,
                text=True,
                start_new_session=True,
            )
        crawl = Crawl(process, folder)
        self.crawls.append(crawl)
        return crawl

    def crawl(self, *arguments: str, limit: float = 120.0) -> Ended:
        """A whole crawl."""
        return self.start(*arguments).end(limit)

    def entries(self, *slugs: str) -> list[Entry]:
        """The ledger's rows of the outlets."""
        connection = psycopg2.connect(self.database_url)
        try:
            return list(read_account(connection, slugs or ("sidr",)))
        finally:
            connection.close()

    def reasons(self) -> dict[str, str]:
        """Of each address, by its path, what its row ended as: `rejected/http_404`."""
        return {
            entry.url.removeprefix(self.server.root): f"{entry.state}/{entry.reason}"
            if entry.reason
            else entry.state
            for entry in self.entries()
        }

    def assert_all_stored(self, count: int) -> None:
        """Every address gave an article, and none two."""
        entries = self.entries()
        assert {entry.state for entry in entries} <= {"stored", "unchanged"}, _states(entries)
        articles = [entry.article_id for entry in entries]
        assert len(articles) == count and len(set(articles)) == count


def _states(entries: list[Entry]) -> dict[str, int]:
    states: dict[str, int] = {}
    for entry in entries:
        key = f"{entry.state}/{entry.reason}" if entry.reason else entry.state
        states[key] = states.get(key, 0) + 1
    return states


def _resident(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


@pytest.fixture
def make_drill(database_url: str, tmp_path: Path) -> Iterator[Callable[[DrillServer], Drill]]:
    """Set up the outlet `sidr` on a server; what still crawls at the end of the test is killed."""
    made: list[Drill] = []

    def make(server: DrillServer) -> Drill:
        (tmp_path / "outlets").mkdir()
        environment = {
            **os.environ,
            "AKHBAR_DATABASE_URL": database_url,
            "AKHBAR_HOME": str(tmp_path / "home"),
            "AKHBAR_OUTLETS": str(tmp_path / "outlets"),
            "AKHBAR_ALLOW_ADDRESSES": f"127.0.0.0/8:{server.port}",
            "AKHBAR_CONTACT": "https://akhbar.example/contact",
            "PYTHONPATH": str(ROOT),
        }
        drill = Drill(server, tmp_path, environment, database_url)
        drill.write_outlet()
        made.append(drill)
        return drill

    yield make
    for drill in made:
        for crawl in drill.crawls:
            if crawl.process.poll() is None:
                crawl.kill()


@pytest.fixture
def drill(make_drill: Callable[[DrillServer], Drill]) -> Iterator[Drill]:
    with DrillServer() as server:
        yield make_drill(server)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every drill is marked so: whole crawls, killed, cut off and waited for."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.drill)
