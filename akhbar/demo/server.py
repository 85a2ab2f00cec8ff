"""A web server on loopback that answers for many hosts, by the Host header."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from akhbar.demo.site import Document, Site, encode_path

_NOT_FOUND = Document(b"<html><body><h1>404</h1></body></html>", "text/html; charset=utf-8", 404)


class DemoServer:
    """Serves sites on 127.0.0.1, on a port that the system chooses; a context manager.

    `requests` is its log: (host, path, status) in order, for tests and for the curious.
    """

    def __init__(self, sites: Iterable[Site] = ()):
        self.requests: list[tuple[str, str, int]] = []
        self._sites: dict[str, Site] = {}
        self.serve(sites)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def serve(self, sites: Iterable[Site]) -> None:
        """Serve these sites from now on, in place of those of the same hosts."""
        for site in sites:
            for host in site.hosts:
                self._sites[host] = site

    @property
    def address(self) -> str:
        """`127.0.0.1:port`."""
        return f"127.0.0.1:{self._server.server_port}"

    def find(self, host: str, path: str) -> Document:
        """What a host answers under a path."""
        site = self._sites.get(host)
        return site.documents.get(encode_path(path), _NOT_FOUND) if site else _NOT_FOUND

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(server: DemoServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers.get("Host", "")
            document = server.find(host, self.path)
            etag = f'"{hashlib.sha256(document.body).hexdigest()[:16]}"'
            unchanged = document.status == 200 and self.headers.get("If-None-Match") == etag
            status = 304 if unchanged else document.status
            server.requests.append((host, self.path, status))
            body = b"" if unchanged else document.body
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", document.content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in document.headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """The log is `DemoServer.requests`."""

    return Handler
