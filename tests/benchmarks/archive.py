"""What the raw archive costs: bytes and time a page, and the same crawl with it and without it.

Run with `python -m tests.benchmarks.archive [PAGES]` from the project's root. Pages are those of
../shared/pages where that folder is there, and the project's fixtures always. First one thread packs and
writes; then a loopback server is crawled (fetched only, nothing is read) with and without the
archive, taking turns.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from crawler.network.warc import Answer, digest_of, make_response, read_record
from crawler.network.warc_folder import ArchiveFolder

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3

CRAWL = """
import json, sys, time
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from crawler.candidate import Candidate

root, pages, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
blocked = []

class Visitor(scrapy.Spider):
    name = "bench"

    async def start(self):
        import asyncio
        self.began = time.perf_counter()
        self.watch = asyncio.get_running_loop().create_task(self.measure())
        for number in range(pages):
            url = f"{root}/{number}"
            yield scrapy.Request(url, dont_filter=True, meta={"candidate": Candidate(url=url, source="bench")})

    async def measure(self):
        import asyncio
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(0.005)
            blocked.append(time.perf_counter() - asked - 0.005)

    def parse(self, response):
        self.ended = time.perf_counter()

    def closed(self, reason):
        self.watch.cancel()
        blocked.sort()
        print(json.dumps({"seconds": self.ended - self.began, "p99": blocked[int(len(blocked) * .99)],
                          "bytes": self.crawler.stats.get_value("archive/bytes", 0)}))

process = AsyncCrawlerProcess({
    "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "HTTPPROXY_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "DOWNLOAD_DELAY": 0.0001,
    "DOWNLOAD_DELAY_JITTER": 0,
    "ARCHIVE_ENABLED": bool(folder), "ARCHIVE_FOLDER": folder,
    "DOWNLOADER_MIDDLEWARES": {"crawler.network.archive.Archive": 540},
})
process.crawl(Visitor)
process.start()
"""


def load_pages() -> dict[str, list[bytes]]:
    """Real pages, where they lie beside the project, and the fixtures, which are short."""
    folders = {"real pages": ROOT.parent / "shared" / "pages", "fixtures": ROOT / "fixtures"}
    found = {name: sorted(folder.glob("**/*.html")) for name, folder in folders.items()}
    return {name: [path.read_bytes() for path in paths] for name, paths in found.items() if paths}


def measure_writing(name: str, pages: list[bytes], count: int, folder: Path) -> None:
    """One thread, as the crawl's; one sync for every 8 pages, as under a busy crawl."""
    archive = ArchiveFolder(folder, "bench", file_size=200 * 1024**2, min_free=0, facts={})
    archive.prepare()
    at = datetime.now(UTC).replace(microsecond=0)
    spent = {"digest and pack": 0.0, "write": 0.0, "sync": 0.0, "read back": 0.0}
    raw = packed = 0
    places: list[tuple[tuple[str, int], bytes]] = []
    for number in range(count):
        body = pages[number % len(pages)]
        answer = Answer(
            url=f"https://bench.example/{number}",
            status=200,
            headers=[("Content-Type", "text/html; charset=utf-8"), ("Server", "bench")],
            body=body,
            at=at,
        )
        marks = [time.perf_counter()]
        member = make_response(answer, digest_of(body))
        marks.append(time.perf_counter())
        places.append((archive.append(member), body))
        marks.append(time.perf_counter())
        if number % 8 == 7:
            archive.sync()
        marks.append(time.perf_counter())
        for step, begin, end in zip(spent, marks, marks[1:], strict=False):
            spent[step] += end - begin
        raw, packed = raw + len(body), packed + len(member)
    archive.close()
    begin = time.perf_counter()
    for (file, offset), body in places:
        assert read_record(folder / file, offset, max_size=10**8).body == body
    spent["read back"] = time.perf_counter() - begin
    gzipped = {level: _gzip(pages, count, level) for level in (4, 6)}
    print(f"{count} times {name}, {raw / count / 1024:.1f} KB each before packing")
    print(f"  in the archive      {packed / count / 1024:8.2f} KB a page ({packed / raw:.1%} of the page)")
    for level, (size, seconds) in gzipped.items():
        print(
            f"  the body by gzip -{level} {size / count / 1024:8.2f} KB a page in {seconds / count * 1000:.3f} ms"
        )
    for step, seconds in spent.items():
        print(f"  {step:19} {seconds / count * 1000:8.3f} ms a page")


def _gzip(pages: list[bytes], count: int, level: int) -> tuple[int, float]:
    """Bytes and seconds that zlib needs for the same pages."""
    begin = time.perf_counter()
    size = sum(len(gzip.compress(pages[number % len(pages)], level)) for number in range(count))
    return size, time.perf_counter() - begin


def serve(pages: list[bytes]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            number = self.path.rpartition("/")[2]
            body = pages[int(number) % len(pages)] if number.isdigit() else b""
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def measure_crawls(name: str, pages: list[bytes], count: int, folder: Path) -> None:
    server = serve(pages)
    runs: dict[str, list[dict[str, float]]] = {"without archive": [], "with archive": []}
    for turn in range(ROUNDS):
        for way, found in runs.items():
            target = str(folder / f"crawl-{turn}") if way == "with archive" else ""
            done = subprocess.run(
                [sys.executable, "-c", CRAWL, f"http://127.0.0.1:{server.server_port}", str(count), target],
                capture_output=True, text=True, cwd=ROOT, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
            )  # fmt: skip
            found.append(json.loads(done.stdout))
    server.shutdown()
    print(f"crawl of {count} {name} on loopback, fetching only, median of {ROUNDS} taken in turn")
    for way, found in runs.items():
        seconds = statistics.median(run["seconds"] for run in found)
        p99 = statistics.median(run["p99"] for run in found)
        size = statistics.median(run["bytes"] for run in found)
        print(
            f"  {way:16} {count / seconds:7.0f} pages/s  {seconds / count * 1000:7.2f} ms a page  "
            f"loop held up p99 {p99 * 1000:5.1f} ms  {size / count / 1024:7.2f} KB a page"
        )


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for name, pages in load_pages().items():
        with tempfile.TemporaryDirectory() as folder:
            measure_writing(name, pages, count, Path(folder))
            measure_crawls(name, pages, count, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
