"""Section, tags and image: what the page's own markup says of where the article belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.json_ld import text_value, types_of
from crawler.extraction.page import Page, one_line
from crawler.items import Evidence

_HOME = frozenset(
    fold(word)
    for word in ("الرئيسية", "الرئيسة", "الصفحة الرئيسية", "الصفحة الأولى", "home", "main", "»", "أنت هنا")
)
_LONGEST_SECTION = 40
_COMMA = re.compile(r"\s*[,،;؛|]\s*")


def find_section(page: Page, headline: str) -> tuple[str, Evidence] | None:
    """The section's name as printed: JSON-LD, meta, breadcrumb, in this order."""
    for rule, raw in _sections(page):
        text = one_line(raw)
        folded = fold(text)
        if folded and folded not in _HOME and folded != fold(headline) and len(text) <= _LONGEST_SECTION:
            return text, Evidence(rule=rule, raw=raw)
    return None


def _sections(page: Page) -> Iterator[tuple[str, str]]:
    stated = page.news_object.get("articleSection")
    crumbs = [text for _, text in _breadcrumb(page)]
    if isinstance(stated, list):  # general and special section: the breadcrumb tells which is the nearer
        stated = next((crumb for crumb in crumbs if crumb in stated), stated)
    yield "json-ld articleSection", text_value(stated)
    for name in ("article:section", "articlesection", "section"):
        for content in page.head_meta.get(name, ())[:1]:
            yield name, content
    for element in _SECTION_ITEMS(page.tree):
        yield "itemprop=articleSection", element.get("content") or page.text_of(element)
    yield from _breadcrumb(page)
    for element in _LABELS(page.tree):
        link = next(element.iter("a"), None)
        if not page.is_furniture(element):
            yield "section label", page.text_of(element if link is None else link)
    for link in _CATEGORY_LINKS(page.tree):
        yield "rel=category", page.text_of(link)


def _breadcrumb(page: Page) -> Iterator[tuple[str, str]]:
    """The breadcrumb's entries, the nearest to the article first."""
    for item in page.json_ld:
        if "breadcrumblist" in types_of(item) and isinstance(item.get("itemListElement"), list):
            names = [_crumb(entry) for entry in item["itemListElement"]]
            for name in reversed(names[:-1] if len(names) > 2 else names):
                yield "json-ld breadcrumb", name
    for element in _CRUMBS(page.tree):
        for link in reversed(list(element.iter("a"))):
            yield "breadcrumb", page.text_of(link)


def _crumb(entry: object) -> str:
    if not isinstance(entry, dict):
        return ""
    return text_value(entry.get("name")) or text_value(entry.get("item"))


def find_tags(page: Page, headline: str) -> tuple[list[str], Evidence] | None:
    """The tags as printed, each once, from the first place that has any.

    Keywords that are nothing but the headline's words, one each, are no tags (a habit of some platforms).
    """
    for rule, raw in _tag_lists(page):
        tags = list(
            dict.fromkeys(
                tag for tag in (one_line(text).strip(" #،,") for text in raw) if tag and len(tag) <= 80
            )
        )
        if tags and not _is_split_title(tags, headline):
            return tags, Evidence(rule=rule, raw=", ".join(raw)[:500])
    return None


def _tag_lists(page: Page) -> Iterator[tuple[str, list[str]]]:
    yield "rel=tag", [page.text_of(link) for link in _TAG_LINKS(page.tree)]
    for element in _TAG_BOXES(page.tree):
        if _BOX_NAMES.isdisjoint(boxes.words_of(boxes.name_of(element)).split()):
            continue
        texts = [page.text_of(link) for link in element.iter("a")]
        if texts and len(texts) <= 30 and not page.is_furniture(element):
            yield "tag box", texts
    yield "article:tag", list(_split(page.head_meta.get("article:tag", ())))
    keywords = page.news_object.get("keywords")
    yield "json-ld keywords", list(_split(keywords if isinstance(keywords, list) else [text_value(keywords)]))
    for name in ("news_keywords", "keywords"):
        yield name, list(_split(page.head_meta.get(name, ())[:1]))


def _split(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield from (part for part in _COMMA.split(value) if part)


def _is_split_title(tags: list[str], headline: str) -> bool:
    words = set(fold(headline).split())
    singles = [fold(tag) for tag in tags]
    if len(singles) == 1 and singles[0] == fold(headline):
        return True
    inside = sum(tag in words or all(word in words for word in tag.split()) for tag in singles)
    return (
        len(singles) >= 3
        and sum(" " not in tag for tag in singles) >= 0.8 * len(singles)
        and inside >= 0.7 * len(singles)
    )


_OUTSIDE = "[not(ancestor::aside or ancestor::footer or ancestor::nav)]"
_TAG_LINKS = boxes.elements_at(f"//a[contains(@rel, 'tag') and not(contains(@rel, 'category'))]{_OUTSIDE}")
_CATEGORY_LINKS = boxes.elements_at(f"//a[contains(@rel, 'category')]{_OUTSIDE}")
_SECTION_ITEMS = boxes.elements_at("//*[contains(@itemprop, 'articleSection')]")
_LABELS = boxes.elements_at(
    "//*[not(self::body or self::article or self::main or self::html)]"
    "[contains(@class, 'categ') or contains(@class, 'rubric') or contains(@class, 'kicker')"
    " or contains(@class, 'section-name') or contains(@class, 'story-info') or contains(@class, 'news-cat')]"
    f"{_OUTSIDE}[string-length(normalize-space()) < 80]"
)
_CRUMBS = boxes.elements_at("//*[contains(@class, 'crumb') or contains(@id, 'crumb')]")
_TAG_BOXES = boxes.elements_at(
    "//*[self::div or self::ul or self::p or self::section or self::span or self::footer]"
    "[contains(@class, 'tag') or contains(@class, 'Tag') or contains(@class, 'keyword') or "
    "contains(@id, 'tag')]"
)
_BOX_NAMES = frozenset(("tags", "taglist", "posttags", "articletags", "keywords", "tagslist", "tagcloud"))


_NO_PICTURE = re.compile(
    r"logo|default|placeholder|no-?image|blank|spacer|avatar|icon|sprite|1x1|loading", re.I
)


def find_image(page: Page) -> tuple[str, Evidence] | None:
    """The address of the article's picture; logos and placeholders are none."""
    image = page.news_object.get("image") or page.news_object.get("thumbnailUrl")
    if isinstance(image, list):
        image = image[0] if image else None
    if isinstance(image, dict):
        image = image.get("url") or image.get("contentUrl") or image.get("@id")
    stated = [
        *(("og:image", raw) for raw in page.head_meta.get("og:image", ())),
        *(("og:image", raw) for raw in page.head_meta.get("og:image:secure_url", ())),
        ("json-ld image", image if isinstance(image, str) else ""),
        *(("twitter:image", raw) for raw in page.head_meta.get("twitter:image", ())),
        *(("image_src", e.get("href") or "") for e in page.tree.iter("link") if e.get("rel") == "image_src"),
    ]
    for rule, raw in stated:
        if not raw.strip():
            continue
        try:
            address = urljoin(page.url or "", raw.strip())
        except ValueError:
            continue
        if address.startswith(("http://", "https://")) and not _NO_PICTURE.search(address.rsplit("/", 1)[-1]):
            return address, Evidence(rule=rule, raw=raw)
    return None
