"""Verdict: whether an outlet is well, from what one crawl of it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

from crawler.items import SourceReport

# the words that a status of 3 stands for; a thin outlet is only pointed out
UNWELL: Final = frozenset({"silent", "blocked", "relaid", "broken"})

# fewer pages than these prove nothing of an outlet
_TELLING_PAGES = 5
# of the pages that were read, the share that gives an article where the layout is as it was
_LEAST_ARTICLES = 0.2
# what is left of a rate, or of a body's words, where it counts as lost
_LOST = 0.7
_UNREAD = (
    "http_", "robots", "network_", "retry_after", "timeout", "dns", "connection_", "cut_off", "offsite",
    "address_denied", "redirect", "malformed_url", "scheme", "blocked",
)  # fmt: skip
_BLOCKED = ("blocked", "http_401", "http_403", "http_429", "http_451")


def judge(
    counts: Mapping[str, int],
    reports: Sequence[SourceReport],
    *,
    articles_today: int | None = None,
    daily_articles: range | None = None,
    fields: Mapping[str, float] | None = None,
    history: Sequence[Mapping[str, float]] = (),
) -> str:
    """One of healthy, thin, silent, blocked, relaid, broken.

    `counts` are the crawl's endings by state and by `state/reason`; `articles_today` is what the
    outlet gave in the last 24 hours, None while it has not been crawled for as long.

    `fields` are the crawl's fill rates (`pipelines.fields`), `history` those of the outlet's last
    healthy crawls.

    blocked: it turns us away · broken: no source can be read · silent: its sources announce
    nothing at all · relaid: pages come, but hardly any holds an article (its layout changed), or
    their articles lack a field, or most of the text, that the outlet's articles always had ·
    thin: fewer articles a day than its file calls healthy.
    """
    turned_away = sum(
        counts.get(f"{state}/{reason}", 0) for state in ("rejected", "failed") for reason in _BLOCKED
    )
    articles, read = count_read(counts)
    failed_sources = [report for report in reports if report.reason]
    if (turned_away >= _TELLING_PAGES and turned_away > articles) or (
        reports and all(report.reason in _BLOCKED for report in reports)
    ):
        return "blocked"
    if reports and len(failed_sources) == len(reports):
        return "broken"
    if read >= _TELLING_PAGES and articles < _LEAST_ARTICLES * read:
        return "relaid"
    share = {"pages": read, "share": articles / read} if read else {}
    if fields and has_lost_fields({**fields, **share}, history):
        return "relaid"
    if reports and not any(report.listed or report.status == 304 for report in reports):
        return "silent"
    if daily_articles and articles_today is not None and articles_today < daily_articles.start:
        return "silent" if articles_today == 0 else "thin"
    return "healthy"


def count_read(counts: Mapping[str, int]) -> tuple[int, int]:
    """How many articles a crawl's counts tell of, and of how many pages that were read at all."""
    articles = sum(counts.get(state, 0) for state in ("stored", "revised", "unchanged", "duplicate"))
    # forbidden, unreachable and broken-off pages were never read; they say nothing of the layout
    unread = sum(count for key, count in counts.items() if key.partition("/")[2].startswith(_UNREAD))
    return articles, articles + counts.get("rejected", 0) + counts.get("failed", 0) - unread


def has_lost_fields(fields: Mapping[str, float], history: Sequence[Mapping[str, float]]) -> bool:
    """Whether this crawl's articles lack what the outlet's articles had, in the poorest of the past crawls too.

    A field is lost when fewer articles have it than chance explains (2.5 standard deviations of the
    binomial distribution, and one article more); so is the share of the pages read that are articles.
    Crawls of too few pages are left out on both sides.
    """
    telling = [past for past in history if past.get("articles", 0) >= _TELLING_PAGES]
    if not telling:
        return False
    for name in fields.keys() - {"articles", "pages"}:
        counted = fields.get("pages" if name == "share" else "articles", 0)
        now, before = fields[name], min(past.get(name, 0.0) for past in telling)
        if counted < _TELLING_PAGES or now >= _LOST * before:
            continue
        if name == "words" or counted * (before - now) > 2.5 * sqrt(counted * before * (1 - before)) + 1:
            return True
    return False
