"""XML as outlets really print it: any encoding, any label, stray characters, cut short, or hostile.

The bytes are decoded here and repaired as text, so that lxml sees only what cannot harm: no
control characters, no document type (and so no entity bomb and no external entity), no
ampersand that begins nothing. Entries are parsed apart from each other's faults.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from html.entities import html5
from itertools import pairwise

from lxml import etree

from crawler.arabic.script import arabic_share

MAX_BYTES = 50 * 1024 * 1024  # what sitemaps.org allows a sitemap to be, unpacked
_BATCH = 500

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_OUTER = re.compile(r"<(?:[A-Za-z][\w.-]{0,40}:)?(?P<name>[A-Za-z][\w.-]{0,60})(?:\s[^<>]{0,10000})?/?>")
_XML_LABEL = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_HTML_LABEL = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_HEADER_LABEL = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml[^>]{0,300}>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]*(?:\[|>)", re.IGNORECASE)
_SECTION = re.compile(r"<!\[CDATA\[|<!--")
_SUBSET_END = re.compile(r"\]\s*>")
_AMPERSAND = re.compile(r"&(?:#(\d{1,7});|#[xX]([0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "video": "http://www.google.com/schemas/sitemap-video/1.1",
    "xhtml": "http://www.w3.org/1999/xhtml",
}

_OWN = frozenset(
    {
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://channel.netscape.com/rdf/simple/0.9/",
        "http://backend.userland.com/rss2",
        "http://blogs.law.harvard.edu/tech/rss",
        "http://purl.org/atom/ns#",
        "http://www.sitemaps.org/schemas/sitemap/0.9",
        "https://www.sitemaps.org/schemas/sitemap/0.9",
        "http://www.google.com/schemas/sitemap/0.84",
    }
)
_PREFIXES = {uri: prefix for prefix, uri in _NAMESPACES.items()}


@dataclass(frozen=True, slots=True)
class Document:
    """A document of entries, to be iterated once. `root` is its outer tag's local name, lower-case, or ""."""

    root: str
    entries: Iterator[etree._Element]
    listed: int
    fault: str | None


def unpack(body: bytes) -> tuple[bytes, str | None]:
    """Gunzip a body that is gzip by its first bytes, up to `MAX_BYTES`; and what was wrong with it."""
    if body[:2] != b"\x1f\x8b":
        return body[:MAX_BYTES], "larger than 50 MB" if len(body) > MAX_BYTES else None
    reader = zlib.decompressobj(wbits=31)
    try:
        text = reader.decompress(body, MAX_BYTES)
    except zlib.error:
        return _unpack_broken(body), "broken gzip"
    if reader.eof:
        return text, None
    return text, "larger than 50 MB" if len(text) == MAX_BYTES else "truncated gzip"


def _unpack_broken(body: bytes) -> bytes:
    """What a broken gzip gives before the break."""
    reader = zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    size = 0
    for start in range(0, len(body), 4096):
        try:
            parts.append(reader.decompress(body[start : start + 4096], MAX_BYTES - size))
        except zlib.error:
            break
        size += len(parts[-1])
        if size >= MAX_BYTES:
            break
    return b"".join(parts)


def decode(body: bytes, content_type: str | None) -> str:
    """Text of a document. UTF-8 wins where the bytes are UTF-8 (a cut or a stray byte allowed);
    else the label, of the header or the document, that gives the most Arabic; else windows-1256."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") <= 1 + sum(1 for _ in re.finditer("[^\x00-\x7f]", text[:100_000])) // 100:
        return text
    labels = [*_labels(body, content_type), "windows-1256"]
    readings = [body.decode(label, "replace") for label in dict.fromkeys(labels)]
    return max(readings, key=lambda reading: arabic_share(reading[:100_000]))


def _labels(body: bytes, content_type: str | None) -> Iterator[str]:
    head = body[:2048]
    printed = [_HEADER_LABEL.search(content_type or "")]
    found = [match[1] for match in printed if match]
    found += [
        match[1].decode("ascii", "replace")
        for match in (_XML_LABEL.match(head), _HTML_LABEL.search(head))
        if match
    ]
    for label in found:
        try:
            codec = codecs.lookup(label)
            "".encode(label)  # refuses the codecs that are no charsets (zlib, base64 …)
        except (LookupError, ValueError):
            continue
        if codec.name not in (
            "utf-8",
            "utf_8",
            "idna",
            "punycode",
            "unicode_escape",
            "raw_unicode_escape",
            "utf-7",
        ):
            yield codec.name


def read_document(body: bytes, content_type: str | None, entry_names: Sequence[str]) -> Document:
    """Read the entries (`item`, `url` …, by local name) of an XML document, whatever state it is in.

    `listed` counts the entries' opening tags. An entry that the document's end cuts is left
    out: half a URL is another URL.
    """
    unpacked, fault = unpack(body)
    text = _repair(decode(unpacked, content_type))
    names = "|".join(entry_names)
    opening = re.compile(rf"<(?:[\w.-]{{1,40}}:)?(?:{names})(?=[\s>/])")
    closing = re.compile(rf"</(?:[\w.-]{{1,40}}:)?(?:{names})\s*>")
    bare = _without_cdata(text)
    starts = [match.start() for match in opening.finditer(bare)]
    outer = _OUTER.search(bare, 0, 20_000)
    root = outer["name"] if outer else ""
    ends = [_end(closing, bare, a, b) for a, b in pairwise([*starts, len(bare)])]
    is_cut = bool(starts) and not closing.search(bare, starts[-1])
    if is_cut or (root and not re.search(rf"</(?:[\w.-]{{1,40}}:)?{re.escape(root)}\s*>", bare[-400:])):
        fault = fault or "truncated"
    spans = list(zip(starts, ends, strict=True))[: len(starts) - is_cut]
    shell = _shell(outer[0] if outer and root not in entry_names else "")
    return Document(root.lower(), _entries(text, spans, shell, entry_names), len(starts), fault)


def _end(closing: re.Pattern[str], text: str, start: int, following: int) -> int:
    """Where an entry ends: at its closing tag, else where the next one starts."""
    found = closing.search(text, start, following)
    return found.end() if found else following


def _entries(
    text: str, spans: Sequence[tuple[int, int]], shell: tuple[str, str], names: Sequence[str]
) -> Iterator[etree._Element]:
    """Parse a batch of entries at a time, so that no tree grows large; one by one where a batch is torn."""
    for first in range(0, len(spans), _BATCH):
        pieces = [text[start:end] for start, end in spans[first : first + _BATCH]]
        found = _parse("".join(pieces).join(shell), names)
        if len(found) != len(pieces):
            found = [entry for piece in pieces for entry in _parse(piece.join(shell), names)[:1]]
        yield from found


def _shell(outer: str) -> tuple[str, str]:
    """What to put around entries: the document's outer tag, with the usual prefixes besides its own."""
    tag = outer.rstrip("/>")
    usual = "".join(f' xmlns:{p}="{uri}"' for p, uri in _NAMESPACES.items() if f"xmlns:{p}" not in tag)
    name = tag[1:].split(None, 1)[0] if tag else "entries"
    return f"{tag or '<entries'}{usual}>", f"</{name}>"


def _repair(text: str) -> str:
    """Well-formed enough for lxml: see the module. Comments go, CDATA sections stay as they are."""
    text = _DECLARATION.sub("", _NOT_XML.sub("", text), count=1).lstrip()
    if kind := _DOCTYPE.search(text, 0, 10_000):
        close = _SUBSET_END.search(text, kind.end()) if kind[0].endswith("[") else kind
        text = text[: kind.start()] + text[(close or kind).end() :]
    parts: list[str] = []
    at = 0
    while section := _SECTION.search(text, at):
        parts.append(_AMPERSAND.sub(_sound_reference, text[at : section.start()]))
        is_data = section[0] == "<![CDATA["
        found = text.find("]]>" if is_data else "-->", section.end())
        at = len(text) if found < 0 else found + 3
        if is_data:
            parts.append(text[section.start() : at])
    parts.append(_AMPERSAND.sub(_sound_reference, text[at:]))
    return "".join(parts)


def _sound_reference(match: re.Match[str]) -> str:
    """A character reference as it is if XML knows it, as its character if HTML does, else as text."""
    decimal, hexadecimal, name = match.groups()
    if name:
        if name in ("amp", "lt", "gt", "quot", "apos"):
            return match[0]
        return escape(html5.get(f"{name};", match[0]))
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        return "" if code > 0x10FFFF or _NOT_XML.match(chr(code)) else match[0]
    return "&amp;"


def _without_cdata(text: str) -> str:
    """The same text with every CDATA section blanked, position by position."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        end = text.find("]]>", start)
        end = len(text) if end < 0 else end + 3
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _parse(text: str, entry_names: Sequence[str]) -> list[etree._Element]:
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    return [element for element in root.iter() if local_name(element) in entry_names]


def local_name(element: etree._Element) -> str:
    """The tag without namespace or prefix; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""


def vocabulary(element: etree._Element) -> str:
    """Which vocabulary an element is of: a prefix such as `media`, or "" for the document's own."""
    tag = str(element.tag)
    if not tag.startswith("{"):
        return tag.rpartition(":")[0].lower()
    space = tag[1:].partition("}")[0]
    if space in _OWN:
        return ""
    return _PREFIXES.get(space, element.prefix or "").lower()


def text_of(element: etree._Element | None) -> str:
    """All text within an element, at most 20,000 characters."""
    if element is None:
        return ""
    return "".join(str(part) for part in element.itertext())[:20_000].strip()
