"""Articles stored a second, end to end on loopback, against reading the same pages alone.

Run with `python -m tests.benchmarks.crawl [PAGES]` from the project's root. The pages are our
fixtures, each many times under other addresses and with other words, served by a web server of this
process; the crawl is `akhbar crawl` in a process of its own, into an embedded Postgres of its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from akhbar.demo.server import DemoServer
from akhbar.demo.site import Document, Site
from corpus.embedded import EmbeddedServer
from crawler.extraction.reader import read
from crawler.items import Article

ROOT = Path(__file__).resolve().parents[2]
PAGES = 600
_ADDRESS = re.compile(r'(<link rel="canonical" href=|property="og:url" content=)"[^"]*"')

OUTLET = '''"""The outlet of the benchmark."""
from crawler.discovery import Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class BenchSpider(NewsSpider):
    name = "bench"
    outlet = Outlet("القياس", country="IQ", timezone="Asia/Baghdad")
    allowed_domains = ["127.0.0.1"]
    sources = [Sitemap("{root}/sitemap.xml")]
    custom_settings = {{"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "READER_PROCESSES": {readers}}}
'''


def make_pages(count: int, root: str) -> dict[str, bytes]:
    """`count` different articles by address, each in the markup of one of our fixtures."""
    sources = []
    for path in sorted((ROOT / "fixtures").glob("*/*.html")):
        golden = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        text = path.read_bytes().decode("utf-8", "replace")
        if golden["kind"] == "article" and "<p>" in text and len(golden["body"].split()) > 60:
            sources.append(text)
    pages = {}
    for number, text in enumerate(islice(cycle(sources), count)):
        url = f"{root}/article/{number}"
        text = _ADDRESS.sub(rf'\1"{url}"', text).replace("</h1>", f" {number}</h1>")
        pages[url] = re.sub(r"<p>", f"<p>رقم {number} ", text).encode()
    return pages


def read_alone(pages: dict[str, bytes], processes: int) -> float:
    """Pages read a second, in so many processes, by nothing but the reader."""
    with ProcessPoolExecutor(processes) as pool:
        warm = list(islice(pages.items(), 16))
        list(pool.map(_read, warm))
        start = time.perf_counter()
        results = list(pool.map(_read, pages.items(), chunksize=8))
        seconds = time.perf_counter() - start
    assert all(results), "every page of the benchmark is an article"
    return len(pages) / seconds


def _read(page: tuple[str, bytes]) -> bool:
    return isinstance(read(page[1], page[0]), Article)


def crawl(pages: dict[str, bytes], server: DemoServer, home: Path, readers: int) -> tuple[float, int]:
    """Articles stored a second by a whole crawl, start and end of the process included, and their number."""
    outlets = home / f"outlets{readers}"
    outlets.mkdir(parents=True)
    (outlets / "bench.py").write_text(
        OUTLET.format(root=f"http://{server.address}", readers=readers), encoding="utf-8"
    )
    environment = {
        **os.environ,
        "AKHBAR_HOME": str(home / f"home{readers}"),
        "AKHBAR_OUTLETS": str(outlets),
        "AKHBAR_ALLOW_ADDRESSES": server.address,
        "AKHBAR_CONTACT": "https://akhbar.example",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("AKHBAR_DATABASE_URL", None)
    command = [sys.executable, "-m", "akhbar"]
    subprocess.run([*command, "db", "migrate"], env=environment, check=True, capture_output=True)
    start = time.perf_counter()
    try:
        ended = subprocess.run(
            [*command, "crawl", "bench", "--json"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
    finally:
        EmbeddedServer(Path(environment["AKHBAR_HOME"])).stop()
    seconds = time.perf_counter() - start
    stored: int = json.loads(ended.stdout)[0]["ledger"]["stored"]
    return stored / seconds, stored


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    home = Path(tempfile.mkdtemp(prefix="akhbar-bench-"))
    try:
        with DemoServer() as server:
            root = f"http://{server.address}"
            pages = make_pages(count, root)
            site = Site(hosts=[server.address])
            entries = "".join(f"<url><loc>{url}</loc></url>" for url in pages)
            site.add("/sitemap.xml", Document(f"<urlset>{entries}</urlset>".encode(), "application/xml"))
            site.add("/robots.txt", Document(b"User-agent: *\nAllow: /\n", "text/plain"))
            for url, body in pages.items():
                site.add(url.removeprefix(root), Document(body, "text/html; charset=utf-8"))
            server.serve([site])
            print(f"{count} pages, mean {sum(map(len, pages.values())) / count / 1024:.0f} KB, on loopback")
            alone = read_alone(pages, 2)
            print(f"{'reading alone, 2 processes':34} {alone:7.1f} pages/s     1.00")
            for readers in (1, 2):
                rate, stored = crawl(pages, server, home, readers)
                note = "" if stored == count else f"  (stored {stored} of {count})"
                label = f"whole crawl, {readers} reader process{'es' if readers > 1 else ''}"
                print(f"{label:34} {rate:7.1f} articles/s  {rate / alone:.2f}{note}")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
