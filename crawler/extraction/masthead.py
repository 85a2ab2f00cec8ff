"""The officers of an outlet, whom every page of it names and none of its articles credits.

A line that is exactly an office («رئيس مجلس الإدارة»), or an office and at most five words without
a verb, is masthead; where the office stands alone, the next short line is its holder. The same words
in a sentence are news. Source: ARABIC.md 1.2 and 1.4 rule 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.arabic.letters import TATWEEL, clean, fold
from crawler.extraction.page import Page
from crawler.extraction.person import is_given
from crawler.extraction.roles import BREAKS, HONORIFICS

_OFFICES = """
رئيس مجلس الإدارة، رئيسة مجلس الإدارة، رئيس مجلسي الإدارة والتحرير، رئيس مجلسى الإدارة و التحرير،
رئيس مجلس الإدارة ورئيس التحرير، رئيس مجلس الإدارة والعضو المنتدب، رئيس مجلس الأمناء،
رئيس مجلس الأمناء والعضو المنتدب، نائب رئيس مجلس الإدارة، رئيس التحرير، رئيسة التحرير،
رئيس التحرير المسؤول، رئيس التحرير التنفيذي، نائب رئيس التحرير، رئيس هيئة التحرير، رئيس تحرير،
مدير التحرير، مديرة التحرير، مدير تحرير، مدير التحرير التنفيذي، مديرو التحرير، نائب مدير التحرير،
سكرتير التحرير، سكرتير عام التحرير، مدير النشر، مديرة النشر، مدير النشر والتحرير،
مدير النشر ورئيس التحرير، المدير العام، المديرة العامة، المدير المسؤول، المدير التنفيذي، المدير الإداري،
مدير عام، مدير الموقع، مدير مكتب التحرير، المشرف العام، المشرفة العامة، الإشراف العام، العضو المنتدب،
المؤسس، المؤسسة، المؤسس ورئيس التحرير، مؤسس الموقع، صاحب الامتياز، صاحبة الامتياز، الناشر ورئيس التحرير،
المستشار القانوني، المستشارة القانونية، المستشار الإعلامي، المستشار العام، مستشار التحرير،
مدير الإعلانات، المدير المالي، رئيس المؤسسة، تحت إشراف، بإشراف، editor in chief، chairman،
chairman of administration council، managing editor، publisher، founder، general manager،
general supervisor
"""


def _by_first_word(offices: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Folded first word → the offices that it opens, the longest first."""
    table: dict[str, list[tuple[str, ...]]] = {}
    for office in offices.replace("\n", " ").split("،"):
        words = tuple(fold(office).split())
        table.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(found, key=len, reverse=True)) for first, found in table.items()}


_OFFICES_BY_WORD = _by_first_word(_OFFICES)
_STEMS = (
    "رئيس", "رييس", "نائب", "نايب", "مدير", "سكرتير", "المشرف", "شراف", "العضو", "مؤسس", "صاحب", "ناشر", "مستشار",
    "hairman", "ditor", "ublisher", "ounder", "anag", "eneral",
)  # fmt: skip
"""What every office holds as printed: a line without one need not be folded."""
_DAMMA = "\u064f"
_SHAPED = re.compile("[\ufb50-\ufdef\ufe70-\ufefc]")
_HIDING = re.compile("[\u0640\u064b-\u0652\ufb50-\ufdfb\ufe70-\ufefc]")
"""Tatweel, vowels and presentation forms, which hide an office's first letters."""
_OPENS = re.compile(
    r"\W*(?:رئيس|رءيس|رييس|نا[ئءي]ب|(?:ال)?مدير|سكرتير|المشرف|ال[إا]شراف|العضو|(?:ال)?م[ؤو]سس|صاحب|الناشر|(?:ال)?مستشار|تحت"
    r"|ب[إا]شراف|chairman|editor|publisher|founder|manag|general)",
    re.I,
)
_TEXTS = cast("Callable[[HtmlElement], list[str]]", XPath("//body//text()", smart_strings=False))
_LONGEST_LINE = 160
_LONGEST_NODE = 1000
"""Characters from which a text node is a paragraph or a script."""
_LONGEST_NAME = 6
_BETWEEN = re.compile(r"[|/•·\n]|\s[-–—]\s|\s{4,}")


def is_masthead_role(text: str) -> bool:
    """Whether a line is an officer's office, alone or with a name after it."""
    return len(text) <= _LONGEST_LINE and _holder(text) is not None


def _holder(line: str) -> str | None:
    """The folded name after an office, "" where it stands alone, None where the line is no masthead."""
    if not _OPENS.match(line) and not _HIDING.search(line):
        return None
    words = fold(line).split()
    for office in _OFFICES_BY_WORD.get(words[0], ()) if words else ():
        if tuple(words[: len(office)]) == office:
            rest = words[len(office) :]
            break
        # «رئيس التحريرعبد الرحمن»: the space is missing
        last = words[len(office) - 1] if len(words) >= len(office) else ""
        glued = last.startswith(office[-1]) and is_given(
            last[len(office[-1]) :] + "".join(words[len(office) : len(office) + 1])
        )
        if len(office) > 1 and tuple(words[: len(office) - 1]) == office[:-1] and glued:
            rest = [last[len(office[-1]) :], *words[len(office) :]]
            break
    else:
        return None
    while len(rest) > 1 and rest[0] in HONORIFICS:
        rest = rest[1:]
    if len(rest) > _LONGEST_NAME or any(
        word in BREAKS or (word.startswith("لل") and len(word) > 4) for word in rest
    ):
        return None
    return " ".join(rest)


def masthead_names(page: Page) -> frozenset[str]:
    """The folded names of all officers whom the page names, wherever it does."""
    names: set[str] = set()
    waiting = False
    text = "\n".join(
        piece.strip() for piece in _TEXTS(page.tree) if len(piece) < _LONGEST_NODE and not piece.isspace()
    )
    text = text.replace(TATWEEL, "").replace(_DAMMA, "")  # «رئيــس», «مُدير»
    if _SHAPED.search(text):
        text = clean(text)
    stems = [stem for stem in _STEMS if stem in text]
    for piece in text.split("\n") if stems else ():
        if not waiting and not any(stem in piece for stem in stems):
            continue
        if len(piece) > _LONGEST_LINE:
            waiting = False
            continue
        for line in _BETWEEN.split(piece):
            if not line or line.isspace():
                continue
            holder = _holder(line)
            if holder is not None:
                waiting = not holder
                names.add(holder)
            elif waiting:
                folded = fold(line)
                words = folded.split()
                while len(words) > 1 and words[0] in HONORIFICS:
                    words = words[1:]
                if 2 <= len(words) <= _LONGEST_NAME and not BREAKS.intersection(words):
                    names.add(" ".join(words))
                waiting = len(folded) < 3 or folded in HONORIFICS
    names.discard("")
    return frozenset(names)
