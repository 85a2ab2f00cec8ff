"""Fields: what a crawl's articles have and how long they are, which tells a changed layout from a quiet day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from math import exp, log, sqrt
from statistics import median
from typing import Any, Final

from crawler.items import Article

# what a changed layout takes away first; none of them is mandatory
FIELDS: Final = ("published_at", "authors", "section", "lead", "image_url", "agency", "dateline")
# an article older than this when it is first read was not fetched late: it is an old one
_FRESH = timedelta(days=2)


class FieldCount:
    """Counts, over the articles of a crawl, the fields that are filled and the words of the bodies."""

    def __init__(self) -> None:
        self.articles = 0
        self.filled: Counter[str] = Counter()
        self.headlines: set[str] = set()
        self.lags: list[float] = []
        self._words = self._squares = 0.0

    def add(self, article: Article, *, is_new: bool = True) -> None:
        """Count an article; `is_new` if it was not in the corpus before, so that its lag is this crawl's."""
        self.articles += 1
        words = log(article.body.count(" ") + 1)
        self._words += words
        self._squares += words * words
        self.headlines.add(article.headline)
        for name in FIELDS:
            if getattr(article, name):
                self.filled[name] += 1
        if is_new and article.published_at and article.fetched_at and article.published_precision == "minute":
            lag = article.fetched_at - article.published_at
            if timedelta(0) <= lag < _FRESH:
                self.lags.append(lag.total_seconds())

    def rates(self, counts: Mapping[str, int]) -> dict[str, Any]:
        """What is kept of a crawl, `counts` being its endings by state and `state/reason`.

        `pages` that were read and the `share` of them that held an article; of these articles `found`
        in all and the share that is the `original` of its text (no duplicate); of the `articles` handed
        on, the share that has each field and the share of different `headline`s, the words of a body
        (`words`, geometric mean; `spread`, standard deviation of their logarithm), and the `lag` from
        publication to fetch (median, seconds; where there is one).
        """
        found, pages = count_read(counts)
        kept: dict[str, Any] = {"articles": self.articles, "pages": pages, "found": found}
        if pages:
            kept["share"] = round(found / pages, 3)
        if found:
            kept["original"] = round(1 - counts.get("duplicate", 0) / found, 3)
        if self.articles:
            mean = self._words / self.articles
            kept["words"] = round(exp(mean), 1)
            kept["spread"] = round(sqrt(max(0.0, self._squares / self.articles - mean * mean)), 3)
            kept["headline"] = round(len(self.headlines) / self.articles, 3)
            kept |= {name: round(self.filled[name] / self.articles, 3) for name in FIELDS}
        if self.lags:
            kept["lag"] = round(median(self.lags))
        return kept


# forbidden, unreachable and broken-off pages were never read; they say nothing of the layout
_UNREAD = (
    "http_", "robots", "network_", "retry_after", "timeout", "dns", "connection_", "cut_off", "offsite",
    "address_denied", "redirect", "malformed_url", "scheme", "blocked",
)  # fmt: skip


def count_read(counts: Mapping[str, int]) -> tuple[int, int]:
    """How many articles a crawl's counts tell of, and of how many pages that were read at all.

    A page that was answered with 304 was not read.
    """
    articles = sum(counts.get(state, 0) for state in ("stored", "revised", "unchanged", "duplicate"))
    articles -= counts.get("unchanged/not_modified", 0)
    unread = sum(count for key, count in counts.items() if key.partition("/")[2].startswith(_UNREAD))
    return articles, articles + counts.get("rejected", 0) + counts.get("failed", 0) - unread
