"""Language: the corpus is of Arabic news; other languages in Arabic script are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from crawler.arabic.script import language_of
from crawler.items import Article
from pipelines.drop import Drop

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Language:
    """Turns away an article that is not in one of `ACCEPTED_LANGUAGES`, judged by its letters.

    The page's own `lang` is no evidence: trafilatura, told to believe it, dropped a whole Arabic
    page that said English.
    """

    def __init__(self, accepted: list[str]):
        self.accepted = frozenset(accepted)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings.getlist("ACCEPTED_LANGUAGES"))

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            item.language = item.language or language_of(item.body)
            if item.language not in self.accepted:
                raise Drop("not_arabic", detail=item.language)
        return item
