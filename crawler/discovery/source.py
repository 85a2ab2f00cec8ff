"""Where an outlet announces articles, as typed objects with one signature.

A source is its address. `read` takes the bytes that the address answered with and gives the
candidates they announce; it knows no network and never raises, whatever the bytes are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.candidate import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one reading of a source gave.

    `sources` are further ones that it names: the sitemaps of an index, the next page. `listed`
    counts the entries that the document printed; `damaged` says why fewer came out than that,
    or why the document is not what it should be, and is None for a sound one.
    """

    candidates: list[Candidate] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    damaged: str | None = None
    listed: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """An address where articles are announced. Use one of its kinds."""

    url: str

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        """The candidates of a document fetched from `url` (after redirects).

        `content_type` is the HTTP header. `article_url` is searched in absolute URLs: a
        candidate that it does not match is left out (and is no damage).
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Feed(Source):
    """RSS 0.9x, 1.0, 2.0 or Atom."""

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        from crawler.discovery.feed import read_feed

        return read_feed(body, url, self.url, content_type, article_url)
