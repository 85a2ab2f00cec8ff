"""Where on the page the article's text stands: the element that holds most plain text and least link text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from lxml.html import HtmlElement

from crawler.extraction import boxes
from crawler.extraction.blocks import Block

_TEXTY = 25
"""Characters from which a line counts as text; shorter ones are menus, labels and names."""

_SENTENCE = 60
"""Weight of a line that is text even without a final stop."""
_STOPS = (".", "؟", "!", "»", "”")
_LEAD = 80
"""Characters of a sentence above the text that is taken for the lead (`opening.find_openings`)."""
_NO_CONTAINER = frozenset(("p", "ul", "ol", "li", "blockquote", "font", "span", "b", "strong"))
_MOST = 0.6
"""Share of the chosen element's text that a narrower one must keep, if what it leaves out is no text."""
_STATED_SHARE = 0.3
"""Share of the best element's text from which itemprop=articleBody is believed."""

_NEARLY_ALL = 0.85
"""Share of the best element's text that a narrower one must keep to be preferred."""


def weigh(block: Block) -> float:
    """How much a line speaks for an article around it: its length, or less than nothing for a link."""
    length = len(block.text)
    if block.link_share > 0.5:
        return -float(length) - 10
    return length * (1 - block.link_share) if length >= _TEXTY else 0.0


def locate(blocks: Sequence[Block], root: HtmlElement) -> tuple[HtmlElement, str]:
    """The element around the article's text, and the rule that chose it.

    `blocks` are the lines of the page outside its furniture and below its headline, `root` is the element that they
    were read from. An element whose markup says that it is the article's text (itemprop=articleBody, a class that
    platforms use for it) is preferred to an equally rich one without.
    """
    text: dict[HtmlElement, float] = {}
    net: dict[HtmlElement, float] = {}
    depth: dict[HtmlElement, int] = {}
    for element, (plain, balance) in _sums(blocks).items():
        line = [element, *element.iterancestors()]
        top = len(line) - 1
        for level, ancestor in enumerate(line):
            depth[ancestor] = top - level
            net[ancestor] = net.get(ancestor, 0.0) + balance
            text[ancestor] = text.get(ancestor, 0.0) + plain
    if not net:
        return root, "page"
    best = max(net, key=lambda e: (net[e], depth[e]))
    stated = [e for e in text if "articlebody" in (e.get("itemprop") or "").lower()]
    if stated:
        richest = max(stated, key=lambda e: text[e])
        if text[richest] >= _STATED_SHARE * text[best]:
            return richest, "itemprop=articleBody"
    enough = [e for e in text if text[e] >= _NEARLY_ALL * text[best]]
    named = [e for e in enough if e.tag not in ("body", "html") and boxes.names_article(boxes.name_of(e))]
    if named:
        # The outermost inside the best element: an inner one may hold one of two columns of text only.
        inside = [e for e in named if depth[e] >= depth[best]] or named
        outer, rule = min(inside, key=lambda e: depth[e]), "named container"
    else:
        outer, rule = best, "densest element"
    inner = [e for e in text if depth[e] > depth[outer] and text[e] >= _MOST * text[outer]]
    return _narrow(outer, sorted(inner, key=lambda e: -depth[e]), blocks), rule


def _sums(blocks: Sequence[Block]) -> dict[HtmlElement, tuple[float, float]]:
    """Plain text, and plain text less links, of the lines that each element prints itself."""
    found: dict[HtmlElement, tuple[float, float]] = {}
    for block in blocks:
        weight = weigh(block)
        plain, balance = found.get(block.element, (0.0, 0.0))
        found[block.element] = plain + max(weight, 0.0), balance + weight
    return found


def _narrow(outer: HtmlElement, inner: Sequence[HtmlElement], blocks: Sequence[Block]) -> HtmlElement:
    """The innermost element outside of which the outer one holds no text below, and above no more than a lead."""
    inside = [block for block in blocks if _holds(outer, block)]
    asked = set(inner)
    spans: dict[HtmlElement, tuple[int, int]] = {}
    for place, block in enumerate(inside):
        for above in (block.element, *block.element.iterancestors()):
            if above in asked:
                spans[above] = spans.get(above, (place, place))[0], place
    texts = [place for place, block in enumerate(inside) if _is_text(block)]
    for element in inner:
        if element not in spans or element.tag in _NO_CONTAINER:
            continue
        first, last = spans[element]
        before = [inside[place] for place in texts[: bisect_left(texts, first)][:2]]
        if len(before) > 1 or (texts and texts[-1] > last):
            continue
        if all(len(block.text) >= _LEAD and block.text.endswith(_STOPS) for block in before):
            return element
    return outer


def _holds(element: HtmlElement, block: Block) -> bool:
    return block.element is element or any(above is element for above in block.element.iterancestors())


def _is_text(block: Block) -> bool:
    return weigh(block) >= _SENTENCE or (weigh(block) > 0 and block.text.endswith(_STOPS))
