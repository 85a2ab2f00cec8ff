"""What stands around an article: the page's frame, boxes beside the text, and cards of other articles."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin

from lxml.html import HtmlElement

from crawler.extraction import boxes
from crawler.extraction.visible import length_of, linked_length_of

_RICH = 600
"""Characters outside links above which a box is taken for text, three quarters of it outside links."""

_UNNAMED_TAGS = frozenset(("article", "main", "p", "br", "td", "tr", "tbody", "body", "h1"))
"""Elements whose class is not asked: WordPress writes the tags' names into an article's class."""


def find_frame(body: HtmlElement, headline: HtmlElement | None) -> frozenset[HtmlElement]:
    """The outermost elements that are frame, related boxes, sharing and advertising.

    An element that holds the headline is none, whatever its name: themes call whole pages `has-sidebar`.
    """
    above = set() if headline is None else {headline, *headline.iterancestors()}
    found: set[HtmlElement] = set()
    stack = [body]
    while stack:
        for child in stack.pop():
            if child not in above and is_frame(child):
                found.add(child)
            elif len(child):
                stack.append(child)
    return frozenset(found)


def is_frame(element: HtmlElement) -> bool:
    """Whether tag, role, class or visibility say that an element is the page's frame or a box beside the article.

    A name alone does not condemn a box that is rich in plain text: themes wrap articles in
    `content-with-sidebar`.
    """
    tag = element.tag
    if tag in boxes.SILENT_TAGS:
        return True
    if not element.attrib and tag not in boxes.CHROME_TAGS and tag != "header":
        return False
    if boxes.is_hidden(element):
        return True
    if tag == "header":
        return not any(ancestor.tag in ("article", "main") for ancestor in element.iterancestors())
    if tag == "form":  # ASP.NET wraps the whole page in one
        return not _is_rich(element)
    if tag in boxes.CHROME_TAGS:
        return True
    if tag in _UNNAMED_TAGS:
        return False
    name = boxes.name_of(element)
    if tag in ("section", "div"):  # BBC's class names are hashes; what a section is for stands in these
        get = element.get
        name = f"{name} {get('aria-labelledby') or ''} {get('data-e2e') or ''} {get('data-testid') or ''}"
    return boxes.names_frame(name) and (boxes.names_strong_frame(name) or not _is_rich(element))


def _is_rich(element: HtmlElement) -> bool:
    length = length_of(element)
    if length < _RICH:
        return False
    linked = linked_length_of(element)
    return linked * 4 < length and length - linked >= _RICH


_CARD_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_CARD_BOXES = frozenset(("a", "article", "aside", "div", "figure", "li", "section", "header", "span"))
_CARD_PARTS = 8
"""Children of a card's box; a box of more is a list, and measuring it for each of its headings would take too long."""
_NAMES_WRITER = re.compile(r"(?:^|[^a-z])(?:author|writer|byline)(?![a-z])|كاتب", re.I)
"""A writer's box has his name for a heading, linked to his page."""
_CARD_REST = 160
"""Characters that a card may hold beside its headline: a date, a section, the beginning of a teaser."""


def find_cards(
    body: HtmlElement, headline: HtmlElement | None, url: str, frame: frozenset[HtmlElement]
) -> frozenset[HtmlElement]:
    """Boxes outside the frame that are nothing but another article's headline, linked to it, with its date, picture
    or teaser.
    """
    above = set() if headline is None else {headline, *headline.iterancestors()}
    found = set()
    for heading in body.iter(*_CARD_HEADINGS):
        parent = heading.getparent()
        link = parent if parent.tag == "a" else next(heading.iter("a"), None)
        if link is None or heading in above or not frame.isdisjoint(heading.iterancestors()):
            continue
        if not _leads_elsewhere(link.get("href") or "", url):
            continue
        length = length_of(heading)
        if link is not parent and linked_length_of(heading) < 0.8 * length:
            continue
        box = heading
        while (
            (outer := box.getparent()) is not None
            and outer not in above
            and outer.tag in _CARD_BOXES
            and not boxes.has_more_than(_CARD_PARTS, outer)
            and length_of(outer) <= length + _CARD_REST
        ):
            box = outer
        if box is not heading and box is not link and not _NAMES_WRITER.search(boxes.name_of(box)):
            found.add(box)
    return frozenset(found)


_NO_PAGE = re.compile(r"\s*(?:#|javascript:|mailto:|tel:|$)", re.I)


def _leads_elsewhere(href: str, url: str) -> bool:
    if _NO_PAGE.match(href):
        return False
    try:
        return urldefrag(urljoin(url, href)).url != urldefrag(url).url
    except ValueError:
        return True
