"""Require: no article without a headline, a body and an address, none of an absurd size."""

from __future__ import annotations

from typing import Any

from crawler.items import Article
from pipelines.drop import Drop

# the longest headline among the real pages we measured has 130 characters, the longest body 40,000
LONGEST_HEADLINE = 1_000
LONGEST_BODY = 2_000_000


class Require:
    """Turns away an article that lacks a mandatory field, or holds what cannot be one."""

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article):
            if not item.headline:
                raise Drop("no_headline")
            if not item.body:
                raise Drop("no_body")
            if not item.canonical_url:
                raise Drop("no_canonical_url")
            if len(item.headline) > LONGEST_HEADLINE:
                raise Drop("headline_too_long", detail=f"{len(item.headline)} characters")
            if len(item.body) > LONGEST_BODY:
                raise Drop("body_too_long", detail=f"{len(item.body)} characters")
        return item
