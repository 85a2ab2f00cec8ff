"""Saved pages: files, folders and standard input, read without a network and without a database."""

from __future__ import annotations

import os
import pickle
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.extraction.recurrence import Recurrence, holds_any
from crawler.items import Article, Rejection

if TYPE_CHECKING:
    from crawler.extraction.page import Page
    from crawler.outlet import Layout, Outlet

STANDARD_INPUT = "-"
# below this many pages, starting a second process costs more than it saves
_WORTH_A_POOL = 24
# below this many, nothing that recurs can be told from chance
_WORTH_LEARNING = 4
# pages in work at once, so that their answers do not pile up in memory
_AHEAD = 256
_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page to be read: where it comes from, as the user named it, and what is known of it."""

    source: str
    url: str | None = None
    outlet: str | None = None


def expand(paths: Sequence[str]) -> Iterator[str]:
    """The files behind the paths, in their order; a folder stands for the pages in it, sorted by name."""
    for path in paths:
        if path != STANDARD_INPUT and Path(path).is_dir():
            yield from (
                str(found) for found in sorted(Path(path).rglob("*")) if found.suffix.lower() in _SUFFIXES
            )
        else:
            yield path


def read_pages(pages: Sequence[SavedPage]) -> Iterator[tuple[SavedPage, Article | Rejection]]:
    """Read pages in order, over all cores where they are many; a page that cannot be read is a Rejection.

    Many pages are read twice where it helps: lines that recur on the pages of one host are its furniture
    (`crawler.extraction.recurrence`), and the pages that hold such lines are read again without them. What the
    first reading gave waits in a temporary file, not in memory.
    """
    if len(pages) < _WORTH_LEARNING:
        for page in pages:
            yield page, read_page(page)
        return
    with _reader(len(pages)) as read, TemporaryFile() as spool:
        furniture = _read_first(pages, read, spool)
        again = [
            (page, furniture[host])
            for page, answer in _spooled(pages, spool)
            if isinstance(answer, Article)
            and page.source != STANDARD_INPUT
            and holds_any(answer, furniture[host := _host_of(answer)])
        ]
        answers = zip((page for page, _ in again), read(again), strict=True)
        waiting = next(answers, None)
        for page, answer in _spooled(pages, spool):
            if waiting is not None and waiting[0] is page:
                answer, waiting = waiting[1], next(answers, None)
            yield page, answer


_Task = tuple["SavedPage", frozenset[int]]
_Read = Callable[[Iterable[_Task]], Iterator["Article | Rejection"]]


@contextmanager
def _reader(pages: int) -> Iterator[_Read]:
    """What reads pages in order, over all cores where they are many, and a bounded number of them ahead."""
    if pages < _WORTH_A_POOL:
        yield lambda tasks: map(_read_task, tasks)
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:

        def read(tasks: Iterable[_Task]) -> Iterator[Article | Rejection]:
            waiting = iter(tasks)
            while batch := list(islice(waiting, _AHEAD)):
                yield from pool.map(_read_task, batch, chunksize=8)

        yield read


def _read_task(task: _Task) -> Article | Rejection:
    return read_page(*task)


def _read_first(pages: Sequence[SavedPage], read: _Read, spool: IO[bytes]) -> Mapping[str, frozenset[int]]:
    """Reads all pages, writes the answers down in order, and tells what recurs on each host."""
    hosts: dict[str, Recurrence] = defaultdict(Recurrence)
    answers = read((page, frozenset()) for page in pages if page.source != STANDARD_INPUT)
    for page in pages:
        # standard input belongs to this process
        answer = read_page(page) if page.source == STANDARD_INPUT else next(answers)
        if isinstance(answer, Article):
            hosts[_host_of(answer)].add(answer)
        pickle.dump(answer, spool)
    return {host: recurrence.furniture() for host, recurrence in hosts.items()}


def _spooled(pages: Sequence[SavedPage], spool: IO[bytes]) -> Iterator[tuple[SavedPage, Article | Rejection]]:
    spool.seek(0)
    for page in pages:
        yield page, pickle.load(spool)  # noqa: S301  (this process wrote it)


def _host_of(article: Article) -> str:
    return urlsplit(article.canonical_url or article.url).hostname or ""


def read_page(page: SavedPage, furniture: frozenset[int] = frozenset()) -> Article | Rejection:
    """Read one saved page, with the facts of its outlet: the one named, else the one that its address tells.

    `furniture` holds the hashes of lines that recur on the outlet's pages.
    """
    from crawler.extraction.page import MAX_BYTES
    from crawler.extraction.reader import read
    from crawler.extraction.reader import read_page as read_opened

    try:
        if page.source == STANDARD_INPUT:
            body = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(page.source).open("rb") as file:
                body = file.read(MAX_BYTES + 1)
    except OSError as error:
        return Rejection(url=page.url or "", reason="unreadable_file", detail=error.strerror)

    def extract(opened: Page) -> Article | Rejection:
        outlet, layout = _facts_of(page, opened.url)
        return read_opened(opened, outlet=outlet, layout=layout, furniture=furniture)

    return read(body, page.url, extract=extract)


def _facts_of(page: SavedPage, url: str | None) -> tuple[Outlet | None, Layout | None]:
    from akhbar.outlets import facts_of, find_outlet, outlet_of

    spider = find_outlet(page.outlet) if page.outlet else outlet_of(url) if url else None
    return facts_of(spider) if spider else (None, None)
