"""What WARC files hold: one pass over them, then any page by its address, as often as it was fetched.

An entry costs the page's address and about 300 bytes, however large the page is; each further page as much again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urldefrag, urlsplit

from w3lib.url import safe_url_string
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from crawler.network.warc import OPEN

logger = logging.getLogger(__name__)

SUFFIXES = (".warc", ".warc.gz", f".warc.gz{OPEN}", ".arc", ".arc.gz")
_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_building = threading.Lock()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a page lies: the file and the offset in it. `length` is that of its gzip member or record.

    `at` is its WARC-Date as written.
    """

    path: Path
    offset: int
    length: int
    at: str


class _Entry(NamedTuple):
    """An answer: the number of its file, its place there, its WARC-Date, and whether it is a page of HTML."""

    file: int
    offset: int
    length: int
    at: str
    is_page: bool


class NoArchiveError(Exception):
    """A file that is no WARC or ARC, or cannot be read; the message says which and what to do."""


class Index:
    """The `response` records of some files by address; `revisit` records lead to what they repeat.

    The last fetched of several answers for an address is what it answers; the pages among those before it are kept,
    too. http and https are one address.
    """

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.damaged: list[str] = []
        self._files: list[Path] = []
        self._spots: dict[int, _Entry] = {}
        self._earlier: dict[int, list[_Entry]] = {}
        self._by_digest: dict[int, int] = {}
        self._revisits: list[tuple[str, int, int | None, int | None]] = []
        self._listed: set[int] = set()

    def find(self, url: str) -> Spot | None:
        """Where the last answer of an address lies."""
        entry = self._spots.get(key_of(url))
        return self._spot(entry) if entry else None

    def find_pages(self, url: str) -> list[Spot]:
        """Where all the pages lie that an address answered with, the last fetched first."""
        key = key_of(url)
        last = self._spots.get(key)
        answers = [*self._earlier.get(key, ()), *([last] if last else ())]
        # several records of one instant are copies
        pages = {entry.at: entry for entry in answers if entry.is_page}
        return [self._spot(pages[at]) for at in sorted(pages, reverse=True)]

    def _spot(self, entry: _Entry) -> Spot:
        return Spot(self._files[entry.file], entry.offset, entry.length, entry.at)

    def __len__(self) -> int:
        return len(self._spots)

    def add_file(self, path: Path, hosts: Collection[str]) -> None:
        """Enter a file's answers, those of `hosts` and their subdomains (empty: of all).

        A file that is cut off or damaged gives what stands before the damage and is noted in
        `damaged`. Raises `NoArchiveError`.
        """
        number = len(self._files)
        self._files.append(path)
        found = 0
        try:
            with path.open("rb") as file:
                records = ArchiveIterator(file, arc2warc=True)
                for record in records:
                    found += 1
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    wanted = url and record.rec_type in ("response", "revisit") and _is_of(url, hosts)
                    http = record.http_headers
                    offset, length = records.get_record_offset(), records.get_record_length()
                    if _is_cut(record):
                        raise EOFError("its last record is cut off")
                    if wanted and http is not None and record.rec_type == "response":
                        self._add_response(number, url, record, offset, length)
                    elif wanted and record.rec_type == "revisit":
                        self._add_revisit(url, record)
        except Exception as fault:  # warcio raises what its parser stumbles over
            if "non-chunked gzip" in str(fault):
                raise NoArchiveError(
                    f"{path} is one gzip stream, in which no record can be reached; "
                    f"repack it first: warcio recompress {path.name} NEW.warc.gz"
                ) from fault
            if not found:
                raise NoArchiveError(
                    f"{path} is no WARC file that can be read: {_one_line(fault)}"
                ) from fault
            self.damaged.append(f"{path.name}: read up to record {found}, then: {_one_line(fault)}")
            logger.warning("%s", self.damaged[-1])

    def resolve_revisits(self) -> int:
        """Give each address that was only met again the answer that it repeats; how many have none here."""
        lost = 0
        for url, key, refers_to, digest in self._revisits:
            if key in self._spots:
                continue
            origin = refers_to if refers_to in self._spots else self._by_digest.get(digest or 0)
            if origin is None:
                lost += 1
                continue
            self._spots[key] = self._spots[origin]
            if self._spots[key].is_page:
                self._list(key, url)
        self._revisits.clear()
        self._by_digest.clear()
        return lost

    def _add_response(self, number: int, url: str, record: ArcWarcRecord, offset: int, length: int) -> None:
        key, at = key_of(url), record.rec_headers.get_header("WARC-Date") or ""
        entry = _Entry(
            number, offset, length, at, record.http_headers.get_statuscode() == "200" and is_page(record)
        )
        if entry.is_page:
            self._list(key, url)
        earlier: _Entry | None = entry
        if key not in self._spots or self._spots[key].at <= at:
            earlier, self._spots[key] = self._spots.get(key), entry
            if digest := record.rec_headers.get_header("WARC-Payload-Digest"):
                self._by_digest[_hash(digest)] = key
        if earlier and earlier.is_page:
            self._earlier.setdefault(key, []).append(earlier)

    def _add_revisit(self, url: str, record: ArcWarcRecord) -> None:
        header = record.rec_headers.get_header
        refers_to, digest = header("WARC-Refers-To-Target-URI"), header("WARC-Payload-Digest")
        self._revisits.append(
            (url, key_of(url), key_of(refers_to) if refers_to else None, _hash(digest) if digest else None)
        )

    def _list(self, key: int, url: str) -> None:
        if key not in self._listed:
            self._listed.add(key)
            self.pages.append(url)


def index_files(files: Sequence[Path], hosts: Collection[str] = ()) -> Index:
    """The index of these files, read once in this process. Raises `NoArchiveError`."""
    with _building:
        return _index(tuple(files), frozenset(hosts))


@lru_cache(maxsize=4)
def _index(files: tuple[Path, ...], hosts: frozenset[str]) -> Index:
    index = Index()
    for path in files:
        index.add_file(path, hosts)
    lost = index.resolve_revisits()
    if lost:
        logger.warning("%d pages were met again only, and what they repeat is in none of the files", lost)
    return index


def _is_of(url: str, hosts: Collection[str]) -> bool:
    if not hosts:
        return True
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    labels = host.split(".")
    return any(".".join(labels[start:]) in hosts for start in range(len(labels)))


def is_page(record: ArcWarcRecord) -> bool:
    """Whether a record with HTTP headers holds a page of HTML, as far as they say."""
    content_type = (record.http_headers.get_header("Content-Type") or "text/html").lower()
    return content_type.startswith(_PAGE_TYPES)


def _is_cut(record: ArcWarcRecord) -> bool:
    # warcio has read the record to its end by now; what its limited stream still wants was not there
    return bool(getattr(record.raw_stream, "limit", 0))


def key_of(url: str) -> int:
    """What stands for an address: the same for http and https, and for any fragment."""
    return _hash(urldefrag(safe_url_string(url.strip())).url.partition("://")[2])


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _one_line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:200] or type(fault).__name__
