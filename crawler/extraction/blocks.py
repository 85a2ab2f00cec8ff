"""A tree read as the lines that a reader of the page sees: one block a paragraph, heading, list item or
table row.

`<p>`, `<div>` and `<br><br>` part paragraphs alike. Text of inline links, repeated paragraphs and ZWNJ
survive
(trafilatura loses the second and third, HAZARDS.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.arabic.letters import clean
from crawler.extraction import boxes

_BOLD_TAGS = frozenset(("b", "strong"))
_CELLS = frozenset(("td", "th"))


@dataclass(slots=True, eq=False)
class Block:
    """One line of text in storage form.

    `element` is the block element that prints it, `linked` and `bold` count its characters inside links and
    bold type, `joined` tells that only a single `<br>` parts it from the block before.
    """

    text: str
    element: HtmlElement
    linked: int = 0
    bold: int = 0
    joined: bool = False

    @property
    def is_heading(self) -> bool:
        """Printed as a heading: a heading element, or nothing but bold type."""
        return self.element.tag in boxes.HEADING_TAGS or self.bold * 10 >= len(self.text) * 9

    @property
    def link_share(self) -> float:
        """How much of the text stands inside links, 0 to 1."""
        return min(1.0, self.linked / max(1, len(self.text)))


def walk(root: HtmlElement, skip: Callable[[HtmlElement], bool]) -> list[Block]:
    """The blocks under `root` in document order, without the elements for which `skip` is true."""
    walker = _Walker(skip)
    walker.visit(root, root, False, False)
    walker.flush(root)
    return walker.blocks


class _Walker:
    def __init__(self, skip: Callable[[HtmlElement], bool]) -> None:
        self.skip = skip
        self.blocks: list[Block] = []
        self.pieces: list[str] = []
        self.linked = self.bold = self.breaks = 0

    def visit(self, element: HtmlElement, block: HtmlElement, linked: bool, bold: bool) -> None:
        self.add(element.text, linked, bold)
        for child in element:
            tag = child.tag
            if not isinstance(tag, str):
                pass
            elif tag == "br":
                self.flush(block)
                self.breaks += 1
            elif self.skip(child):
                if tag in boxes.BLOCK_TAGS:
                    self.part(block)
            elif tag == "table" and _holds_data(child):
                self.part(block)
                self.rows(child)
            elif tag in boxes.BLOCK_TAGS:
                self.part(block)
                self.visit(child, child, linked, bold)
                self.part(child)
            else:
                self.visit(child, block, linked or tag == "a", bold or tag in _BOLD_TAGS)
            self.add(child.tail, linked, bold)

    def add(self, text: str | None, linked: bool, bold: bool) -> None:
        if text:
            self.pieces.append(text)
            if linked or bold:
                length = len(text.strip())
                self.linked += length * linked
                self.bold += length * bold

    def part(self, block: HtmlElement) -> None:
        """Ends the running text at a block's edge."""
        self.flush(block)
        self.breaks = 2

    def flush(self, block: HtmlElement) -> None:
        text = "".join(self.pieces)
        if text and not text.isspace():
            text = " ".join(clean(text).split())
            if text:
                self.blocks.append(Block(text, block, self.linked, self.bold, self.breaks == 1))
                self.breaks = 0
        self.pieces.clear()
        self.linked = self.bold = 0

    def rows(self, table: HtmlElement) -> None:
        for row in table.iter("tr"):
            cells = [" ".join(clean(cell.text_content()).split()) for cell in row if cell.tag in _CELLS]
            text = " | ".join(cell for cell in cells if cell)
            if text:
                linked = sum(len(link.text_content().strip()) for link in row.iter("a"))
                self.blocks.append(Block(text, row, linked))
        self.breaks = 2


def _holds_data(table: HtmlElement) -> bool:
    """Whether a table holds figures and not the layout of the page: several short cells a row, no blocks
    inside."""
    rows = 0
    for element in table.iter():
        tag = element.tag
        if tag == "tr":
            rows += len(element) > 1
        elif (
            tag in ("table", "h1", "h2", "ul", "div", "img", "script", "form") and element is not table
        ) or (tag in _CELLS and len(element.text_content()) > 300):
            return False
    return rows >= 2
