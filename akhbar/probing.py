"""Probing: what a site announces, where, and how its articles read; found with few and polite requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from akhbar.record import format_time
from akhbar.visiting import Fetched, Visitor
from crawler.candidate import Candidate
from crawler.discovery import Section, Sitemap, Source
from crawler.discovery.probe import (
    WELL_KNOWN_FEEDS,
    WELL_KNOWN_SITEMAPS,
    Finding,
    Home,
    derive_pattern,
    freshest,
    judge,
    read_home,
    recognise,
    recount,
    well_known,
)
from crawler.discovery.section import looks_like_article
from crawler.discovery.shape import ArticlePattern
from crawler.discovery.source import Listing
from crawler.extraction.home_zone import ZONES, guess_zone
from crawler.extraction.page import Page, PageTooLargeError
from crawler.items import Article, Rejection
from crawler.outlet import Outlet

# the most that a probe asks of a site, besides robots.txt and the home page
MOST_ANNOUNCED = 6
MOST_SECTIONS = 3
MOST_TRUSTED = 12
MOST_MEMBERS = 3
WELL_KNOWN = "well-known address"
MOST_ARTICLES = 2
_MOST_ARTICLE_TRIES = 4

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """An article's page as fetched, and what the general reader made of it."""

    fetched: Fetched
    result: Article | Rejection


@dataclass(slots=True)
class Probe:
    """All that a probe found. `fault` says why the site could not be looked at; then the rest is empty."""

    url: str
    home: Home
    fault: str | None = None
    findings: list[tuple[Finding, str]] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    pattern: ArticlePattern | None = None
    samples: list[Sample] = field(default_factory=list)
    zone: str | None = None

    @property
    def host(self) -> str:
        """The site's host, with its port where the address has one, without `www.`."""
        return urlsplit(self.home.url).netloc.lower().rpartition("@")[2].removeprefix("www.")

    @property
    def sources(self) -> list[Source]:
        """The sources that announce articles, freshest kinds first; sections only where they add some.

        Where there are sections only, those of the menu that were not read are taken on trust.
        """
        order = ("Feed", "NewsSitemap", "Sitemap", "Section")
        found = [finding for finding, _ in self.findings if finding.articles]
        found.sort(key=lambda finding: order.index(finding.kind))
        known: set[str] = set()
        kept: list[Source] = []
        for finding in found:
            urls = {c.url for c in finding.candidates}
            if finding.kind != "Section" or urls - known:
                kept.append(finding.source)
            known |= urls
        if kept and all(isinstance(source, Section) for source in kept):
            read = {finding.source.url for finding, _ in self.findings}
            kept += [Section(url) for url in self.home.sections[:MOST_TRUSTED] if url not in read]
        return kept

    @property
    def articles(self) -> list[Sample]:
        """The samples that gave an article."""
        return [sample for sample in self.samples if isinstance(sample.result, Article)]

    @property
    def country(self) -> str | None:
        """ISO 3166-1 of the host's top-level domain, where that is an Arab country's."""
        domain = (urlsplit(self.home.url).hostname or "").rpartition(".")[2]
        return domain.upper() if domain in ZONES else None

    @property
    def offsets(self) -> list[str]:
        """The UTC offsets that pages and feeds print; +00:00 is left out, being mostly a machine's clock."""
        times = [c.published_at for finding, _ in self.findings for c in finding.candidates[:20]]
        times += [
            s.result.published_at
            for s in self.articles
            if isinstance(s.result, Article) and not s.result.timezone_assumed
        ]
        return sorted({at.isoformat()[-6:] for at in times if at and at.utcoffset()})

    def outlet(self) -> Outlet:
        """What is known of the outlet; country and zone are empty where nothing tells them."""
        return Outlet(self.home.name or self.host, country=self.country or "", timezone=self.zone or "")


async def probe(visitor: Visitor, url: str, note: Note) -> Probe:
    """Look at a site: its home page, what it and robots.txt announce, well-known addresses, some articles.

    `note` is told what is being done. Never raises for what the site answers.
    """
    note(f"{url}: robots.txt and home page")
    fetched = await visitor.fetch(url)
    if fetched.reason:
        return Probe(url, Home(url, None, (), (), ()), fault=explain(fetched.reason))
    home = read_home(fetched.body, fetched.url, content_type=fetched.content_type)
    found = Probe(url, home, zone=_guess_zone(fetched))
    await _Search(visitor, found, note).run(fetched)
    findings = [finding for finding, _ in found.findings]
    found.pattern = await asyncio.to_thread(derive_pattern, findings, home)
    if found.pattern:
        shape = re.compile(found.pattern.regex)
        found.findings = [(recount(finding, shape), how) for finding, how in found.findings]
    await _read_articles(visitor, found, note)
    return found


class _Search:
    """The reading of a site's sources, in the order in which they are likely to be good."""

    def __init__(self, visitor: Visitor, found: Probe, note: Note):
        self.visitor, self.found, self.note = visitor, found, note
        self.asked: set[str] = set()

    async def run(self, home: Fetched) -> None:
        found = self.found
        self.asked |= {home.asked, home.url}
        announced = [(url, "link on the home page") for url in found.home.feeds]
        announced += [(url, "robots.txt") for url in self.visitor.sitemaps_of(home.url)]
        for url, how in announced[:MOST_ANNOUNCED]:
            await self._read_source(url, how)
        found.unread += [url for url, _ in announced[MOST_ANNOUNCED:]]
        if not self._has("Feed"):
            await self._try_each(WELL_KNOWN_FEEDS)
        if not self._has("Sitemap", "NewsSitemap"):
            await self._try_each(WELL_KNOWN_SITEMAPS)
        self._add_section(home, "home page")
        sections = list(found.home.sections)
        enough = 1 if self._has("Feed", "Sitemap", "NewsSitemap") else MOST_SECTIONS
        for url in sections[:enough]:
            self.note(f"section {url}")
            fetched = await self._fetch(url)
            if fetched and not fetched.reason:
                self._add_section(fetched, "menu")
        found.unread += sections[enough:]

    def _has(self, *kinds: str) -> bool:
        return any(finding.kind in kinds and finding.articles for finding, _ in self.found.findings)

    async def _try_each(self, paths: Sequence[str]) -> None:
        """Ask well-known addresses until one is a source; that one does not exist is no news."""
        for url in well_known(paths, self.found.home.url):
            if await self._read_source(url, WELL_KNOWN):
                return

    async def _fetch(self, url: str, **how: bool) -> Fetched | None:
        if url in self.asked:
            return None
        self.asked.add(url)
        fetched = await self.visitor.fetch(url, **how)
        if fetched.url in self.asked and fetched.url != url:
            return None
        self.asked.add(fetched.url)
        return fetched

    async def _read_source(self, url: str, how: str) -> bool:
        """Read a source, and the latest sitemap of an index; whether there was one."""
        self.note(f"{how}: {url}")
        guessed = how == WELL_KNOWN
        fetched = await self._fetch(url, source=True, once=guessed)
        if fetched is None:
            return False
        source = await asyncio.to_thread(_recognise, fetched)
        if source is None:
            if not guessed:
                why = explain(fetched.reason) if fetched.reason else "no feed or sitemap"
                self.found.missed.append((url, why))
            return False
        listing = await asyncio.to_thread(read_listing, source, fetched)
        further: list[Listing] = []
        if isinstance(source, Sitemap) and listing.sources and not listing.candidates:
            further = await self._read_members(listing.sources)
            how = f"{how}; an index of {len(listing.sources)}, {len(further)} read"
        self.found.findings.append((judge(source, listing, further), how))
        return True

    async def _read_members(self, members: Sequence[Source]) -> list[Listing]:
        """The latest sitemaps of an index, until one has articles: some hold pages, authors or pictures."""
        read: list[Listing] = []
        for member in members[:MOST_MEMBERS]:
            self.note(f"latest of {len(members)} sitemaps: {member.url}")
            answer = await self._fetch(member.url, source=True)
            if answer and not answer.reason:
                read.append(await asyncio.to_thread(read_listing, member, answer))
                if any(looks_like_article(candidate.url) for candidate in read[-1].candidates):
                    break
        return read

    def _add_section(self, fetched: Fetched, how: str) -> None:
        source = Section(fetched.url)
        self.found.findings.append((judge(source, read_listing(source, fetched)), how))


def read_listing(source: Source, fetched: Fetched, article_url: re.Pattern[str] | None = None) -> Listing:
    """What a source announces in a document that was fetched; a large one takes seconds."""
    return source.read(fetched.body, fetched.url, content_type=fetched.content_type, article_url=article_url)


def _recognise(fetched: Fetched) -> Source | None:
    if fetched.reason:
        return None
    return recognise(fetched.body, fetched.asked, content_type=fetched.content_type)


async def _read_articles(visitor: Visitor, found: Probe, note: Note) -> None:
    shape = re.compile(found.pattern.regex) if found.pattern else None

    def wants(candidate: Candidate) -> bool:
        return shape.search(candidate.url) is not None if shape else looks_like_article(candidate.url)

    findings = [finding for finding, _ in found.findings]
    for candidate in freshest(findings, wants, _MOST_ARTICLE_TRIES):
        if len(found.articles) >= MOST_ARTICLES:
            return
        note(f"article {candidate.url}")
        found.samples.append(await read_sample(visitor, candidate, found.outlet()))


async def read_sample(visitor: Visitor, candidate: Candidate, outlet: Outlet, **facts: Any) -> Sample:
    """Fetch and read one candidate's page; a page that gives no article is a Rejection with its reason."""
    fetched = await visitor.fetch(candidate.url)
    if fetched.reason:
        return Sample(fetched, Rejection(url=fetched.url, reason=fetched.reason, status=fetched.status))
    return Sample(fetched, await visitor.read(fetched, outlet=outlet, candidate=candidate, **facts))


def describe_probe(found: Probe) -> dict[str, Any]:
    """A probe as JSON values: what `akhbar outlets probe --json` prints."""
    pattern = found.pattern
    return {
        "url": found.url,
        "home": found.home.url,
        "fault": found.fault,
        "name": found.home.name,
        "country": found.country,
        "timezone": found.zone,
        "offsets": found.offsets,
        "sources": [_describe_finding(finding, how) for finding, how in found.findings],
        "missed": [{"url": url, "reason": reason} for url, reason in found.missed],
        "unread": found.unread,
        "article_url": pattern.regex if pattern else None,
        "article_url_matches": {"matched": pattern.matched, "of": pattern.examples} if pattern else None,
        "article_url_clashes": list(pattern.clashes) if pattern else [],
        "articles": [describe_sample(sample) for sample in found.samples],
    }


def _describe_finding(finding: Finding, how: str) -> dict[str, Any]:
    return {
        "kind": finding.kind,
        "url": finding.source.url,
        "how": how,
        "listed": finding.listed,
        "articles": finding.articles,
        "newest": format_time(finding.newest),
        "damaged": finding.damaged,
    }


def describe_sample(sample: Sample) -> dict[str, Any]:
    """One page read, as JSON values: the few fields that tell a person whether the reading is right."""
    result = sample.result
    if isinstance(result, Rejection):
        return {"url": sample.fetched.asked, "kind": "rejected", "reason": result.reason}
    return {
        "url": sample.fetched.asked,
        "kind": "article",
        "reason": None,
        "headline": result.headline,
        "published_at": format_time(result.published_at),
        "timezone_assumed": result.timezone_assumed,
        "byline": result.byline,
        "authors": result.authors,
        "agency": result.agency,
        "section": result.section,
        "body_words": len(result.body.split()),
    }


def unknowns(found: Probe) -> list[str]:
    """What nothing on the site told, or told only by a hint: a person has to look."""
    lines = [f"name: {found.home.name!r} is what the home page calls it" if found.home.name else "name"]
    if found.country is None:
        lines.append("country: the host's ending names none")
    if found.zone is None:
        printed = f"; {', '.join(found.offsets)} is printed" if found.offsets else ""
        lines.append(f"time zone: neither the host's ending nor the page's locale tells it{printed}")
    else:
        lines.append(f"time zone: {found.zone} is that of the country; compare a printed time with the clock")
    return lines


def _guess_zone(fetched: Fetched) -> str | None:
    try:
        return guess_zone(Page.from_bytes(fetched.body, fetched.url, fetched.content_type))
    except PageTooLargeError:
        return None


_EXPLANATIONS = {
    "robots": "robots.txt forbids it",
    "robots_unreachable": "its robots.txt cannot be reached, so nothing may be fetched",
    "blocked": "it blocks us (a challenge page, or 403)",
    "address_denied": "its address is not public; AKHBAR_ALLOW_ADDRESSES allows others",
    "dns": "its host has no address",
    "timeout": "it did not answer in time",
    "connection_refused": "the connection was refused",
}


def explain(reason: str) -> str:
    """A reason of the ledger in words for a person."""
    return _EXPLANATIONS.get(reason) or reason.replace("_", " ")
