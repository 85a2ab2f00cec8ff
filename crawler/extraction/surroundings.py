"""The elements near an article's headline, where a credit may stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction import boxes
from crawler.extraction.page import Page, one_line

_REACH_BEFORE = 60


_REACH_AFTER = 400


_START = 25


_GLANCE = 80


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The elements near a headline: a little before it, from it to the lead, from the lead to the third paragraph."""

    above: list[HtmlElement]
    under: list[HtmlElement]
    within: list[HtmlElement]


def look_around(page: Page, paragraphs: Sequence[str]) -> Surroundings:
    """The surroundings of the page's headline; none where it has no headline element."""
    headline = page.headline_element
    if headline is None:
        return Surroundings([], [], [])
    starts = [start for paragraph in paragraphs[:3] if (start := " ".join(paragraph.split())[:_START])]
    firsts = {start[0] for start in starts}
    elements: list[HtmlElement] = []
    found: list[int] = []
    sought = set(starts)
    for element in islice(_following(headline), _REACH_AFTER):
        elements.append(element)
        if not (_may_open(element.text, firsts) or _may_open(element.tail, firsts)):
            continue
        opened = _opened_paragraph(element, starts)
        if opened is None and (opened := _opened_with_a_link(page, element, starts)):
            elements[-1] = element.getparent()  # the link is of the text, not of what stands above it
        if opened:
            found.append(len(elements) - 1)
            sought.discard(opened)
            if not sought:
                break
    lead = found[0] if found else min(len(elements), _REACH_BEFORE)
    third = found[-1] if found else lead
    holders = set(elements[lead].iterancestors()) if found else set()
    under = [element for element in elements[: lead + 1] if element not in holders]
    above = [element for element in islice(_preceding(headline), _REACH_BEFORE) if element not in holders]
    return Surroundings(above, under, elements[lead + 1 : third + 1])


def _following(element: HtmlElement) -> Iterator[HtmlElement]:
    """The elements after the end of `element`, in document order."""
    at: HtmlElement | None = element
    while at is not None:
        for sibling in at.itersiblings():
            yield from (e for e in sibling.iter() if isinstance(e.tag, str))
        at = at.getparent()


def _preceding(element: HtmlElement) -> Iterator[HtmlElement]:
    """The elements before `element` and those that hold it, the nearest first."""
    at: HtmlElement | None = element
    while at is not None:
        for sibling in at.itersiblings(preceding=True):
            yield from (e for e in reversed(list(sibling.iter())) if isinstance(e.tag, str))
        at = at.getparent()
        if at is not None:
            yield at


def _may_open(text: str | None, firsts: set[str]) -> bool:
    """The cheap test of a text node: it begins as a paragraph does, or with a sign that hides its first letter."""
    first = text.lstrip()[:1] if text else ""
    return bool(first) and (first in firsts or not first.isalnum())


def _opened_paragraph(element: HtmlElement, starts: Sequence[str]) -> str | None:
    """Which of the `starts` of paragraphs the text in or behind `element` begins with."""
    for text in (element.text, element.tail):
        printed = one_line(text.lstrip()[:_GLANCE]) if text else ""
        for start in starts if printed else ():
            if printed.startswith(start):
                return start
    return None


def _opened_with_a_link(page: Page, element: HtmlElement, starts: Sequence[str]) -> str | None:
    """Which paragraph's first words `element` holds: «<a>NAME</a> …»."""
    printed = one_line(element.text.lstrip()[:_GLANCE]) if element.text else ""
    parent = element.getparent()
    if (
        parent is None
        or len(printed) < 2
        or boxes.has_more_than(40, parent)
        or element.tag in boxes.BLOCK_TAGS
    ):
        return None
    if not any(start.startswith(printed) for start in starts):
        return None
    opening = page.text_of(parent)[:_START]
    return opening if opening in starts else None
