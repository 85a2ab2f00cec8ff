"""Backfill: what looking back asks of the ledger (`crawler.lookback.Known`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from corpus import backfill
from corpus.backfill import Met
from crawler.candidate import Candidate
from crawler.items import SourceReport

if TYPE_CHECKING:
    from pipelines.session import Session


class Backfill:
    """The ledger of a crawl's outlet, by the crawl's own session."""

    def __init__(self, session: Session):
        self.session = session

    async def known_numbers(self, pattern: str, limit: int) -> Mapping[int, Met]:
        return await self.session.call(backfill.known_numbers, self.session.mine, pattern, limit)

    async def met_addresses(self, urls: Sequence[str]) -> Mapping[str, Met]:
        return await self.session.call(backfill.met_addresses, self.session.mine, urls)

    async def record(self, candidates: Sequence[Candidate]) -> int:
        return await self.session.record(candidates, candidates[0].source)

    async def end_source(self, report: SourceReport) -> None:
        await self.session.end_source(report)
