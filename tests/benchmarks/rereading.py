"""Archived pages read again: pages a second and a core, by `akhbar reextract` itself, and without a network.

Run with `python -m tests.benchmarks.rereading [PAGES]` (5,000 by default) from the project's root. Invented pages
of the size of real ones (tests/benchmarks/pages.py) are written to a raw archive and crawled from it into an
embedded Postgres of their own; then they are read again, first with the same reader, then with one that loses
dates, and one that loses authors. Each process of the command writes down every address that it connects to.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.embedded import EmbeddedServer
from crawler.network.warc import Answer, digest_of, make_response
from crawler.network.warc_folder import ArchiveFolder
from tests.benchmarks.pages import Press

ROOT = Path(__file__).resolve().parents[2]
PAGES = 5_000

OUTLET = '''"""The outlet of the benchmark."""
from crawler.discovery import Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class BenchSpider(NewsSpider):
    name = "bench"
    outlet = Outlet("صحيفة المنصة", country="IQ", timezone="Asia/Baghdad")
    allowed_domains = ["bench.example"]
    sources = [Sitemap("https://bench.example/sitemap.xml")]
    article_url = r"/news/\\d+$"
'''
# a change of the reader that loses a field of some pages
REGRESSION = """
    def clean(self, article, page):
        if int(article.url.rsplit("/", 1)[1]) % {one_in} == 0:
            {loss}
        return article
"""
LOSSES = {
    "dates": "article.published_at = article.published_precision = None",
    "authors": "article.authors, article.credits = [], []",
}

# as sitecustomize it is imported by every Python of the environment, reader processes among them
HOOK = """
import os, sys
def hook(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        with open(os.environ["AUDIT_FILE"], "a") as file:
            file.write(f"{event} {arguments[-1] if event == 'socket.connect' else arguments[0]!r}\\n")
sys.addaudithook(hook)
"""


@dataclass(frozen=True)
class Ended:
    """A command that has ended, and what its processes connected to."""

    status: int
    output: str
    notes: str
    connections: list[str]
    processor: float  # seconds of all its processes

    def json(self) -> Any:
        return json.loads(self.output)


@dataclass
class Bench:
    """A home with an archive of invented pages and a corpus of what was read from them."""

    home: Path
    pages: int
    sizes: list[int]

    @classmethod
    def make(cls, home: Path, pages: int) -> Bench:
        """Write the archive and crawl it; the embedded server is started by the command."""
        bench = cls(home, pages, [])
        (home / "outlets").mkdir(parents=True)
        (home / "hook").mkdir()
        (home / "hook" / "sitecustomize.py").write_text(HOOK)
        bench.lose(None)
        bench._archive()
        ended = bench.run("crawl", "bench", "--archive", str(home / "data" / "archive"), "--json")
        ledger = ended.json()[0]["ledger"]
        assert ended.status == 0 and ledger["stored"] == pages, (ended.notes, ledger)
        return bench

    def lose(self, field: str | None, *, one_in: int = 20) -> None:
        """From now on the outlet's reader loses a field of one page in so many."""
        loss = REGRESSION.format(one_in=one_in, loss=LOSSES[field]) if field else ""
        (self.home / "outlets" / "bench.py").write_text(OUTLET + loss, encoding="utf-8")

    def run(self, *arguments: str, before: Sequence[str] = ()) -> Ended:
        """Run the command in a process of its own, by the command `before` where one is given."""
        audit = self.home / "audit"
        audit.write_text("")
        environment = {
            **os.environ,
            "AKHBAR_HOME": str(self.home / "data"),
            "AKHBAR_OUTLETS": str(self.home / "outlets"),
            "AUDIT_FILE": str(audit),
            "PYTHONPATH": f"{self.home / 'hook'}{os.pathsep}{ROOT}",
        }
        environment.pop("AKHBAR_DATABASE_URL", None)
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run(
            [*before, sys.executable, "-m", "akhbar", *arguments],
            env=environment, cwd=self.home, capture_output=True, text=True,
        )  # fmt: skip
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime
        return Ended(ended.returncode, ended.stdout, ended.stderr, audit.read_text().splitlines(), processor)

    def close(self) -> None:
        """Stop the embedded server."""
        EmbeddedServer(self.home / "data").stop()

    def _archive(self) -> None:
        folder = ArchiveFolder(
            self.home / "data" / "archive", "bench", file_size=200 * 1024**2, min_free=0, facts={}
        )
        folder.prepare()
        press = Press()
        at = datetime.now(UTC).replace(microsecond=0)
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Server", "bench")]
        for number in range(self.pages):
            body = press.page(number).html.encode()
            self.sizes.append(len(body))
            url = f"{press.root}/news/{number}"
            folder.append(
                make_response(Answer(url=url, status=200, headers=headers, body=body, at=at), digest_of(body))
            )
        folder.close()


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAGES
    with tempfile.TemporaryDirectory(prefix="akhbar-") as root:
        Path(root).chmod(0o755)
        began = time.perf_counter()
        bench = Bench.make(Path(root) / "bench", count)
        try:
            sizes = statistics.quantiles(bench.sizes, n=20)
            print(
                f"{count} pages of {sizes[0] / 1024:.0f} to {sizes[-1] / 1024:.0f} KB (5 % to 95 %) archived, crawled"
                f" from the archive in {time.perf_counter() - began:.0f} s"
            )
            for loss in (None, *LOSSES):
                bench.lose(loss)
                ended = bench.run("reextract", "--json", *(["--apply"] if loss else []))
                found = ended.json()
                print(
                    f"{f'a reader that loses {loss}' if loss else 'the same reader'}: {found['read']} read again,"
                    f" {found['changed']} differ, {found['pages_per_second']} pages/s,"
                    f" {found['pages_per_second_per_core']} a core,"
                    f" {ended.processor / found['read'] * 1000:.1f} ms of processor time a page; status {ended.status},"
                    f" refused {found['refused']}, connected to {sorted(set(ended.connections)) or 'nothing'}"
                )
        finally:
            bench.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
