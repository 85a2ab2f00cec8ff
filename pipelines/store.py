"""Store: the last word on an item: an article is kept, a rejection ends its row, a report is filed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from corpus.articles import Submission
from crawler.items import Article, Rejection, SourceReport
from pipelines.drop import Adrift
from pipelines.session import STORAGE_ENDS, ArchiveUnavailable, Session

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

# the reason of requests that were given up because the crawl was told to stop
INTERRUPTED = "interrupted"
# the same, because the crawl's bytes or seconds are spent (crawler.network.budget)
NOT_ASKED = frozenset({INTERRUPTED, "budget"})


class Store:
    """Hands articles to the corpus in batches and ends every candidate's row (a Scrapy item pipeline).

    Everything that a pipeline dropped, or that broke one, comes here too, by Scrapy's signals.
    """

    def __init__(self, crawler: Crawler, session: Session):
        self.crawler = crawler
        self.session = session

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
            if isinstance(item, SourceReport):
                await self.session.end_source(item)
            elif isinstance(item, Rejection):
                await self._end_rejected(item)
            elif isinstance(item, Article):
                await self._store(item)
        except STORAGE_ENDS as error:
            raise Adrift from error
        return item

    async def end_dropped(self, item: Any, exception: Exception) -> None:
        """End the row of an article that a pipeline turned away."""
        if isinstance(exception, Adrift):
            return
        reason = getattr(exception, "reason", "dropped")
        state = getattr(exception, "state", "rejected")
        await self._end(item, state, reason, article=getattr(exception, "article", None))

    async def end_broken(self, item: Any, failure: Failure) -> None:
        """End the row of an article that broke a pipeline."""
        await self._end(item, "failed", f"pipeline_{type(failure.value).__name__}")

    async def _end(self, item: Any, state: str, reason: str, *, article: int | None = None) -> None:
        # the session notes an outage itself and ends the crawl; the row is then still in hand
        with contextlib.suppress(*STORAGE_ENDS):
            await self.session.end(getattr(item, "candidate", None), state, reason, article=article)
            self._count(state, reason)

    async def _end_rejected(self, rejection: Rejection) -> None:
        if rejection.reason == "archive_unavailable":
            self.session.fail(ArchiveUnavailable(rejection.detail or "the raw archive takes no more pages"))
            raise Adrift
        if rejection.reason in NOT_ASKED:
            # it was never asked for; the next crawl does
            await self.session.end(rejection.candidate, "pending", None)
            return
        if rejection.reason == "not_modified":
            # the row's reason says what a check found wrong, and it found nothing; the count tells a page not sent
            await self.session.end(rejection.candidate, "unchanged", None, status=rejection.status)
            self._count("unchanged", "not_modified")
            return
        if rejection.reason == "not_archived":  # a crawl of archives that hold other pages
            state, reason = "pending", None
        else:
            state, reason = "failed" if rejection.failed else "rejected", rejection.reason
        await self.session.end(
            rejection.candidate, state, reason, detail=rejection.detail, status=rejection.status
        )
        self._count(state, reason)

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
        self.session.fields.add(article, is_new=outcome.state == "stored")

    def _count(self, state: str, reason: str | None) -> None:
        self.session.counts[state] += 1
        if reason:
            self.session.counts[f"{state}/{reason}"] += 1
