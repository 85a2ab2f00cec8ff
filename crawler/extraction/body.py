"""The article's own text, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.blocks import Block, walk
from crawler.extraction.container import locate, weigh
from crawler.extraction.furniture import Verdict, judge
from crawler.extraction.opinion import reconsider
from crawler.extraction.page import Page, one_line
from crawler.outlet import Layout


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

    `headline` is the article's own, so that its repetition is not taken for text. `furniture` holds the
    hashes
    (`hash_of`) of lines known to recur on the outlet's pages.
    """
    root = page.tree.find("body")
    if root is None:
        return Body()
    skip = _skipper(page, root, layout)
    below = _below_headline(walk(root, skip), page.headline_element)
    chosen = _select(page.tree, layout.article) if layout else None
    container, rule = (chosen, "layout.article") if chosen is not None else locate(below, root)
    if rule == "densest element":
        inside = [block for block in below if _within(block.element, container)]
        container, rule = reconsider(root, skip, below, container, inside) or (container, rule)
    parts = [container, *_further_parts(container)]
    inside = [block for block in below if any(_within(block.element, part) for part in parts)]
    opening = [] if chosen is not None else _openings(below, inside, page)
    body = _sift([*opening, *inside], page, headline, furniture)
    body.rule = rule
    body.lead = _lead(body, page, layout)
    return body


def hash_of(line: str) -> int:
    """The 64-bit hash under which a line is remembered as furniture: blake2b of its search form."""
    return int.from_bytes(blake2b(fold(line).encode(), digest_size=8).digest(), "big", signed=True)


def _select(tree: HtmlElement, selector: str | None) -> HtmlElement | None:
    found = boxes.select(tree, selector) if selector else []
    return found[0] if found else None


def _skipper(page: Page, root: HtmlElement, layout: Layout | None) -> Callable[[HtmlElement], bool]:
    pruned = {e for rule in (layout.prune if layout else ()) for e in boxes.select(root, rule)}
    out = page.furniture | pruned
    return lambda element: element in out or _is_margin(element)


_INLINE_MARGIN = 60
_BLOCK_MARGIN = 300


def _is_margin(element: HtmlElement) -> bool:
    """Credit, date, tags and caption lines: the readers of those fields take them, the text does not."""
    tag = element.tag
    if tag in ("figcaption", "caption", "time"):
        return True
    name = boxes.name_of(element)
    if name == "  " or tag in ("body", "article", "main", "h1") or not boxes.names_margin(name):
        return False
    text = element.text_content().strip()
    if tag in boxes.BLOCK_TAGS:
        linked = sum(len(link.text_content()) for link in element.iter("a"))
        return len(text) <= _BLOCK_MARGIN or linked > len(text) * 0.6
    before = element.getprevious()
    running = (element.tail or "").strip() or (
        (before.tail if before is not None else element.getparent().text) or ""
    ).strip()
    return len(text) <= _INLINE_MARGIN and not running


def _within(element: HtmlElement, container: HtmlElement) -> bool:
    return element is container or any(ancestor is container for ancestor in element.iterancestors())


def _further_parts(container: HtmlElement) -> list[HtmlElement]:
    """The later siblings of the same tag and class: a text that boxes between its paragraphs cut into
    parts."""
    name = container.get("class")
    if not name or container.tag not in ("div", "section", "p"):
        return []
    return [
        sibling
        for sibling in container.itersiblings(container.tag)
        if sibling.get("class") == name and next(sibling.iter("h1"), None) is None
    ]


def _below_headline(blocks: list[Block], headline: HtmlElement | None) -> list[Block]:
    """The blocks after the headline, inside its `<article>` where that holds text; all where none is
    known."""
    if headline is None:
        return blocks
    last = max((i for i, b in enumerate(blocks) if _within(b.element, headline)), default=-1)
    below = blocks[last + 1 :]
    article = next((a for a in headline.iterancestors("article")), None)
    if article is not None:
        own = [block for block in below if _within(block.element, article)]
        if sum(max(0.0, weigh(b)) for b in own) >= 200:
            return own
    return below if any(weigh(b) > 0 for b in below) else blocks


_LEAD_NAME = re.compile(
    r"\b(?:lead|lede|summary|excerpt|intro|introduction|sapo|standfirst|subtitle|sub title|subhead|"
    r"subheadline|deck|dek|"
    r"teaser|abstract|chapo|brief|short ?(?:desc|description|story|text)|description|desc|synopsis|"
    r"moqadema|headnote)\b"
)


def _openings(below: list[Block], inside: list[Block], page: Page) -> list[Block]:
    """Blocks between the headline and the container that are text: the lead in a container of its own."""
    if not inside:
        return []
    before = below[: below.index(inside[0])]
    known = {fold(text) for text in (page.meta("og:description"), page.meta("description")) if text}
    beginning = fold(" ".join(block.text for block in inside[:3]))
    found = []
    for block in before:
        text = fold(block.text)
        if (
            not text
            or block.link_share > 0.3
            or text in beginning
            or beginning.startswith(text.removesuffix(" "))
        ):
            continue
        named = any(
            _LEAD_NAME.search(boxes.words_of(boxes.name_of(e)))
            for e in [block.element, *list(block.element.iterancestors())[:2]]
        )
        agrees = any(text.startswith(d[:60]) or d.startswith(text[:60]) for d in known if len(text) >= 40)
        if (
            (named and len(block.text) >= 30)
            or agrees
            or (len(block.text) >= 80 and block.text[-1] in '.!؟?"»”')
        ):
            found.append(block)
    return found


_BULLET = re.compile(r"^(?:[-–—•*▪●■◆·]|\d{1,2}\s?[-.)ـ])")
_STOPS = (".", "!", "؟", "?", ":", "…", '"', "»", "”", "؛", ")")
_DATE_LINE = re.compile(
    r"(?:19|20|١٩|٢٠)[\d٠-٩]{2}|\b\d{1,2}:\d{2}\b|[٠-٩]{1,2}:[٠-٩]{2}|منذ (?:\d+ )?(?:دقيق|ساع|يوم|أسبوع|شهر)"
)
_GLUED = re.compile(r"^(?:مقالات|أخبار|اخبار|مواضيع|موضوعات) ذات (?:ال)?صلة(?=[\u0621-\u064a])")


def _sift(blocks: list[Block], page: Page, headline: str | None, furniture: frozenset[int]) -> Body:
    """Takes out the furniture that stands between the paragraphs, and joins lines parted by a single
    `<br>`."""
    body = Body()
    titles = {fold(text) for text in (headline, *page.titles) if text}
    captions = _image_texts(page)
    started = related = False
    for place, block in enumerate(blocks):
        block.text = _GLUED.sub("", block.text)
        text = fold(block.text)
        verdict = judge(block.text, block.link_share)
        if (furniture and hash_of(block.text) in furniture) or (text in captions and len(block.text) < 250):
            continue
        if _is_caption(block, started):
            continue
        if verdict is Verdict.END:
            if started:
                break
            continue
        if verdict is Verdict.TRUNCATED:
            body.truncated = not any(weigh(b) >= 60 for b in blocks[place + 1 :])
            if body.truncated:
                break
            continue
        if verdict is Verdict.RELATED:
            related = True
            continue
        if verdict is Verdict.CUT:
            continue
        if block.link_share >= 0.8 and (related or _is_card(blocks, place)):
            continue
        related = False
        if not started and (text in titles or _is_opening_label(block)):
            continue
        if text in titles and (block.linked or block.is_heading):
            continue
        started = started or weigh(block) >= 40
        _take(body.blocks, block)
    while body.blocks and body.blocks[-1].element.tag in boxes.HEADING_TAGS and len(body.blocks) > 1:
        body.blocks.pop()
    if len(body.blocks) > 2 and body.blocks[0].text == body.blocks[1].text:
        del body.blocks[0]  # a lead that the page prints twice, above the text and as its beginning
    if body.blocks and re.search(r"\[(?:…|\.{3})\]$", body.blocks[-1].text):
        body.truncated = True
    return body


def _take(kept: list[Block], block: Block) -> None:
    if kept and block.joined and not kept[-1].text.endswith(_STOPS) and not _BULLET.match(block.text):
        previous = kept[-1]
        previous.text = f"{previous.text} {block.text}"
        previous.linked += block.linked
        previous.bold += block.bold
    else:
        kept.append(block)


def _is_card(blocks: list[Block], place: int) -> bool:
    """A line that is nothing but a link, with no paragraph of its own below: another article's headline."""
    block = blocks[place]
    if block.element.tag in boxes.HEADING_TAGS:
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        return after is None or weigh(after) < 60
    return len(block.text) >= 12 or block.element.tag == "li"


def _is_opening_label(block: Block) -> bool:
    """A short line above the first paragraph that is a date, a place of the menu or a credit, not a
    sentence."""
    text = block.text
    if len(text) > 100 or text.endswith((".", "؟", "!", "…")):
        return False
    return bool(_DATE_LINE.search(text)) or block.link_share > 0.5 or len(text) < 12


def _is_caption(block: Block, started: bool) -> bool:
    """A short line without a final stop that shares its box with a picture, or stands below one above the
    text."""
    text, element = block.text, block.element
    if len(text) > 160 or text.endswith((".", "؟", "!", ":")) or element.tag in boxes.HEADING_TAGS:
        return False
    parent = element.getparent()
    for box in (element, parent if element.tag != "li" else None):
        if box is not None and next(box.iter("img"), None) is not None:
            return len(box.text_content().strip()) <= len(text) + 20
    before = element.getprevious()
    return not started and before is not None and _is_picture(before)


def _is_picture(element: HtmlElement) -> bool:
    if element.tag not in ("img", "figure", "picture", "div", "a", "p", "center", "span"):
        return False
    return (
        element.tag == "img" or next(element.iter("img"), None) is not None
    ) and not element.text_content().strip()


def _image_texts(page: Page) -> set[str]:
    """The folded alt and title texts of images: a line that repeats one is a caption."""
    return {
        text
        for image in page.tree.iter("img")
        for text in (fold(image.get("alt") or ""), fold(image.get("title") or ""))
        if text
    }


def _lead(body: Body, page: Page, layout: Layout | None) -> str | None:
    """The lead: the layout's element, else the first paragraph that is no heading."""
    stated = _select(page.tree, layout.lead) if layout else None
    if stated is not None:
        text = page.text_of(stated)
        if text:
            return text
    texts = [block.text for block in body.blocks if block.element.tag not in boxes.HEADING_TAGS]
    return one_line(texts[0]) if texts else None
