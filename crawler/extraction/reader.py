"""The whole reading of one page: bytes in, an Article or a Rejection out. The one door of this package."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from crawler.arabic.letters import clean, fold
from crawler.arabic.script import language_of
from crawler.candidate import Candidate
from crawler.extraction.appended import split_appended
from crawler.extraction.body import Body, find_body
from crawler.extraction.canonical import canonical_url
from crawler.extraction.credit import find_credit
from crawler.extraction.headline import find_headline
from crawler.extraction.json_ld import text_value
from crawler.extraction.kind import why_blocked, why_no_article, why_not_html
from crawler.extraction.page import Page, PageTooLargeError
from crawler.extraction.publication import find_publication
from crawler.extraction.section import find_section
from crawler.extraction.shelf import find_image, find_tags
from crawler.items import Article, Evidence, Rejection
from crawler.outlet import Layout, Outlet

EXTRACTOR_VERSION = "2026.11.23"
"""Changes whenever the reader's answers may change, so that stored articles tell which reader made them."""

_SAMPLE = 1000
"""Characters that tell a text's language."""
_Value = TypeVar("_Value")
_RAW = 300
"""Characters of a raw snippet kept as evidence."""


def read(
    body: bytes,
    url: str | None = None,
    *,
    content_type: str | None = None,
    outlet: Outlet | None = None,
    layout: Layout | None = None,
    candidate: Candidate | None = None,
    fetched_at: datetime | None = None,
    furniture: frozenset[int] = frozenset(),
    extract: Callable[[Page], Article | Rejection] | None = None,
) -> Article | Rejection:
    """Reads one page; never raises.

    `body` are the bytes as fetched, `url` the address after redirects, `content_type` the HTTP header, `candidate`
    what the source said of the page, `fetched_at` (aware) the base of relative dates, `furniture` the hashes
    (`crawler.extraction.recurrence.hash_of`) of lines that recur on the outlet's pages. `extract` reads the opened page
    in place of `read_page`. A fault of the reader itself becomes a Rejection with reason `reader_fault`, so that
    one hostile page cannot stop a crawl.
    """
    try:
        page = open_page(body, url, content_type=content_type, fetched_at=fetched_at)
        if isinstance(page, Rejection):
            return page
        if extract is not None:
            return extract(page)
        return read_page(page, outlet=outlet, layout=layout, candidate=candidate, furniture=furniture)
    except Exception as fault:
        return Rejection(
            url=url or "", reason="reader_fault", detail=f"{type(fault).__name__}: {fault}"[:_RAW]
        )


def open_page(
    body: bytes,
    url: str | None = None,
    *,
    content_type: str | None = None,
    fetched_at: datetime | None = None,
) -> Page | Rejection:
    """The page that the bytes are, or why they are none; its address is its own word where `url` is None."""
    if reason := why_not_html(body, content_type):
        return Rejection(url=url or "", reason=reason)
    try:
        page = Page.from_bytes(body, url, content_type, fetched_at)
    except PageTooLargeError as fault:
        return Rejection(url=url or "", reason="too_large", detail=str(fault))
    if reason := why_blocked(page):
        return Rejection(url=url or "", reason=reason)
    if page.url is None and (stated := canonical_url(page)):
        page.url = stated[0]
    return page


def read_page(
    page: Page,
    *,
    outlet: Outlet | None = None,
    layout: Layout | None = None,
    candidate: Candidate | None = None,
    furniture: frozenset[int] = frozenset(),
) -> Article | Rejection:
    """Reads an opened page; the general reader behind `read`."""
    url, fetched_at = page.url, page.fetched_at

    def reject(reason: str, detail: str | None = None) -> Rejection:
        return Rejection(url=url or "", reason=reason, detail=detail)

    provenance: dict[str, Evidence] = {}

    def note(field: str, found: tuple[_Value, Evidence] | None) -> _Value | None:
        if found is None:
            return None
        provenance[field] = found[1]
        return found[0]

    canonical = note("canonical_url", canonical_url(page, url)) or ""
    headline = note("headline", find_headline(page, layout=layout, outlet=outlet))
    if headline is None and candidate and candidate.headline:
        headline = clean(candidate.headline)
        provenance["headline"] = Evidence(rule="candidate", raw=candidate.headline)

    found = find_body(page, headline=headline, layout=layout, furniture=furniture)
    blocks, appended = split_appended(found.blocks)
    paragraphs = [block.text for block in blocks]
    credit = find_credit(page, outlet=outlet, layout=layout, paragraphs=paragraphs)
    paragraphs = [text for place, text in enumerate(paragraphs) if place not in credit.credit_paragraphs]
    paragraphs = _stated_body(page, paragraphs, found)
    text = "\n\n".join(paragraphs)

    language = language_of(f"{headline or ''} {text}"[:_SAMPLE]) if text else None
    if language not in (None, "ar"):
        return reject("not_arabic", language)
    reason = why_no_article(page, url, headline, text)
    if reason or headline is None:
        return reject(reason or "no_headline")

    lead = found.lead if found.lead in paragraphs else next(iter(paragraphs), None)
    provenance["body"] = Evidence(rule=found.rule, raw=paragraphs[0][:_RAW])
    if lead:
        provenance["lead"] = Evidence(rule="opening of the body", raw=lead[:_RAW])
    if appended:
        provenance["appended"] = Evidence(rule="second signal below a subheading", raw=appended[0].headline)
    publication = find_publication(
        page, outlet=outlet, layout=layout, candidate=candidate, fetched_at=fetched_at, lead=lead
    )
    provenance.update(publication.provenance)
    provenance.update(credit.provenance)
    return Article(
        outlet=outlet.slug if outlet else None,
        url=url or "",
        canonical_url=canonical,
        headline=headline,
        lead=lead,
        body=text,
        appended=appended,
        body_truncated=found.truncated,
        byline=credit.byline,
        authors=list(credit.authors),
        agency=credit.agency,
        credits=list(credit.credits),
        dateline=credit.dateline,
        published_text=publication.published_text,
        published_at=publication.published_at,
        published_precision=publication.published_precision,
        timezone_assumed=publication.timezone_assumed,
        updated_at=publication.updated_at,
        fetched_at=fetched_at,
        section=note("section", find_section(page, headline)),
        tags=note("tags", find_tags(page, headline)) or [],
        language=language or "ar",
        image_url=note("image_url", find_image(page)),
        provenance=provenance,
        extractor_version=EXTRACTOR_VERSION,
    )


def _stated_body(page: Page, paragraphs: list[str], found: Body) -> list[str]:
    """The JSON-LD articleBody where the page's markup holds none of it (pages that are built by script)."""
    stated = text_value(page.news_object.get("articleBody"))
    if len(stated.split()) < 20 or sum(len(text) for text in paragraphs) * 3 > len(stated):
        return paragraphs
    if paragraphs and fold(paragraphs[0])[:40] not in fold(stated):
        return paragraphs
    found.rule = "json-ld articleBody"
    return [line for line in clean(stated).split("\n") if line]
