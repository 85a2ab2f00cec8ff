"""Outlets on loopback (or on a bridge), the environment of a worker, and workers as processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from corpus import schedule

ROOT = Path(__file__).parents[1]
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


def environment_of(town: Town, database_url: str, home: Path) -> dict[str, str]:
    """The environment of a worker, apart from the allowances of hosts."""
    # an outlet of the product is on the network, and must not be crawled by a test
    return {
        **os.environ,
        "AKHBAR_DATABASE_URL": database_url,
        "AKHBAR_HOME": str(home),
        "AKHBAR_OUTLETS": str(town.folder),
        "AKHBAR_CONTACT": "https://akhbar.example/contact",
        "PYTHONPATH": str(ROOT),
    }


def start_worker(
    environment: dict[str, str], cwd: Path, *options: str, before: Sequence[str] = ()
) -> subprocess.Popen[str]:
    """A worker in a process of its own, begun by the command `before` where one is given; it logs to `cwd`."""
    with (cwd / f"worker-{time.time_ns()}.log").open("w") as log:
        return subprocess.Popen(
            [*before, sys.executable, "-m", "akhbar", "worker", *options],
            env=environment,
            cwd=cwd,
            stdout=subprocess.DEVNULL,
            stderr=log,
            text=True,
            start_new_session=True,
        )


def plan(connection: Connection, town: Town) -> None:
    """Pause the outlets of the product, which are on the network; ours are due at once."""
    from akhbar.outlets import describe_all

    known = describe_all()
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
