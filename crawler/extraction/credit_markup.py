"""Credits that markup states for machines: JSON-LD, rel and itemprop, meta tags; and the outlet's own names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.agencies import OUTLETS, WIRES
from crawler.extraction.page import Page
from crawler.extraction.person import is_given
from crawler.outlet import Outlet

META_NAMES: Final = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "twitter:data1",
    "dcterms.creator",
    "dc.creator",
)
_MARKED = boxes.holders_of("rel[. = 'author']", "itemprop[. = 'author' or . = 'creator']")
_MOST_MARKED: Final = 30
_ITEM_NAMES = boxes.elements_at(".//*[@itemprop='name']")
_LATIN_NAMES = tuple(name for name in OUTLETS | WIRES if name.isascii() and len(name) > 2)
_LEAST_SHARED: Final = 4
"""Letters of a Latin name that stands in the host's name too: Al Bayan on albayan.example."""


class OwnNames:
    """The names under which an outlet itself appears on its page."""

    def __init__(self, page: Page, outlet: Outlet | None) -> None:
        names = [outlet.name, *outlet.aliases] if outlet else []
        names += page.head_meta.get("og:site_name", []) + page.head_meta.get("application-name", [])
        names += [name for name, _ in names_of(page.news_object.get("publisher"), {})]
        host = (urlsplit(page.url or page.meta("og:url") or "").hostname or "").removeprefix("www.")
        ignored = ("com", "net", "org", "arabic", "news")
        self._labels = [label for label in host.split(".") if len(label) > 2 and label not in ignored]
        # sputniknews.com, cnn.com: the outlet's Latin name opens its host's
        names += [name for label in self._labels for name in _LATIN_NAMES if label.startswith(name)]
        self._folded = frozenset(filter(None, map(fold, [*names, *self._labels])))

    def __contains__(self, folded: str) -> bool:
        """Whether a folded name is the outlet's: itself, with more words, or in Latin letters as in its host."""
        if folded in self._folded:
            return True
        words = folded.split()
        if not words:
            return False
        if folded.isascii():
            joined = "".join(words).removeprefix("al")
            return len(joined) >= _LEAST_SHARED and any(joined in label for label in self._labels)
        if is_given(words[0]):  # «محمد الصباح» in الصباح
            return False
        return any(set(name.split()) < set(words) for name in self._folded if not name.isascii())


def json_ld_authors(page: Page) -> list[tuple[str, bool]]:
    """(name, whether it is an organisation) of the article's author, else of its creator."""
    known = {item["@id"]: item for item in page.json_ld if isinstance(item.get("@id"), str)}
    news = page.news_object
    return names_of(news.get("author"), known) or names_of(news.get("creator"), known)


def names_of(value: Any, known: dict[str, Any], depth: int = 0) -> list[tuple[str, bool]]:
    """(name, whether it is an organisation) of a JSON-LD value: text, object, reference or list of them."""
    if isinstance(value, str):
        return [] if value.startswith(("http:", "https:")) else [(value, False)]
    if isinstance(value, list) and depth < 3:
        return [found for item in value[:10] for found in names_of(item, known, depth + 1)]
    if not isinstance(value, dict):
        return []
    name = value.get("name")
    if name is None and isinstance(value.get("@id"), str) and depth < 3:
        target = known.get(value["@id"])
        return (
            names_of({"@type": target.get("@type"), "name": target.get("name")}, known, 3) if target else []
        )
    is_organisation = "organization" in str(value.get("@type")).lower()
    names = name if isinstance(name, list) else [name]
    return [(item, is_organisation) for item in names[:10] if isinstance(item, str)]


def marked_authors(page: Page) -> Iterator[tuple[str, bool, bool]]:
    """(text, printed, organisation) of the elements that rel or itemprop call the author."""
    for element in _MARKED(page.tree, _MOST_MARKED)[:_MOST_MARKED]:
        if element.tag in ("meta", "link"):
            if element.get("content"):
                yield element.get("content"), False, False
            continue
        names = _ITEM_NAMES(element)
        hidden = "none" in (element.get("style") or "") or any(name.tag == "meta" for name in names)
        if not hidden and page.is_furniture(element):
            continue
        is_organisation = "organization" in (element.get("itemtype") or "").lower()
        for name in names[:5] or [element]:
            text = name.get("content") or page.text_of(name)
            if text:
                yield text, not (hidden or is_organisation or name.tag == "meta"), is_organisation
