"""The outlet of the crawl's benchmark: a small web server in a process of its own, which takes little of the cores.

Run by `tests.benchmarks.crawl` as `python -m tests.benchmarks.crawl_server PAGES`. It prints its
address, writes each page when it is asked for it, and ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import sys
from http import HTTPStatus

from tests.benchmarks.crawl_pages import Pages


class Connection(asyncio.Protocol):
    """One connection; a request is all that stands before an empty line, as GETs have no body."""

    def __init__(self, pages: Pages, count: int) -> None:
        self.pages, self.count, self.read = pages, count, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self.read = (self.read + data).split(b"\r\n\r\n")
        for request in requests:
            self.transport.write(self.answer(request.split(b" ", 2)[1].decode()))

    def answer(self, path: str) -> bytes:
        status, kind, body = HTTPStatus.OK, "text/html; charset=utf-8", b""
        if path.startswith("/article/"):
            body = self.pages.page(int(path.rpartition("/")[2]))
        elif path == "/sitemap.xml":
            kind, body = "application/xml", self.pages.sitemap(self.count)
        elif path == "/robots.txt":
            kind, body = "text/plain", b"User-agent: *\nAllow: /\n"
        else:
            status = HTTPStatus.NOT_FOUND
        head = f"HTTP/1.1 {status} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


async def serve(count: int) -> None:
    loop = asyncio.get_running_loop()
    pages: list[Pages] = []
    server = await loop.create_server(lambda: Connection(pages[0], count), "127.0.0.1", 0)
    address = "{}:{}".format(*server.sockets[0].getsockname())
    pages.append(Pages(f"http://{address}"))
    print(address, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
