"""The article's own text, paragraph by paragraph.

Our own walk reads the text; trafilatura is asked where the article stands only when the markup leaves a doubt.
`opinion` says what was measured and when that is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawler.extraction import boxes
from crawler.extraction.blocks import Block, walk
from crawler.extraction.container import locate, weigh
from crawler.extraction.margin import is_margin
from crawler.extraction.opening import below_headline, find_openings, within
from crawler.extraction.opinion import reconsider
from crawler.extraction.page import Page
from crawler.extraction.recurrence import hash_of
from crawler.extraction.sifting import sift
from crawler.outlet import Layout

__all__ = ["Body", "find_body", "hash_of"]


@dataclass(slots=True)
class Body:
    """What was found: the blocks of the text in order, the lead among them, and by which rule."""

    blocks: list[Block] = field(default_factory=list)
    lead: str | None = None
    truncated: bool = False
    rule: str = ""

    @property
    def paragraphs(self) -> list[str]:
        """The text of the blocks."""
        return [block.text for block in self.blocks]


def find_body(
    page: Page, *, headline: str | None, layout: Layout | None = None, furniture: frozenset[int] = frozenset()
) -> Body:
    """The body of the page's article; no blocks where there is none.

    `headline` is the article's own, so that its repetition is not taken for text. `furniture` holds the hashes
    (`recurrence.hash_of`) of lines known to recur on the outlet's pages.
    """
    root = page.tree.find("body")
    if root is None:
        return Body()
    skip = _skipper(page, root, layout)
    below = below_headline(walk(root, skip), page.headline_element)
    chosen = _select(page.tree, layout.article) if layout else None
    container, rule = (chosen, "layout.article") if chosen is not None else locate(below, root)
    if rule == "densest element":
        inside = [block for block in below if within(block.element, container)]
        headline_element = page.headline_element
        container, rule = reconsider(root, skip, container, inside, headline_element) or (container, rule)
    parts = {container, *_further_parts(container, below)}
    inside = [
        block
        for block in below
        if block.element in parts or not parts.isdisjoint(block.element.iterancestors())
    ]
    opening = [] if chosen is not None else find_openings(below, inside, page)
    sifted = sift([*opening, *inside], page, headline, furniture)
    return Body(sifted.blocks, _lead(sifted.blocks, opening, page, layout), sifted.truncated, rule)


def _select(tree: HtmlElement, selector: str | None) -> HtmlElement | None:
    found = boxes.select(tree, selector) if selector else []
    return found[0] if found else None


def _skipper(page: Page, root: HtmlElement, layout: Layout | None) -> Callable[[HtmlElement], bool]:
    pruned = {e for rule in (layout.prune if layout else ()) for e in boxes.select(root, rule)}
    out = page.furniture | pruned
    return lambda element: element in out or is_margin(element)


_SENTENCE_WORDS = 14
"""Words from which a first line in a heading element is the lead and no subheading."""
_PARAGRAPH = 60
"""Weight of a line that shows that a part of a page is text and not a list of facts."""


def _further_parts(container: HtmlElement, below: list[Block]) -> list[HtmlElement]:
    """The later siblings of the same tag and class that hold text: boxes between paragraphs cut it into parts."""
    name = container.get("class")
    if not name or container.tag not in ("div", "section", "p"):
        return []
    texts = {block.element for block in below if weigh(block) >= _PARAGRAPH}
    return [
        sibling
        for sibling in container.itersiblings(container.tag)
        if sibling.get("class") == name
        and next(sibling.iter("h1"), None) is None
        and any(element in texts for element in sibling.iter())
    ]


def _lead(blocks: list[Block], opening: list[Block], page: Page, layout: Layout | None) -> str | None:
    """The lead: the layout's element, else the text above the container, else the first line that is no heading."""
    stated = _select(page.tree, layout.lead) if layout else None
    if stated is not None and (text := page.text_of(stated)):
        return text
    for block in blocks:
        heading = block.element.tag in boxes.HEADING_TAGS
        if not heading or block in opening or (block is blocks[0] and _is_sentence(block.text)):
            return block.text
    return None


def _is_sentence(text: str) -> bool:
    return text.endswith((".", "؟", "!")) or text.count(" ") >= _SENTENCE_WORDS
