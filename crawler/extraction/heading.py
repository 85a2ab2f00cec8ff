"""The element that prints the article's headline: the anchor for all that stands near it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.visible import text_of

_SHORTEST = 8
"""Characters below which a text agrees with a title by chance."""
_FRAME_TAGS = frozenset(("header", "nav", "footer"))

_HEADLINE_ITEMS = boxes.elements_at(".//*[contains(@itemprop, 'headline')][not(self::meta)]")
_LESSER = boxes.elements_at(".//*[self::h2 or self::h3 or self::h4]")
_TITLE_BOXES = boxes.elements_at(
    ".//*[self::div or self::span or self::p or self::td or self::font or self::strong or self::b or self::a]"
    "[contains(concat(@class, ' ', @id), 'itle') or contains(concat(@class, ' ', @id), 'head')]"
    "[count(*) < 6][string-length(normalize-space()) < 400]"
)


def find_heading(body: HtmlElement, titles: Sequence[str]) -> HtmlElement | None:
    """The element of the headline, None where none can be trusted. `titles` are folded: JSON-LD, og:title, <title>.

    An h1 that agrees with a title of the page, else itemprop=headline, else a smaller heading or an element
    of class title or headline that agrees, else the only h1 outside the page's frame.
    """

    def agrees(element: HtmlElement) -> bool:
        text = fold(text_of(element))
        return len(text) >= _SHORTEST and any(
            text in title or (len(title) >= _SHORTEST and title in text) for title in titles
        )

    firsts = [element for element in body.iter("h1") if text_of(element)]
    for group in _groups(body, firsts):
        agreed = [element for element in group if agrees(element)]
        if agreed:  # the site's name may be an h1 too, and stand in the title
            return max(agreed, key=lambda e: len(text_of(e)))
    for element in _TITLE_BOXES(body):
        name = boxes.words_of(boxes.name_of(element))
        if ("title" in name or "head" in name) and agrees(element):
            return element
    if not firsts and (plain := _plain_heading(body, titles)) is not None:
        return plain
    framed = [e for e in firsts if not any(a.tag in _FRAME_TAGS for a in e.iterancestors())]
    return framed[0] if len(framed) == 1 else firsts[0] if len(firsts) == 1 else None


def _groups(body: HtmlElement, firsts: list[HtmlElement]) -> Iterator[list[HtmlElement]]:
    yield firsts
    yield _HEADLINE_ITEMS(body)
    yield _LESSER(body)


_PLAIN = boxes.elements_at(
    ".//*[self::p or self::font or self::b or self::strong or self::td or self::div or self::span or self::center]"
    "[string-length(normalize-space()) >= 20 and string-length(normalize-space()) <= 250]"
)


def _plain_heading(body: HtmlElement, titles: Sequence[str]) -> HtmlElement | None:
    """The first element without any name whose whole text is the better part of a title (old table layouts)."""
    for element in _PLAIN(body):
        text = fold(text_of(element))
        if any(text in title and len(text) >= 0.5 * len(title) for title in titles):
            return element
    return None
