"""Credit, date, tag and caption lines that stand beside an article's text: other readers take them."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.arabic.months import GREGORIAN_MONTHS, HIJRI_MONTHS, WEEKDAYS
from crawler.extraction import boxes
from crawler.extraction.visible import length_of, linked_length_of

_INLINE = 60
_BLOCK = 300
"""Characters above which a named element is text whatever its name."""

_NEVER = frozenset(("body", "article", "main", "h1"))


def is_margin(element: HtmlElement) -> bool:
    """Whether tag or class say that an element prints a credit, a date, tags or a caption.

    An inline element with running text around it is a part of its sentence.
    """
    tag = element.tag
    if tag in ("figcaption", "caption", "time"):
        return True
    name = boxes.name_of(element)
    if name == "  " or tag in _NEVER or not boxes.names_margin(name):
        return False
    length = length_of(element)
    if tag in boxes.BLOCK_TAGS:
        return length <= _BLOCK or linked_length_of(element) > length * 0.6
    before = element.getprevious()
    around = (before.tail if before is not None else element.getparent().text) or ""
    return length <= _INLINE and not (element.tail or "").strip() and not around.strip()


_LONGEST_DATE = 22
"""Words of a date printed in two calendars with time, zone and the day of its update."""
_DATE_WORDS = frozenset(
    word
    for name in (
        *GREGORIAN_MONTHS,
        *HIJRI_MONTHS,
        *WEEKDAYS,
        "نشر نشرت في بتاريخ تاريخ النشر اخر تحديث الساعه الموافق لـ ل هـ ه م ص صباحا مساء",
        "بتوقيت غرينتش مكه المكرمه gmt",
    )
    for word in name.split()
)
_DATE_WORD = re.compile(
    r"(?:19|20|١٩|٢٠)[\d٠-٩]{2}|\b\d{1,2}:\d{2}\b|[٠-٩]{1,2}:[٠-٩]{2}|منذ (?:\d+ )?(?:دقيق|ساع|يوم|أسبوع|شهر)"
)


def is_label(text: str, link_share: float) -> bool:
    """Whether a line above the first paragraph is a date, a place of the menu or a credit, not a sentence."""
    if len(text) > 100 or text.endswith((".", "؟", "!", "…")):
        return False
    return bool(_DATE_WORD.search(text)) or link_share > 0.5 or (len(text) < 12 and " " not in text)


def is_date(folded: str) -> bool:
    """Whether a line (search form) is nothing but a date, its time and their labels."""
    words = folded.split()
    return (
        2 <= len(words) <= _LONGEST_DATE
        and any(word[0].isdigit() for word in words)
        and all(word in _DATE_WORDS or word[0].isdigit() for word in words)
    )


_CAPTION_BOX = 6
"""Children of a box that holds a picture and its caption and nothing else."""


def is_caption(text: str, element: HtmlElement, started: bool) -> bool:
    """Whether a short line without a final stop shares its box with a picture, or stands below one above the text."""
    if len(text) > 160 or text.endswith((".", "؟", "!", ":")) or element.tag in boxes.HEADING_TAGS:
        return False
    parent = element.getparent()
    boxed = parent is not None and element.tag != "li" and not boxes.has_more_than(_CAPTION_BOX, parent)
    for box in (element, parent) if boxed else (element,):
        if next(box.iter("img"), None) is not None and length_of(box) <= len(text) + 20:
            return True
    before = element.getprevious()
    return not started and before is not None and _is_picture(before)


def _is_picture(element: HtmlElement) -> bool:
    if element.tag not in ("img", "figure", "picture", "div", "a", "p", "center", "span"):
        return False
    return (element.tag == "img" or next(element.iter("img"), None) is not None) and not length_of(element)
