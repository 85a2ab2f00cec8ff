"""Verdict: whether an outlet is well, from what one crawl of it saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from crawler.items import SourceReport

# the words that a status of 3 stands for; a thin outlet is only pointed out
UNWELL: Final = frozenset({"silent", "blocked", "relaid", "broken"})

# fewer pages than these prove nothing of an outlet
_TELLING_PAGES = 5
# of the pages that were read, the share that gives an article where the layout is as it was
_LEAST_ARTICLES = 0.2
_BLOCKED = ("blocked", "http_401", "http_403", "http_429", "http_451")


def judge(
    counts: Mapping[str, int],
    reports: Sequence[SourceReport],
    *,
    articles_today: int | None = None,
    daily_articles: range | None = None,
) -> str:
    """One of healthy, thin, silent, blocked, relaid, broken.

    `counts` are the crawl's endings by state and by `state/reason`; `articles_today` is what the
    outlet gave in the last 24 hours, None while it has not been crawled for as long.

    blocked: it turns us away · broken: no source can be read · silent: its sources announce
    nothing at all · relaid: pages come, but hardly any holds an article (its layout changed) ·
    thin: fewer articles a day than its file calls healthy.
    """
    turned_away = sum(
        counts.get(f"{state}/{reason}", 0) for state in ("rejected", "failed") for reason in _BLOCKED
    )
    articles = sum(counts.get(state, 0) for state in ("stored", "revised", "unchanged", "duplicate"))
    # forbidden, unreachable and broken-off pages were never read; they say nothing of the layout
    unread = sum(
        count
        for key, count in counts.items()
        if key.partition("/")[2].startswith(("http_", "robots", "network_", "retry_after", "timeout", "dns"))
    )
    read = articles + counts.get("rejected", 0) + counts.get("failed", 0) - unread
    failed_sources = [report for report in reports if report.reason]
    if (turned_away >= _TELLING_PAGES and turned_away > articles) or (
        reports and all(report.reason in _BLOCKED for report in reports)
    ):
        return "blocked"
    if reports and len(failed_sources) == len(reports):
        return "broken"
    if read >= _TELLING_PAGES and articles < _LEAST_ARTICLES * read:
        return "relaid"
    if reports and not any(report.listed or report.status == 304 for report in reports):
        return "silent"
    if daily_articles and articles_today is not None and articles_today < daily_articles.start:
        return "silent" if articles_today == 0 else "thin"
    return "healthy"
