"""Credits inside the text: the dateline that opens it, lines that are only credit, agencies that close it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.arabic.letters import ARABIC_LETTERS, fold
from crawler.extraction.agencies import OUTLETS, WIRES
from crawler.extraction.byline import ReadByline, Reader
from crawler.extraction.credit_shape import is_credit_line, is_led
from crawler.extraction.places import PLACES
from crawler.extraction.prose import is_prose

_LONGEST_LINE = 160
_SEPARATOR = re.compile(r"\n|\)|[:/]|(?<=\s)[-–—ـ]|[-–—ـ](?=\s)|--")
_OPENERS = {name.split()[0] for name in (*PLACES, *WIRES, *OUTLETS)}
_CLOSERS = {word for name in (*PLACES, *WIRES, *OUTLETS) for word in name.split()}
_WORD = re.compile(r"[^\W\d_]+")
_INITIALS = re.compile(rf"(?:[{ARABIC_LETTERS}](?![{ARABIC_LETTERS}])[\s./،,-]*){{2,8}}")
_CARD = re.compile(r"(?:Author|Role|Reporting from|Published|الكاتب|الصفة|الدور)\s*[,،]\s")
_PARENTHESISED = re.compile(r"\(([^()]{2,80})\)[\s.]*$")


def credit_paragraphs(paragraphs: Sequence[str], read: Reader) -> Iterator[tuple[int, str, str]]:
    """(index, rule, text) of the first and last paragraphs that are nothing but credit; text "" credits nobody."""
    for index, rule in _edges(paragraphs):
        raw = paragraphs[index]
        if len(raw) > _LONGEST_LINE:
            continue
        card = _CARD.match(raw)
        if card:  # the BBC's card: «Author, NAME» / «Role, what he is»
            yield index, rule, raw[card.end() :] if raw.startswith(("Author", "الكاتب")) else ""
            continue
        led = is_led(raw)
        if not led and is_prose(raw):
            continue
        said = read(raw)
        bare = not (said.dateline or said.organisations or led)
        if is_credit_line(said, raw) and not (bare and index):
            yield index, rule, raw
        elif rule == "last-line" and _INITIALS.fullmatch(raw):
            yield index, rule, ""  # «ع.ط/ س.ن» of a desk names nobody


def _edges(paragraphs: Sequence[str]) -> Iterator[tuple[int, str]]:
    last = len(paragraphs)
    for index in range(min(3, last)):
        if index < 2 or _CARD.match(paragraphs[index]):
            yield index, "first-line"
    for index in range(max(2, last - 3), last):
        yield index, "last-line"


def opening(paragraphs: Sequence[str], whole: set[int], read: Reader) -> str | None:
    """The dateline that opens the text: «بغداد – واع:», «(رويترز) -», «دبي، الإمارات (CNN)--».

    The longest opening up to a separator that is nothing but places, organisations and persons beside them.
    """
    first = next((paragraph for index, paragraph in enumerate(paragraphs) if index not in whole), "")[:120]
    best: str | None = None
    for match in _SEPARATOR.finditer(first):
        credit = first[: match.start() + (match.group()[0] == ")")].strip()
        if not 1 < len(credit) <= 90:
            continue
        said = read(credit)
        if not said.rest and _is_dateline(said, credit) and len(credit) < len(first) - 10:
            best = credit
    return max(best or "", _unparted(first, read) or "", key=len).strip(" :-–—ـ/\n") or None


def _is_dateline(said: ReadByline, credit: str) -> bool:
    """Whether known organisations are all that it names, or a place that opens it: «وزير الصحة لـ«المدى»:» is none."""
    known = all(fold(name) in WIRES or fold(name) in OUTLETS for name in said.organisations)
    if said.dateline and not known:
        return fold(credit).startswith(fold(said.dateline))
    return bool(said.dateline) or (known and bool(said.organisations))


def _unparted(first: str, read: Reader) -> str | None:
    """A place and an agency with nothing between them and the text: «دمشق-سانا قال …»."""
    words = list(_WORD.finditer(first[:90]))[:14]
    names = [fold(word.group()) for word in words]
    if not any(name.removeprefix("ال") in _OPENERS or name in _OPENERS for name in names[:2]):
        return None
    for word, name in list(zip(words, names, strict=True))[:0:-1]:
        if name not in _CLOSERS or first[word.end() : word.end() + 1].isalnum():
            continue
        said = read(first[: word.end()])
        if said.dateline and said.organisations and not said.rest and not said.authors:
            return first[: word.end()]
    return None


def closing(paragraphs: Sequence[str], whole: set[int], read: Reader) -> str | None:
    """A credit in parentheses that closes the last paragraph: «… (أ ف ب)»."""
    for index in range(len(paragraphs) - 1, max(-1, len(paragraphs) - 3), -1):
        if index in whole:
            continue
        match = _PARENTHESISED.search(paragraphs[index][-120:])
        if match:
            said = read(match[1])
            edited = bool(said.credits) and is_credit_line(said, match[1])
            if (said.agency and not said.rest) or (edited and any(c.role != "writer" for c in said.credits)):
                return match[1]
        return None
    return None
