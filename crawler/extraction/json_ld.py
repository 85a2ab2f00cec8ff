"""JSON-LD of a page: every object, sloppy JSON mended where that is safe.

Publishers print broken JSON in every way (raw line breaks in strings, trailing commas, HTML comments and
CDATA around it, unescaped quotation marks). What cannot be mended as a whole is read key by key.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

ARTICLE_TYPES = frozenset(
    (
        *("newsarticle", "article", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle"),
        *("backgroundnewsarticle", "reviewnewsarticle", "asknewsarticle", "liveblogposting", "blogposting"),
        *("report", "socialmediaposting", "satiricalarticle", "advertisercontentarticle", "techarticle"),
    )
)
"""schema.org types, lower case, that describe an article."""

_WRAPPERS = ("<!--", "-->", "//", "/*", "*/", "<![CDATA[", "]]>", ";")
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_KEYS = "headline|datePublished|dateModified|dateCreated|articleSection|description|alternativeHeadline|url"
_BY_KEY = re.compile(rf'"({_KEYS}|@type)"\s*:\s*"((?:[^"\\\n]|\\.){{1,2000}})"')
_LONGEST = 1_000_000
_DEEPEST = 8


def read_json_ld(text: str) -> list[dict[str, Any]]:
    """The objects of one script element, @graph, lists and mainEntity flattened; [] when nothing can be
    read."""
    text = _unwrap(text[:_LONGEST])
    if not text:
        return []
    for mended in (text, _TRAILING_COMMA.sub("", text), _TRAILING_COMMA.sub("", html.unescape(text))):
        try:
            return list(_objects(json.loads(mended, strict=False)))
        except (ValueError, RecursionError):
            continue
    return _by_key(text)


def _unwrap(text: str) -> str:
    """Takes HTML comments and CDATA sections off the outside."""
    text = text.strip()
    while any(text.startswith(mark) or text.endswith(mark) for mark in _WRAPPERS):
        for mark in _WRAPPERS:
            text = text.removeprefix(mark).removesuffix(mark).strip()
    return text


def _objects(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        if "@graph" not in value or "@type" in value:
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), (dict, list)):
                yield from _objects(value[key], depth + 1)


def _by_key(text: str) -> list[dict[str, Any]]:
    """The well-known keys of JSON that does not parse; only when they describe an article."""
    found: dict[str, Any] = {}
    for key, raw in _BY_KEY.findall(text):
        try:
            value = json.loads(f'"{raw}"', strict=False)
        except ValueError:
            value = raw
        if key == "@type":
            if value.lower() in ARTICLE_TYPES:
                found["@type"] = value
        else:
            found.setdefault(key, value)
    return [found] if "@type" in found else []


def types_of(item: dict[str, Any]) -> list[str]:
    """The schema.org types of an object, lower case, without the vocabulary's address."""
    kinds = item.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return [kind.rsplit("/", 1)[-1].lower() for kind in kinds if isinstance(kind, str)]


def is_article(item: dict[str, Any]) -> bool:
    """Whether an object describes an article."""
    return any(kind in ARTICLE_TYPES for kind in types_of(item))


def text_value(value: Any) -> str:
    """The text of a JSON-LD value that is a string, a list of strings (the first), or an object with a
    name."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value") or value.get("@id") or ""
    return html.unescape(value) if isinstance(value, str) else ""
