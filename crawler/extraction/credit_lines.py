"""The lines near a headline that have the shape of a credit, told from topics, captions and subheads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.agencies import OUTLETS, WIRES
from crawler.extraction.byline import ReadByline, read_byline
from crawler.extraction.given_names import GIVEN
from crawler.extraction.masthead import is_masthead_role
from crawler.extraction.page import Page
from crawler.extraction.roles import BREAKS, COLON_LEADS, FOR_THE_WIRE, LEADS, LOOSE_LEADS

_NAMES_CREDIT = re.compile(
    r"(?:^|[^a-z])(?:authors?|writers?|byline|by-line|reporter|columnist|editor|credit|source)(?![a-z])|author|byline|كاتب",
    re.I,
)
_NAMES_OTHERS = re.compile(
    r"comment|avatar|image|img|photo|caption|follow|social|bio|desc|related|date|count|copy|resource", re.I
)
_TOPIC = re.compile(r"/(?:tags?|keywords?|topics?|section|category|categories|search)[/?]", re.I)
_PICTURE = re.compile(
    r"(?:^|[^a-z])(?:fig\w*|captions?|photos?|images?|img|pictures?|copyrights?|gallery|media-cr\w*)(?![a-z])",
    re.I,
)
_AFTER_LEAD = re.compile(r"\W{0,5}(?:\w{1,12} ){0,2}\w{1,12}\s?[:/|–—ـ-]")
_HOLDS_META = re.compile(
    r"(?:^|[^a-z])(?:meta|info|details?|by|name|post-?data|submitted)(?![a-z])|author|writer|byline|source|كاتب",
    re.I,
)
_MAKERS = frozenset(("writer", "reporter", "compiler", "translator", "editor", "interviewer"))
_REACH_BEFORE = 60
_REACH_AFTER = 400
_LONGEST_LINE = 160


def reach(
    page: Page, paragraphs: Sequence[str]
) -> tuple[list[HtmlElement], list[HtmlElement], list[HtmlElement]]:
    """Elements from headline to lead, from lead to third paragraph, and a little before the headline."""
    headline = page.headline_element
    body = page.tree.find("body")
    if body is None or headline is None:
        return [], [], []
    elements = [element for element in body.iter() if isinstance(element.tag, str)]
    at = elements.index(headline)
    starts = [" ".join(paragraph.split())[:25] for paragraph in paragraphs[:3]]
    found: list[int] = []
    for index in range(at + 1, min(len(elements), at + _REACH_AFTER)):
        element = elements[index]
        texts = [element.text or "", *((child.tail or "") for child in element[:60])]
        if any(
            start and " ".join(text.split()).startswith(start) for text in texts if text for start in starts
        ):
            found.append(index)
    lead = found[0] if found else min(len(elements), at + _REACH_BEFORE)
    third = found[-1] if found else lead
    return (
        elements[at + 1 : lead + 1],
        elements[lead + 1 : third + 1],
        elements[max(0, at - _REACH_BEFORE) : at][::-1],
    )


def named_elements(page: Page, elements: Sequence[HtmlElement]) -> Iterator[str]:
    """Texts of the elements whose class or id says that they hold a credit."""
    found = 0
    for element in elements:
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not _NAMES_CREDIT.search(name) or _NAMES_OTHERS.search(name) or page.is_furniture(element):
            continue
        text = page.text_of(element)
        if text and len(text) <= _LONGEST_LINE:
            found += 1
            yield text
        if found > 8:
            return


def credit_lines(page: Page, elements: Sequence[HtmlElement], *, led: bool) -> Iterator[str]:
    """Short texts that have the shape of a credit; with `led` only those that a lead word opens."""
    for element in elements:
        if element.tag in boxes.SILENT_TAGS or element.tag in boxes.HEADING_TAGS:
            continue
        if element.tag == "a" and _TOPIC.search(element.get("href") or ""):
            continue
        broken = element.find("br") is not None
        if len(element) > 6 and not broken:
            continue
        for text in _broken_lines(page, element) if broken else [page.text_of(element)]:
            if not 3 < len(text) <= 100 or text[0] == "©" or ((led or broken) and not is_led(text)):
                continue
            read = read_byline(text)
            if not is_credit_line(read, text) or _is_pictures(page, element):
                continue
            bare = not (read.dateline or read.agency or lead_role(text))
            if not bare or (element.tag != "li" and _is_of_credit_box(element)):
                yield text


def _broken_lines(page: Page, element: HtmlElement) -> list[str]:
    """The first lines of an element that parts its lines with <br>."""
    lines = [element.text or ""]
    for child in element[:40]:
        if child.tag == "br":
            lines.append("")
        elif isinstance(child.tag, str) and child.tag not in boxes.BLOCK_TAGS:
            lines[-1] += page.text_of(child)
        lines[-1] += child.tail or ""
    return [" ".join(line.split()) for line in lines if line.strip()][:10]


def _is_of_credit_box(element: HtmlElement) -> bool:
    """Whether a bare name stands in a box for the article's data, not in a list of topics."""
    near = [element, *element.iterancestors()][:3]
    if any(e.tag in ("ul", "ol", "nav") or _TOPIC.search(e.get("href") or "") for e in near):
        return False
    return any(_HOLDS_META.search(f"{e.get('class') or ''} {e.get('id') or ''}") for e in near)


def _is_pictures(page: Page, element: HtmlElement) -> bool:
    """Whether a line stands in the page's frame or under a picture, whose maker is no author."""
    near = [element, *element.iterancestors()][:4]
    names = " ".join(
        f"{e.get('class') or ''} {e.get('id') or ''} {e.tag}" for e in near if isinstance(e.tag, str)
    )
    if any("organization" in (e.get("itemtype") or "").lower() for e in near if isinstance(e.tag, str)):
        return True  # microdata of the outlet
    return _PICTURE.search(names) is not None or page.is_furniture(element)


def is_led(text: str) -> bool:
    return lead_role(text) in _MAKERS


def lead_role(text: str) -> str | None:
    """The role that a text's first words lead in: «بقلم …», «الكاتب: …»; None where they lead nobody in."""
    before, colon, _ = text[:60].partition(":")
    if colon and fold(before) in COLON_LEADS:
        return COLON_LEADS[fold(before)]
    words = fold(text[:60]).split()
    return next((LEADS[phrase] for size in (3, 2, 1) if (phrase := " ".join(words[:size])) in LEADS), None)


def is_credit_line(read: ReadByline, text: str) -> bool:
    """Whether a line is only a credit: a lead word and a name, or names and places with nothing left over.

    A lead that is a plain word too (لقاء، تقرير) needs its separator. A bare name is a credit only where
    its first word is a given name, organisations only where they are known ones: «قمة بغداد» is neither.
    """
    if "://" in text or is_masthead_role(text) or not read.credits:
        return False
    if all(credit.role == "photographer" for credit in read.credits):
        return False
    known = [name for name in map(fold, read.organisations) if name in WIRES or name in OUTLETS]
    role = lead_role(text)
    if role in _MAKERS and read.authors:
        loose = not _AFTER_LEAD.match(text) and fold(text).split()[0] in LOOSE_LEADS
        cut = bool(read.rest) and read.rest[0] in BREAKS and read.rest[0] not in FOR_THE_WIRE
        return not loose and not cut and len(read.rest) <= 8
    if read.rest:
        return False
    if read.authors:
        beside = read.dateline is not None or bool(known)
        named = ":" not in text and fold(text).split()[0] in GIVEN
        return ";" not in text and (beside or named)
    return bool(known) or role == "source"
