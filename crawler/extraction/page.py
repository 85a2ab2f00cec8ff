"""One fetched document, decoded and parsed once, shared by all readers and changed by none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import lxml.html
from lxml.html import HtmlElement

from crawler.arabic.letters import clean, fold
from crawler.extraction import boxes
from crawler.extraction.encoding import decode
from crawler.extraction.json_ld import is_article, read_json_ld, text_value

MAX_BYTES = 5_000_000
"""Pages above are not read: no article is that long, and the parser's time grows with it."""

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_HEADLINE_ITEMS = boxes.elements_at(".//*[contains(@itemprop, 'headline')]")
_TITLE_BOXES = boxes.elements_at(
    ".//*[self::div or self::span or self::p or self::td or self::font or self::strong or self::b or self::a]"
    "[contains(concat(@class, ' ', @id), 'itle') or contains(concat(@class, ' ', @id), 'head')]"
)
_DEEPEST = 120
_NESTING = re.compile(
    r"<(/?)(?:div|span|font|b|i|u|em|strong|a|center|table|tbody|tr|td|section|article|blockquote|"
    r"ul|ol|dl|small|"
    r"big|sup|sub|s|strike|tt|pre|main|header|footer|aside|nav|form|fieldset|label|del|ins|q|code|"
    r"[\w-]+)\b[^>]*>",
    re.I,
)
_VOID = re.compile(
    r"<(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|option)\b", re.I
)


class PageTooLargeError(ValueError):
    """The document is larger than `MAX_BYTES`."""


class Page:
    """A decoded document with what all readers need of it: tree, meta tags, JSON-LD, the headline's element.

    `url` is the address it was fetched from and `fetched_at` (aware) when, or None. `encoding` is the one it was decoded with.
    Everything dear is computed on first use and kept.
    """

    def __init__(
        self,
        html: str,
        url: str | None = None,
        encoding: str = "utf-8",
        fetched_at: datetime | None = None,
    ) -> None:
        self.url = url
        self.fetched_at = fetched_at
        self.html = _CONTROLS.sub("", html)
        self.encoding = encoding

    @classmethod
    def from_bytes(
        cls,
        body: bytes,
        url: str | None = None,
        content_type: str | None = None,
        fetched_at: datetime | None = None,
    ) -> Page:
        """Decodes and wraps; raises PageTooLargeError above MAX_BYTES and nothing else."""
        if len(body) > MAX_BYTES:
            raise PageTooLargeError(f"{len(body)} bytes")
        html, encoding = decode(body, content_type)
        return cls(html, url, encoding, fetched_at)

    @classmethod
    def from_text(cls, html: str, url: str | None = None) -> Page:
        """Wraps text that was decoded elsewhere."""
        return cls(html, url)

    @cached_property
    def tree(self) -> HtmlElement:
        """The whole document as lxml.html reads it; an empty document where there is no markup."""
        return _parse(self.html)

    @cached_property
    def head_meta(self) -> Mapping[str, list[str]]:
        """Lower-cased name, property or itemprop of every meta tag to its contents, in document order."""
        found: dict[str, list[str]] = {}
        for element in self.tree.iter("meta"):
            content = (element.get("content") or "").strip()
            if content:
                for attribute in ("property", "name", "itemprop"):
                    key = element.get(attribute)
                    if key:
                        found.setdefault(key.strip().lower(), []).append(content)
        return found

    def meta(self, *names: str) -> str | None:
        """The first content under any of the names, storage form, in the order of the names."""
        for name in names:
            for content in self.head_meta.get(name, ()):
                text = one_line(content)
                if text:
                    return text
        return None

    @cached_property
    def json_ld(self) -> list[dict[str, Any]]:
        """Every JSON-LD object of the page, flattened."""
        return [
            item
            for script in self.tree.iter("script")
            if "ld+json" in (script.get("type") or "").lower()
            for item in read_json_ld(script.text or "")
        ]

    @cached_property
    def news_object(self) -> dict[str, Any]:
        """The JSON-LD object that describes this page's article, {} if there is none.

        Among several (a listing of related articles is marked up too) the one whose headline the page's own
        title repeats; a lone one is taken as it is.
        """
        articles = [item for item in self.json_ld if is_article(item)]
        if len(articles) < 2:
            return articles[0] if articles else {}
        titles = [fold(title) for title in self.titles]
        for item in articles:
            headline = fold(text_value(item.get("headline") or item.get("name")))
            if headline and any(headline in title or title in headline for title in titles if title):
                return item
        return next((item for item in articles if item.get("headline")), {})

    @cached_property
    def titles(self) -> list[str]:
        """og:title, twitter:title and <title>, storage form, without empty ones."""
        found = [self.meta("og:title") or "", self.meta("twitter:title") or ""]
        found += [
            one_line(title.text_content())
            for title in self.tree.iter("title")
            if title.getparent() is not None
        ][:1]
        return [title for title in found if title]

    def text_of(self, element: HtmlElement) -> str:
        """The visible text of an element in storage form, on one line."""
        return one_line("".join(_pieces(element)))

    @cached_property
    def headline_element(self) -> HtmlElement | None:
        """The element that prints the article's headline, None where no element can be trusted to.

        An h1 that agrees with a title of the page, else itemprop=headline, else the only h1 outside the
        page's
        frame, else a smaller heading or an element of class title or headline that agrees.
        """
        titles = [fold(text) for text in [text_value(self.news_object.get("headline")), *self.titles]]
        titles = [title for title in titles if title]

        def agrees(element: HtmlElement) -> bool:
            text = fold(self.text_of(element))
            return len(text) >= 8 and any(
                text in title or (len(title) >= 8 and title in text) for title in titles
            )

        body = self.tree.find("body")
        if body is None:
            return None
        firsts = [e for e in body.iter("h1") if self.text_of(e)]
        marked = [
            e
            for e in body.iter()
            if isinstance(e.tag, str) and "headline" in (e.get("itemprop") or "").split()
        ]
        lesser = list(body.iter("h2", "h3", "h4"))
        for group in (firsts, marked, lesser):
            agreed = [element for element in group if agrees(element)]
            if agreed:  # the site's name may be an h1 too, and stand in the title
                return max(agreed, key=lambda e: len(self.text_of(e)))
        for element in body.iter("div", "span", "p", "td", "font", "strong", "b", "a"):
            name = boxes.words_of(boxes.name_of(element))
            if (
                ("title" in name or "headline" in name or "head" in name)
                and len(element) < 6
                and agrees(element)
            ):
                return element
        framed = [
            e for e in firsts if not any(a.tag in ("header", "nav", "footer") for a in e.iterancestors())
        ]
        return framed[0] if len(framed) == 1 else firsts[0] if len(firsts) == 1 else None

    @cached_property
    def furniture(self) -> frozenset[HtmlElement]:
        """The outermost elements that are frame, related boxes, sharing, advertising and the like, by
        structure.

        An element that holds the headline is none, whatever its name: themes call whole pages `has-sidebar`.
        """
        body = self.tree.find("body")
        if body is None:
            return frozenset()
        headline = self.headline_element
        above = set() if headline is None else {headline, *headline.iterancestors()}
        found: set[HtmlElement] = set()
        stack = [body]
        while stack:
            for child in stack.pop():
                if not isinstance(child.tag, str):
                    continue
                if child not in above and is_frame(child):
                    found.add(child)
                else:
                    stack.append(child)
        return frozenset(found)

    def is_furniture(self, element: HtmlElement) -> bool:
        """Whether an element is, or stands inside, a piece of the page's frame or a box beside the
        article."""
        furniture = self.furniture
        return element in furniture or any(ancestor in furniture for ancestor in element.iterancestors())


def is_frame(element: HtmlElement) -> bool:
    """Whether tag, role, class or visibility say that an element is the page's frame or a box beside the
    article.

    A name alone does not condemn a box that is rich in plain text: themes wrap articles in
    `content-with-sidebar`.
    """
    tag = element.tag
    if tag in boxes.SILENT_TAGS or boxes.is_hidden(element):
        return True
    if tag == "header":
        return not any(ancestor.tag in ("article", "main") for ancestor in element.iterancestors())
    if tag == "form":  # ASP.NET wraps the whole page in one
        return not _is_rich(element)
    if tag in boxes.CHROME_TAGS:
        return True
    if tag in _UNNAMED_TAGS:
        return False
    name = boxes.name_of(element)
    return boxes.names_frame(name) and (boxes.names_strong_frame(name) or not _is_rich(element))


_UNNAMED_TAGS = frozenset(("article", "main", "p", "br", "td", "tr", "tbody", "body", "h1"))
"""Elements whose class is not asked: WordPress writes the tags' names into an article's class."""

_RICH = 600
"""Characters outside links above which a box is taken for text, three quarters of it outside links."""


def _is_rich(element: HtmlElement) -> bool:
    length = len("".join(_pieces(element)))
    if length < _RICH:
        return False
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return linked * 4 < length and length - linked >= _RICH


def one_line(text: str) -> str:
    """Storage form on one line."""
    return " ".join(clean(text).split())


def _pieces(element: HtmlElement) -> Iterator[str]:
    """The text pieces of an element, a space at each block's edge, nothing of scripts and hidden elements."""
    if element.text:
        yield element.text
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in boxes.SILENT_TAGS and not boxes.is_hidden(child):
            edge = " " if tag in boxes.BLOCK_TAGS or tag == "br" else ""
            yield edge
            yield from _pieces(child)
            yield edge
        if child.tail:
            yield child.tail


def _parse(html: str) -> HtmlElement:
    """The tree of a document. libxml2 stops at 256 levels; a deeper page is flattened and parsed again."""
    tree, deep = _parse_once(html)
    if deep:
        tree, _ = _parse_once(_flatten(html))
    return tree


def _parse_once(html: str) -> tuple[HtmlElement, bool]:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = html.encode("utf-8")
    try:
        tree = lxml.html.document_fromstring(data, parser=parser)
    except lxml.etree.ParserError:  # an empty document, by lxml's own rule
        return lxml.html.document_fromstring("<html><body></body></html>"), False
    return tree, any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)


def _flatten(html: str) -> str:
    """The document without the tags deeper than `_DEEPEST`; their text stays."""
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        if _VOID.match(tag.group()) or tag.group().endswith("/>"):
            return tag.group() if depth < _DEEPEST else " "
        if tag.group(1):
            depth = max(0, depth - 1)
            return tag.group() if depth < _DEEPEST else " "
        depth += 1
        return tag.group() if depth <= _DEEPEST else " "

    return _NESTING.sub(keep, html)
