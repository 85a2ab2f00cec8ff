"""Two forms of a text: `clean` is safe to store, `fold` is only ever compared.

`clean` takes out what typesetting and broken software put between the letters and never touches
spelling: alef and hamza forms, final ya, tashkeel, digit sets and punctuation stay as printed, since
editions differ in them and readers quote them. `fold` makes the spellings of one word equal, so that
a search, a byline table or a fingerprint meets them all.

The tables below are the whole definition; the SQL function `corpus.fold` follows the same ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from crawler.arabic.numerals import TO_ASCII

TATWEEL: Final = "\u0640"
ZWNJ: Final = "\u200c"
ZWJ: Final = "\u200d"

LINE_BREAKS: Final = "\r\n|[\r\x0b\x0c\x85\u2028\u2029]"
"""What ends a line besides "\\n" (a regular expression)."""

DROPPED: Final = "".join(
    [
        "".join(map(chr, [*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)])),
        "\u00ad\u200b\u2060\ufeff",  # soft hyphen, zero width space, word joiner, byte order mark
        "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",  # bidi controls
        "\u206a\u206b\u206c\u206d\u206e\u206f",  # deprecated shaping controls
        "".join(
            map(chr, range(0xD800, 0xE000))
        ),  # lone surrogates: UTF-8, and so Postgres, has no form for them
    ]
)
"""Characters that are never stored. NUL and surrogates are refused by Postgres; the rest is invisible."""

SPACES: Final = (
    "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)

KEPT_SIGNS: Final = "\ufd3e\ufd3f\ufdfa\ufdfb\ufdfc\ufdfd"
"""﴾ ﴿ ﷺ ﷻ ﷼ ﷽: signs that live among the presentation forms and are no shapes of letters."""


def _bare(character: str) -> str:
    """What a presentation form shows, without the space or tatweel that NFKC puts under a mark."""
    letters = unicodedata.normalize("NFKC", character)
    return letters.lstrip(" " + TATWEEL) if len(letters) > 1 else letters


PRESENTATION_FORMS: Final[dict[int, str]] = {
    code: _bare(chr(code))
    for first, last in ((0xFB50, 0xFDFF), (0xFE70, 0xFEFE))
    for code in range(first, last + 1)
    if chr(code) not in KEPT_SIGNS and unicodedata.decomposition(chr(code))
}
"""Presentation form → its letters, each by itself: NFKC over a whole text would undo far more than shapes."""

CLEAN_TABLE: Final[dict[int, str]] = {
    **dict.fromkeys(map(ord, DROPPED), ""),
    **dict.fromkeys(map(ord, SPACES), " "),
    **PRESENTATION_FORMS,
}

ARABIC_LETTERS: Final = (
    "\u0620-\u063f\u0641-\u064a\u066e\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06fc\u06ff"
    "\u0750-\u077f\u08a0-\u08c8"
)
ARABIC_MARKS: Final = (
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u08d3-\u08e1\u08e3-\u08ff"
)
"""Insides of regular expression classes."""

# Texts that are neither changed by `clean`, but for their spaces and empty lines, nor hold marks that NFC
# might reorder: most of what is printed, told by one pass.
_PLAIN = re.compile(
    "[\n -~\u00ab\u00bb\u060c\u061b\u061f\u0621-\u063a\u0641-\u064a\u0660-\u0669\u2013\u2014\u2018-\u201d\u2026]*"
)
_PLAIN_WORDS = re.compile("[ 0-9A-Za-z\u0621-\u063a\u0641-\u064a]*")
_LINE_BREAK = re.compile(LINE_BREAKS)
_TO_CLEAN = re.compile(f"[{re.escape(''.join(map(chr, CLEAN_TABLE)))}]")
_JOINERS = re.compile(f"[{ZWNJ}{ZWJ}]+")
# Tatweel between two letters only lengthens a word. Before a digit, a quotation mark or a space it joins
# a prefix or stands for a dash or for the end of هـ, and is kept: الـ21, لـ"بغداد", 1446هـ.
_LENGTHENING = re.compile(
    f"(?<=[{ARABIC_LETTERS}])[{ARABIC_MARKS}]*{TATWEEL}[{ARABIC_MARKS}{TATWEEL}]*(?=[{ARABIC_LETTERS}])"
)
_WIDE_SPACE = re.compile("  +")
_LINE_EDGE = re.compile(" ?\n ?")
_EMPTY_LINES = re.compile("\n{3,}")


def _is_pictograph(character: str) -> bool:
    return character in "\ufe0f\u2194" or unicodedata.category(character) in ("So", "Sk")


def _joiner(match: re.Match[str]) -> str:
    """What a run of zero width (non-)joiners becomes, by what stands on its two sides."""
    text, start, end = match.string, match.start(), match.end()
    after = text[end : end + 1]
    before = start - 1
    if ZWJ in match[0] and before >= 0:
        if text[before] == "ه":  # U+0647 made to look like the Hijri sign: 1446 ه‍
            return TATWEEL
        if after and _is_pictograph(text[before]) and _is_pictograph(after):
            return ZWJ
    while before >= 0 and start - before < 8 and unicodedata.combining(text[before]):
        before -= 1
    if ZWNJ in match[0] and before >= 0 and text[before].isalpha() and after.isalpha():
        return ZWNJ
    return ""


def clean(text: str) -> str:
    """The storage form of `text`.

    Control and bidi characters, NULs, lone surrogates, soft hyphens and lengthening tatweel are gone;
    presentation forms are letters; lines end in "\\n", are trimmed, and at most one of them in a row
    is empty; spaces of every kind are one space; the whole is NFC. Idempotent; never raises.
    """
    return _clean_spaces(text if _PLAIN.fullmatch(text) else clean_letters(text))


def clean_letters(text: str) -> str:
    """`clean` but for spaces and empty lines."""
    text = _LINE_BREAK.sub("\n", text)
    if _TO_CLEAN.search(text):
        text = text.translate(CLEAN_TABLE)
    if ZWNJ in text or ZWJ in text:
        text = _JOINERS.sub(_joiner, text)
    if TATWEEL in text:
        text = _LENGTHENING.sub(lambda match: match[0].replace(TATWEEL, ""), text)
    return unicodedata.normalize("NFC", text)


def _clean_spaces(text: str) -> str:
    if "  " in text:
        text = _WIDE_SPACE.sub(" ", text)
    if "\n" in text:
        if " \n" in text or "\n " in text:
            text = _LINE_EDGE.sub("\n", text)
        if "\n\n\n" in text:
            text = _EMPTY_LINES.sub("\n\n", text)
    return text.strip(" \n")


SPELLINGS: Final[dict[str, str]] = {
    **dict.fromkeys("أإآٱ", "ا"),
    **dict.fromkeys("ىی", "ي"),
    **dict.fromkeys("ةہەۀۂ", "ه"),
    **dict.fromkeys("ؤئ", "ء"),  # المسؤول is المسئول in Egypt, شؤون is شئون
    "ک": "ك",
    "٪": "%",
    "٫": ".",
    "٬": ",",
}
"""One letter → the letter that stands for all its spellings. گ چ پ ڤ are other sounds and stay."""

EXPANDED: Final[dict[str, str]] = {
    sign: f" {unicodedata.normalize('NFKC', sign)} " for sign in "\ufdfa\ufdfb\ufdfd"
}
"""ﷺ ﷻ ﷽ → the words they stand for, apart from their neighbours."""

_DROPPED_IN_FOLD = ("Mn", "Mc", "Me", "Cf", "Cs", "Cn")


class _SpellingTable(dict[int, str]):
    """`str.translate` table that fills itself, one character at a time, by the rule of `spelling_of`."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if unicodedata.category(character) in _DROPPED_IN_FOLD or character in "\u0640\u06e5\u06e6":
            folded = ""
        else:
            folded = "".join(
                SPELLINGS.get(letter, TO_ASCII.get(ord(letter), letter))
                for letter in unicodedata.normalize("NFC", character.casefold())
                if unicodedata.category(letter) not in _DROPPED_IN_FOLD
            )
        self[code] = folded
        return folded


class _FoldTable(_SpellingTable):
    """The same, and a space for all that is neither letter nor digit; % and . wait for their neighbours."""

    def __missing__(self, code: int) -> str:
        folded = super().__missing__(code)
        self[code] = "".join(letter if letter.isalnum() or letter in "%." else " " for letter in folded)
        return self[code]


SPELLING_TABLE: Final = _SpellingTable()
FOLD_TABLE: Final = _FoldTable()

_SIGN = re.compile("[\ufdfa\ufdfb\ufdfd]")
# A decimal point and a percent sign belong to their number: 12.5% is not 12 and 5.
_LOOSE_SIGN = re.compile(r"(?<![0-9])\.|\.(?![0-9])|(?<![0-9])%(?![0-9])")


def unify_spelling(text: str) -> str:
    """`text` cleaned, NFKC, with one spelling for each word and lower case; punctuation and lines stay."""
    text = clean(text)
    if text.isascii():
        return text.casefold()
    text = unicodedata.normalize("NFKC", _SIGN.sub(lambda match: EXPANDED[match[0]], text))
    return text.translate(SPELLING_TABLE)


def fold(text: str) -> str:
    """The search form of `text`: its words, one space apart, each in the spelling that its variants share.

    In order: `clean`; ﷺ and its like in words; NFKC; ASCII digits; no tashkeel, tatweel or joiners;
    `SPELLINGS`; case folded; all but letters and digits becomes a space, except the point inside a
    number and the percent sign at one. Idempotent, and fold(clean(x)) == fold(x); never raises.
    """
    return _fold_line(text) if len(text) <= _LINE else _fold(text)


def fold_paragraphs(body: str) -> list[str]:
    """Each paragraph of a body in search form; those that are not empty, joined by spaces, are the body's."""
    return [fold(paragraph) for paragraph in body.split("\n\n")]


def _fold(text: str) -> str:
    if _PLAIN_WORDS.fullmatch(text):
        return " ".join(text.translate(FOLD_TABLE).split())
    text = clean(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _SIGN.sub(lambda match: EXPANDED[match[0]], text))
    text = unicodedata.normalize("NFC", text.translate(FOLD_TABLE))
    if "." in text:
        text = text.replace(". ", "  ").removesuffix(".")  # the stops of sentences, which are most
    if "." in text or "%" in text:
        text = _LOOSE_SIGN.sub(" ", text)
    return " ".join(text.split())


# the readers of a page fold each of its short lines twice on average: headline, credit, labels
_LINE: Final = 200
_fold_line = lru_cache(maxsize=256)(_fold)
