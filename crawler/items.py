"""What the crawler says of a page: an `Article`, or a `Rejection` with its reason.

`Article` is the one contract between the rooms. Raw stands beside parsed (`byline` beside
`authors`, `published_text` beside `published_at`), so that a better reader can be judged
against what the page really printed. Every instant is an aware `datetime`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.candidate import Candidate


@dataclass(slots=True, kw_only=True)
class Credit:
    """One name in a byline and what it did.

    `role` is one of writer, reporter, translator, editor, compiler, photographer,
    interviewer, agency, organisation.
    """

    name: str
    role: str


@dataclass(slots=True, kw_only=True)
class AppendedStory:
    """Another story that the page prints below the article under a subheading of its own."""

    headline: str
    body: str


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Where a value came from: the rule that found it and the raw snippet it was read from."""

    rule: str
    raw: str


@dataclass(slots=True, kw_only=True)
class IndexTerms:
    """What the search index holds of an article (`corpus.vector`), as text that Postgres reads and as bytes."""

    search: str
    pairs: str
    pair_bits: bytes


@dataclass(slots=True, kw_only=True)
class Article:
    """One news article as its page printed it, in storage form (see `crawler.arabic.letters.clean`).

    `headline`, `body` and `canonical_url` are mandatory; every other field may be empty.
    Nothing is invented: no date where none is printed, no outlet as an author.
    """

    # identity
    outlet: str | None = None
    url: str
    canonical_url: str
    # text
    headline: str
    lead: str | None = None
    body: str
    appended: list[AppendedStory] = field(default_factory=list)
    body_truncated: bool = False
    # credit
    byline: str | None = None
    authors: list[str] = field(default_factory=list)
    agency: str | None = None
    credits: list[Credit] = field(default_factory=list)
    dateline: str | None = None
    # time
    published_text: str | None = None
    published_at: datetime | None = None
    published_precision: str | None = None
    timezone_assumed: bool = False
    updated_at: datetime | None = None
    fetched_at: datetime | None = None
    # shelf
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    language: str | None = None
    image_url: str | None = None
    # what the page says may not be done with it (crawler.network.optout), sorted
    opt_out: list[str] = field(default_factory=list)
    # evidence
    provenance: dict[str, Evidence] = field(default_factory=dict)
    extractor_version: str = ""
    # the ledger's row it was read for, with the validators of the response
    candidate: Candidate | None = None
    # set by the pipelines only; a log that shows an article is spared the long ones
    content_hash: bytes | None = None
    folded: list[str] | None = field(default=None, repr=False)  # the body's paragraphs in search form
    signature: bytes | None = field(default=None, repr=False)
    index_terms: IndexTerms | None = field(default=None, repr=False)
    story: int | None = None
    copy_of: int | None = None


@dataclass(slots=True, kw_only=True)
class Rejection:
    """A page, or an address, that gave no article, and why.

    `failed` tells a fault that may pass (a timeout, a 503) from a judgement that stands
    (`not_arabic`, `listing`, `soft_404`). The reason `not_modified` (a 304) is neither: the
    article is as it was.
    """

    url: str
    reason: str
    detail: str | None = None
    failed: bool = False
    status: int | None = None
    candidate: Candidate | None = None


@dataclass(slots=True, kw_only=True)
class SourceReport:
    """What became of one source in this crawl: the last thing a spider says of it.

    `listed` counts the entries it printed, `found` the candidates that came of them; `damaged`
    says why when entries were lost. `reason` is set when it could not be read at all. `archive` is where its
    document lies in the raw archive (as `Candidate.archive`), where this crawl found that out.
    """

    url: str
    kind: str
    status: int | None = None
    listed: int = 0
    found: int = 0
    damaged: str | None = None
    reason: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    archive: Mapping[str, Any] | None = None
