"""A live look at a known outlet: do its sources answer, do its pages read? Nothing enters the corpus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from akhbar.outlets import facts_of
from akhbar.probing import Sample, describe_sample, read_listing, read_sample
from akhbar.visiting import Visitor
from crawler.discovery import Source
from crawler.discovery.probe import Finding, freshest, judge
from crawler.discovery.source import Listing
from crawler.items import Article
from crawler.spider import NewsSpider

# of an index of sitemaps, or a section with further pages, only the first is read
_FURTHER = 1
# more pages than this for each article wanted are not tried
_TRIES = 2
MUST = ("headline", "body", "published_at")
FIELDS = (*MUST, "lead", "authors", "agency", "byline", "section", "tags", "image_url")


@dataclass(slots=True)
class SourceState:
    """How a source answered: its status or the reason why not, its entries, how many the outlet wants."""

    source: Source
    status: int | None = None
    reason: str | None = None
    finding: Finding | None = None
    wanted: int = 0


@dataclass(slots=True)
class Checkup:
    """What a live check saw."""

    outlet: str
    asked: int
    sources: list[SourceState] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)

    @property
    def articles(self) -> list[Article]:
        """The articles that were read."""
        return [sample.result for sample in self.samples if isinstance(sample.result, Article)]

    def filled(self, name: str) -> int:
        """How many of the articles have a value in a field."""
        return sum(1 for article in self.articles if getattr(article, name))

    def complaints(self) -> list[str]:
        """Why the outlet is unwell, a line each; empty if it is well."""
        if not any(state.finding for state in self.sources):
            return ["no source could be read"]
        if not any(state.wanted for state in self.sources):
            return ["no source announces an address that article_url matches"]
        if not self.articles:
            return ["no article could be read"]
        lines = []
        if 2 * len(self.articles) < len(self.samples):
            lines.append(f"only {len(self.articles)} of {len(self.samples)} pages gave an article")
        few = [name for name in MUST if 2 * self.filled(name) <= len(self.articles)]
        lines += [
            f"{name} is missing in {len(self.articles) - self.filled(name)} of {len(self.articles)}"
            for name in few
        ]
        return lines


async def check_live(
    visitor: Visitor, spider: type[NewsSpider], wanted: int, note: Callable[[str], None]
) -> Checkup:
    """Read an outlet's sources and its `wanted` freshest articles, with the outlet's own spider and facts."""
    own = spider()
    checkup = Checkup(spider.name, wanted)
    for source in (source for source in own.sources if not source.backfill):
        note(f"source {source.url}")
        checkup.sources.append(await _look_at(visitor, own, source))
    outlet, layout = facts_of(spider)
    findings = [state.finding for state in checkup.sources if state.finding]
    for candidate in freshest(findings, own.wants, wanted * _TRIES):
        if len(checkup.articles) >= wanted:
            break
        note(f"article {candidate.url}")
        checkup.samples.append(await read_sample(visitor, candidate, outlet, layout=layout, spider=spider))
    return checkup


async def _look_at(visitor: Visitor, own: NewsSpider, source: Source) -> SourceState:
    fetched = await visitor.fetch(source.url, source=True)
    state = SourceState(source, fetched.status, fetched.reason)
    if fetched.reason:
        return state

    listing = await asyncio.to_thread(read_listing, source, fetched, own.article_pattern)
    further: list[Listing] = []
    for one in listing.sources[:_FURTHER] if not listing.candidates else ():
        answer = await visitor.fetch(one.url, source=True)
        if not answer.reason:
            further.append(await asyncio.to_thread(read_listing, one, answer, own.article_pattern))
    finding = judge(source, listing, further)
    state.finding = finding if finding.listed else None
    state.reason = None if finding.listed else finding.damaged or "empty"
    state.wanted = sum(1 for candidate in finding.candidates if own.wants(candidate))
    return state


def describe_checkup(checkup: Checkup) -> dict[str, Any]:
    """A live check as JSON values: what `akhbar outlets check --live N --json` prints."""
    complaints = checkup.complaints()
    return {
        "outlet": checkup.outlet,
        "well": not complaints,
        "complaints": complaints,
        "sources": [describe_source(state) for state in checkup.sources],
        "articles": len(checkup.articles),
        "fields": {name: checkup.filled(name) for name in FIELDS},
        "pages": [describe_sample(sample) for sample in checkup.samples],
    }


def describe_source(state: SourceState) -> dict[str, Any]:
    """One source of a live check, as JSON values."""
    finding = state.finding
    return {
        "kind": type(state.source).__name__,
        "url": state.source.url,
        "status": state.status,
        "reason": state.reason,
        "listed": finding.listed if finding else 0,
        "articles": state.wanted,
        "newest": finding.newest.isoformat(timespec="seconds") if finding and finding.newest else None,
        "damaged": finding.damaged if finding else None,
    }


def unread_pages(samples: Sequence[Sample]) -> list[tuple[str, str]]:
    """The pages that gave no article, each with its reason."""
    return [(s.fetched.asked, s.result.reason) for s in samples if not isinstance(s.result, Article)]
