"""Other stories printed below the article: set apart, never deleted.

A subheading alone never parts a page, because long reads have subheadings too. The paragraph below it must
show a
second signal (ARABIC.md, end of section 4): "today" on another weekday than the article's own, a dateline
like the
one that opens the article, or the article's actor introduced again, with the full title, after a reporting
verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.arabic.letters import fold
from crawler.arabic.months import WEEKDAYS
from crawler.extraction import boxes
from crawler.extraction.blocks import Block
from crawler.items import AppendedStory

_LONGEST_HEADING = 25
_FULL_PARAGRAPH = 12
"""Words of a paragraph that can open a story."""

_TODAY = re.compile(r"\b(?:اليوم|اليوم ال|مساء اليوم|صباح اليوم) (\w+)")
_DATELINE = re.compile(
    r"^\W*([\w .\"'«»]{2,35}?)\s*(?:[-–—/ـ]+|\()\s*\(?([\w .\"'«»]{2,30}?)\)?\s*(?:[-–—/:ـ.]|$)"
)
_REPORTING = frozenset(
    fold(verb)
    for verb in (
        *(
            "أكد",
            "أكدت",
            "قال",
            "قالت",
            "أعلن",
            "أعلنت",
            "دعا",
            "دعت",
            "كشف",
            "كشفت",
            "أفاد",
            "أفادت",
            "صرح",
            "صرحت",
        ),
        *(
            "بحث",
            "بحثت",
            "استقبل",
            "استقبلت",
            "التقى",
            "التقت",
            "شدد",
            "شددت",
            "أعرب",
            "أعربت",
            "ذكر",
            "ذكرت",
            "حذر",
        ),
        *(
            "حذرت",
            "طالب",
            "طالبت",
            "أوضح",
            "أوضحت",
            "أشار",
            "أشارت",
            "وصل",
            "وصلت",
            "ترأس",
            "ترأست",
            "أجرى",
            "أجرت",
        ),
        *(
            "رحب",
            "رحبت",
            "نفى",
            "نفت",
            "أصدر",
            "أصدرت",
            "وجه",
            "وجهت",
            "تلقى",
            "تلقت",
            "هنأ",
            "هنأت",
            "أدان",
            "أدانت",
        ),
    )
)
_INTRODUCTION = 5
"""Words in a row that two paragraphs must share to introduce the same person by the same title."""


def split_appended(blocks: Sequence[Block]) -> tuple[list[Block], list[AppendedStory]]:
    """The blocks of the article itself, and the stories below it, each with its headline and body."""
    starts = [place for place in range(1, len(blocks) - 1) if _starts_story(blocks, place)]
    if not starts:
        return list(blocks), []
    stories = [
        AppendedStory(
            headline=blocks[start].text, body="\n\n".join(block.text for block in blocks[start + 1 : end])
        )
        for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True)
    ]
    return list(blocks[: starts[0]]), stories


def _starts_story(blocks: Sequence[Block], place: int) -> bool:
    if not _is_heading(blocks[place]):
        return False
    opening = blocks[place + 1].text
    own = [block.text for block in blocks[:place] if not _is_heading(block)]
    if not own or blocks[place + 1].element.tag in boxes.HEADING_TAGS:
        return False
    if len(opening.split()) < _FULL_PARAGRAPH:  # a dateline on a line of its own
        return place + 2 < len(blocks) and _dateline_again(own[0], opening)
    if _other_today(own, opening) or _dateline_again(own[0], opening):
        return True
    headline_like = len(blocks[place].text.split()) >= 6
    return headline_like and _introduced_again(own[0], opening)


def _is_heading(block: Block) -> bool:
    """A heading element, or a short line without a final stop that is set in bold type."""
    text = block.text
    if (
        len(text.split()) > _LONGEST_HEADING
        or len(text.split()) < 3
        or text.endswith((".", "؟", ":", "،", "؛"))
    ):
        return False
    return block.element.tag in boxes.HEADING_TAGS or block.is_heading


def _today(text: str) -> int | None:
    """The weekday that a text calls today."""
    for match in _TODAY.finditer(fold(text)):
        day = WEEKDAYS.get(match.group(1))
        if day is not None:
            return day
    return None


def _other_today(own: Sequence[str], opening: str) -> bool:
    first = next((day for text in own if (day := _today(text)) is not None), None)
    second = _today(opening)
    return first is not None and second is not None and first != second


def _dateline_again(first: str, opening: str) -> bool:
    """Whether both texts open with a dateline and share a part of it (the outlet's name, or the place)."""
    ours, theirs = _DATELINE.match(first[:90]), _DATELINE.match(opening[:90])
    if not ours or not theirs:
        return False
    return not {fold(part) for part in ours.groups()}.isdisjoint(fold(part) for part in theirs.groups())


def _introduced_again(first: str, opening: str) -> bool:
    words = fold(opening).split()
    if not words or words[0] not in _REPORTING:
        return False
    known = fold(first).split()
    runs = {tuple(known[i : i + _INTRODUCTION]) for i in range(len(known) - _INTRODUCTION + 1)}
    return any(tuple(words[i : i + _INTRODUCTION]) in runs for i in range(1, min(8, len(words))))
