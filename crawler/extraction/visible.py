"""The text of an element as a reader of the page sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from lxml.etree import XPath
from lxml.html import HtmlElement

from crawler.arabic.letters import clean
from crawler.extraction import boxes


def one_line(text: str) -> str:
    """Storage form on one line."""
    return " ".join(clean(text).split())


def text_of(element: HtmlElement) -> str:
    """The visible text of an element in storage form, on one line."""
    if not len(element):
        return one_line(element.text or "")
    return one_line("".join(_pieces(element)))


def short_text_of(element: HtmlElement, longest: int) -> str | None:
    """`text_of`, or None where it is longer than `longest` characters; a long one is not read to its end."""
    pieces: list[str] = []
    length = 0
    for piece in _pieces(element):
        length += len(piece.strip())
        if length > _LOOSE * longest or len(pieces) > longest:
            return None
        pieces.append(piece)
    text = one_line("".join(pieces))
    return text if len(text) <= longest else None


_LOOSE = 4
"""How much longer a text may be in the page's code: templates indent, and invisible signs are dropped."""


def length_of(element: HtmlElement) -> int:
    """Characters of an element's text, without scripts and style sheets and without the space around pieces."""
    return sum(len(piece.strip()) for piece in _TEXTS(element))


def linked_length_of(element: HtmlElement) -> int:
    """Characters of an element's text that stand in links."""
    return sum(len(piece.strip()) for piece in _LINKED_TEXTS(element))


def _pieces(element: HtmlElement) -> Iterator[str]:
    """The text pieces of an element, a space at each block's edge, nothing of scripts and hidden elements."""
    if element.text:
        yield element.text
    before: str | None = None
    for child in element:
        tag = child.tag
        if tag not in boxes.SILENT_TAGS and not boxes.is_hidden(child):
            apart = tag in boxes.BLOCK_TAGS or tag == "br"
            name = child.get("class")
            if apart or (before and name and before != name):
                yield " "  # two neighbours of two names, a writer and his post, are two words
            yield from _pieces(child)
            if apart:
                yield " "
            before = name
        if child.tail:
            yield child.tail
            before = None


_Texts = Callable[[HtmlElement], list[str]]
_OF_TEXT = "text()[not(parent::script or parent::style or parent::noscript or parent::template)]"
_TEXTS = cast(_Texts, XPath(f"descendant-or-self::*/{_OF_TEXT}", smart_strings=False))
_LINKED_TEXTS = cast(_Texts, XPath("descendant::a/descendant-or-self::*/text()", smart_strings=False))
