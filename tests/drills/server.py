"""A web server for drills: it answers as each test says, on as many loopback addresses, and logs every request."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

PAGE = """<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
<title>{headline} | صحيفة السدر</title><link rel="canonical" href="{url}">
<meta property="og:type" content="article"></head><body><header><nav><a href="/">الرئيسية</a></nav></header>
<main><article><h1>{headline}</h1><time datetime="2026-11-{day:02}T09:30:00+03:00"></time>{body}</article></main>
<footer>جميع الحقوق محفوظة</footer></body></html>"""


def article(url: str, number: int) -> bytes:
    """An article page of three paragraphs that no other number has."""
    body = "".join(
        f"<p>أعلنت بلدية وادي السدر اليوم أن الحي رقم {number} سيحصل على {part} مدارس جديدة قبل نهاية العام، "
        f"وقالت إن المشروع {number * 7 + part} يشمل طرقا وحدائق ومكتبة عامة يستفيد منها سكان الحي كله.</p>"
        for part in (3, 5, 8)
    )
    headline = f"الحي رقم {number} يحصل على مدارس جديدة"
    return PAGE.format(headline=headline, url=url, day=number % 28 + 1, body=body).encode()


def sitemap(urls: Sequence[str]) -> bytes:
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()


@dataclass
class Answer:
    """What the server says. `send` writes the whole answer itself, to the raw socket's file."""

    body: bytes = b""
    status: int = 200
    type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    send: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class Hit:
    """A request as the server saw it. `at` is monotonic seconds."""

    at: float
    host: str
    path: str
    status: int


NOT_FOUND = Answer(b"<html><body><h1>404</h1></body></html>", 404)


class DrillServer:
    """Serves on `addresses`, all on one port that the system chooses; a context manager.

    `answers` holds what is said under a path of a host (`127.0.0.1:8000/news/1`), or under a path of
    any host (`/news/1`); an answer may be a function of the path, for what has no end.
    """

    def __init__(self, addresses: Sequence[str] = ("127.0.0.1",)) -> None:
        self.hits: list[Hit] = []
        self.answers: dict[str, Answer] = {
            "/robots.txt": Answer(b"User-agent: *\nAllow: /\n", type="text/plain")
        }
        self.otherwise: Callable[[str, str], Answer] = lambda host, path: NOT_FOUND
        self._servers = [_Server((addresses[0], 0), _handler_of(self))]
        self.port: int = self._servers[0].server_port
        self._servers += [_Server((address, self.port), _handler_of(self)) for address in addresses[1:]]

    @property
    def address(self) -> str:
        """`127.0.0.1:port`, of the first address."""
        return f"{self._servers[0].server_address[0]}:{self.port}"

    @property
    def root(self) -> str:
        return f"http://{self.address}"

    def publish(self, count: int, *, first: int = 0) -> list[str]:
        """Serve so many articles and a sitemap of them; their addresses."""
        urls = [f"{self.root}/news/{number}" for number in range(first, first + count)]
        for number, url in enumerate(urls, first):
            self.answers[f"/news/{number}"] = Answer(article(url, number))
        self.answers["/sitemap.xml"] = Answer(sitemap(urls), type="application/xml")
        return urls

    def pages(self) -> list[str]:
        """The paths of articles asked for so far, in order."""
        return [hit.path for hit in list(self.hits) if hit.path.startswith("/news/")]

    def wait_for(self, pages: int, limit: float = 60.0) -> None:
        """Until so many article pages were asked for."""
        end = time.monotonic() + limit
        while len(self.pages()) < pages:
            assert time.monotonic() < end, f"the crawl got no further than {len(self.pages())} pages"
            time.sleep(0.01)

    def find(self, host: str, path: str) -> Answer:
        return self.answers.get(host + path) or self.answers.get(path) or self.otherwise(host, path)

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of every drill."""


def _handler_of(server: DrillServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            at, host = time.monotonic(), self.headers.get("Host", "")
            answer = server.find(host, self.path)
            server.hits.append(Hit(at, host, self.path, answer.status))
            if answer.send is not None:
                self.close_connection = True
                with contextlib.suppress(OSError):
                    answer.send(self.wfile)
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *arguments: object) -> None:
            """The log is `DrillServer.hits`."""

    return Handler


def say(text: str) -> None:
    """What a drill measured, for who runs it with `-s`."""
    sys.stdout.write(f"\n{text.strip()}\n")
