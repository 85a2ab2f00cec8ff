"""Fields: how many of a crawl's articles have each field, which tells a changed layout from a quiet day."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from crawler.items import Article

# what a changed layout takes away first; none of them is mandatory
FIELDS: Final = ("published_at", "authors", "section", "lead", "image_url", "agency", "dateline")


class FieldCount:
    """Counts, over the articles of a crawl, the fields that are filled and the words of the bodies."""

    def __init__(self) -> None:
        self.articles = 0
        self.filled: Counter[str] = Counter()
        self.words = 0

    def add(self, article: Article) -> None:
        self.articles += 1
        self.words += article.body.count(" ") + 1
        for name in FIELDS:
            if getattr(article, name):
                self.filled[name] += 1

    def rates(self) -> dict[str, Any]:
        """`articles`, `words` (mean of a body), and for each field the share of articles that have it."""
        if not self.articles:
            return {"articles": 0}
        shares = {name: round(self.filled[name] / self.articles, 3) for name in FIELDS}
        return {"articles": self.articles, "words": round(self.words / self.articles, 1), **shares}
