"""Exact duplicates: the same text under another address of the same outlet is the same article."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import NotConfigured

from corpus import articles
from crawler.items import Article
from pipelines.batch import Batch
from pipelines.drop import Adrift, Drop
from pipelines.session import STORAGE_ENDS, Session

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# short: to be stored, an article waits again
_LINGER = 0.15


class ExactDuplicates:
    """Turns away an article that its outlet has published under another canonical address.

    The copy of another outlet is no duplicate: it is stored and linked to its story. Two copies
    that arrive in the same instant pass here and are told apart by `corpus.articles.store`,
    inside its transaction.
    """

    def __init__(self, session: Session):
        self.session = session
        self.lookups: Batch[Article, int | None] = Batch(self._find, linger=_LINGER)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        session = crawler.get_extension(Session)
        if session is None:
            raise NotConfigured
        return cls(session)

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            try:
                held = await self.lookups.submit(item)
            except STORAGE_ENDS as error:
                raise Adrift from error
            if held is not None:
                raise Drop("same_text", detail=f"article {held}", state="duplicate", article=held)
        return item

    async def _find(self, batch: Sequence[Article]) -> Sequence[int | None]:
        return await self.session.call(articles.find_same, self.session.mine, batch)
