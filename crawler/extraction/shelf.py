"""Tags and image: what the page's own markup says of what the article is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.json_ld import text_value
from crawler.extraction.page import Page
from crawler.extraction.visible import one_line
from crawler.items import Evidence

_COMMA = re.compile(r"\s*[,،;؛|]\s*")


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
    for name, element in page.named:
        if ("tag" not in name and "keyword" not in name) or element.tag not in _TAG_BOXES:
            continue
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


_OUTSIDE = "[not(ancestor::aside or ancestor::nav or ancestor::footer[not(ancestor::article)])]"
_TAG_LINKS = boxes.elements_at(f"//a[contains(@rel, 'tag') and not(contains(@rel, 'category'))]{_OUTSIDE}")
_TAG_BOXES = frozenset(("div", "ul", "p", "section", "span", "footer"))
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
