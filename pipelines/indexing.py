"""Indexing: what the search index is to hold of an article."""

from __future__ import annotations

from typing import Any

from corpus.vector import index_terms
from crawler.items import Article


class Indexing:
    """Sets `index_terms` of an article that `pipelines.fingerprint` has folded; of any other, storing makes them.

    By the setting READER_JUDGES the reader processes have done so already: it takes half a millisecond, which the
    one process that stores should not spend.
    """

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article) and item.folded is not None and item.index_terms is None:
            item.index_terms = index_terms(item.headline, item.lead, item.body, item.folded)
        return item
