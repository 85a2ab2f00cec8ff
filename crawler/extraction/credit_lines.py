"""The lines near a headline that have the shape of a credit, told from topics, captions and subheads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.agencies import OUTLETS, WIRES, WORDLIKE
from crawler.extraction.byline import Reader
from crawler.extraction.credit_shape import is_credit_line, is_led, lead_role
from crawler.extraction.given_names import GIVEN
from crawler.extraction.page import Page
from crawler.extraction.person import is_likely_name
from crawler.extraction.places import PLACES
from crawler.extraction.prose import is_prose
from crawler.extraction.roles import COLON_LEADS, LEADS
from crawler.extraction.visible import short_text_of

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


_HOLDS_META = re.compile(
    r"(?:^|[^a-z])(?:meta|info|details?|by|name|post-?data|submitted)(?![a-z])|author|writer|byline|source|كاتب",
    re.I,
)


_LONGEST_LINE = 160


_NO_LINES = boxes.HEADING_TAGS | {"ul", "ol"}
"""Headings, and lists, whose entries are asked one by one."""


_LONGEST_CREDIT = 100


_LONGEST_READ = 120


"""Characters above which a line is no credit, whatever of it is hidden."""


_LONGEST_SOURCE = 80


_SIGNS = GIVEN | {name.split()[0] for name in (*PLACES, *WIRES, *OUTLETS)}


_SIGN_OR_SPACE = re.compile(r"[^\w.]+")


_LEADING = {lead.split()[0] for lead in (*LEADS, *COLON_LEADS)}


_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|writers?|editors?|journalists?|reporters?|columnists?|profiles?|users?|kuttab|katib|kateb|writer\w*)[/?=.-]"
    r"|(?:author|writer)(?:_?id)?=",
    re.I,
)


_SOURCE_WORDS = ("المصدر", "مصدر الخبر")


_SOURCE_LABEL = re.compile(r"(?:المصدر|مصدر الخبر)")


_SOURCES_AFTER = boxes.elements_at(
    "following::*[starts-with(normalize-space(text()), 'المصدر') or starts-with(normalize-space(text()), 'مصدر الخبر')]"
)


_MOST_CAPTIONS = 40


_DESK_LINE = re.compile(r"^(?:خاص|متابعة)\s*[/|:–—-]|[/|:–—-]\s*(?:خاص|متابعة|متابعات)\s*[/:]?\s*$")
"""«المدى/ خاص»: an outlet's own line, which no menu prints."""
_PHOTO_WORDS = ("تصوير", "عدسة", "المصور")


_PHOTO_LEAD = re.compile(
    r"(?:^|[\s(|/>–—-])(?P<lead>تصوير|بعدسة|عدسة|المصور)\s*[:/|]\s*(?P<name>[^()\[\]|:<>\n]{4,40})"
)


def named_elements(page: Page, elements: Sequence[HtmlElement]) -> Iterator[tuple[str, bool]]:
    """Texts of the elements whose class or id says that they hold a credit, and whether they link to an author."""
    found = 0
    for element in elements:
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not _NAMES_CREDIT.search(name) or _NAMES_OTHERS.search(name) or page.is_furniture(element):
            continue
        heading = next(
            element.iter(*boxes.HEADING_TAGS), None
        )  # of a writer's box; below it stands who he is
        text = page.text_of(element if heading is None else heading)
        if text and len(text) <= _LONGEST_LINE:
            found += 1
            yield text, any(_AUTHOR_PAGE.search(link.get("href") or "") for link in _links(element))
        if found > 8:
            return


def _links(element: HtmlElement) -> Iterator[HtmlElement]:
    yield from islice(element.iter("a"), 4)
    parent = element.getparent()
    if parent is not None and parent.tag == "a":
        yield parent


def credit_lines(page: Page, elements: Sequence[HtmlElement], read: Reader, *, led: bool) -> Iterator[str]:
    """Short texts that have the shape of a credit; with `led` only those that a lead word opens."""
    for element in elements:
        if element.tag in boxes.SILENT_TAGS or element.tag in _NO_LINES:
            continue
        if element.tag == "a" and _TOPIC.search(element.get("href") or ""):
            continue
        broken = element.find("br") is not None
        if not broken and boxes.has_more_than(6, element):
            continue
        if not broken and not _may_credit(" ".join(islice(element.itertext(), 20))):
            continue
        for text in (
            _broken_lines(page, element) if broken else [short_text_of(element, _LONGEST_CREDIT) or ""]
        ):
            if not 3 < len(text) <= _LONGEST_CREDIT or text[0] == "©":
                continue
            if not is_led(text) and (led or broken or is_prose(text)):
                continue
            seen = read(text)
            if not is_credit_line(seen, text) or _is_pictures(page, element):
                continue
            agency = seen.agency and fold(seen.agency) not in WORDLIKE
            bare = not (seen.dateline or agency or lead_role(text) or _DESK_LINE.search(text))
            if not bare or (element.tag != "li" and _is_of_credit_box(element)):
                yield text


def _may_credit(text: str) -> bool:
    """The cheap test before a text is read: not long, and a lead word, a given name, a place or an agency in it."""
    if len(text) > _LONGEST_READ:
        text = " ".join(text.split())
        if len(text) > _LONGEST_READ:
            return False
    words = _SIGN_OR_SPACE.sub(" ", fold(text)).split()
    return any(
        word in _SIGNS or word in _LEADING or word.removeprefix("و") in _SIGNS or word.startswith("عبد")
        for word in words
    )


def source_lines(page: Page, read: Reader) -> Iterator[str]:
    """«المصدر: …» where it stands below the text in a box of its own, the label included."""
    headline = page.headline_element
    if headline is None or not any(word in page.html for word in _SOURCE_WORDS):
        return
    for element in _SOURCES_AFTER(headline)[:5]:
        line = page.text_of(element)
        parent = element.getparent()
        if (
            _SOURCE_LABEL.fullmatch(line.rstrip(" :|")) and parent is not None
        ):  # the label is a box of its own
            line = page.text_of(parent)
        if len(line) > _LONGEST_SOURCE or page.is_furniture(element):
            continue
        if lead_role(line) == "source" and is_credit_line(read(line), line):
            yield line


def photographers(page: Page, read: Reader) -> Iterator[str]:
    """The photographers' names in the captions of the article's pictures: «… - تصوير: NAME»."""
    if page.headline_element is None or not any(word in page.html for word in _PHOTO_WORDS):
        return
    captions = (element for name, element in page.named if "caption" in name)
    for caption in islice(chain(page.tree.iter("figcaption"), captions), _MOST_CAPTIONS):
        if caption.tag != "figcaption" and next(caption.iter("figcaption"), None) is not None:
            continue
        match = _PHOTO_LEAD.search(page.text_of(caption)[:400])
        if match and not page.is_furniture(caption):
            yield from (
                credit.name
                for credit in read(f"{match['lead']}: {match['name']}").credits
                if credit.role == "photographer" and is_likely_name(credit.name)
            )


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
