"""The article's section as the page prints it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.json_ld import text_value, types_of
from crawler.extraction.page import Page
from crawler.extraction.visible import length_of, one_line
from crawler.items import Evidence

_HOME = frozenset(
    fold(word)
    for word in ("الرئيسية", "الرئيسة", "الصفحة الرئيسية", "الصفحة الأولى", "home", "main", "»", "أنت هنا")
)
_LONGEST = 40
"""Characters of a section's name."""
_MOST_WORDS = 4
"""Words of a section's name where only its place by the headline speaks for it."""


def find_section(page: Page, headline: str) -> tuple[str, Evidence] | None:
    """The section's name as printed: JSON-LD, meta, breadcrumb, a label or link by the headline, in this order."""
    known = fold(headline)
    for rule, raw in _sections(page):
        text = one_line(raw)
        folded = fold(text)
        if folded and folded not in _HOME and folded != known and len(text) <= _LONGEST:
            return text, Evidence(rule=rule, raw=raw)
    return None


def _sections(page: Page) -> Iterator[tuple[str, str]]:
    stated = page.news_object.get("articleSection")
    crumbs = [text for _, text in _breadcrumb(page)] if isinstance(stated, list) else []
    if isinstance(stated, list):  # general and special section: the breadcrumb tells which is the nearer
        stated = next((crumb for crumb in crumbs if crumb in stated), stated)
    yield "json-ld articleSection", text_value(stated)
    for name in ("article:section", "articlesection", "section"):
        for content in page.head_meta.get(name, ())[:1]:
            yield name, content
    for element in _ITEMS(page.tree):
        yield "itemprop=articleSection", element.get("content") or page.text_of(element)
    yield from _breadcrumb(page)
    for name, element in page.named:
        if not any(word in name for word in _LABEL_NAMES) or element.tag in _WHOLE_TAGS:
            continue
        link = next(element.iter("a"), None)
        if length_of(element) <= _LABEL and not _stands_outside(element) and not page.is_furniture(element):
            text = page.text_of(element if link is None else link)
            if len(text.split()) <= _MOST_WORDS:
                yield "section label", text
    for link in _CATEGORY_LINKS(page.tree):
        yield "rel=category", page.text_of(link)
    yield from _beside_headline(page)
    yield from _kicker_of_menu(page)


_LABEL = 80
"""Characters of a box whose class says that it prints a section."""
_NEAR = 8
"""Links before and after the headline that are looked at."""
_SECTION_WORDS = boxes.words(
    "cat cats category categories section sections rubric kicker crumb crumbs bread breadcrumb breadcrumbs "
    "overline eyebrow channel portal topic topics"
)


def _beside_headline(page: Page) -> Iterator[tuple[str, str]]:
    """A short link that stands alone by the headline, and that its class or the article's address bears out.

    The address bears it out where the link's path is the beginning of the article's own
    (`/ar/science/` and `/ar/science/20250124-…`), its name where it or its box is called a category.
    """
    headline = page.headline_element
    if headline is None:
        return
    path = _path(page.url or page.meta("og:url") or "")
    for link in [*reversed(_BEFORE(headline)), *_AFTER(headline)]:
        text = page.text_of(link)
        if not text or len(text.split()) > _MOST_WORDS or _is_in_menu(link) or page.is_furniture(link):
            continue
        own = _path(urljoin(page.url or "", link.get("href") or ""))
        if (
            len(own.strip("/")) > 1
            and path.startswith(own.rstrip("/") + "/")
            and own.strip("/") not in _LANGUAGES
        ):
            yield "link by the headline, in the article's address", text
        elif _is_called_section(link):
            yield "link by the headline, named as section", text


def _kicker_of_menu(page: Page) -> Iterator[tuple[str, str]]:
    """The line just above the headline where the page's menu has an entry of the same name."""
    headline = page.headline_element
    above = headline.getprevious() if headline is not None else None
    if above is None or length_of(above) > _LONGEST:
        return
    text = page.text_of(above)
    folded = fold(text)
    if not folded or len(text.split()) > _MOST_WORDS:
        return
    for link in page.tree.iter("a"):
        if not link.text or len(link.text) > _LONGEST or fold(link.text) != folded:
            continue
        if any(ancestor.tag in ("nav", "header") for ancestor in link.iterancestors()):
            yield "line above the headline, an entry of the menu", text
            return


_LANGUAGES = frozenset(("ar", "arabic", "news", "article", "articles", "story", "node"))
"""First parts of addresses that are the site's and no section's."""


def _is_in_menu(link: HtmlElement) -> bool:
    """Whether other links stand beside it in one list: then nothing says that it is this article's."""
    item = link.getparent()
    box = item.getparent() if item is not None and item.tag == "li" else item
    return box is not None and _is_menu(box, item)


def _is_menu(box: HtmlElement, item: HtmlElement) -> bool:
    if box is not item:
        return boxes.has_more_than(1, box)
    return box.tag == "div" and boxes.has_more_than(1, box) and all(child.tag == "a" for child in box)


def _path(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:
        return ""


def _is_called_section(link: HtmlElement) -> bool:
    parent = link.getparent()
    near = [link] if parent is None or length_of(parent) > _LABEL else [link, parent]
    return any(not _SECTION_WORDS.isdisjoint(boxes.words_of(boxes.name_of(e)).split()) for e in near)


def _breadcrumb(page: Page) -> Iterator[tuple[str, str]]:
    """The breadcrumb's entries, the nearest to the article first."""
    for item in page.json_ld:
        if "breadcrumblist" in types_of(item) and isinstance(item.get("itemListElement"), list):
            names = [_crumb(entry) for entry in item["itemListElement"]]
            for name in reversed(names[:-1] if len(names) > 2 else names):
                yield "json-ld breadcrumb", name
    for name, element in page.named:
        if "crumb" not in name and "breadc" not in name:
            continue
        for link in reversed(list(element.iter("a"))):
            yield "breadcrumb", page.text_of(link)


def _crumb(entry: object) -> str:
    if not isinstance(entry, dict):
        return ""
    return text_value(entry.get("name")) or text_value(entry.get("item"))


_OUTSIDE = "[not(ancestor::aside or ancestor::nav or ancestor::footer[not(ancestor::article)])]"
_BEFORE = boxes.elements_at(f"preceding::a[@href][position() <= {_NEAR}]")
_AFTER = boxes.elements_at(f"following::a[@href][position() <= {_NEAR}]")
_CATEGORY_LINKS = boxes.elements_at(f"//a[contains(@rel, 'category')]{_OUTSIDE}")
_ITEMS = boxes.elements_at("//*[@itemprop][contains(@itemprop, 'articleSection')]")
_LABEL_NAMES = ("categ", "rubric", "section-name", "story-info", "news-cat")
_WHOLE_TAGS = frozenset(("html", "body", "main", "article"))


def _stands_outside(element: HtmlElement) -> bool:
    """Whether an element stands in an aside or navigation, or in a footer that is no article's."""
    tags = [ancestor.tag for ancestor in element.iterancestors()]
    return "aside" in tags or "nav" in tags or ("footer" in tags and "article" not in tags)
