"""Every reader that the benchmark compares, behind one shape: bytes and address in, a Reading out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import trafilatura

from crawler.extraction.reader import read
from crawler.items import Article


@dataclass(frozen=True, slots=True)
class Reading:
    """What an engine made of a page; `note` is why it made nothing of it."""

    headline: str | None = None
    body: str = ""
    authors: list[str] = field(default_factory=list)
    day: str | None = None
    note: str = ""


Engine = Callable[[str, bytes], Reading]


def engines() -> dict[str, Engine]:
    """Ours and trafilatura's always, the peers where they are installed."""
    found: dict[str, Engine] = {
        "akhbar": ours,
        "trafilatura": _trafilatura,
        "trafilatura precision": lambda url, page: _trafilatura(url, page, favor_precision=True),
    }
    return found | {name: engine for name in _PEERS if (engine := peer(name))}


def peer(name: str) -> Engine | None:
    """One peer by its name, None where it is not installed."""
    module, engine = _PEERS[name]
    try:
        importlib.import_module(module)
    except ImportError:
        return None
    return engine


def ours(url: str, page: bytes) -> Reading:
    answer = read(page, url or None)
    if not isinstance(answer, Article):
        return Reading(note=f"rejected {answer.reason}")
    day = answer.published_at.isoformat()[:10] if answer.published_at else None
    return Reading(answer.headline, answer.body, answer.authors, day)


def _trafilatura(url: str, page: bytes, **options: Any) -> Reading:
    answer = trafilatura.bare_extraction(page, url=url or None, with_metadata=True, **options)
    if answer is None:
        return Reading(note="nothing")
    names = [name.strip() for name in (answer.author or "").split(";") if name.strip()]
    return Reading(answer.title, answer.text or "", names, answer.date)


def _newspaper(url: str, page: bytes) -> Reading:
    from newspaper import Article as Newspaper

    article = Newspaper(url or "https://example.org/", language="ar", fetch_images=False)
    article.download(input_html=page.decode("utf-8", "replace"))
    article.parse()
    day = article.publish_date.isoformat()[:10] if article.publish_date else None
    return Reading(article.title, article.text, list(article.authors), day)


def _goose(url: str, page: bytes) -> Reading:
    from goose3 import Goose
    from goose3.text import StopWordsArabic

    with Goose({"stopwords_class": StopWordsArabic, "enable_image_fetching": False}) as goose:
        answer = goose.extract(raw_html=page.decode("utf-8", "replace"))
    return Reading(
        answer.title, answer.cleaned_text, list(answer.authors), (answer.publish_date or "")[:10] or None
    )


def _readability(url: str, page: bytes) -> Reading:
    from lxml.html import fromstring
    from readability import Document

    document = Document(page.decode("utf-8", "replace"))
    return Reading(document.title(), fromstring(document.summary()).text_content())


def _news_please(url: str, page: bytes) -> Reading:
    from newsplease import NewsPlease

    answer = NewsPlease.from_html(page.decode("utf-8", "replace"), url=url or None)
    day = answer.date_publish.isoformat()[:10] if answer.date_publish else None
    return Reading(answer.title, answer.maintext or "", list(answer.authors or []), day)


def _htmldate(url: str, page: bytes) -> Reading:
    from htmldate import find_date

    return Reading(day=find_date(page.decode("utf-8", "replace"), url=url or None))


_PEERS: dict[str, tuple[str, Engine]] = {
    "newspaper4k": ("newspaper", _newspaper),
    "goose3": ("goose3", _goose),
    "readability-lxml": ("readability", _readability),
    "news-please": ("newsplease", _news_please),
    "htmldate (the day only)": ("htmldate", _htmldate),
}
