"""Indexing: what the search index is to hold of an article."""

from __future__ import annotations

from typing import Any

from corpus.vector import index_terms
from crawler.arabic.letters import fold_paragraphs
from crawler.items import Article


class Indexing:
    """Sets `index_terms`.

    By the setting READER_JUDGES the reader processes have done so already: it takes half a millisecond, which the
    one process that stores should not spend.
    """

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article) and item.index_terms is None:
            folded = item.folded if item.folded is not None else fold_paragraphs(item.body)
            item.index_terms = index_terms(item.headline, item.lead, item.body, folded)
        return item
