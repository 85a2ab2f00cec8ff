"""Store: the last word on an item: an article is kept, a rejection ends its row, a report is filed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from corpus.articles import Submission
from crawler.items import Article, Rejection, SourceReport
from pipelines.session import STORAGE_ENDS, ArchiveUnavailable, Session

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

# the reason of requests that were given up because the crawl was told to stop
INTERRUPTED = "interrupted"


class Store:
    """Hands articles to the corpus in batches and ends every candidate's row (a Scrapy item pipeline).

    Everything that a pipeline dropped, or that broke one, comes here too, by Scrapy's signals.
    """

    def __init__(self, crawler: Crawler, session: Session):
        self.crawler = crawler
        self.session = session
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        session = crawler.get_extension(Session)
        if session is None:
            raise NotConfigured
        store = cls(crawler, session)
        crawler.signals.connect(store.end_dropped, signal=signals.item_dropped)
        crawler.signals.connect(store.end_broken, signal=signals.item_error)
        return store

    async def process_item(self, item: Any) -> Any:
        try:
            if getattr(item, "reason", None) == "archive_unavailable":
                self.session.error = self.session.error or ArchiveUnavailable(
                    getattr(item, "detail", None) or "the raw archive takes no more pages"
                )
                raise self.session.error
            if isinstance(item, SourceReport):
                await self.session.end_source(item)
            elif isinstance(item, Rejection):
                await self._end_rejected(item)
            elif isinstance(item, Article):
                await self._store(item)
        except STORAGE_ENDS:
            # nothing is lost: rows in hand are due again in the next crawl
            engine = self.crawler.engine
            if engine is not None and not self._closing:
                self._closing = asyncio.create_task(engine.close_spider_async(reason="storage_unavailable"))
            raise
        return item

    async def end_dropped(self, item: Any, exception: Exception) -> None:
        """End the row of an article that a pipeline turned away."""
        reason = getattr(exception, "reason", "dropped")
        state = getattr(exception, "state", "rejected")
        self._count(state, reason)
        await self.session.end(
            getattr(item, "candidate", None), state, reason, article=getattr(exception, "article", None)
        )

    async def end_broken(self, item: Any, failure: Failure) -> None:
        """End the row of an article that broke a pipeline; after an outage it stays in hand instead."""
        if not isinstance(failure.value, STORAGE_ENDS):
            reason = f"pipeline_{type(failure.value).__name__}"
            self._count("failed", reason)
            await self.session.end(getattr(item, "candidate", None), "failed", reason)

    async def _end_rejected(self, rejection: Rejection) -> None:
        if rejection.reason == INTERRUPTED:
            # it was never asked for; the next crawl does
            await self.session.end(rejection.candidate, "pending", None)
            return
        if rejection.reason == "not_modified":
            state, reason = "unchanged", None
        elif rejection.reason == "not_archived":  # a crawl of archives that hold other pages
            state, reason = "pending", None
        else:
            state, reason = "failed" if rejection.failed else "rejected", rejection.reason
        self._count(state, reason)
        await self.session.end(
            rejection.candidate, state, reason, detail=rejection.detail, status=rejection.status
        )

    async def _store(self, article: Article) -> None:
        candidate = article.candidate
        outcome = await self.session.store(
            Submission(
                candidate_id=candidate.id if candidate else None,
                article=article,
                etag=candidate.etag if candidate else None,
                last_modified=candidate.last_modified if candidate else None,
                archive=candidate.archive if candidate else None,
            )
        )
        self._count(outcome.state, outcome.reason)

    def _count(self, state: str, reason: str | None) -> None:
        self.session.counts[state] += 1
        if reason:
            self.session.counts[f"{state}/{reason}"] += 1
