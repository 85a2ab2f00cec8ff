"""Lines that recur on the pages of one outlet: furniture that no list of phrases knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from crawler.arabic.letters import fold
from crawler.items import Article

LEAST_ARTICLES = 3
"""Articles of an outlet that must hold a line; two may share a paragraph by syndication or correction."""
LEAST_SHARE = 0.2
"""Share of an outlet's articles that must hold it: a running story repeats its background paragraph too."""
LEAST_SHARE_LONG = 0.5
"""The same for a line as long as a paragraph."""
_LONG = 25
"""Words of a paragraph."""
_MOST_LINES = 200_000
"""Lines counted per outlet; above, those seen once are forgotten, so that memory does not grow with the folder."""


def hash_of(line: str) -> int:
    """The 64-bit hash under which a line is remembered: blake2b of its search form."""
    return int.from_bytes(blake2b(fold(line).encode(), digest_size=8).digest(), "big", signed=True)


def recurs(articles: int, of: int, words: int) -> bool:
    """Whether a line of so many words that stands in `articles` of an outlet's `of` articles is its furniture."""
    share = LEAST_SHARE_LONG if words >= _LONG else LEAST_SHARE
    return articles >= LEAST_ARTICLES and articles >= share * of


class Recurrence:
    """What recurs in the articles of one outlet, learned from one reading of its pages.

    Copies of one article (the same headline) count once: their common text is the article's own.
    """

    def __init__(self) -> None:
        self._articles: set[int] = set()
        self._seen: Counter[int] = Counter()
        self._words: dict[int, int] = {}

    def add(self, article: Article) -> None:
        """Counts the lines of an article."""
        headline = hash_of(article.headline)
        if headline in self._articles:
            return
        self._articles.add(headline)
        for hash_, words in _lines(article):
            self._seen[hash_] += 1
            self._words[hash_] = words
        if len(self._seen) > _MOST_LINES:
            self._seen = Counter({hash_: seen for hash_, seen in self._seen.items() if seen > 1})
            self._words = {hash_: self._words[hash_] for hash_ in self._seen}

    def furniture(self) -> frozenset[int]:
        """The hashes of the lines that recur."""
        of = len(self._articles)
        return frozenset(
            hash_ for hash_, articles in self._seen.items() if recurs(articles, of, self._words[hash_])
        )


def holds_any(article: Article, furniture: frozenset[int]) -> bool:
    """Whether a line of an article is among the outlet's furniture."""
    return any(hash_ in furniture for hash_, _ in _lines(article))


def _lines(article: Article) -> Iterable[tuple[int, int]]:
    """Hash and number of words of every line that the reader took for text, each once."""
    lines = [*article.body.split("\n\n"), *(line for a in article.appended for line in a.body.split("\n\n"))]
    return {hash_of(line): line.count(" ") + 1 for line in lines if line}.items()
