"""WARC records (ISO 28500, version 1.0): answers made into gzip members, and read back at their place.

Each record is one gzip member, so (file, offset, length) finds it, and any WARC tool can read the
files. Records hold the decoded body: `Content-Encoding` is taken off and noted as
`X-Crawl-Content-Encoding`, `Content-Length` is that of the body kept, as Common Crawl does. So
one page has one digest however the server packs it that day, a compressed bomb has met its bound
before it is kept, and no reader needs brotli or zstd.
"""

from __future__ import annotations

import re
import zlib
from base64 import b32encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha1
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from isal import isal_zlib
from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SOFTWARE = "Akhbar (warcio)"
OPEN = ".open"  # the suffix of a file that is still written
_NOT_MODIFIED = "http://netpreserve.org/warc/1.0/revisit/server-not-modified"
_IDENTICAL = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
_LEVEL = 1  # of ISA-L; its last, 3, saves 2 % of the bytes and takes twice the time
_GZIP = 31  # wbits of a gzip member
_HEADER_BREAK = re.compile(r"[\r\n\x00]+")

# of the hop and the packed body, not of what is kept (RFC 9110, 7.6.1 and 8.6)
_OF_THE_WIRE = frozenset({"content-length", "transfer-encoding", "connection"})

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer lies in the archive.

    `file` is relative to the archive's root, `offset` and `length` (bytes) are those of its gzip
    member, `digest` is its WARC-Payload-Digest, `at` its WARC-Date (ISO 8601, UTC).
    """

    file: str
    offset: int
    length: int
    digest: str
    at: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, place: Mapping[str, Any]) -> Place:
        """Raises KeyError or ValueError for what `as_dict` did not write."""
        return cls(
            str(place["file"]),
            int(place["offset"]),
            int(place["length"]),
            str(place["digest"]),
            str(place["at"]),
        )

    @property
    def fetched_at(self) -> datetime:
        return read_date(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer: as fetched, to be written, or as read back from an archive.

    `at` is aware and in whole seconds, as WARC-Date is. `encoding` is the Content-Encoding that was
    taken off the body.
    """

    url: str
    status: int
    headers: Headers
    body: bytes
    at: datetime
    encoding: str | None = None
    address: str | None = None
    protocol: str = "HTTP/1.1"

    @property
    def content_type(self) -> str | None:
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)


class UnreadableRecordError(Exception):
    """There is no whole record at this place of this file."""


class TooLargeRecordError(UnreadableRecordError):
    """The record's body is larger than its reader bears."""


def digest_of(body: bytes) -> str:
    """WARC-Payload-Digest of a body: `sha1:` and base32."""
    return _write_digest(sha1(body, usedforsecurity=False).digest())


def _write_digest(digest: bytes) -> str:
    return f"sha1:{b32encode(digest).decode()}"


def write_date(at: datetime) -> str:
    """WARC-Date of an aware instant."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_date(text: str | None) -> datetime:
    """The instant of a WARC-Date (W3C-DTF, fractions allowed). Raises ValueError."""
    at = datetime.fromisoformat((text or "").strip())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def make_info(name: str, facts: Mapping[str, str]) -> bytes:
    """The warcinfo record that opens a file, as a gzip member."""
    writer, out = _writer()
    fields = {"software": SOFTWARE, "format": "WARC File Format 1.0", **facts}
    writer.write_record(writer.create_warcinfo_record(name, fields))
    return _pack(out.getvalue())


def make_response(answer: Answer, digest: str) -> bytes:
    """A `response` record as a gzip member; `digest` is that of the answer's body."""
    http = _http_head(answer, [*_kept_headers(answer), ("Content-Length", str(len(answer.body)))])
    block = sha1(http, usedforsecurity=False)
    block.update(answer.body)
    # by hand, because warcio's writer takes as long for it as the packing
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<urn:uuid:{uuid4()}>",
        "WARC-Target-URI": _HEADER_BREAK.sub(" ", answer.url),
        **_record_headers(answer),
        "WARC-Payload-Digest": digest,
        "WARC-Block-Digest": _write_digest(block.digest()),
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(http) + len(answer.body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return _pack(b"".join((f"WARC/1.0\r\n{head}\r\n".encode(), http, answer.body, b"\r\n\r\n")))


def make_revisit(answer: Answer, digest: str, seen: Place) -> bytes:
    """A `revisit` record as a gzip member: the page is as it was `seen` at the same address."""
    writer, out = _writer()
    headers = [header for header in _kept_headers(answer) if header[0].lower() != "content-length"]
    record = writer.create_revisit_record(
        answer.url,
        digest,
        refers_to_uri=answer.url,
        refers_to_date=seen.at,
        http_headers=StatusAndHeaders(_status_line(answer.status), headers, protocol=answer.protocol),
        warc_headers_dict=_record_headers(answer),
    )
    record.rec_headers.replace_header("WARC-Profile", _NOT_MODIFIED if answer.status == 304 else _IDENTICAL)
    writer.write_record(record)
    return _pack(out.getvalue())


def read_record(path: Path, offset: int, *, max_size: int) -> Answer:
    """The answer at an offset of a WARC or ARC file.

    Its transfer encoding is undone, its content encoding is not, unless it was before it was
    kept. Raises `UnreadableRecordError` (no whole record of a web page there, or a body over
    `max_size` bytes) and OSError.
    """
    with path.open("rb") as file:
        file.seek(offset)
        try:
            record = next(iter(ArchiveIterator(file, arc2warc=True)))
            return answer_of(record, max_size=max_size)
        except UnreadableRecordError:
            raise
        except OSError:
            raise
        except Exception as fault:  # warcio raises what its parser stumbles over
            raise UnreadableRecordError(f"{path.name} at {offset}: {fault!r}") from fault


def answer_of(record: ArcWarcRecord, *, max_size: int) -> Answer:
    """The answer in a `response` record. Raises `UnreadableRecordError`."""
    url, http = record.rec_headers.get_header("WARC-Target-URI"), record.http_headers
    if record.rec_type != "response" or http is None or not url:
        raise UnreadableRecordError(f"a {record.rec_type} record of {url or 'nothing'} is no web page")
    # `read` of a limited stream may give less than asked for
    raw = _read_whole(record.raw_stream, max_size + 1)
    headers = [(name, value) for name, value in http.headers]
    lengths = http.get_header("Transfer-Encoding") or ""
    if "chunked" in lengths.lower():
        raw = _read_whole(ChunkedDataReader(BytesIO(raw)), max_size + 1)
    elif record.payload_length > len(raw) and len(raw) <= max_size:
        raise UnreadableRecordError(f"the record of {url} is cut off")
    if len(raw) > max_size:
        raise TooLargeRecordError(f"the body of {url} is larger than {max_size} bytes")
    if _is_text(raw):  # some crawls keep decoded bodies and leave the header of the encoded one
        headers = [header for header in headers if header[0].lower() != "content-encoding"]
    headers = [
        header for header in headers if header[0].lower() not in {"transfer-encoding", "content-length"}
    ]
    try:
        status, at = int(http.get_statuscode()), read_date(record.rec_headers.get_header("WARC-Date"))
    except ValueError as fault:
        raise UnreadableRecordError(f"the record of {url}: {fault}") from fault
    return Answer(url=url, status=status, headers=headers, body=raw, at=at)


def whole_members(path: Path) -> int:
    """The bytes of a gzip file up to the end of its last whole member."""
    end = 0
    with path.open("rb") as file:
        member = zlib.decompressobj(wbits=31)
        read, rest = 0, b""
        while True:
            data = rest or file.read(1 << 20)
            if not data:
                return end
            if not rest:
                read += len(data)
            try:
                member.decompress(data)
            except zlib.error:
                return end
            rest = member.unused_data
            if member.eof:
                end = read - len(rest)
                member = zlib.decompressobj(wbits=31)


def _writer() -> tuple[WARCWriter, BytesIO]:
    out = BytesIO()
    return WARCWriter(out, gzip=False), out


def _http_head(answer: Answer, headers: list[tuple[str, str]]) -> bytes:
    head: bytes = StatusAndHeaders(
        _status_line(answer.status), headers, protocol=answer.protocol
    ).to_ascii_bytes()
    return head


def _pack(record: bytes) -> bytes:
    packed: bytes = isal_zlib.compress(record, _LEVEL, _GZIP)
    return packed


def _record_headers(answer: Answer) -> dict[str, str]:
    headers = {"WARC-Date": write_date(answer.at)}
    if answer.address:
        headers["WARC-IP-Address"] = answer.address
    return headers


def _kept_headers(answer: Answer) -> list[tuple[str, str]]:
    """The HTTP headers that still hold for the body kept, and what they said of the one that came."""
    kept: list[tuple[str, str]] = []
    for name, value in _clean(answer.headers):
        lowered = name.lower()
        if lowered == "content-length" and answer.encoding:
            kept.append(("X-Crawl-Content-Length", value))
        elif lowered not in _OF_THE_WIRE and (lowered != "content-encoding" or not answer.encoding):
            kept.append((name, value))
    if answer.encoding:
        kept.append(("X-Crawl-Content-Encoding", answer.encoding))
    return kept


def _clean(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    # warcio writes ASCII only: it quotes the other values by itself, and raises for such a name
    return (
        (_HEADER_BREAK.sub(" ", name if name.isascii() else quote(name)), _HEADER_BREAK.sub(" ", value))
        for name, value in headers
    )


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} -"


def _read_whole(stream: Any, size: int) -> bytes:
    parts, left = [], size
    while left > 0 and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _is_text(body: bytes) -> bool:
    """Whether a body is markup or text as it stands: packed bytes hold control characters soon."""
    return not any(byte < 32 and byte not in (9, 10, 12, 13) for byte in body[:512])
