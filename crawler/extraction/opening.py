"""Where an article begins: below its headline, with a lead that may stand in a container of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.blocks import Block
from crawler.extraction.container import weigh
from crawler.extraction.page import Page

_ENOUGH = 200
"""Weight of text from which an element is taken for the article around its headline."""


def below_headline(blocks: list[Block], headline: HtmlElement | None) -> list[Block]:
    """The blocks after the headline, inside its own article where a page holds several; all where none is known.

    A page that loads the next article below holds several `<article>`s, or several boxes of one class with a
    heading each: only the headline's own counts.
    """
    if headline is None:
        return blocks
    printed = set(headline.iter())
    last = max((i for i, block in enumerate(blocks) if block.element in printed), default=-1)
    below = blocks[last + 1 :]
    for ancestor in headline.iterancestors():
        if ancestor.tag == "body":
            break
        if ancestor.tag == "article" or _is_repeated(ancestor):
            own = [block for block in below if within(block.element, ancestor)]
            if sum(max(0.0, weigh(block)) for block in own) >= _ENOUGH:
                return own
    return below if any(weigh(block) > 0 for block in below) else blocks


_HEADED = boxes.elements_at("descendant::*[self::h1 or self::h2 or self::h3][normalize-space()]")


def _is_repeated(element: HtmlElement) -> bool:
    """Whether a later sibling of the same tag and class begins with a heading, as this one holds the headline."""
    name = element.get("class")
    if not name or element.tag not in ("div", "section", "li", "main"):
        return False
    return any(
        sibling.get("class") == name and _HEADED(sibling) for sibling in element.itersiblings(element.tag)
    )


def within(element: HtmlElement, container: HtmlElement) -> bool:
    """Whether an element is the container or stands inside it."""
    return element is container or any(ancestor is container for ancestor in element.iterancestors())


_LEAD_NAME = re.compile(
    r"\b(?:lead|lede|summary|excerpt|intro|introduction|sapo|standfirst|subtitle|sub title|subhead|"
    r"sub ?heading|sub ?headline|deck|dek|teaser|abstract|chapo|brief|short ?(?:desc|description|story|text)|"
    r"description|desc|synopsis|moqadema|headnote)\b"
)
_SHORTEST_LEAD = 30
_SENTENCE = 80
_SENTENCE_ENDS = '.!؟?"»”'


def find_openings(below: list[Block], inside: list[Block], page: Page) -> list[Block]:
    """Blocks between the headline and the container `inside` that are text: the lead in a container of its own.

    A lead that the text repeats as its beginning is left to the text.
    """
    if not inside:
        return []
    before = below[: below.index(inside[0])]
    if not before:
        return []
    known = [fold(text) for text in (page.meta("og:description"), page.meta("description")) if text]
    beginning = fold(" ".join(block.text for block in inside[:3]))
    return [block for block in before if _opens(block, known, beginning)]


def _opens(block: Block, known: Sequence[str], beginning: str) -> bool:
    text = fold(block.text)
    if not text or block.link_share > 0.3 or text in beginning:
        return False
    if len(block.text) >= _SENTENCE and block.text[-1] in _SENTENCE_ENDS:
        return True
    if len(text) >= 40 and any(text.startswith(d[:60]) or d.startswith(text[:60]) for d in known):
        return True
    near = [block.element, *list(block.element.iterancestors())[:2]]
    return len(block.text) >= _SHORTEST_LEAD and any(
        _LEAD_NAME.search(boxes.words_of(boxes.name_of(e))) for e in near
    )
