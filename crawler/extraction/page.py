"""One fetched document, decoded and parsed once, shared by all readers and changed by none of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from lxml.html import HtmlElement

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.document import parse, without_controls
from crawler.extraction.encoding import decode
from crawler.extraction.frame import find_cards, find_frame
from crawler.extraction.heading import find_heading
from crawler.extraction.json_ld import is_article, read_json_ld, text_value
from crawler.extraction.visible import one_line, text_of

__all__ = ["MAX_BYTES", "Page", "PageTooLargeError", "one_line"]

_NAMED = boxes.elements_at("//*[@class or @id]")

MAX_BYTES = 5_000_000
"""Pages above are not read: no article is that long, and the parser's time grows with it."""


class PageTooLargeError(ValueError):
    """The document is larger than `MAX_BYTES`."""


class Page:
    """A decoded document with what all readers need of it: tree, meta tags, JSON-LD, the headline's element.

    `url` is the address it was fetched from and `fetched_at` (aware) when, or None. `encoding` is the one that it
    was decoded with. Everything dear is computed on first use and kept.
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
        self.html = without_controls(html)
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
        return parse(self.html)

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
    def named(self) -> list[tuple[str, HtmlElement]]:
        """Class and id, lower-cased, of every element that has one, in document order: one walk for all readers."""
        return [
            (f"{element.get('class') or ''} {element.get('id') or ''}".lower(), element)
            for element in _NAMED(self.tree)
        ]

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
        return text_of(element)

    @cached_property
    def headline_element(self) -> HtmlElement | None:
        """The element that prints the article's headline (`heading.find_heading`), None where none can be trusted."""
        body = self.tree.find("body")
        if body is None:
            return None
        titles = [fold(text) for text in [text_value(self.news_object.get("headline")), *self.titles]]
        return find_heading(body, [title for title in titles if title])

    @cached_property
    def frame(self) -> frozenset[HtmlElement]:
        """The outermost elements that are the page's frame or boxes beside the article (`frame.find_frame`)."""
        body = self.tree.find("body")
        return frozenset() if body is None else find_frame(body, self.headline_element)

    @cached_property
    def furniture(self) -> frozenset[HtmlElement]:
        """The page's frame, and the cards of other articles (`frame.find_cards`)."""
        body = self.tree.find("body")
        if body is None:
            return frozenset()
        return self.frame | find_cards(body, self.headline_element, self.url or "", self.frame)

    def is_furniture(self, element: HtmlElement) -> bool:
        """Whether an element is, or stands inside, a piece of the page's frame or a box beside the
        article."""
        furniture = self.furniture
        return element in furniture or any(ancestor in furniture for ancestor in element.iterancestors())
