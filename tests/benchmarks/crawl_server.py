"""The outlet of the crawl's benchmark: a small web server in a process of its own, which takes little of the cores.

Run by `tests.benchmarks.crawl` as `python -m tests.benchmarks.crawl_server PAGES`. It writes its
answers beforehand (the first `READY` of them, some gigabytes), prints its address, and ends when its
standard input does. A real crawl's servers are elsewhere; this one shares the cores, so that it only
sends from memory what is ready.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from http import HTTPStatus

from tests.benchmarks.crawl_pages import Pages

READY = 20_000


class Connection(asyncio.Protocol):
    """One connection; a request is all that stands before an empty line, as GETs have no body."""

    def __init__(self, answers: dict[bytes, bytes], make: Callable[[bytes], bytes]) -> None:
        self.answers, self.make, self.read = answers, make, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self.read = (self.read + data).split(b"\r\n\r\n")
        for request in requests:
            path = request.split(b" ", 2)[1]
            self.transport.write(self.answers.get(path) or self.make(path))


def write(body: bytes, kind: str = "text/html; charset=utf-8", status: HTTPStatus = HTTPStatus.OK) -> bytes:
    """A whole answer."""
    head = f"HTTP/1.1 {status} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(count: int) -> None:
    loop = asyncio.get_running_loop()
    answers: dict[bytes, bytes] = {}

    def make(path: bytes) -> bytes:
        number = path.removeprefix(b"/article/")
        if not number.isdigit() or int(number) >= count:
            return write(b"", status=HTTPStatus.NOT_FOUND)
        return write(pages.page(int(number)))

    server = await loop.create_server(lambda: Connection(answers, make), "127.0.0.1", 0)
    address = "{}:{}".format(*server.sockets[0].getsockname())
    pages = Pages(f"http://{address}")
    answers |= {
        f"/article/{number}".encode(): write(pages.page(number)) for number in range(min(count, READY))
    }
    answers[b"/sitemap.xml"] = write(pages.sitemap(count), "application/xml")
    answers[b"/robots.txt"] = write(b"User-agent: *\nAllow: /\n", "text/plain")
    print(address, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
