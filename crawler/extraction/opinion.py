"""trafilatura's opinion of where the article stands, asked on a tree that we prepared.

Our own walk reads the text (it keeps repeated paragraphs, ZWNJ and the links' words, which trafilatura
loses);
trafilatura judges where markup gives no evidence of its own. On pages whose container names itself it
would add
5 to 20 ms and change nothing (measured by tests/benchmarks/reading.py), so it is asked on the others only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from lxml.html import HtmlElement, builder
from trafilatura import bare_extraction

from crawler.arabic.letters import fold
from crawler.extraction.blocks import Block
from crawler.extraction.container import locate, weigh

_LARGEST = 10_000
"""Elements above which trafilatura is not asked: its time grows faster than the page."""

_AGREEMENT = 0.3
"""Share of our text that trafilatura must have found too; below it, it is asked where it would look."""


def reconsider(
    root: HtmlElement,
    skip: Callable[[HtmlElement], bool],
    blocks: Sequence[Block],
    container: HtmlElement,
    inside: Sequence[Block],
) -> tuple[HtmlElement, str] | None:
    """Another container than ours where trafilatura reads mostly other text, else None.

    `blocks` are all blocks of the page outside its furniture, `inside` those of `container`.
    """
    if count_elements(root) > _LARGEST:
        return None
    answer = bare_extraction(
        prepare(root, skip), fast=True, favor_precision=True, with_metadata=False, include_comments=False
    )
    text = getattr(answer, "text", None) or ""
    lines = {fold(line) for line in text.splitlines()} - {""}
    confirmed = [block for block in blocks if fold(block.text) in lines]
    ours = sum(max(0.0, weigh(block)) for block in inside)
    shared = {id(block) for block in inside}
    agreed = sum(max(0.0, weigh(block)) for block in confirmed if id(block) in shared)
    found = sum(max(0.0, weigh(block)) for block in confirmed)
    if not confirmed or agreed >= _AGREEMENT * ours or found < ours * (1 - _AGREEMENT):
        return None
    other, _ = locate(confirmed, root)
    return (other, "trafilatura") if other is not container else None


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
