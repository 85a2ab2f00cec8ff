"""trafilatura's opinion of where the article stands, asked on a tree that we prepared.

Our own walk reads the text: it keeps repeated paragraphs, ZWNJ and the links' words, which trafilatura loses.
Measured on 182 pages (6 real ones, 85 in the markup of platforms, our fixtures): trafilatura's own text of the
prepared tree has a mean F1 of .91 where ours has .985, and asking it on every page moves no body and costs 1.5 ms.
So it is asked only where the markup leaves a doubt: text in several unlike boxes below the headline, none of which
calls itself the article (an unnamed notice or a second story after the text).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from lxml.html import HtmlElement, builder
from trafilatura import bare_extraction

from crawler.arabic.letters import fold
from crawler.extraction.blocks import Block
from crawler.extraction.container import weigh

_LARGEST = 10_000
"""Elements above which trafilatura is not asked: its time grows faster than the page."""

_PART = 0.15
"""Share of the text that makes a child of the container one of its parts."""
_MOST = 0.5
"""Share of the text that the part around the headline must hold; less is a lead above the text."""
_READ = 0.8
"""Share of a part's text that trafilatura must have read to mean it; as little of the others."""


def reconsider(
    root: HtmlElement,
    skip: Callable[[HtmlElement], bool],
    container: HtmlElement,
    inside: Sequence[Block],
    headline: HtmlElement | None,
) -> tuple[HtmlElement, str] | None:
    """The part of a container of unlike parts that is the article, or None where it is the whole of it.

    `inside` are the blocks of `container`. The part that holds the headline and most of the text is taken without
    asking; else the one that trafilatura reads alone.
    """
    parts = _unlike_parts(container, inside)
    if len(parts) < 2:
        return None
    above = set() if headline is None else set(headline.iterancestors())
    own = next((part for part in parts if part in above), None)
    weights = {part: sum(map(weigh, blocks)) for part, blocks in parts.items()}
    if own is not None and weights[own] >= _MOST * sum(weights.values()):
        return own, "part around the headline"
    if count_elements(root) > _LARGEST:
        return None
    answer = bare_extraction(
        prepare(root, skip), fast=True, favor_precision=True, with_metadata=False, include_comments=False
    )
    lines = {fold(line) for line in (getattr(answer, "text", None) or "").splitlines()} - {""}
    read = {
        part: sum(weigh(block) for block in blocks if fold(block.text) in lines)
        / sum(weigh(block) for block in blocks)
        for part, blocks in parts.items()
    }
    chosen = [part for part, share in read.items() if share >= _READ]
    left = [part for part, share in read.items() if share <= 1 - _READ]
    if len(chosen) == 1 and len(left) == len(read) - 1:
        return chosen[0], "trafilatura"
    return None


def _unlike_parts(container: HtmlElement, inside: Sequence[Block]) -> dict[HtmlElement, list[Block]]:
    """The container's children that hold a good share of its text, if they are of different tags or classes."""
    parts: dict[HtmlElement, list[Block]] = {}
    for block in inside:
        part = next(
            (e for e in (block.element, *block.element.iterancestors()) if e.getparent() is container), None
        )
        if part is not None and weigh(block) > 0:
            parts.setdefault(part, []).append(block)
    total = sum(weigh(block) for blocks in parts.values() for block in blocks)
    large = {
        part: blocks
        for part, blocks in parts.items()
        if len(blocks) > 1 and sum(map(weigh, blocks)) >= _PART * total
    }
    return large if len({(part.tag, part.get("class")) for part in large}) > 1 else {}


def count_elements(root: HtmlElement) -> int:
    """How many elements a tree has, up to one more than what trafilatura is asked to read."""
    return sum(1 for _ in islice(root.iter(), _LARGEST + 1))


def prepare(root: HtmlElement, skip: Callable[[HtmlElement], bool]) -> HtmlElement:
    """A copy of the tree without the elements for which `skip` is true; the page's own tree stays as it
    is."""
    document = builder.HTML(builder.BODY())
    _copy_into(root, document[0], skip)
    return document


def _copy_into(source: HtmlElement, target: HtmlElement, skip: Callable[[HtmlElement], bool]) -> None:
    target.text = source.text
    for child in source:
        if not isinstance(child.tag, str) or skip(child):
            if child.tail:
                if len(target):
                    target[-1].tail = (target[-1].tail or "") + child.tail
                else:
                    target.text = (target.text or "") + child.tail
            continue
        copy = target.makeelement(child.tag, dict(child.attrib))
        target.append(copy)
        _copy_into(child, copy, skip)
        copy.tail = child.tail
