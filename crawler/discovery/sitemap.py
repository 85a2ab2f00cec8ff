"""Sitemaps, sitemap indexes and news sitemaps (sitemaps.org 0.9 and Google's news 0.9), gzipped or not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from crawler.candidate import Candidate
from crawler.discovery.address import read_address
from crawler.discovery.feed import Feed, damage, plain_title
from crawler.discovery.markup import decode, local_name, read_document, text_of, unpack, vocabulary
from crawler.discovery.source import Listing, Source
from crawler.discovery.stamp import read_day, read_stamp

_ROOTS = ("urlset", "sitemapindex")


@dataclass(frozen=True, slots=True)
class Sitemap(Source):
    """A sitemap, or an index of them, whose members are read as this one is.

    `updated_on` is the day that an index printed for it (lastmod), for those who read only
    what changed. A lastmod of a page becomes `updated_at` if it is an instant. The plain form
    of one address a line, and a feed in a sitemap's place (sitemaps.org allows both), are read.
    """

    updated_on: date | None = field(default=None, compare=False)

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        document = read_document(body, content_type, ("url", "sitemap"))
        if not document.listed:
            if document.root in ("rss", "rdf", "feed"):
                return Feed(self.url).read(body, url, content_type=content_type, article_url=article_url)
            if not document.root:
                return self._read_lines(body, url, content_type, article_url)
        candidates: dict[str, Candidate] = {}
        sources: dict[str, Sitemap] = {}
        read = 0
        for entry in document.entries:
            fields = {local_name(child): text_of(child) for child in entry if _is_own(child)}
            address = read_address(fields.get("loc"), url)
            if address is None:
                continue
            read += 1
            if local_name(entry) == "sitemap":
                if address not in (url, self.url):
                    sources.setdefault(address, type(self)(address, read_day(fields.get("lastmod"))))
            elif not article_url or article_url.search(address):
                candidates.setdefault(address, self._candidate(entry, address, fields.get("lastmod")))
        latest_first = sorted(sources.values(), key=lambda s: s.updated_on or date.min, reverse=True)
        return Listing(
            candidates=list(candidates.values()),
            sources=list(latest_first),
            damaged=damage(document.fault, document.root, _ROOTS, document.listed, read),
            listed=document.listed,
        )

    def _candidate(self, entry: etree._Element, address: str, lastmod: str | None) -> Candidate:
        news = (
            {local_name(e): text_of(e) for e in entry.iter() if vocabulary(e) == "news"}
            if len(entry) > 1
            else {}
        )
        return Candidate(
            url=address,
            source=self.url,
            headline=plain_title(news.get("title", "")),
            published_at=read_stamp(news.get("publication_date")),
            updated_at=read_stamp(lastmod),
        )

    def _read_lines(
        self, body: bytes, url: str, content_type: str | None, article_url: re.Pattern[str] | None
    ) -> Listing:
        unpacked, fault = unpack(body)
        lines = [line.strip() for line in decode(unpacked, content_type).splitlines() if line.strip()]
        printed = [line for line in lines if line.lower().startswith(("http://", "https://"))]
        addresses = dict.fromkeys(address for line in printed if (address := read_address(line, url)))
        if not addresses:
            return Listing(damaged="empty" if not lines else fault or "not a sitemap: no markup")
        return Listing(
            candidates=[
                Candidate(url=address, source=self.url)
                for address in addresses
                if not article_url or article_url.search(address)
            ],
            damaged=fault
            or (f"{len(printed)} of {len(lines)} lines read" if len(printed) < len(lines) else None),
            listed=len(lines),
        )


@dataclass(frozen=True, slots=True)
class NewsSitemap(Sitemap):
    """A news sitemap: the articles of the last two days, with headline and time of publication."""


def _is_own(child: etree._Element) -> bool:
    """Whether a child is the sitemap's own: a loc, not an image:loc. A wrong default namespace passes."""
    return isinstance(child.tag, str) and vocabulary(child) not in (
        "image",
        "video",
        "news",
        "xhtml",
        "media",
    )
