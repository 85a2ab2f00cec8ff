"""A printed credit taken apart: words and separators, dates out, segments between separators."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from crawler.arabic.letters import ARABIC_LETTERS, ARABIC_MARKS, TATWEEL, clean, fold
from crawler.arabic.months import GREGORIAN_MONTHS, HIJRI_MONTHS, WEEKDAYS
from crawler.extraction.agencies import WIRES
from crawler.extraction.roles import HONORIFICS

GAP: Final = "~"
"""The separator that stands for a date that was taken out."""

_ESCAPED_BREAK = re.compile(rf"\\r\\n|\\[rn]|(?<=[{ARABIC_LETTERS}])rn(?![a-z])")
# A tatweel that lengthens nothing: after لـ it joins, elsewhere it is a dash («لندن ـ القدس العربي»).
_JOINING = re.compile(
    rf"(?<![{ARABIC_LETTERS}])([لبكو]){TATWEEL}+(?=\W|\d)|(?<=[{ARABIC_LETTERS}]){TATWEEL}+(?=\d)"
)
_DASH = re.compile(rf"(?<!(?<![{ARABIC_LETTERS}])ه){TATWEEL}+")
_TOKEN = re.compile(
    r"(?P<gone>https?://\S{1,300}|www\.\S{1,300}|[\w.+-]{0,64}@[\w./:]{0,100})"
    rf"|(?P<twin>(?:جان|ماري|بيار|آن|آنا|لويس)-[{ARABIC_LETTERS}]{{2,20}})"
    rf"|(?P<letters>(?<!\w)و?[{ARABIC_LETTERS}]"
    rf"(?:[. ]{{1,2}}[{ARABIC_LETTERS}]){{1,3}}(?![\w{ARABIC_MARKS}]))"
    rf"|(?P<latin>[A-Za-zÀ-ɏ][\w]*(?:['’-][A-Za-zÀ-ɏ]+)*)"
    rf"|(?P<number>\d+)"
    rf"|(?P<word>[\w{ARABIC_MARKS}]+)"
    r"|(?P<separator>[^\s\w])|(?P<line>\n)"
)
_LETTER = re.compile(r"[^. ]+|\.")
_SAME: Final = {
    ord(sign): same
    for same, signs in {
        "-": "–—−‐‑―",
        ",": "،",
        ";": "؛",
        "/": "\\",
        "|": "¦│•●·*><›‹",
        '"': "«»“”„‘’'",
        "(": "[{",
        ")": "]}",
        ".": "…؟?!",
        ":": "：",
    }.items()
    for sign in signs
}


@dataclass(slots=True)
class Token:
    """`kind` is w (word), n (number) or the separator; `start` and `end` are offsets in the prepared text."""

    kind: str
    folded: str
    start: int
    end: int


@dataclass(slots=True)
class Segment:
    """Words between two separators, with all separator signs before and after them."""

    words: list[Token]
    before: str = ""
    after: str = ""

    @property
    def quoted(self) -> bool:
        return '"' in self.before and '"' in self.after

    @property
    def phrase(self) -> str:
        return " ".join(word.folded for word in self.words)


def prepare(raw: str) -> str:
    """`raw` in storage form, entities and escapes read, each tatweel that stands for a dash a dash."""
    text = clean(_ESCAPED_BREAK.sub("\n", html.unescape(raw)))
    if TATWEEL in text:
        text = _DASH.sub("-", _JOINING.sub(r"\1", text))
    return text


def tokenise(text: str) -> Iterator[Token]:
    """The tokens of a prepared text; addresses, handles and mailboxes are left out."""
    for match in _TOKEN.finditer(text):
        kind, found = match.lastgroup, match.group()
        if kind == "separator":
            yield Token(found.translate(_SAME), "", match.start(), match.end())
        elif kind == "line":
            yield Token("\n", "", match.start(), match.end())
        elif kind == "letters":
            yield from _initials(found, match.start())
        elif kind == "number":
            yield Token("n", fold(found), match.start(), match.end())
        elif kind != "gone":
            yield Token("w", fold(found), match.start(), match.end())


def _initials(found: str, start: int) -> Iterator[Token]:
    """«أ ف ب» and «أ.ف.ب» are one word where they name an agency, else the letters they are (أ.د.)."""
    folded = fold(found)
    if folded in WIRES:
        yield Token("w", folded, start, start + len(found))
        return
    if folded.startswith("و") and folded[1:] in WIRES:
        yield Token("w", "و", start, start + 1)
        yield Token("w", folded[1:], start + 1, start + len(found))
        return
    if folded.startswith("و ") and folded[2:] in WIRES:
        yield Token("w", "و", start, start + 1)
        skipped = len(found) - len(found[1:].lstrip(". "))
        yield Token("w", folded[2:], start + skipped, start + len(found))
        return
    if all(letter in HONORIFICS for letter in folded.split()):
        yield Token("w", folded.split()[0], start, start + len(found))
        return
    for match in _LETTER.finditer(found):
        kind = "." if match.group() == "." else "w"
        yield Token(kind, fold(match.group()), start + match.start(), start + match.end())


MARKS: Final = {
    fold(word): sign
    for sign, words in {
        "a": "ص م ه صباحا مساء ظهرا مساءا عصرا am pm gmt utc ميلادي ميلادية هجري هجرية غرينتش جرينتش",
        "p": "من",
        "f": "في يوم بتاريخ تاريخ الساعة الموافق الموافق_ل تمام بتوقيت ل",
        "r": "منذ قبل",
        "u": "ثانية ثوان ثواني دقيقة دقائق دقيقتين ساعة ساعات ساعتين يومين أيام أسبوع أسبوعين أسابيع "
        "شهر شهرين أشهر سنة سنوات سنتين عام عامين",
    }.items()
    for word in words.replace("_", " ").split()
}
"""Folded words of dates and times → their sign in `_DATE`."""
_DATE = re.compile(
    r"f{0,3}(?:d[,|-]?)?f{0,3}"
    r"(?:n[-/.](?:n|mk?)[-/.][yno]|y[-/.](?:n|mk?)[-/.]n|n[-/.,]?p?mk?(?:[/(]mk?\)?)?[-/.,]?(?:p?[yo])?|mk?n?,?y|yf?mk?f?n)"
    r"(?:a{1,2}(?![.]))?(?:[-,|/(]?f{0,2}n:n(?::n)?(?:[-,]?f?a){0,3})?"
    r"|(?:f{0,2})n:n(?::n)?a{0,2}|r[no]?u|r[nou]|ya?"
)


def without_dates(tokens: Sequence[Token]) -> list[Token]:
    """`tokens` with each date, clock time and «منذ ساعة» made a `GAP`."""
    signs = _signs(tokens)
    if "n" not in signs and "y" not in signs and "r" not in signs:
        return list(tokens)
    kept: list[Token] = []
    at = 0
    for match in _DATE.finditer(signs):
        if match.group() == "r":
            continue
        kept += tokens[at : match.start()]
        kept.append(Token(GAP, "", tokens[match.start()].start, tokens[match.end() - 1].end))
        at = match.end()
    return kept + list(tokens[at:])


def _signs(tokens: Sequence[Token]) -> str:
    """One character a token: n number, y year, o longer, m month (k its second word), d weekday, w word."""
    signs: list[str] = []
    for index, token in enumerate(tokens):
        if token.kind == "n":
            length, value = len(token.folded), int(token.folded[:6])
            signs.append(
                "n"
                if length < 3
                else "y"
                if length == 4 and (1300 < value < 1500 or 1900 < value < 2100)
                else "o"
            )
        elif token.kind != "w":
            signs.append(token.kind if len(token.kind) == 1 else "|")
        elif signs and signs[-1] == "m" and _is_month(f"{tokens[index - 1].folded} {token.folded}"):
            signs.append("k")
        elif _is_month(token.folded) or (
            index + 1 < len(tokens) and _is_month(f"{token.folded} {tokens[index + 1].folded}")
        ):
            signs.append("m")
        elif token.folded in WEEKDAYS:
            signs.append("d")
        else:
            signs.append(MARKS.get(token.folded, "w"))
    return "".join(signs)


def _is_month(folded: str) -> bool:
    return folded in GREGORIAN_MONTHS or folded in HIJRI_MONTHS


def segments(tokens: Sequence[Token]) -> list[Segment]:
    """The runs of words and numbers between separators; «العربية.نت» is one run."""
    found: list[Segment] = []
    before = ""
    words: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind in "wn":
            words.append(token)
            continue
        if token.kind == "." and words and _joins(tokens, index):
            continue
        if words:
            found.append(Segment(words, before))
            words, before = [], ""
        before += token.kind
    if words:
        found.append(Segment(words, before))
        before = ""
    for segment, following in pairwise(found):
        segment.after = following.before
    if found:
        found[-1].after = before
    return found


def _joins(tokens: Sequence[Token], index: int) -> bool:
    """Whether a point stands inside a site's name, with no space on either side."""
    if index + 1 >= len(tokens) or tokens[index + 1].kind != "w":
        return False
    left, point, right = tokens[index - 1 : index + 2]
    return (
        left.end == point.start and point.end == right.start and min(len(left.folded), len(right.folded)) > 1
    )
