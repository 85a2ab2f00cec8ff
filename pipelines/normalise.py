"""Normalise: every text of an article in storage form, whoever read it."""

from __future__ import annotations

from typing import Any

from crawler.arabic.letters import clean
from crawler.items import Article

_TEXTS = ("headline", "lead", "body", "byline", "agency", "dateline", "published_text", "section")


class Normalise:
    """Brings the texts into storage form (`crawler.arabic.letters.clean`), which is idempotent.

    The general reader does so already; an outlet that extracts by itself may not, and no NUL or
    lone surrogate may reach Postgres (psycopg2 raises for the whole batch). An article with its
    fingerprint has come this way in a reader process (the setting READER_JUDGES).
    """

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article) and item.content_hash is None:
            for name in _TEXTS:
                text = getattr(item, name)
                if text is not None:
                    setattr(item, name, clean(text) or None)
            item.headline, item.body = item.headline or "", item.body or ""
            item.authors = [name for name in map(clean, item.authors) if name]
            item.tags = [tag for tag in map(clean, item.tags) if tag]
            for credit in item.credits:
                credit.name = clean(credit.name)
            for story in item.appended:
                story.headline, story.body = clean(story.headline), clean(story.body)
        return item
