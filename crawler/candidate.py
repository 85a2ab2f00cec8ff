"""An address that a source announced as an article, with what the source said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One announced address.

    `source` is the address of the feed, sitemap or section page that announced it.
    `published_at` and `updated_at` are aware and only set when the source printed them
    (RSS pubDate, news:publication_date; Atom updated, sitemap lastmod). `id` is the ledger's
    row, set once the candidate has been admitted. `archive` is where its page, as last fetched,
    lies in the raw archive (file, offset, length, digest, at). `backfill` tells an address that was looked
    for because a crawl asked for old articles: what is announced as news goes before it. `fetched_at` is when
    the page in hand was fetched.
    """

    url: str
    source: str
    headline: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    id: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    archive: Mapping[str, Any] | None = field(default=None, compare=False)
    backfill: bool = False
    fetched_at: datetime | None = field(default=None, compare=False)
