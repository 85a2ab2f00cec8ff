"""The author of an opinion piece whom its headline names: «NAME يكتب: TITLE»."""

from __future__ import annotations

import re

from crawler.arabic.letters import fold
from crawler.extraction import boxes
from crawler.extraction.page import Page

_OPINION = re.compile(
    "|".join(
        map(
            fold, ("رأي", "آراء", "مقال", "مقالات", "كتاب", "أعمدة", "وجهات نظر", "opinion", "column", "blog")
        )
    )
)
_COLUMN = re.compile(r"^(?P<name>[^:؛|]{4,60}?)\s*[:؛.]*\s*(?:يكتب|تكتب)\b")
_CRUMBS = boxes.elements_at(
    "//*[contains(@class,'breadcrumb') or contains(@class,'section') or contains(@class,'category')]"
)


def column_author(page: Page) -> str | None:
    """«NAME يكتب:» where the headline opens so and the section is of opinions (ARABIC.md 1.4.10), else None."""
    headline = page.text_of(page.headline_element) if page.headline_element is not None else ""
    match = _COLUMN.match(headline)
    if not match:
        return None
    shelf = [
        page.meta("article:section") or "",
        str(page.news_object.get("articleSection") or ""),
        page.url or "",
    ]
    shelf += [page.text_of(element)[:200] for element in _CRUMBS(page.tree)[:5]]
    is_opinion = any(_OPINION.search(fold(text)) for text in shelf)
    return f"{match['name']} يكتب:" if is_opinion else None
