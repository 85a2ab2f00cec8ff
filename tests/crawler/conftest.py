"""Loopback servers and small real crawls for the tests of the network."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Asks for every URL of the job that comes in as JSON, and prints how each of them ended and the
# pacing's snapshot. `release` seconds after its start it ends all that still waits.
CRAWL = """
import json, sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess

job = json.load(sys.stdin)
ends, after, files = [], {}, {}

class Visitor(scrapy.Spider):
    name = "visitor"
    allowed_domains = job["domains"]

    async def start(self):
        from crawler.network.pacing import Pacing
        from crawler.network.robots import Robots, RobotsCopy
        pacing = self.crawler.get_downloader_middleware(Pacing)
        if pacing:
            pacing.restore(job["state"])
        if job["release"]:
            from scrapy.utils.asyncio import call_later
            call_later(job["release"], pacing.release, "interrupted")
        robots = self.crawler.get_downloader_middleware(Robots)
        for origin, (text, status, age) in job["robots"].items():
            from datetime import datetime, timedelta, timezone
            at = datetime.now(timezone.utc) - timedelta(seconds=age)
            robots.store.remember(origin, RobotsCopy(text, status, at))
        from crawler.candidate import Candidate
        from crawler.network.reservations import Reservations
        reservations = self.crawler.get_downloader_middleware(Reservations)
        if reservations:
            reservations.restore(job["reservations"])
        for url in job["urls"]:
            meta = {"first": url} | ({"candidate": Candidate(url=url, source=url)} if reservations else {})
            yield scrapy.Request(url, callback=self.parse, errback=self.fail, meta=meta, dont_filter=True)

    def parse(self, response):
        ends.append([response.meta["first"], response.status, response.url, len(response.body),
                     response.meta.get("opt_out")])

    def fail(self, failure):
        fault = failure.value
        status = getattr(getattr(fault, "response", None), "status", None)
        end = getattr(fault, "reason", None) or status or type(fault).__name__
        ends.append([failure.request.meta["first"], end, str(fault), getattr(fault, "failed", None)])

    def closed(self, reason):
        from crawler.network.pacing import Pacing
        pacing = self.crawler.get_downloader_middleware(Pacing)
        after.update(pacing.snapshot() if pacing else {})
        from crawler.network.reservations import Reservations
        reservations = self.crawler.get_downloader_middleware(Reservations)
        files.update(reservations.snapshot() if reservations else {})

process = AsyncCrawlerProcess(job["settings"])
process.crawl(Visitor)
process.start()
json.dump({"ends": ends, "state": after, "reservations": files}, sys.stdout)
"""

SETTINGS: dict[str, Any] = {
    "LOG_LEVEL": "WARNING",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "COOKIES_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "ROBOTSTXT_USER_AGENT": "Akhbar",
    "ROBOTSTXT_TIMEOUT": 1,
    "DOWNLOAD_TIMEOUT": 5,
    "DOWNLOAD_DELAY": 0,
    "RETRY_TIMES": 1,
    "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    "REDIRECT_MAX_TIMES": 5,
    "ALLOW_ADDRESSES": "127.0.0.0/8",
    "DOWNLOAD_HANDLERS": {"file": None, "ftp": None, "s3": None, "data": None},
    "EXTENSIONS": {"crawler.network.guard.AddressGuard": 0},
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "crawler.network.robots.Robots": 100,
        "crawler.network.pacing.Pacing": 110,
        "crawler.network.limits.Limits": 590,
        "crawler.network.redirects.Redirects": 600,
    },
}


@dataclass
class Crawled:
    """How each asked URL ended: its status, the reason of its refusal, or the name of its fault.

    `state` is the pacing's snapshot, `reservations` that of the tdmrep.json files.
    """

    ends: list[list[Any]]
    state: dict[str, dict[str, Any]]
    reservations: dict[str, dict[str, Any]]
    log: str

    @property
    def outcomes(self) -> list[Any]:
        return [end[1] for end in self.ends]


@pytest.fixture
def crawl() -> Callable[..., Crawled]:
    """Run a real Scrapy crawl of these URLs in a process of its own."""

    def run(
        *urls: str,
        domains: tuple[str, ...] = (),
        state: Any = None,
        robots: Any = None,
        reservations: Any = None,
        release: float = 0,
        **settings: Any,
    ) -> Crawled:
        job = {
            "urls": urls,
            "domains": list(domains),
            "state": state or {},
            "robots": robots or {},
            "reservations": reservations or {},
            "release": release,
            "settings": SETTINGS | settings,
        }
        done = subprocess.run(
            [sys.executable, "-c", CRAWL],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return Crawled(answer["ends"], answer["state"], answer["reservations"], done.stderr)

    return run


@dataclass
class Site:
    """A loopback server: `pages` maps a path to (status, headers, body), or to a function of the hit."""

    url: str
    port: int
    pages: dict[str, Any]
    hits: list[tuple[float, str]] = field(default_factory=list)
    connections: int = 0

    def paths(self) -> list[str]:
        return [path for _, path in self.hits]

    def gaps(self) -> list[float]:
        times = [at for at, _ in self.hits]
        return [after - before for before, after in pairwise(times)]


@pytest.fixture
def serve() -> Iterator[Callable[..., Site]]:
    """Start servers on 127.0.0.1; every path without a page answers 200 but robots.txt, which answers 404."""
    servers: list[ThreadingHTTPServer] = []

    def start(pages: dict[str, Any] | None = None) -> Site:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                site.connections += 1
                super().setup()

            def do_GET(self) -> None:
                site.hits.append((time.monotonic(), self.path))
                default = (404, {}, b"") if self.path == "/robots.txt" else (200, {}, b"<p>page</p>")
                page = site.pages.get(self.path, default)
                if callable(page):
                    page = page(site.paths().count(self.path))
                status, headers, body = page
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        port = server.server_address[1]
        site = Site(f"http://127.0.0.1:{port}", port, dict(pages or {}))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return site

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
