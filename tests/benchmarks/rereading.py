"""Archived pages read again: pages a second and a core, as `akhbar reextract` reads them.

Run with `python -m tests.benchmarks.rereading [PAGES]` from the project's root. Archives the real pages of
../shared/pages where that folder is there, else the fixtures, so many times, and reads them back through
the reader processes; no database and no network take part.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from akhbar.rereading import Rereader
from corpus.rereading import FIELDS, StoredArticle
from crawler.candidate import Candidate
from crawler.items import Article, Rejection
from crawler.network.warc import Answer, Place, digest_of, make_response, write_date
from crawler.network.warc_folder import ArchiveFolder
from crawler.reading import Readers
from tests.benchmarks.archive import load_pages

WARM_UP = 40


class Offline(Rereader):
    """Without a corpus: no lines are known to recur on the outlet's pages."""

    def _furniture(self, outlet: str) -> frozenset[int]:
        return frozenset()


def archive(count: int, root: Path) -> list[StoredArticle]:
    pages = next(iter(load_pages().values()))
    folder = ArchiveFolder(root / "archive", "bench", file_size=200 * 1024**2, min_free=0, facts={})
    folder.prepare()
    at = datetime.now(UTC).replace(microsecond=0)
    stored = []
    for number in range(count):
        body = pages[number % len(pages)]
        url = f"https://bench.example/news/{number}"
        headers = [("Content-Type", "text/html")]
        member = make_response(
            Answer(url=url, status=200, headers=headers, body=body, at=at), digest_of(body)
        )
        place = Place(*folder.append(member), len(member), digest_of(body), write_date(at))
        stored.append(
            StoredArticle(
                id=number,
                outlet="bench",
                revision=1,
                archive=place.as_dict(),
                candidate=Candidate(url=url, source=url),
                known=dict.fromkeys(FIELDS),
            )
        )
    folder.close()
    return stored


def measure(stored: list[StoredArticle], processes: int) -> None:
    readers = Readers(processes=processes, time_limit=20)
    rereader = Offline(None, readers, ["ar"])  # type: ignore[arg-type]
    results: list[Article | Rejection] = []

    def keep(_: StoredArticle, result: Article | Rejection) -> None:
        results.append(result)

    asyncio.run(rereader.read_all(stored[:WARM_UP], keep))
    results.clear()
    begin = time.perf_counter()
    asyncio.run(rereader.read_all(stored[WARM_UP:], keep))
    seconds = time.perf_counter() - begin
    readers.close()
    articles = sum(isinstance(result, Article) for result in results)
    print(
        f"{processes} reader processes: {len(results)} pages ({articles} articles) in {seconds:.1f} s, "
        f"{len(results) / seconds:.1f} pages/s, {len(results) / seconds / processes:.1f} a core"
    )


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as root:
        os.environ["AKHBAR_HOME"] = root
        stored = archive(count + WARM_UP, Path(root))
        for processes in dict.fromkeys((1, os.cpu_count() or 1)):
            measure(stored, processes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
