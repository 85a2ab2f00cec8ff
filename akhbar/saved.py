"""Saved pages: files, folders and standard input, read without a network and without a database."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.items import Article, Rejection

if TYPE_CHECKING:
    from crawler.extraction.page import Page
    from crawler.outlet import Layout, Outlet

STANDARD_INPUT = "-"
# below this many pages, starting a second process costs more than it saves
_WORTH_A_POOL = 24
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
    """Read pages in order, over all cores where they are many; a page that cannot be read is a Rejection."""
    files = [page for page in pages if page.source != STANDARD_INPUT]
    if len(files) < _WORTH_A_POOL:
        for page in pages:
            yield page, read_page(page)
        return
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        # standard input belongs to this process
        answers = pool.map(read_page, files, chunksize=8)
        for page in pages:
            yield page, read_page(page) if page.source == STANDARD_INPUT else next(answers)


def read_page(page: SavedPage) -> Article | Rejection:
    """Read one saved page, with the facts of its outlet: the one named, else the one that its address tells."""
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
        return read_opened(opened, outlet=outlet, layout=layout)

    return read(body, page.url, extract=extract)


def _facts_of(page: SavedPage, url: str | None) -> tuple[Outlet | None, Layout | None]:
    from akhbar.outlets import find_outlet, outlet_of

    spider = find_outlet(page.outlet) if page.outlet else outlet_of(url) if url else None
    if spider is None:
        return None, None
    return spider.describe(spider.outlet, spider.name, spider.allowed_domains), spider.layout
