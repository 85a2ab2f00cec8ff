"""Where an outlet announces articles: an address, and what one reading of it gives."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from crawler.candidate import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one reading of a source gave.

    `sources` are further ones that it names: the sitemaps of an index (latest first), the next
    page. `listed` counts the entries that the document printed; `damaged` says why fewer came
    out, or why the document is not what it should be, and is None for a sound one.
    """

    candidates: list[Candidate] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    damaged: str | None = None
    listed: int = 0


@dataclass(frozen=True, slots=True)
class Source(ABC):
    """An address where articles are announced; outlets name one of its kinds.

    `backfill` kinds are asked only by a crawl that is told `--since`. `most_pages` bounds how many pages may
    follow one another (None: the crawl's SOURCE_DEPTH).
    """

    url: str
    backfill: ClassVar[bool] = False
    most_pages: ClassVar[int | None] = None

    @abstractmethod
    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        """The candidates announced by a document that was fetched from `url` (after redirects).

        `content_type` is the HTTP header. `article_url` is searched in absolute URLs; an
        address that it does not match is left out, which is no damage. Candidates carry this
        source's own `url`. Pure, and never raises, whatever the bytes are.
        """
