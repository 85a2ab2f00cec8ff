"""The JSON form of what was read: the one page that INTERFACE describes, for every command that prints it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crawler.items import Article, Rejection


def record_of(source: str, result: Article | Rejection) -> dict[str, Any]:
    """One page read, as JSON values. `source` says where the page came from (a path, a URL, `-`)."""
    if isinstance(result, Rejection):
        return {
            "source": source,
            "kind": "rejected",
            "reason": result.reason,
            "detail": result.detail,
            "url": result.url or None,
        }
    return {
        "source": source,
        "kind": "article",
        "reason": None,
        "url": result.url,
        "canonical_url": result.canonical_url,
        "outlet": result.outlet,
        "language": result.language,
        "headline": result.headline,
        "lead": result.lead,
        "body": result.body,
        "appended": [{"headline": story.headline, "body": story.body} for story in result.appended],
        "body_truncated": result.body_truncated,
        "byline": result.byline,
        "authors": result.authors,
        "agency": result.agency,
        "credits": [{"name": credit.name, "role": credit.role} for credit in result.credits],
        "dateline": result.dateline,
        "published_text": result.published_text,
        "published_at": format_time(result.published_at),
        "published_precision": result.published_precision,
        "timezone_assumed": result.timezone_assumed,
        "updated_at": format_time(result.updated_at),
        "section": result.section,
        "tags": result.tags,
        "image_url": result.image_url,
        "provenance": {
            field: {"rule": evidence.rule, "raw": evidence.raw}
            for field, evidence in result.provenance.items()
        },
        "extractor_version": result.extractor_version,
    }


def format_time(instant: datetime | None) -> str | None:
    """ISO 8601 with the offset, to the second."""
    return None if instant is None else instant.isoformat(timespec="seconds")
