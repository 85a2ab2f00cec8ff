"""Dates that a reader of the page sees: near the headline, or behind a label such as تاريخ النشر."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lxml.html import HtmlElement

from crawler.arabic.letters import DROPPED, fold
from crawler.extraction import boxes
from crawler.extraction.page import Page, one_line
from crawler.extraction.visible import short_text_of

_PROSE: Final = 180
"""Characters from which a line is a paragraph of text; the dates below it belong to other things."""
_LONGEST: Final = 140
_MOST_LINES: Final = 600
_BEFORE: Final = 4
_MOST_WORDS: Final = 16
"""A line with more words is a caption or a sentence that mentions a date, unless a label says otherwise."""

_DIGIT = re.compile(r"\d")
_PUBLISHED = re.compile(
    r"(?<!\w)(?:نشرت?|نشره|النشر|نشر بتاريخ|تاريخ الاضافه|اضيفت?|التاريخ|published|posted|date|publie le)"
    r"(?!\w)"
)
_UPDATED = re.compile(r"(?<!\w)(?:تحديث|التحديث|محدثه?|حدثت?|تعديل|عدلت?|updated?|modified)(?!\w)")
_PRINTED_UPDATE = re.compile(
    r"(?<!\w)(?:ال)?(?:تحديث|محدثة?|حُ?دّ?ثت?|تعديل|عُ?دّ?لت?|[Uu]pdated?|[Mm]odified)(?!\w)"
)
_RELATIVE = re.compile(r"(?<!\w)(?:منذ|قبل|[أا]مس|اليوم|ago|il y a)(?!\w)", re.I)


@dataclass(frozen=True, slots=True)
class VisibleDate:
    """A short line that may print a date, and where it stands; `update` follows its update label."""

    text: str
    published_label: bool
    updated_label: bool
    before_headline: bool
    update: str | None


def find_visible_dates(page: Page) -> list[VisibleDate]:
    """Lines with a date's marks, in document order, without the page's frame and other stories.

    Without a headline to stand near to, only labelled lines count.
    """
    found: list[VisibleDate] = []
    headline = page.headline_element
    lines = list(_lines(page, headline))
    at = next((index for index, (_, owner) in enumerate(lines) if owner is headline), None)
    prose = False
    for index, (text, _) in enumerate(lines):
        before = at is None or index < at
        if not before and len(text) > _PROSE and index != at:
            prose = True
        if index == at or len(text) > _LONGEST:
            continue
        if not _DIGIT.search(text) and not _RELATIVE.search(text):
            continue
        folded = fold(text)
        label = folded
        if index and len(lines[index - 1][0]) < 30 and not _DIGIT.search(lines[index - 1][0]):
            label = f"{fold(lines[index - 1][0])} {folded}"  # the label is a box of its own
        published = bool(_PUBLISHED.search(label))
        first_digit = _DIGIT.search(label)
        updated = bool(_UPDATED.search(label, 0, first_digit.start() if first_digit else len(label)))
        near = at is not None and (at - _BEFORE <= index < at or (index > at and not prose))
        if published or updated or (near and len(folded.split()) <= _MOST_WORDS):
            found.append(VisibleDate(text, published, updated and not published, before, _update_in(text)))
    return found


def _update_in(text: str) -> str | None:
    """What follows the update label of a line: 10:00 in نشر 9:00 … آخر تحديث 10:00."""
    labels = list(_PRINTED_UPDATE.finditer(text))
    return text[labels[-1].end() :].strip(" :،,-|()") or None if labels else None


def _lines(page: Page, headline: HtmlElement | None) -> Iterator[tuple[str, HtmlElement | None]]:
    """(line, headline if it is the headline's) of the visible page, blocks apart, without its frame."""
    body = page.tree.find("body")
    if body is None:
        return
    pieces: list[str] = []
    count = 0
    for piece, owner in _walk(page, body, headline):
        if piece is not None and owner is None:
            pieces.append(piece)
            continue
        if line := _joined(pieces):
            yield line, None
            count += 1
        pieces.clear()
        if owner is not None:
            yield page.text_of(owner), owner
        if count > _MOST_LINES:
            return
    if line := _joined(pieces):
        yield line, None


def _joined(pieces: list[str]) -> str:
    """The texts of neighbouring elements on one line; a writer and a date in two spans are two words."""
    if not pieces:
        return ""
    parts = pieces[:1]
    for before, after in pairwise(pieces):
        apart = before[-1].isspace() or after[0].isspace()
        if not apart and before.rstrip(DROPPED)[-1:].isalnum() and after.lstrip(DROPPED)[:1].isalnum():
            parts.append(" ")
        parts.append(after)
    text = "".join(parts)
    if _DIGIT.search(text) or _RELATIVE.search(text):
        return one_line(text)
    return " ".join(text.split())  # no date: only its length and its label's words will be asked


def _walk(
    page: Page, body: HtmlElement, headline: HtmlElement | None
) -> Iterator[tuple[str | None, HtmlElement | None]]:
    """Text pieces in order; (None, None) at a block's edge and ("", headline) in the headline's place."""
    stack: list[tuple[HtmlElement, bool]] = [(body, False)]
    passed = False
    while stack:
        element, leaving = stack.pop()
        tag = element.tag
        if leaving:
            if tag in boxes.BLOCK_TAGS:
                yield None, None
            if element is not body and element.tail:
                yield element.tail, None
            continue
        if element is headline:
            passed = True
            yield None, None
            yield None, element
        elif isinstance(tag, str) and not _is_apart(page, element, passed):
            if tag in boxes.BLOCK_TAGS or tag == "br":
                yield None, None
            if element.text:
                yield element.text, None
            stack.append((element, True))
            stack += [(child, False) for child in reversed(element)]
            continue
        if element.tail:
            yield element.tail, None


def _is_apart(page: Page, element: HtmlElement, below_headline: bool) -> bool:
    """Whether an element is the page's frame. Drupal prints the date in a small `footer`."""
    if element.tag in boxes.SILENT_TAGS:
        return True
    if element not in page.furniture:
        return False
    return not (element.tag == "footer" and below_headline and short_text_of(element, _LONGEST) is not None)
