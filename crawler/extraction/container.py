"""Where on the page the article's text stands: the element that holds most plain text and least link text."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.html import HtmlElement

from crawler.extraction import boxes
from crawler.extraction.blocks import Block

_TEXTY = 25
"""Characters from which a line counts as text; shorter ones are menus, labels and names."""

_NEARLY_ALL = 0.85
"""Share of the best element's text that a narrower one must keep to be preferred."""


def weigh(block: Block) -> float:
    """How much a line speaks for an article around it: its length, or less than nothing for a link."""
    length = len(block.text)
    if block.link_share > 0.5:
        return -float(length) - 10
    return length * (1 - block.link_share) if length >= _TEXTY else 0.0


def locate(blocks: Iterable[Block], root: HtmlElement) -> tuple[HtmlElement, str]:
    """The element around the article's text, and the rule that chose it.

    `blocks` are the lines of the page outside its furniture and below its headline, `root` is the element
    that
    they were read from. An element whose markup says that it is the article's text (itemprop=articleBody,
    a class
    that platforms use for it) is preferred to an equally rich one without.
    """
    text: dict[HtmlElement, float] = {}
    net: dict[HtmlElement, float] = {}
    depth: dict[HtmlElement, int] = {}
    for block in blocks:
        weight = weigh(block)
        line = [block.element, *block.element.iterancestors()]
        for level, element in enumerate(reversed(line)):
            depth[element] = level
            net[element] = net.get(element, 0.0) + weight
            text[element] = text.get(element, 0.0) + max(weight, 0.0)
            if element is root:
                continue
    if not net:
        return root, "page"
    best = max(net, key=lambda e: (net[e], depth[e]))
    enough = [e for e in text if e.tag != "p" and text[e] >= _NEARLY_ALL * text[best]]
    inner = max(enough, key=lambda e: depth[e], default=best)
    stated = [e for e in text if "articlebody" in (e.get("itemprop") or "").lower()]
    if stated:
        richest = max(stated, key=lambda e: text[e])
        if text[richest] >= 0.3 * text[best]:
            return richest, "itemprop=articleBody"
    named = [e for e in enough if e.tag not in ("body", "html") and boxes.names_article(boxes.name_of(e))]
    if named:
        # The outermost inside the best element: an inner one may hold one of two columns of text only.
        inside = [e for e in named if depth[e] >= depth[best]] or named
        return min(inside, key=lambda e: depth[e]), "named container"
    return inner, "densest element"
