"""Drafts: an article made ready for its row, mended and bounded, before the database is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extras import Json

from corpus import stories
from corpus.crawls import Crawl
from corpus.text import mend, mend_url, url_hash, within_news_time
from corpus.vector import index_terms
from crawler.arabic.letters import fold, fold_paragraphs
from crawler.items import Article

HEADLINE_LIMIT = 1_000  # characters; longer ones are a page's text taken for its headline
BODY_LIMIT = 2_000_000
SHORT_LIMIT = 2_000  # of byline, dateline, section and the like, which are cut there
LIST_LIMIT = 100  # authors, tags, credits

TEXT_FIELDS = (
    "headline", "lead", "body", "appended", "byline", "authors", "agency", "dateline", "published_text",
    "published_at", "published_precision", "timezone_assumed", "updated_at", "section", "tags", "language",
    "image_url", "provenance", "extractor_version", "content_hash", "word_count",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An article to keep, its ledger row (None: from no crawl) and the validators of the answer."""

    article: Article
    candidate_id: int | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    archive: Mapping[str, Any] | None = None


class RefusedError(Exception):
    """A submission that cannot be stored, with its reason."""


@dataclass(slots=True)
class Draft:
    """A submission made ready for its row."""

    place: int
    submission: Submission
    outlet: str
    row: dict[str, Any]
    credits: list[tuple[str, str, list[str]]]
    addresses: dict[bytes, str]
    signature: bytes | None
    paragraphs: list[str]  # folded
    is_older: bool = False  # its page was fetched before the article was last seen

    @property
    def folded(self) -> str:
        return " ".join(filter(None, self.paragraphs))

    @property
    def key(self) -> bytes:
        return bytes(self.row["canonical_hash"])


def make_draft(place: int, submission: Submission, crawl: Crawl | None, now: datetime) -> Draft:
    """The row of a submission, mended; raises RefusedError where there is no article in it."""
    article = submission.article
    headline, body = mend(article.headline).strip(), mend(article.body).strip()
    canonical, url = (
        mend_url(article.canonical_url or ""),
        mend_url(article.url or article.canonical_url or ""),
    )
    for value, reason in ((headline, "no_headline"), (body, "no_body"), (canonical, "no_canonical_url")):
        if not value:
            raise RefusedError(reason)
    if len(headline) > HEADLINE_LIMIT:
        raise RefusedError("headline_too_long")
    if len(body) > BODY_LIMIT:
        raise RefusedError("body_too_long")
    outlet = crawl.outlet if crawl else article.outlet
    if not outlet:
        raise RefusedError("unknown_outlet")
    lead = _cut(article.lead)
    # folded once, where the text was fingerprinted
    paragraphs = article.folded if article.folded and body == article.body else fold_paragraphs(body)
    folded = " ".join(filter(None, paragraphs))
    terms = article.index_terms
    if terms is None or (headline, lead, body) != (article.headline, article.lead, article.body):
        terms = index_terms(headline, lead, body, paragraphs)
    published_at = within_news_time(article.published_at, now=now)
    published_text = _cut(article.published_text)
    if published_at is None and article.published_at is not None and not published_text:
        published_text = article.published_at.isoformat()
    fetched_at = min(within_news_time(article.fetched_at, now=now) or now, now)
    row: dict[str, Any] = {
        "url": url,
        "canonical_url": canonical,
        "canonical_hash": url_hash(canonical),
        "headline": headline,
        "lead": lead,
        "body": body,
        "appended": Json([{"headline": mend(s.headline), "body": mend(s.body)} for s in article.appended]),
        "byline": _cut(article.byline),
        "authors": _cut_all(article.authors),
        "agency": _cut(article.agency),
        "dateline": _cut(article.dateline),
        "published_text": published_text,
        "published_at": published_at,
        "published_precision": article.published_precision if published_at else None,
        "timezone_assumed": bool(article.timezone_assumed),
        "updated_at": within_news_time(article.updated_at, now=now),
        "section": _cut(article.section),
        "tags": _cut_all(article.tags),
        "language": _cut(article.language),
        "image_url": mend_url(article.image_url)[:8192] if article.image_url else None,
        "provenance": Json(
            {mend(name): {"rule": mend(e.rule), "raw": _cut(e.raw)} for name, e in article.provenance.items()}
        ),
        "extractor_version": mend(article.extractor_version),
        "content_hash": bytes(article.content_hash or hashlib.sha256(folded.encode()).digest()),
        "word_count": len(folded.split()),
        "body_truncated": bool(article.body_truncated),
        "first_seen_at": fetched_at,
        "last_seen_at": fetched_at,
        "changed_at": fetched_at,
        "crawl_id": crawl.id if crawl else None,
        "search": terms.search,
        "pairs": terms.pairs,
        "pair_bits": terms.pair_bits,
        "opt_out": _cut_all(article.opt_out),
    }
    addresses = {url_hash(address): address for address in (canonical, url)}
    telling = row["word_count"] >= stories.TELLING_WORDS
    signature = bytes(article.signature) if article.signature and telling else None
    return Draft(place, submission, outlet, row, list_credits(article), addresses, signature, paragraphs)


def list_credits(article: Article) -> list[tuple[str, str, list[str]]]:
    """(name, role, folded words) of every credit; authors and agency too where the credits leave them out."""
    named = [(credit.name, credit.role) for credit in article.credits]
    known = {fold(name) for name, _ in named}
    named += [(name, "writer") for name in article.authors if fold(name) not in known]
    if article.agency and fold(article.agency) not in known:
        named.append((article.agency, "agency"))
    rows = []
    for name, role in named[:LIST_LIMIT]:
        name = _cut(name) or ""
        words = [word for word in fold(name).split() if len(word) <= 120][:50]
        if name and words:
            rows.append((name, mend(role), words))
    return rows


def _cut(text: str | None) -> str | None:
    return (mend(text)[:SHORT_LIMIT].strip() or None) if text else None


def _cut_all(texts: Sequence[str]) -> list[str]:
    return [cut for text in list(texts)[:LIST_LIMIT] if (cut := _cut(text))]
