"""Erasure: records taken out of an outlet's archive files for good, while every other record stays where it is.

An erased record gives its place to a `metadata` record of the very same length that says nothing, so no
offset moves and no row of the ledger changes. A file is written anew beside the old one, synced and renamed
over it: whoever reads, and whatever is killed meanwhile, meets the whole old file or the whole new one. So
erasing may be repeated, and what it did is done.

The file that a crawl writes at this moment is left alone (its writer holds the lock, and a new file under its
name would not be the writer's): its records are erased the next time.
"""

from __future__ import annotations

import fcntl
import html
import os
import re
import shutil
import struct
import uuid
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from w3lib.url import safe_url_string
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from crawler.network.warc import OPEN, write_date
from crawler.network.warc_folder import find_file, repair, sync_folder
from crawler.network.warc_index import is_page, key_of

_END = b"\r\n\r\n"
_PART = ".erasing"  # the suffix of a file that is written anew
_SAID = b"Erased on request.\n"
_BLOCK = 65_535  # bytes of a stored deflate block (RFC 1951, 3.2.4)
_AT_ONCE = 1 << 20  # bytes copied
_AROUND = 10 + 8  # bytes of a gzip member's header and trailer (RFC 1952, 2.3)
_WORD = re.compile(r"""[^\s"'<>\[\]]+""")


@dataclass(slots=True)
class Erased:
    """What came of it: `records` that are gone now, `missing` files that a place names and that are not here,
    and `left`, a line for each file that could not be seen to and has to be tried again."""

    records: int = 0
    missing: set[str] = field(default_factory=set)
    left: list[str] = field(default_factory=list)


def make_erased(length: int) -> bytes:
    """A gzip member of exactly `length` bytes: a WARC record that says only that one was erased.

    It is stored, not packed, so that its size can be reckoned; what is left over is the member's comment.
    Raises ValueError below some 250 bytes; our own records are longer.
    """
    room = length - _AROUND
    room -= 5 * -(-room // _BLOCK) + len(_END)
    size = room - len(_header_of(max(room, 0)))  # the header of a shorter content is no longer
    if size < len(_SAID):
        raise ValueError(f"{length} bytes have no room for the mark of an erased record")
    record = _header_of(size) + _SAID.ljust(size) + _END
    blocks = [record[start : start + _BLOCK] for start in range(0, len(record), _BLOCK)]
    stored = b"".join(
        struct.pack("<BHH", number == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for number, block in enumerate(blocks)
    )
    spare = length - _AROUND - len(stored)
    comment = b" " * (spare - 1) + b"\0" if spare else b""
    trailer = struct.pack("<II", zlib.crc32(record), len(record))
    return b"\x1f\x8b\x08" + bytes([0x10 if spare else 0]) + bytes(5) + b"\xff" + comment + stored + trailer


def erase_records(
    root: Path,
    outlet: str,
    *,
    places: Collection[tuple[str, int]] = (),
    addresses: Collection[str] = (),
    sources: Collection[str] = (),
) -> Erased:
    """Erase pages from all files of an outlet's folder; waits for another erasure of the same.

    `places` are (file, offset) as the ledger kept them; of the `addresses` every record goes, earlier
    versions and redirects, too. A feed or sitemap, or a page among the outlet's own `sources`, goes where it
    names one of the addresses: it prints the headline, often the text. A fault of one file is said in
    `left` and does not keep the others from being seen to.
    """
    erased = Erased()
    wanted = _Wanted(
        places=frozenset(places),
        pages=frozenset(map(key_of, addresses)),
        sources=frozenset(map(key_of, sources)),
        names=frozenset(form for url in addresses for form in _forms_of(url)),
    )
    with _hold(root / outlet) as folder:
        for path in _finished_files(folder, erased) if folder else ():
            _erase_from(path, f"{outlet}/{path.name}", wanted, erased)
    erased.missing = {file for file, _ in places if not find_file(root, file).exists()}
    return erased


def erase_folder(root: Path, outlet: str) -> Erased:
    """Remove every file of an outlet's folder, its sources' documents included; `records` are the answers in them."""
    erased = Erased()
    with _hold(root / outlet) as folder:
        for path in _finished_files(folder, erased) if folder else ():
            try:
                records = sum(1 for _ in _answers(path, frozenset(), []))
                path.unlink()
            except OSError as fault:
                erased.left.append(f"{outlet}/{path.name} could not be removed: {fault.strerror}")
            else:
                erased.records += records
        if folder:
            sync_folder(folder)
    return erased


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What has to go: by place, by the key of an address, and by the words with which a document names one."""

    places: frozenset[tuple[str, int]]
    pages: frozenset[int]
    sources: frozenset[int]
    names: frozenset[str]

    def holds(self, record: ArcWarcRecord) -> bool:
        """Whether a record has to go, wherever it lies."""
        key = key_of(record.rec_headers.get_header("WARC-Target-URI") or "")
        if key in self.pages:
            return True
        if record.http_headers is None or (is_page(record) and key not in self.sources):
            return False  # another article may name the address, too
        text = html.unescape(record.content_stream().read().decode("utf-8", "replace"))
        return any(word in self.names for word in _WORD.findall(text))


@contextmanager
def _hold(folder: Path) -> Iterator[Path | None]:
    """The folder, to one erasure at a time, without what a killed one left; None where there is no folder."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for part in folder.glob(f"*{_PART}"):
            part.unlink()
        yield folder
    finally:
        os.close(lock)


def _finished_files(folder: Path, erased: Erased) -> list[Path]:
    """The folder's finished files, after those that a killed crawl left open were finished."""
    for path in sorted(folder.glob(f"*.warc.gz{OPEN}")):
        try:
            repaired = repair(path)
        except OSError as fault:
            erased.left.append(f"{folder.name}/{path.name} could not be finished: {fault.strerror}")
            continue
        if not repaired and path.exists():
            erased.left.append(f"{folder.name}/{path.name} is written by a crawl at this moment")
    return sorted(folder.glob("*.warc.gz"))


def _erase_from(path: Path, name: str, wanted: _Wanted, erased: Erased) -> None:
    offsets = frozenset(offset for file, offset in wanted.places if file == name)
    damage: list[str] = []
    try:
        spots = [
            (offset, length)
            for goes, offset, length in _answers(path, offsets, damage, wanted.holds)
            if goes or offset in offsets
        ]
        if spots:
            _rewrite(path, spots)
    except (OSError, ValueError) as fault:
        erased.left.append(f"{name} could not be erased from: {_one_line(fault)}")
        return
    erased.records += len(spots)
    erased.left += [f"{name} {line}" for line in damage]


def _answers(
    path: Path,
    offsets: Collection[int],
    damage: list[str],
    judge: Callable[[ArcWarcRecord], bool] = lambda record: False,
) -> Iterator[tuple[bool, int, int]]:
    """The answers in a file: what `judge` says of each, its offset and the length of its member.

    Where the file is damaged, `damage` says so, and of what stands behind it those at `offsets` are met.
    """
    read, end = 0, 0
    with path.open("rb") as file:
        try:
            for found in _answers_from(file, judge):
                read, end = read + 1, found[1] + found[2]
                yield found
        except OSError:
            raise
        except Exception as fault:  # warcio raises what its parser stumbles over
            damage.append(f"is damaged and was seen up to answer {read}: {_one_line(fault)}")
            for offset in sorted(offset for offset in offsets if offset >= end):
                file.seek(offset)
                with suppress(Exception):  # this one is the damaged one
                    yield next(_answers_from(file, judge))


def _answers_from(file: BinaryIO, judge: Callable[[ArcWarcRecord], bool]) -> Iterator[tuple[bool, int, int]]:
    records = ArchiveIterator(file)
    for record in records:
        if record.rec_type in ("response", "revisit"):
            verdict = judge(record)
            yield verdict, records.get_record_offset(), records.get_record_length()


def _header_of(size: int) -> bytes:
    return (
        "WARC/1.0\r\nWARC-Type: metadata\r\n"
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid4()}>\r\nWARC-Date: {write_date(datetime.now(UTC))}\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {size}\r\n\r\n"
    ).encode()


def _forms_of(url: str) -> Iterator[str]:
    """How a document may write an address: whole, or from its path on, percent-encoded or not."""
    for form in (url, unquote(url), safe_url_string(url)):
        yield form
        scheme, _, rest = form.partition("://")
        yield f"{'http' if scheme == 'https' else 'https'}://{rest}"
        if path := rest.partition("/")[2]:
            yield f"/{path}"


def _one_line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:200] or type(fault).__name__


def _rewrite(path: Path, spots: Sequence[tuple[int, int]]) -> None:
    """Put a new file in the place of the old one, in which the members at these spots are erased ones."""
    part = path.with_name(path.name + _PART)
    try:
        with (
            path.open("rb") as old,
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new,
        ):
            for offset, length in sorted(spots):
                while left := offset - old.tell():
                    new.write(old.read(min(left, _AT_ONCE)))
                new.write(make_erased(length))
                old.seek(length, os.SEEK_CUR)
            shutil.copyfileobj(old, new, _AT_ONCE)
            new.flush()
            os.fsync(new.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
