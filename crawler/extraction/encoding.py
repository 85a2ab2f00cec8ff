"""Bytes of a page to text, whatever the labels say.

The HTTP header, the page's meta and the bytes contradict each other on Arabic pages in every
way there is (UTF-8 sent as windows-1256, windows-1256 labelled UTF-8, nothing declared), so the
labels are witnesses and the bytes are the judge:

1. a byte order mark, or the NULs of UTF-16;
2. UTF-8 if it decodes, a cut last character and a few broken bytes forgiven: Arabic in any
   single-byte encoding is practically never valid UTF-8;
3. the declared encodings, windows-1256 and ISO-8859-6, judged by how much the result looks like
   Arabic (the article ال is the most frequent pair of letters in any Arabic text).

`repair` undoes text that was stored already broken, where the way back is exact.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import partial

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_META_CHARSET = re.compile(rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_META_REACH = 8192
"""How far in the page's own charset is looked for (the standard says 1,024; old portals put scripts
first)."""

_FALLBACKS = ("windows-1256", "iso-8859-6")
_ARABIC = re.compile("[\u0621-\u063a\u0641-\u064a]")
_FOREIGN = re.compile("[\u0080-\u00bf\u00c0-\u024f\ufffd]")
_MARKS = re.compile("[\u064b-\u0652]")
_ARTICLE = re.compile("(?<![\u0621-\u064a])[وفبك]?ال")
_SAMPLE = 200_000

_BROKEN_SHARE = 0.02
"""Broken bytes forgiven in UTF-8, as a share of its multi-byte characters."""


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    """The text of a page and the encoding it was read with; raises nothing.

    `content_type` is the HTTP header as sent. Text that was stored as mojibake is repaired.
    """
    text, encoding = _decode_bytes(body, content_type)
    return repair(text), encoding


def _decode_bytes(body: bytes, content_type: str | None) -> tuple[str, str]:
    for mark, name in _BOMS:
        if body.startswith(mark) and name != "utf-8":
            return body[len(mark) :].decode(name, "replace"), name
    body = body.removeprefix(codecs.BOM_UTF8)
    wide = _wide_encoding(body)
    if wide:
        return body.decode(wide, "replace"), wide
    text = _as_utf8(body)
    if text is not None:
        return text, "utf-8"
    candidates = dict.fromkeys([*_declared(body, content_type), *_FALLBACKS])
    sample = body[:_SAMPLE]
    best = max(candidates, key=lambda name: _likeness(sample.decode(name, "replace")))
    return body.decode(best, "replace"), best


def _wide_encoding(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: its markup has a NUL in every other place."""
    head = body[:2000]
    if head.count(0) < max(2, len(head) // 20):
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    if even > 4 * odd:
        return "utf-16-be"
    return None


def _as_utf8(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(body) - 3:
            return body[: error.start].decode("utf-8")
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for _ in re.finditer("[\u0080-\ufffc]", text[:_SAMPLE]))
    if len(text) > _SAMPLE:
        broken = text[:_SAMPLE].count("\ufffd")
    return text if broken and broken <= max(2, whole * _BROKEN_SHARE) and whole > broken else None


def _declared(body: bytes, content_type: str | None) -> Iterator[str]:
    head = body[:_META_REACH]
    header = _HEADER_CHARSET.search(content_type or "")
    names = [header.group(1)] if header else []
    names += [
        m.group(1).decode("ascii", "ignore")
        for m in (_META_CHARSET.search(head), _XML_ENCODING.search(head))
        if m
    ]
    for name in names:
        try:
            known = codecs.lookup(name)
        except (LookupError, ValueError):
            continue
        # codecs.lookup also knows transforms ("base64") that give no text, and UTF-8 has been tried.
        if getattr(known, "_is_text_encoding", True) and known.name not in (
            "utf-8",
            "idna",
            "punycode",
            "undefined",
        ):
            # Browsers read ISO-8859-1 as windows-1252 (WHATWG Encoding standard).
            yield "windows-1252" if known.name in ("iso8859-1", "ascii") else known.name


def _likeness(text: str) -> float:
    """How much the text looks like Arabic: its letters and its article against foreign signs."""
    arabic = len(_ARABIC.findall(text))
    foreign = len(_FOREIGN.findall(text))
    marks = len(_MARKS.findall(text))
    articles = len(_ARTICLE.findall(text))
    return (arabic + 8 * articles - 3 * foreign - 2 * marks) / (arabic + foreign + marks + 1)


def _byte_table(codec: str) -> dict[str, int]:
    """Each character of a single-byte encoding to its byte, beside the C1 controls that Latin-1 makes of
    bytes."""
    table = {chr(byte): byte for byte in range(0x80, 0xA0)}
    for byte in range(0x80, 0x100):
        table[bytes([byte]).decode(codec, "replace")] = byte
    table.pop("\ufffd", None)
    return table


def _runs_of(table: dict[str, int]) -> re.Pattern[str]:
    """Matches the characters that UTF-8 sequences become when each byte is read through `table`."""

    def of(low: int, high: int) -> str:
        return "[" + "".join(re.escape(c) for c, byte in table.items() if low <= byte <= high) + "]"

    tail = of(0x80, 0xBF)
    return re.compile(
        f"(?:{of(0xC2, 0xDF)}{tail}|{of(0xE0, 0xEF)}{tail}{tail}|{of(0xF0, 0xF4)}{tail}{tail}{tail})+"
    )


_CODECS = {"windows-1252": "\u00d8\u00a7", "windows-1256": "\u0637\u00a7"}
"""Encodings that UTF-8 is taken for, and what an alef looks like then: no such text is without one."""
_TABLES = {codec: _byte_table(codec) for codec in _CODECS}
_RUNS = {codec: _runs_of(table) for codec, table in _TABLES.items()}
# Two Arabic letters of UTF-8 in a row, read through the encoding: Ø§Ù„ and ط§ظ„.
_SUSPECTS = {
    codec: re.compile(
        "(?:[{}][{}]){{3}}".format(
            "".join(c for c, b in table.items() if b in (0xD8, 0xD9)),
            "".join(re.escape(c) for c, b in table.items() if 0x80 <= b <= 0xBF),
        )
    )
    for codec, table in _TABLES.items()
}
_LATIN_WORD = re.compile("(?<![A-Za-z])[\u00c0-\u00ff]{3,}(?![A-Za-z])")
_LATIN_RUN = re.compile("(?<![A-Za-z])[\u00a1\u00ba\u00bf-\u00ff]+(?![A-Za-z])")
_MANY = 5
"""Suspicious words before a page is taken for mojibake: one may be a quotation of it."""


def repair(text: str) -> str:
    """Undoes Arabic that was read through a wrong encoding and stored so; other text is returned unchanged.

    Three ways there are (ARABIC.md 5): UTF-8 as windows-1252 or Latin-1 (Ù‚Ø§Ø³), UTF-8 as
    windows-1256 (ظ‚ط§ط³), windows-1256 as Latin-1 (ÞÇÓ). Only runs whose inverse is exact are replaced,
    so correct text beside them survives.
    """
    for codec, alef in _CODECS.items():
        # one letter is found a hundred times faster than two, and few pages have it
        if alef[1] in text and alef in text and _reaches(_SUSPECTS[codec], text):
            table = _TABLES[codec]
            return _RUNS[codec].sub(partial(_through_utf8, table=table), text)
    if (
        "\u00c7" in text
        and "\u00c7\u00e1" in text
        and _reaches(_LATIN_WORD, text)
        and len(_ARABIC.findall(text)) < len(_LATIN_WORD.findall(text))
    ):
        return _LATIN_RUN.sub(lambda run: run.group().encode("latin-1").decode("windows-1256"), text)
    return text


def _reaches(pattern: re.Pattern[str], text: str) -> bool:
    return any(count >= _MANY for count, _ in enumerate(pattern.finditer(text), 1))


def _through_utf8(run: re.Match[str], table: dict[str, int]) -> str:
    try:
        return bytes(table[c] for c in run.group()).decode("utf-8")
    except UnicodeDecodeError:
        return run.group()
