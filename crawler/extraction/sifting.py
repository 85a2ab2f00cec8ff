"""The furniture between the paragraphs of a text taken out, and its lines joined."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.blocks import Block
from crawler.extraction.container import weigh
from crawler.extraction.furniture import Verdict, ends_skipping, judge, starts_skipping
from crawler.extraction.margin import is_caption, is_date, is_label
from crawler.extraction.page import Page
from crawler.extraction.recurrence import hash_of

_TEXT = 60
"""Weight from which a line below a label shows that the article goes on."""
_LABEL_WORDS = 5
"""Words of a bare label above related stories; more hold a story's headline already."""
_BEGUN = 40
"""Weight of the line that begins the text: what stands above it may be labels."""

_LONGEST_LINE = 4000
"""Characters above which nothing is joined to a line: a text of a million words without a stop is no paragraph."""

_BULLET = re.compile(r"^(?:[-–—•*▪●■◆·]|\d{1,2}\s?[-.)ـ])")
_STOPS = (".", "!", "؟", "?", ":", "…", '"', "»", "”", "؛", ")")
_GLUED = re.compile(r"^(?:مقالات|أخبار|اخبار|مواضيع|موضوعات) ذات (?:ال)?صلة(?=[\u0621-\u064a])")
_CUT_OFF = re.compile(r"\[(?:…|\.{3})\]$")


@dataclass(slots=True)
class Sifted:
    """The blocks that remain, and whether the page shows only the beginning of the article."""

    blocks: list[Block] = field(default_factory=list)
    truncated: bool = False


def sift(blocks: Sequence[Block], page: Page, headline: str | None, furniture: frozenset[int]) -> Sifted:
    """The blocks of the text: no related links, captions, labels, promotions, nothing below a comment form.

    `furniture` holds the hashes of lines known to recur on the outlet's pages.
    """
    found = Sifted()
    titles = {fold(text) for text in (headline, *page.titles) if text}
    captions = image_texts(page)
    started = related = False
    past = -1  # the last block of a box that is skipped as a whole
    for place, block in enumerate(blocks):
        if place <= past:
            continue
        block.text = _GLUED.sub("", block.text)
        text = fold(block.text)
        if furniture and hash_of(block.text) in furniture:
            continue
        if (text in captions and len(block.text) < 250) or is_caption(block.text, block.element, started):
            continue
        if starts_skipping(text):
            past = _end_of_skip(blocks, place)
            continue
        verdict = judge(block.text, block.link_share, text)
        if verdict is Verdict.BOX:
            past = _end_of_box(blocks, place, found.blocks)
            verdict = Verdict.CUT if past > place or not started else Verdict.END
        if verdict is Verdict.END:
            if started:
                break
            continue
        if verdict is Verdict.TRUNCATED:
            found.truncated = not any(weigh(b) >= _TEXT for b in blocks[place + 1 :])
            if found.truncated:
                break
            continue
        if verdict is Verdict.RELATED:
            related = True
            if text.count(" ") < _LABEL_WORDS:
                end = _end_of_box(blocks, place, found.blocks)
                linked = sum(b.link_share >= 0.8 for b in blocks[place + 1 : end + 1])
                past = end if linked * 3 >= end - place else past
            continue
        if verdict is Verdict.CUT:
            continue
        if block.link_share >= 0.8 and (related or _is_card(blocks, place)):
            continue
        related = False
        if not started and (text in titles or is_label(block.text, block.link_share)):
            continue
        if len(found.blocks) == 1 and is_date(text):  # between the lead and the text
            continue
        if text in titles and (block.linked or block.is_heading):
            continue
        started = started or weigh(block) >= _BEGUN
        _take(found.blocks, block)
    while len(found.blocks) > 1 and found.blocks[-1].element.tag in boxes.HEADING_TAGS:
        found.blocks.pop()
    if len(found.blocks) > 2 and found.blocks[0].text == found.blocks[1].text:
        del found.blocks[0]  # a lead that the page prints twice, above the text and as its beginning
    if found.blocks and _CUT_OFF.search(found.blocks[-1].text):
        found.truncated = True
    return found


def _end_of_skip(blocks: Sequence[Block], place: int) -> int:
    """The last block of what a skip link jumps over (BBC: تخطى البودكاست وواصل القراءة … البودكاست نهاية)."""
    for end in range(place + 1, min(place + 40, len(blocks))):
        if ends_skipping(fold(blocks[end].text)):
            return end
    return place


def _end_of_box(blocks: Sequence[Block], place: int, kept: Sequence[Block]) -> int:
    """The last block of the box that a block's head opens: the outermost element around it without kept text."""
    taken: set[HtmlElement] = set()
    for block in kept[-3:]:
        taken.add(block.element)
        taken.update(block.element.iterancestors())
    box = None
    for element in (blocks[place].element, *blocks[place].element.iterancestors()):
        if element in taken:
            break
        box = element
    end = place
    if box is not None and kept:
        while end + 1 < len(blocks) and any(a is box for a in blocks[end + 1].element.iterancestors()):
            end += 1
    return end


def _take(kept: list[Block], block: Block) -> None:
    previous = kept[-1] if kept else None
    if (
        previous is not None
        and block.joined
        and len(previous.text) < _LONGEST_LINE
        and not previous.text.endswith(_STOPS)
        and not _BULLET.match(block.text)
    ):
        previous.text = f"{previous.text} {block.text}"
        previous.linked += block.linked
        previous.bold += block.bold
    else:
        kept.append(block)


def _is_card(blocks: Sequence[Block], place: int) -> bool:
    """A line that is nothing but a link, with no paragraph of its own below: another article's headline."""
    block = blocks[place]
    if block.element.tag in boxes.HEADING_TAGS:
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        return after is None or weigh(after) < _TEXT
    return len(block.text) >= 12 or block.element.tag == "li"


def image_texts(page: Page) -> set[str]:
    """The folded alt and title texts of images: a line that repeats one is a caption."""
    texts = {image.get(name) for image in page.tree.iter("img") for name in ("alt", "title")}
    return {folded for text in texts if text and (folded := fold(text))}
